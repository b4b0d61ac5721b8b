"""
Asks a catalog of 900 held-out drawings what training never showed, and prints the tables. Relevant = kind, print and any named color match; nDCG
counts a product of another color .3 where the query named none; "color too" wants the picture's color as well.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

import texts
from export import load, sessions
from model import SIZE, WIDTH
from pictures import Pictures, normalized, resized
from tasks import Query, Tasks, relevance
from wordpiece import batch as tokenized
from wordpiece import load_tokenizer

CATALOG = 900
ROWS = 100  # per batch
Change = Callable[[Tensor], Tensor]


class Encoder:
    """The checkpoint of a run in PyTorch, or an exported folder in ONNX Runtime."""

    def __init__(self, run: Path, model: Path | None) -> None:
        self.tokenizer = load_tokenizer((model or run) / "tokenizer.json")
        if model:
            vision, encode = sessions(model)
            self.vision = lambda pixels: torch.from_numpy(vision.run(None, {"pixels": pixels.numpy()})[0])
            names = ("tokens", "ids", "positions", "mask")
            self.fuse = lambda *given: [torch.from_numpy(out) for out in encode.run(None, {name: value.numpy() for name, value in zip(names, given)})]
        else:
            pocket = load(torch.load(run / "checkpoint.pt", map_location="cpu", weights_only=True))
            self.vision, self.fuse = pocket.vision, pocket.encode

    @torch.no_grad()
    def __call__(self, pixels: Tensor | None, words: list[str]) -> list[Tensor]:
        """Vectors and the three heads' logits; `pixels` in [0, 1] or None for words alone."""
        parts = []
        for start in range(0, len(words), ROWS):
            some = words[start : start + ROWS]
            if pixels is None:
                tokens = torch.zeros(len(some), 0, WIDTH)
            else:
                tokens = self.vision(normalized(resized(pixels[start : start + ROWS], SIZE)).contiguous())
            parts.append(self.fuse(tokens, *tokenized(self.tokenizer, some, pixels is not None)))
        return [torch.cat(columns) for columns in zip(*parts)]


def turned(degrees: float) -> Change:
    def change(x: Tensor) -> Tensor:
        angle = torch.tensor(degrees).deg2rad()
        cos, sin = angle.cos(), angle.sin()
        theta = torch.tensor([[cos, -sin, 0.0], [sin, cos, 0.0]]).expand(len(x), 2, 3)
        return F.grid_sample(x, F.affine_grid(theta, list(x.shape), align_corners=False), padding_mode="reflection", align_corners=False)

    return change


def blurred(x: Tensor) -> Tensor:
    return F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), 3, stride=1)


def inset(x: Tensor) -> Tensor:
    """At 60 % of the frame, on a blur of another picture."""
    side = round(x.shape[-1] * 0.6)
    out = F.interpolate(F.avg_pool2d(x.roll(1, 0), 8), size=x.shape[-2:], mode="bilinear", align_corners=False)
    corner = (x.shape[-1] - side) // 3
    out[..., corner : corner + side, corner : corner + side] = F.interpolate(x, size=(side, side), mode="bilinear", antialias=True, align_corners=False)
    return out


