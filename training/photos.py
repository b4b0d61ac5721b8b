"""The train split of real photos, as `photos.ts` wrote it: what a query of one of them is answered by."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np
import torch
from torch import Tensor

import texts
from lexicon import COLORS

OTHER_COLOR = 0.1  # how much the same style in another color answers a picture
TASKS = {"picture": 0.55, "recolor": 0.17, "words": 0.28}
# Of the pictures that ask alone: both they and what they find in other colors, the same for both. So few photos are soon known by heart; these are not.
TINTED = 0.5
IN_COLOR = ["{c} version of this", "the same in {c}", "this but {c}", "do you have it in {c}", "in {c}", "{c} please", "same thing in {c}", "the {c} one", "is there a {c} one", "{c} instead"]
ABOUT = ["{c} {k}", "{k} in {c}", "{c} {k} for sale", "a {c} {k}"]


@dataclass(frozen=True)
class Tint:
    channels: tuple[int, int, int] = (0, 1, 2)
    gains: tuple[float, float, float] = (1.0, 1.0, 1.0)

    @staticmethod
    def drawn(rng: Random) -> "Tint":
        return Tint(tuple(rng.sample(range(3), 3)), tuple(rng.uniform(0.65, 1.25) for _ in range(3)))


AS_IT_IS = Tint()


@dataclass
class PhotoBatch:
    """`weights[i, j]`: how much photo `products[j]` answers query i. `pictures` are rows, or None for words alone."""

    words: list[str] = field(default_factory=list)
    pictures: list[int | None] = field(default_factory=list)
    products: list[int] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    colors: list[str | None] = field(default_factory=list)
    weights: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    # Per picture and per product: which channel goes where, and how bright it becomes.
    picture_tints: list[Tint] = field(default_factory=list)
    product_tints: list[Tint] = field(default_factory=list)


class Photos:
    def __init__(self, folder: Path) -> None:
        read = lambda name: [json.loads(line) for line in (folder / name).read_text().splitlines()]  # noqa: E731
        self.records: list[dict] = read("records.jsonl")
        self.queries: list[dict] = read("queries.jsonl")
        raw = np.fromfile(folder / "pictures.rgb", np.uint8)
        side = round((raw.size / len(self.records) / 3) ** 0.5)
        self.raw = raw.reshape(len(self.records), side, side, 3)
        self.products: dict[str, list[int]] = {}
        self.styles: dict[str, set[str]] = {}
        for row, record in enumerate(self.records):
            self.products.setdefault(record["product"], []).append(row)
            self.styles.setdefault(record["style"], set()).add(record["product"])
        # Half of the photos of garments are of one product each: all alike would leave few with a second view.
        self.share = {name: 2.0 if len(rows) > 1 else 1.0 for name, rows in self.products.items()}

    def pixels(self, rows: list[int], tints: list[Tint]) -> Tensor:
        """[B, 3, S, S] float32 in [0, 1]."""
        pixels = torch.from_numpy(self.raw[rows]).permute(0, 3, 1, 2).float().div_(255)
        for row, tint in enumerate(tints):
            if tint is not AS_IT_IS:
                pixels[row] = pixels[row][list(tint.channels)] * torch.tensor(tint.gains)[:, None, None]
        return pixels.clamp_(0, 1)

    def batch(self, rng: Random, size: int) -> PhotoBatch:
        names = sorted(self.products, key=lambda name: rng.random() ** (1 / self.share[name]))[-size:]
        batch, asked = PhotoBatch(), []
        of: list[str] = []
        for name in names:
            target = self.shown(rng, name)
            task = rng.choices(list(TASKS), list(TASKS.values()))[0]
            words, picture, answers = self.query(rng, task, name, target)
            tint = Tint.drawn(rng) if picture is not None and not words and rng.random() < TINTED else AS_IT_IS
            shown = [target, picture] if picture is not None and words else [target]
            batch.words.append(words)
            batch.pictures.append(picture)
            batch.picture_tints += [tint] if picture is not None else []
            batch.product_tints += [tint] * len(shown)
            batch.products += shown
            # In other colors it answers nobody else, and what a label or a title says of it is no longer so.
            tinted = tint is not AS_IT_IS
            asked.append({f"{name}, tinted": 1.0} if tinted else answers)
            of += [f"{name}, tinted" if tinted else self.records[row]["product"] for row in shown]
            batch.titles += ["" if tinted or rng.random() > 0.35 else self.records[row]["title"] for row in shown]
            batch.colors += [None if tinted else self.records[row]["color"] for row in shown]
        batch.weights = np.array([[answers.get(name, 0.0) for name in of] for answers in asked], np.float32)
        return batch

    def shown(self, rng: Random, name: str) -> int:
        """A photo as a catalog would have it, where there is one."""
        rows = self.products[name]
        served = [row for row in rows if self.records[row]["catalog"]]
        return rng.choice(served if served and rng.random() < 0.6 else rows)

    def query(self, rng: Random, task: str, name: str, target: int) -> tuple[str, int | None, dict[str, float]]:
        """The words, the picture, and how much which product answers."""
        record = self.records[target]
        others = self.styles[record["style"]]
        if task == "recolor" and record["color"] and len(others) > 1:
            source = self.shown(rng, rng.choice(sorted(others - {name})))
            if self.records[source]["color"] != record["color"]:
                color = rng.choice(COLORS[record["color"]][:2])
                return texts.dress(rng, rng.choice(IN_COLOR).format(c=color)), source, {name: 1.0}
        if task == "recolor":
            # Those that the set itself words: "the same vegetable but yellow".
            found = [q for q in self.queries if q["text"] and q["picture"] is not None and any(self.records[row]["product"] == name for row, _ in q["answers"])]
            if found:
                query = rng.choice(found)
                return texts.dress(rng, query["text"]), query["picture"], {name: 1.0}
        if task == "words":
            return self.words(rng, record), None, self.answering(record)
        views = [row for row in self.products[name] if row != target]
        return "", rng.choice(views) if views and rng.random() < 0.8 else target, {**{other: OTHER_COLOR for other in others}, name: 1.0}

    def words(self, rng: Random, record: dict) -> str:
        kind = rng.choice(record["category"]).replace("-", " ").lower()
        choices = [record["title"]]
        if record["description"]:
            choices += [record["description"].split(". ")[0]] * 3
        if record["color"] and not record["asked"]:
            choices += [rng.choice(ABOUT).format(c=record["color"], k=kind)] * 2
        text = rng.choice(choices)
        words = text.split(" ")
        if len(words) > 12 or (len(words) > 5 and rng.random() < 0.4):
            start = rng.randrange(0, max(1, len(words) - 8))
            text = " ".join(words[start : start + rng.randint(4, 10)])
        return texts.dress(rng, text)

    def answering(self, record: dict) -> dict[str, float]:
        """The product, its style in other colors a little, and what shares category and color."""
        found = {other: 0.1 for other in self.styles[record["style"]]}
        for other in self.records:
            if other["category"] == record["category"] and other["color"] and other["color"] == record["color"]:
                found[other["product"]] = 0.3
        return found | {record["product"]: 1.0}
