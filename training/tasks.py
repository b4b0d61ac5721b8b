"""What training asks: a picture, a text or both, and the products that answer."""

from dataclasses import dataclass, field
from random import Random

import numpy as np

import texts
from filler import NOUNS
from pictures import Pictures

TASKS = {"subject": 0.30, "recolor": 0.15, "retarget": 0.10, "reprint": 0.07, "words": 0.13, "picture": 0.20, "named": 0.05}
# Wrong answers to put beside the right one, where a query brings none itself: what differs in the print alone, and what differs in the kind alone.
OTHER_PRINT, OTHER_KIND = 0.6, 0.15
# How often what is asked with has another color than the target: the print must then count more than the color. A catalog rarely has both.
OTHER_COLOR = {"subject": 0.4, "picture": 0.4}
# Leopards are read as giraffes when they are as rare as the rest, and what is ruled and dotted is told apart by less than what grows.
SHARES = {"leopard": 1.5, "striped": 1.4, "polka dot": 1.4, "plaid": 1.4, "chevron": 1.4, "checkered": 1.4}
KINDS_PER_BATCH, PRINTS_PER_BATCH = 12, 9


@dataclass
class Query:
    """`kind`, `print` and `color` are label indices, or the count of labels where the query leaves them open. `named`: the color is stated, so that no other answers."""

    text: str
    picture: int | None
    kind: int
    print: int
    color: int
    named: bool = False
    # A word of the title that is asked for by itself.
    name: str = ""


@dataclass
class Batch:
    """`names[i]` is the word that the title of product i has besides what it shows, or ""."""

    queries: list[Query] = field(default_factory=list)
    products: list[int] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


