"""Words that mean nothing to the model and stand in queries all the same. A text must not fall apart because one of them was never seen."""

import re
from importlib.resources import files
from pathlib import Path

from lexicon import COLORS, KINDS, PRINTS

# Evaluation asks with words that training never had; they are named there.
UNKNOWN = Path(__file__).parent.parent / "src/eval/unknown-words.ts"


def words_of(name: str) -> list[str]:
    """A list of the package, without what means something here and without what evaluation keeps for itself."""
    listed = (files("wonderwords") / "assets" / name).read_text(encoding="utf-8").split("\n")
    told = {word for group in (*KINDS.values(), *COLORS.values(), *(n for pair in PRINTS.values() for n in pair)) for text in group for word in re.findall(r"\w+", text)}
    kept = set(re.findall(r"\w+", UNKNOWN.read_text(encoding="utf-8").lower()))
    return sorted({word for word in listed if re.fullmatch(r"[a-z]{3,12}", word) and word not in told and word.removesuffix("s") not in told and word not in kept})


ADJECTIVES = words_of("adjectivelist.txt")
NOUNS = words_of("nounlist.txt")
