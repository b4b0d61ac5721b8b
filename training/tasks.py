"""Batches of queries with the products that answer, and the wrong ones nearest at hand."""

from dataclasses import dataclass, field
from random import Random

import texts
from filler import NOUNS
from pictures import Pictures
from queries import Queries, Query, pick

TASKS = {"subject": 0.30, "recolor": 0.15, "retarget": 0.10, "reprint": 0.07, "words": 0.13, "picture": 0.20, "named": 0.05}
# Wrong answers to put beside the right one, where a query brings none itself: what differs in the print alone, and what differs in the kind alone.
OTHER_PRINT, OTHER_KIND = 0.6, 0.15
# Leopards are read as giraffes when they are as rare as the rest, and what is ruled and dotted is told apart by less than what grows.
SHARES = {"leopard": 1.5, "striped": 1.4, "polka dot": 1.6, "plaid": 1.8, "chevron": 1.4, "checkered": 1.4}
KINDS_PER_BATCH, PRINTS_PER_BATCH = 12, 9


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
        self.queries = Queries(pictures)
        self.kinds, self.prints, self.colors = pictures.labels
        self.shares = [SHARES.get(name, 1.0) for name in self.prints]
        self.kind_color = pictures.by("kind", "color")
        self.by_print = pictures.by("print")

    def batch(self, rng: Random, size: int) -> Batch:
        """A few kinds and prints at a time: then most wrong answers share one of the two with the right one, and the model must read both."""
        kinds = rng.sample(range(len(self.kinds)), min(KINDS_PER_BATCH, len(self.kinds)))
        prints = sorted(range(len(self.prints)), key=lambda i: rng.random() ** (1 / self.shares[i]))[-PRINTS_PER_BATCH:]
        cells = [(kind, print) for kind in kinds for print in prints if (kind, print) in self.queries.pairs]
        shares = [self.shares[print] for _, print in cells]
        batch = Batch()
        for task in rng.choices(list(TASKS), list(TASKS.values()), k=size):
            target = int(rng.choice(self.queries.pairs[rng.choices(cells, shares)[0]]))
            name, other = rng.sample(NOUNS, 2) if task == "named" else ("", "")
            query, negative = self.queries.query(rng, task, target, name)
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
            others = self.queries.same_look[print, int(p.color[target])]
            return pick(rng, others, p.kind[others] != kind)
        return None

    def sight(self, rng: Random, size: int) -> list[int]:
        """Pictures for the stem alone, by their prints; a quarter of them subjects."""
        rows = []
        for print in rng.choices(range(len(self.prints)), self.shares, k=size):
            groups = self.by_print if rng.random() < 0.75 or (print,) not in self.queries.subjects else self.queries.subjects
            rows.append(int(rng.choice(groups[print,])))
        return rows

    def title(self, rng: Random, row: int) -> str:
        if rng.random() < 0.6:
            return self.pictures.records[row]["title"]
        p = self.pictures
        return texts.title(rng, self.kinds[p.kind[row]], self.prints[p.print[row]], self.colors[p.color[row]])
