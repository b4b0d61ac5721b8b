"""Titles and queries as people write them: every function draws one text from a random generator."""

from random import Random

from filler import ADJECTIVES, NOUNS
from lexicon import COLORS, KINDS, PRINTS
from templates import KEEP, KEEP_COLOR, RECOLOR, REPRINT, PRINT_KIND, COLOR_PRINT_KIND, COLOR_KIND, KIND, PRINT, TITLE_ENDS, OPENERS, CLOSERS, LONG_OPENERS, LONG_CLOSERS

def article(noun: str) -> str:
    if noun.startswith(("pair of", "case for")):
        return f"a {noun}"
    if noun.endswith("s") and not noun.endswith(("ss", "mos")):
        return noun
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def name(rng: Random, words: list[str]) -> str:
    """The usual word half the time, so that rare synonyms do not drown it."""
    return words[0] if rng.random() < 0.5 else rng.choice(words)


def fill(rng: Random, template: str, kind: str | None = None, print: str | None = None, color: str | None = None) -> str:
    words = {}
    if kind:
        words["k"] = name(rng, KINDS[kind])
        words["a"] = article(words["k"])
    if print:
        words["p"], words["n"] = name(rng, PRINTS[print][0]), name(rng, PRINTS[print][1])
        words["ps"] = words["p"] + (" print" if "print" not in words["p"] else "")
    if color:
        words["c"] = name(rng, COLORS[color])
    return template.format(**words)


def keep_pattern(rng: Random, kind: str, color: str | None = None) -> str:
    """The picture's print on another kind; `color` is stated only where it is given."""
    return dress(rng, fill(rng, rng.choice(KEEP_COLOR if color else KEEP), kind, color=color))


def recolor(rng: Random, kind: str, color: str) -> str:
    return dress(rng, fill(rng, rng.choice(RECOLOR), kind, color=color))


def reprint(rng: Random, kind: str, print: str) -> str:
    return dress(rng, fill(rng, rng.choice(REPRINT), kind, print))


def describe(rng: Random, kind: str | None, print: str | None, color: str | None) -> str:
    """Words alone, stating just the attributes given; "a red mug" leaves the print open."""
    if kind and print:
        templates = COLOR_PRINT_KIND if color else PRINT_KIND
    elif kind:
        templates = COLOR_KIND if color else KIND
    else:
        templates = PRINT
    return dress(rng, fill(rng, rng.choice(templates), kind, print, color))


def named(rng: Random, text: str, name: str) -> str:
    """With a name as titles have one, somewhere."""
    words = text.split(" ")
    words.insert(rng.randrange(len(words) + 1), name)
    return " ".join(words)


def title(rng: Random, kind: str, print: str, color: str) -> str:
    """A second voice beside the drawn catalog's own titles."""
    shown = None if color == "natural" or rng.random() < 0.2 else color
    text = fill(rng, rng.choice(COLOR_PRINT_KIND if shown else PRINT_KIND), kind, print, shown)
    text += rng.choice(TITLE_ENDS)
    if rng.random() < 0.15:
        text = f"{rng.choice(ADJECTIVES if rng.random() < 0.5 else NOUNS)} {text}"
    return text.title() if rng.random() < 0.5 else text


def dress(rng: Random, text: str) -> str:
    """What typing does to a query: filler, capitals, typos, now and then a whole letter around four words."""
    if rng.random() < 0.12:
        text = strewn(rng, text)
    chance = rng.random()
    if chance < 0.05:
        text = rng.choice(LONG_OPENERS) + text + rng.choice(LONG_CLOSERS)
    elif chance < 0.09:
        text = letter(rng) + text + letter(rng)
    elif chance < 0.33:
        text = (rng.choice(OPENERS) if rng.random() < 0.6 else "") + text + (rng.choice(CLOSERS) if rng.random() < 0.6 else "")
    chance = rng.random()
    if chance < 0.04:
        text = text.upper()
    elif chance < 0.24:
        text = text[0].upper() + text[1:]
    if rng.random() < 0.12:
        text = typo(rng, text)
    return text.strip()


def strewn(rng: Random, text: str) -> str:
    """With one or two words that say nothing, before some word or at the end."""
    words = text.split(" ")
    for _ in range(1 if rng.random() < 0.7 else 2):
        if rng.random() < 0.35:
            words.append(rng.choice(["for", "for my", "for the", "with my", "from", "by"]) + " " + rng.choice(NOUNS))
        else:
            words.insert(rng.randrange(len(words)), rng.choice(ADJECTIVES))
    return " ".join(words)


def letter(rng: Random) -> str:
    """Seven to fourteen words of a sentence about nothing that is sold."""
    glue = ["the", "my", "and", "with", "for", "a", "is", "was", "when", "to", "of", "in", "so", "we", "i", "that", "because", "very"]
    count = rng.randint(7, 14)
    return " " + " ".join(rng.choice(glue) if rng.random() < 0.55 else rng.choice(ADJECTIVES if rng.random() < 0.4 else NOUNS) for _ in range(count)) + rng.choice([" ", ", ", ". "])


def typo(rng: Random, text: str) -> str:
    """One or two slips of the finger in words of four letters or more."""
    words = text.split(" ")
    long = [i for i, word in enumerate(words) if len(word) >= 4]
    for i in rng.sample(long, min(len(long), 1 if rng.random() < 0.7 else 2)):
        word = words[i]
        at = rng.randrange(1, len(word) - 1)
        match rng.randrange(4):
            case 0:
                word = word[:at] + word[at + 1 :]
            case 1:
                word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
            case 2:
                word = word[:at] + word[at] + word[at:]
            case _:
                word = word[:at] + rng.choice("abcdefghijklmnopqrstuvwxyz") + word[at + 1 :]
        words[i] = word
    return " ".join(words)