class Evaluation:
    def __init__(self, pictures: Pictures, encoder: Encoder, seed: int, asked: int) -> None:
        self.pictures, self.encoder, self.asked = pictures, encoder, asked
        self.rng = Random(seed)
        products = np.flatnonzero(pictures.product)
        self.catalog, rest = products[:CATALOG], products[CATALOG:]
        self.sources = Tasks(pictures)
        # What asks is never in the catalog.
        keep = set(rest.tolist())
        for groups in (self.sources.exact, self.sources.pairs, self.sources.same_look, self.sources.same_kind):
            for key, rows in list(groups.items()):
                groups[key] = np.array([row for row in rows if row in keep], dtype=int)
        self.rest = rest
        shown = pictures.pixels(self.catalog)
        self.alone = encoder(shown, [""] * CATALOG)
        self.titled = encoder(shown, [pictures.records[row]["title"] for row in self.catalog])

    def queries(self, task: str, allowed: Callable[[int, int], bool] = lambda kind, print: True) -> list[Query]:
        """Drawn like training's, from pictures outside the catalog, and only those that the catalog can answer."""
        found: list[Query] = []
        for _ in range(60 * self.asked):
            target = int(self.rng.choice(self.rest))
            kind, print = int(self.pictures.kind[target]), int(self.pictures.print[target])
            if not allowed(kind, print):
                continue
            query, _ = self.sources.query(self.rng, task, target)
            if (query.picture is None) != (task == "words") or query.picture == target:
                continue
            if relevance([query], self.pictures, self.catalog).any():
                found.append(query)
                if len(found) == self.asked:
                    break
        return found

    def vectors(self, queries: list[Query], change: Change | None = None, picture: bool = True, text: bool = True) -> Tensor:
        words = [query.text if text else "" for query in queries]
        if queries[0].picture is None or not picture:
            return self.encoder(None, words)[0]
        pixels = self.pictures.pixels(np.array([query.picture for query in queries]))
        return self.encoder(change(pixels) if change else pixels, words)[0]

    def figures(self, queries: list[Query], vectors: Tensor, catalog: Tensor) -> dict[str, float]:
        weights = torch.from_numpy(relevance(queries, self.pictures, self.catalog))
        order = (vectors @ catalog.T).argsort(1, descending=True)[:, :9]
        gains = weights.gather(1, order)
        discount = 1 / torch.log2(torch.arange(9) + 2.0)
        ideal = weights.sort(1, descending=True).values[:, :9]
        exact = weights.eq(1).any(1)
        return {
            "P@1": gains[:, 0].gt(0).float().mean().item(), "Hit@9": gains.gt(0).any(1).float().mean().item(), "nDCG@9": ((gains * discount).sum(1) / (ideal * discount).sum(1)).mean().item(),
            "color": gains[exact, 0].eq(1).float().mean().item(),
        }

    def row(self, name: str, queries: list[Query], change: Change | None = None, ablate: bool = True) -> dict[str, float]:
        if not queries:
            print(f"| {name} | 0 | | | | | | | |")
            return {}
        vectors = self.vectors(queries, change)
        out = self.figures(queries, vectors, self.alone[0])
        out["titled"] = self.figures(queries, vectors, self.titled[0])["P@1"]
        joint = ablate and queries[0].picture is not None and any(query.text for query in queries)
        cells = [f"{out[key]:.2f}" for key in ("P@1", "Hit@9", "nDCG@9", "color", "titled")]
        for part in ({"picture": False}, {"text": False}):
            cells.append(f"{self.figures(queries, self.vectors(queries, change, **part), self.alone[0])['P@1']:.2f}" if joint else "")
        print(f"| {name} | {len(queries)} | {' | '.join(cells)} |")
        return out

    def leopard(self, count: int = 50) -> None:
        kind, leopard = self.sources.kinds.index("phone case"), self.sources.prints.index("leopard")
        subjects = self.sources.exact_subjects[leopard, self.sources.natural][:count]
        queries = [Query("phone case with this", int(row), kind, leopard, self.sources.natural) for row in subjects]
        order = (self.vectors(queries) @ self.alone[0].T).argsort(1, descending=True)[:, :9].numpy()
        kinds, prints = self.pictures.kind[self.catalog][order], self.pictures.print[self.catalog][order]
        first = int(((kinds[:, 0] == kind) & (prints[:, 0] == leopard)).sum())
        stock = int(((self.pictures.kind[self.catalog] == kind) & (self.pictures.print[self.catalog] == leopard)).sum())
        print(f"\nLeopard + \"phone case with this\", {stock} leopard phone cases among {CATALOG}: first in {first} of {len(queries)}; phone cases among the nine: {(kinds == kind).sum(1).mean():.2f}")

    def by_print(self, count: int = 50) -> None:
        print("\n| subject + \"phone case with this\" | first has the print | first is a phone case | phone cases in 9 | print head right |\n|---|---|---|---|---|")
        kind = self.sources.kinds.index("phone case")
        for label, name in enumerate(self.sources.prints):
            rows = self.sources.subjects.get((label,))
            if rows is None:
                continue
            queries = [Query("phone case with this", int(row), kind, label, 0) for row in rows[:count]]
            pixels = self.pictures.pixels(np.array([query.picture for query in queries]))
            vectors, _, prints, _ = self.encoder(pixels, [query.text for query in queries])
            order = (vectors @ self.alone[0].T).argsort(1, descending=True)[:, :9].numpy()
            kinds = self.pictures.kind[self.catalog][order]
            shown = self.pictures.print[self.catalog][order[:, 0]]
            print(f"| {name} ({len(queries)}) | {(shown == label).mean():.2f} | {(kinds[:, 0] == kind).mean():.2f} | {(kinds == kind).sum(1).mean():.1f} | {(prints.argmax(1) == label).float().mean():.2f} |")

    def heads(self) -> dict[str, float]:
        """Accuracy of the heads on held-out pictures alone, and the probability, one half or more, from which a head is right nine times in ten."""
        print("\n| head | products right | withheld pairs right | subjects right | threshold | confident | right when confident |\n|---|---|---|---|---|---|---|")
        subjects = np.flatnonzero(~self.pictures.product)
        rows = np.concatenate([self.rest, subjects])
        logits = self.encoder(self.pictures.pixels(rows), [""] * len(rows))[1:]
        product = self.pictures.product[rows]
        thresholds = {}
        for name, scores in zip(("kind", "print", "color"), logits):
            probability, label = scores.softmax(1).max(1)
            right = (label.numpy() == getattr(self.pictures, name)[rows])
            withheld = self.pictures.withheld[rows] & product
            thresholds[name] = threshold(probability.numpy()[product], right[product])
            sure = probability.numpy()[product] >= thresholds[name]
            print(f"| {name} | {right[product].mean():.3f} | {right[withheld].mean():.3f} | {right[~product].mean():.3f} | {thresholds[name]} | {sure.mean():.2f} | {right[product][sure].mean():.3f} |")
        return thresholds


