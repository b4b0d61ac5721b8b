"""What is asked: a picture, a text or both, and the attributes of what answers."""

from dataclasses import dataclass
from random import Random

import numpy as np

import texts
from pictures import Pictures

# How often what is asked with has another color than the target: the print must then count more than the color. A catalog rarely has both.
OTHER_COLOR = {"subject": 0.4, "picture": 0.4}


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


class Queries:
    """Of a target among the pictures, by task."""

    def __init__(self, pictures: Pictures) -> None:
        self.pictures = pictures
        self.kinds, self.prints, self.colors = pictures.labels
        self.exact = pictures.by("kind", "print", "color")
        self.pairs = pictures.by("kind", "print")
        self.same_look = pictures.by("print", "color")
        self.same_kind = pictures.by("kind")
        self.subjects = pictures.by("print", subjects=True)
        self.exact_subjects = pictures.by("print", "color", subjects=True)
        self.plain = self.prints.index("plain")
        self.natural = self.colors.index("natural")

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