class Tasks:
    def __init__(self, pictures: Pictures) -> None:
        self.pictures = pictures
        self.kinds, self.prints, self.colors = pictures.labels
        self.shares = [SHARES.get(name, 1.0) for name in self.prints]
        self.exact = pictures.by("kind", "print", "color")
        self.pairs = pictures.by("kind", "print")
        self.same_look = pictures.by("print", "color")
        self.same_kind = pictures.by("kind")
        self.kind_color = pictures.by("kind", "color")
        self.by_print = pictures.by("print")
        self.subjects = pictures.by("print", subjects=True)
        self.exact_subjects = pictures.by("print", "color", subjects=True)
        self.plain = self.prints.index("plain")
        self.natural = self.colors.index("natural")

    def batch(self, rng: Random, size: int) -> Batch:
        """A few kinds and prints at a time: then most wrong answers share one of the two with the right one, and the model must read both."""
        kinds = rng.sample(range(len(self.kinds)), min(KINDS_PER_BATCH, len(self.kinds)))
        prints = sorted(range(len(self.prints)), key=lambda i: rng.random() ** (1 / self.shares[i]))[-PRINTS_PER_BATCH:]
        cells = [(kind, print) for kind in kinds for print in prints if (kind, print) in self.pairs]
        shares = [self.shares[print] for _, print in cells]
        batch = Batch()
        for task in rng.choices(list(TASKS), list(TASKS.values()), k=size):
            target = int(rng.choice(self.pairs[rng.choices(cells, shares)[0]]))
            name, other = rng.sample(NOUNS, 2) if task == "named" else ("", "")
            query, negative = self.query(rng, task, target, name)
            batch.queries.append(query)
            self.show(rng, batch, target, name)
            # The picture that the words change is itself a product, and the wrong answer nearest at hand.
            if negative is None:
                negative = target if name else self.near(rng, query, target)
            if negative is not None:
                self.show(rng, batch, negative, other)
        return batch

    def show(self, rng: Random, batch: Batch, row: int, name: str) -> None:
        title = self.title(rng, row) if name or rng.random() < 0.5 else ""
        batch.products.append(row)
        batch.names.append(name)
        batch.titles.append(f"{name} {title}" if name and rng.random() < 0.5 else f"{title} {name}".strip())

    def near(self, rng: Random, query: Query, target: int) -> int | None:
        """A wrong answer that shares all but the print, in the color of the picture that is asked with, or all but the kind."""
        p = self.pictures
        kind, print = int(p.kind[target]), int(p.print[target])
        color = int(p.color[target] if query.picture is None else p.color[query.picture])
        chance = rng.random()
        if chance < OTHER_PRINT and query.print != len(self.prints):
            others = self.kind_color.get((kind, color))
            return None if others is None else pick(rng, others, p.print[others] != print)
        if chance < OTHER_PRINT + OTHER_KIND and query.kind != len(self.kinds):
            others = self.same_look[print, int(p.color[target])]
            return pick(rng, others, p.kind[others] != kind)
        return None

    def sight(self, rng: Random, size: int) -> list[int]:
        """Pictures for the stem alone, by their prints; a quarter of them subjects."""
        rows = []
        for print in rng.choices(range(len(self.prints)), self.shares, k=size):
            groups = self.by_print if rng.random() < 0.75 or (print,) not in self.subjects else self.subjects
            rows.append(int(rng.choice(groups[print,])))
        return rows

    def title(self, rng: Random, row: int) -> str:
        if rng.random() < 0.6:
            return self.pictures.records[row]["title"]
        p = self.pictures
        return texts.title(rng, self.kinds[p.kind[row]], self.prints[p.print[row]], self.colors[p.color[row]])

    def query(self, rng: Random, task: str, target: int, name: str = "") -> tuple[Query, int | None]:
        p = self.pictures
        kind, print, color = int(p.kind[target]), int(p.print[target]), int(p.color[target])
        match task:
            case "subject":
                return self.subject(rng, kind, print, color), None
            case "recolor":
                others = self.pairs[kind, print]
                source = pick(rng, others, p.color[others] != color)
                if source is not None:
                    return Query(texts.recolor(rng, self.kinds[kind], self.colors[color]), source, kind, print, color, named=True), source
            case "retarget":
                others = self.same_look[print, color]
                source = pick(rng, others, p.kind[others] != kind)
                if source is not None:
                    return Query(texts.keep_pattern(rng, self.kinds[kind]), source, kind, print, color), source
            case "reprint":
                others = self.same_kind[kind,]
                source = pick(rng, others, (p.print[others] != print) & ((p.color[others] == color) | (rng.random() < 0.5)))
                if source is not None:
                    kept = color if p.color[source] == color and color != self.natural else len(self.colors)
                    return Query(texts.reprint(rng, self.kinds[kind], self.prints[print]), source, kind, print, kept), source
            case "picture":
                return self.picture(rng, target, kind, print, color), None
            case "named":
                query = self.words(rng, kind, print, color)
                query.text, query.name = texts.named(rng, query.text, name), name
                return query, None
        return self.words(rng, kind, print, color), None

    def subject(self, rng: Random, kind: int, print: int, color: int) -> Query:
        """Something that is no product, and the product that should wear its pattern."""
        exact, others = self.exact_subjects.get((print, color)), self.subjects.get((print,))
        if exact is not None and (print == self.plain or rng.random() > OTHER_COLOR["subject"]):
            others = exact
        if others is None or (print == self.plain and exact is None):
            return self.words(rng, kind, print, color)
        source = int(rng.choice(others))
        if print != self.plain and color != self.natural and rng.random() < 0.15:
            return Query(texts.keep_pattern(rng, self.kinds[kind], self.colors[color]), source, kind, print, color, named=True)
        return Query(texts.keep_pattern(rng, self.kinds[kind]), source, kind, print, int(self.pictures.color[source]), named=print == self.plain)

    def picture(self, rng: Random, target: int, kind: int, print: int, color: int) -> Query:
        if rng.random() < 0.3 and (print, color) in self.exact_subjects:
            source = int(rng.choice(self.exact_subjects[print, color]))
            return Query("", source, len(self.kinds), print, color, named=print == self.plain)
        twins = self.pairs[kind, print] if print != self.plain and rng.random() < OTHER_COLOR["picture"] else self.exact[kind, print, color]
        source = pick(rng, twins, twins != target)
        source = target if source is None else source
        return Query("", source, kind, print, int(self.pictures.color[source]))

    def words(self, rng: Random, kind: int, print: int, color: int) -> Query:
        chance = rng.random()
        stated = color != self.natural
        k, p, c = (True, True, stated and chance < 0.35) if chance < 0.80 else (True, False, stated) if chance < 0.90 else (True, False, False) if chance < 0.95 else (False, True, False)
        # A query that names no print leaves it open: "a red mug" may have dots.
        text = texts.describe(rng, self.kinds[kind] if k else None, self.prints[print] if p else None, self.colors[color] if c else None)
        return Query(text, None, kind if k else len(self.kinds), print if p else len(self.prints), color if c else len(self.colors), named=c)


def pick(rng: Random, rows: np.ndarray, allowed: np.ndarray) -> int | None:
    rows = rows[allowed]
    return int(rng.choice(rows)) if len(rows) else None