def threshold(probability: np.ndarray, right: np.ndarray) -> float:
    """The lowest of .5, .55 ... 1 whose confident answers are right at least 90 % of the time; 1 silences a head that has none."""
    for step in range(10, 20):
        sure = probability >= step / 20
        if sure.any() and right[sure].mean() >= 0.9:
            return step / 20
    return 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="folders drawn with --heldout")
    parser.add_argument("--run", type=Path, default=Path("build/pocket"))
    parser.add_argument("--model", type=Path, help="an exported folder to ask in place of the run's checkpoint, through ONNX Runtime")
    parser.add_argument("--asked", type=int, default=400, help="queries per row at most")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    pictures = Pictures(arguments.data)
    evaluation = Evaluation(pictures, Encoder(arguments.run, arguments.model), arguments.seed, arguments.asked)
    withheld = {(pictures.labels[0].index(kind), pictures.labels[1].index(print)) for kind, print in pictures.vocabulary["withheld"]}
    print(f"| query, {CATALOG} products by picture alone | queries | P@1 | Hit@9 | nDCG@9 | P@1, color too | titles too: P@1 | no picture: P@1 | no text: P@1 |\n|---|---|---|---|---|---|---|---|---|")
    composed = evaluation.queries("subject", lambda *pair: pair not in withheld)
    evaluation.row("subject + \"X with this\", seen pairs", composed)
    evaluation.row("same, withheld pairs", evaluation.queries("subject", lambda *pair: pair in withheld))
    evaluation.row("product + color change", evaluation.queries("recolor"))
    evaluation.row("product -> other kind", evaluation.queries("retarget"))
    evaluation.row("product + new print", evaluation.queries("reprint"))
    evaluation.row("text alone", evaluation.queries("words"))
    alone = evaluation.queries("picture")
    none = len(pictures.labels[0])
    evaluation.row("picture alone, product", [query for query in alone if query.kind != none])
    evaluation.row("picture alone, subject", [query for query in alone if query.kind == none])
    for name, change in (("turned 15", turned(15)), ("turned 45", turned(45)), ("exposure x .5", lambda x: x * 0.5), ("blurred 3 x 3", blurred), ("inset at 60 % in clutter", inset)):
        evaluation.row(f"subject + X, {name}", composed, change, ablate=False)
    kinds, prints, colors = pictures.labels
    slips = Random(11)
    evaluation.row("subject + X, a typo in each text", [Query(texts.typo(slips, q.text), q.picture, q.kind, q.print, q.color, q.named) for q in composed], ablate=False)
    long = [Query(f"{slips.choice(texts.LONG_OPENERS)}{q.text}{slips.choice(texts.LONG_CLOSERS)}", q.picture, q.kind, q.print, q.color, q.named) for q in composed]
    evaluation.row("subject + X, in a long letter", long, ablate=False)
    evaluation.leopard()
    evaluation.by_print()
    thresholds = evaluation.heads()
    if not arguments.model:
        (arguments.run / "thresholds.json").write_text(json.dumps(thresholds) + "\n")


if __name__ == "__main__":
    main()
