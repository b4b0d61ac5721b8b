"""Trains the pocket encoder from nothing on drawn pictures. Stopped at any step, it goes on from its checkpoint with the same batches."""

import argparse
import json
import math
import os
import time
from pathlib import Path
from random import Random

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

import lexicon
import texts
from model import SIZE, WIDTH, Pocket
from pictures import Pictures, augmented, normalized, resized
from tasks import SAME_KIND, Query, Tasks, relevance
from wordpiece import batch as tokenized
from wordpiece import load_tokenizer, train_tokenizer

WARM_UP = 60
WEIGHT_DECAY = 0.05
ATTRIBUTE_WEIGHT = 0.5
SMALL = 64
SIGHT_BATCH = 128
LONG = 14  # tokens; longer queries are encoded apart, so that one letter does not pad a whole batch


def corpus(pictures: Pictures, rng: Random, rounds: int = 30_000):
    kinds, prints, colors = pictures.labels
    for record in pictures.records:
        if record["title"]:
            yield record["title"]
    for _ in range(rounds):
        kind, print, color = rng.choice(kinds), rng.choice(prints), rng.choice(colors)
        yield texts.keep_pattern(rng, kind, rng.choice([None, None, color]))
        yield texts.recolor(rng, kind, color)
        yield texts.reprint(rng, kind, print)
        yield texts.describe(rng, kind, print, rng.choice([None, color]))
        yield texts.title(rng, kind, print, color)


def contrast(queries: Tensor, products: Tensor, weights: Tensor, scale: Tensor) -> Tensor:
    """InfoNCE both ways; a row's target is its weights as a distribution. Products that answer no query stay wrong answers and ask nothing themselves."""
    logits = scale * queries @ products.T
    forward = soft_cross_entropy(logits, weights)
    asked = weights.amax(0) > SAME_KIND
    return (forward + soft_cross_entropy(logits.T[asked], weights.T[asked])) / 2


def soft_cross_entropy(logits: Tensor, weights: Tensor) -> Tensor:
    target = weights / weights.sum(1, keepdim=True)
    return -(target * F.log_softmax(logits, 1)).sum(1).mean()


def attributes(heads: tuple[Tensor, ...], labels: list[Tensor]) -> Tensor:
    return sum(F.cross_entropy(logits.float(), wanted) for logits, wanted in zip(heads, labels))


class Trainer:
    def __init__(self, arguments: argparse.Namespace) -> None:
        self.arguments = arguments
        self.run: Path = arguments.run
        self.run.mkdir(parents=True, exist_ok=True)
        self.pictures = Pictures(arguments.data)
        if (self.pictures.withheld & self.pictures.product).any():
            raise SystemExit("The pictures hold withheld pairs, which are for evaluation alone: draw the training set without --heldout.")
        lexicon.check(*self.pictures.labels)
        self.tasks = Tasks(self.pictures)
        path = self.run / "tokenizer.json"
        if not path.exists():
            tokenizer = train_tokenizer(corpus(self.pictures, Random(arguments.seed)))
            tokenizer.no_truncation()
            tokenizer.save(str(path))
        self.tokenizer = load_tokenizer(path)
        torch.manual_seed(arguments.seed)
        self.pocket = Pocket(self.tokenizer.get_vocab_size(), *(len(labels) + 1 for labels in self.pictures.labels))
        self.scale = torch.nn.Parameter(torch.tensor(math.log(14.0)))
        # Reads the attributes off the picture tokens, for training alone: the stem learns prints sooner when the error does not come through the transformer.
        self.counts = [len(labels) + 1 for labels in self.pictures.labels]
        self.probe = torch.nn.Linear(WIDTH, sum(self.counts))
        learned = [*self.pocket.parameters(), *self.probe.parameters()]
        decayed = [p for p in learned if p.ndim > 1]
        rest = [p for p in learned if p.ndim <= 1]
        self.optimizer = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": [*rest, self.scale], "weight_decay": 0.0}], lr=arguments.rate, betas=(0.9, 0.98), fused=True
        )
        self.step, self.pairs, self.seconds = 0, 0, 0.0
        self.begin(arguments.sight + arguments.steps, arguments.small_steps)
        self.resume()

    def begin(self, steps: int, small: int) -> None:
        joint = self.step + self.arguments.sight
        self.round = {"from": self.step, "joint": joint, "small": joint + small, "to": self.step + steps, "rate": self.arguments.rate}

    def resume(self) -> None:
        path = self.run / "checkpoint.pt"
        if not path.exists():
            return
        saved = torch.load(path, map_location="cpu", weights_only=True)
        self.pocket.load_state_dict(saved["model"])
        self.probe.load_state_dict(saved["probe"])
        self.scale.data.fill_(saved["scale"])
        self.step, self.pairs, self.seconds, self.round = saved["step"], saved["pairs"], saved["seconds"], saved["round"]
        if self.step >= self.round["to"] and self.arguments.extend:
            self.begin(self.arguments.sight + self.arguments.extend, 0)
        else:
            self.optimizer.load_state_dict(saved["optimizer"])
        print(f"resumed at step {self.step} of {self.round['to']}")

    def save(self) -> None:
        state = {
            "model": self.pocket.state_dict(), "probe": self.probe.state_dict(), "optimizer": self.optimizer.state_dict(), "scale": self.scale.item(), "step": self.step, "pairs": self.pairs, "seconds": self.seconds,
            "round": self.round, "vocabulary": self.pictures.vocabulary, "pieces": self.tokenizer.get_vocab_size(),
        }
        torch.save(state, self.run / "checkpoint.tmp")
        os.replace(self.run / "checkpoint.tmp", self.run / "checkpoint.pt")

    def rate(self) -> float:
        first, last = (self.round["from"], self.round["joint"]) if self.step < self.round["joint"] else (self.round["joint"], self.round["to"])
        done = self.step - first
        progress = done / (last - first)
        return self.round["rate"] * min(1.0, (done + 1) / WARM_UP) * (0.02 + 0.98 * (1 + math.cos(math.pi * progress)) / 2)

    def tokens(self, rows: np.ndarray, size: int, mild: float, strong: float, random: torch.Generator) -> Tensor:
        pixels = augmented(resized(self.pictures.pixels(rows), size), mild, strong, random)
        return normalized(pixels)

    def encode(self, queries: list[Query], tokens: Tensor) -> tuple[Tensor, ...]:
        """In groups by what they hold and how long they are; `tokens` has a row per query with a picture, in order."""
        row = {i: n for n, i in enumerate(i for i, query in enumerate(queries) if query.picture is not None)}
        lengths = [len(item.ids) for item in self.tokenizer.encode_batch([query.text for query in queries])]
        groups: dict[tuple[bool, bool], list[int]] = {}
        for i, length in enumerate(lengths):
            groups.setdefault((i in row, length > LONG), []).append(i)
        outputs, order = [], []
        for (joint, _), members in groups.items():
            given = tokens[[row[i] for i in members]] if joint else tokens.new_zeros(len(members), 0, tokens.shape[2])
            outputs.append(self.pocket.encode(given, *tokenized(self.tokenizer, [queries[i].text for i in members], joint)))
            order += members
        back = torch.tensor(np.argsort(order))
        return tuple(torch.cat(parts)[back] for parts in zip(*outputs))

    def sight_step(self, rng: Random, random: torch.Generator) -> dict[str, float]:
        """The stem by itself: three times the pictures a second of a joint step. Where the channels are shuffled the print stays and the color is not asked."""
        rows = np.array(self.tasks.sight(rng, SIGHT_BATCH))
        pixels = augmented(self.pictures.pixels(rows), 0.25, 0.1, random)
        shuffled = torch.rand(len(rows), generator=random) < 0.4
        pixels[shuffled] = pixels[shuffled][:, torch.randperm(3, generator=random)]
        with torch.autocast("cpu", torch.bfloat16, enabled=self.arguments.bf16):
            seen = self.pocket.vision(normalized(pixels).contiguous(memory_format=torch.channels_last))
        kind, print, color = self.probe(seen.float()).logsumexp(1).split(self.counts, 1)
        kinds, prints, colors = (torch.from_numpy(getattr(self.pictures, name)[rows]) for name in ("kind", "print", "color"))
        loss = attributes((kind, print, color[~shuffled]), [kinds, prints, colors[~shuffled]])
        self.optimizer.zero_grad(set_to_none=True)
        torch.set_num_threads(1)  # as in a joint step
        loss.backward()
        torch.set_num_threads(self.arguments.threads)
        self.descend()
        right = {"kind": kind.argmax(1) == kinds, "print": print.argmax(1) == prints, "color": (color.argmax(1) == colors)[~shuffled]}
        return {"probed": loss.item(), **{name: value.float().mean().item() for name, value in right.items()}}

    def descend(self) -> None:
        torch.nn.utils.clip_grad_norm_(self.pocket.parameters(), 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()
        self.optimizer.step()

    def joint_step(self, rng: Random, random: torch.Generator) -> dict[str, float]:
        size = SMALL if self.step < self.round["small"] else SIZE
        batch = self.tasks.batch(rng, self.arguments.batch)
        products = np.array(batch.products)
        sources = np.array([query.picture for query in batch.queries if query.picture is not None])
        asked = self.tokens(sources, size, 0.30, 0.15, random)
        shown = self.tokens(products, size, 0.15, 0.02, random)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.arguments.bf16):
            seen = self.pocket.vision(torch.cat([asked, shown]).contiguous(memory_format=torch.channels_last))
            tokens = seen.detach().requires_grad_()
            query, *query_heads = self.encode(batch.queries, tokens[: len(sources)])
            product, *product_heads = self.pocket.encode(tokens[len(sources) :], *tokenized(self.tokenizer, batch.titles, True))
        weights = torch.from_numpy(relevance(batch.queries, self.pictures, products, SAME_KIND))
        loss = contrast(query, product, weights, self.scale.exp().clamp(max=60))
        query_labels = [torch.tensor([getattr(q, name) for q in batch.queries]) for name in ("kind", "print", "color")]
        product_labels = [torch.from_numpy(getattr(self.pictures, name)[products]) for name in ("kind", "print", "color")]
        stated = attributes(query_heads, query_labels) + attributes(product_heads, product_labels)
        seen_rows = np.concatenate([sources, products])
        probed = (self.probe(tokens.float()).logsumexp(1)).split(self.counts, 1)
        probed_loss = attributes(probed, [torch.from_numpy(getattr(self.pictures, name)[seen_rows]) for name in ("kind", "print", "color")])
        self.optimizer.zero_grad(set_to_none=True)
        (loss + ATTRIBUTE_WEIGHT * (stated + probed_loss)).backward()
        # oneDNN's weight gradients of convolutions spin at barriers between threads: on cores that others use too, one thread is far faster than two.
        torch.set_num_threads(1)
        seen.backward(tokens.grad)
        torch.set_num_threads(self.arguments.threads)
        self.descend()
        with torch.no_grad():
            first = (query @ product.T).argmax(1)
            alone = torch.tensor([not title for title in batch.titles])
            right = [(head.argmax(1) == labels)[alone].float().mean().item() for head, labels in zip(product_heads, product_labels)]
        return {"loss": loss.item(), "stated": stated.item(), "probed": probed_loss.item(), "top1": weights[torch.arange(len(first)), first].gt(SAME_KIND).float().mean().item(), **dict(zip(("kind", "print", "color"), right))}

    def train(self) -> None:
        self.pocket.train()
        recent: list[dict[str, float]] = []
        while self.step < self.round["to"]:
            started = time.perf_counter()
            # Every step has its own generators, so that a resumed run draws what an unbroken one would have.
            rng, random = Random(f"{self.arguments.seed} {self.step}"), torch.Generator().manual_seed(self.arguments.seed * 1_000_003 + self.step)
            if self.step < self.round["joint"]:
                recent.append(self.sight_step(rng, random))
            else:
                recent.append(self.joint_step(rng, random))
                self.pairs += self.arguments.batch
            self.step += 1
            self.seconds += time.perf_counter() - started
            if self.step % self.arguments.report == 0 or self.step in (self.round["joint"], self.round["to"]):
                means = {name: sum(item[name] for item in recent) / len(recent) for name in recent[0]}
                line = {"step": self.step, "pairs": self.pairs, "minutes": round(self.seconds / 60, 2), **{name: round(value, 3) for name, value in means.items()}}
                print(json.dumps(line), flush=True)
                recent = []
            if self.step % 100 == 0 or self.step == self.round["to"]:
                self.save()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="folders that draw.ts wrote")
    parser.add_argument("--run", type=Path, default=Path("build/pocket"), help="checkpoint and tokenizer")
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--small-steps", type=int, default=1500, help="how many of them see 64 px, which learns faster per second than 96 px")
    parser.add_argument("--sight", type=int, default=0, help="before the joint steps of a round: so many of the picture side by itself, on attributes")
    parser.add_argument("--extend", type=int, default=0, help="after a finished run: so many more joint steps at 96 px, on a fresh cosine from --rate")
    parser.add_argument("--batch", type=int, default=96)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--report", type=int, default=25, help="steps between two lines of progress")
    parser.add_argument("--bf16", action=argparse.BooleanOptionalAction, default=True)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    Trainer(arguments).train()


if __name__ == "__main__":
    main()
