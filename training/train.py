"""Trains the pocket encoder on drawn pictures and a few photos. Stopped at any step, it goes on from its checkpoint with the same batches."""

import argparse
import json
import math
import os
import time
from pathlib import Path
from random import Random

import numpy as np
import torch
from torch import Tensor

import lexicon
import texts
from losses import LIKENESS_WEIGHT, NO_LABEL, attributes, contrast, histograms, likeness
from model import WIDTH, Pocket
from photos import Photos
from pictures import Pictures, augmented, normalized, reframed, resized
from tasks import SAME_KIND, Tasks, relevance
from warm import warm_start
from wordpiece import batch as tokenized
from wordpiece import load_tokenizer, train_tokenizer

WARM_UP = 60
WEIGHT_DECAY = 0.05
ATTRIBUTE_WEIGHT = 0.5
PHOTO_WEIGHT = 0.6
SIGHT_BATCH = 128
LONG = 14  # tokens; longer queries are encoded apart, so that one letter does not pad a whole batch
# Pictures grow: small ones learn faster by the minute. "sight" is the stem by itself, on attributes.
SCHEDULE = "sight 64 1500 2e-3, joint 64 1200 2e-3, sight 96 800 1.5e-3, joint 96 1500 1.5e-3, joint 112 700 8e-4"


def corpus(pictures: Pictures, photos: Photos, rng: Random, rounds: int = 30_000):
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
        yield photos.words(rng, rng.choice(photos.records))


def rounds_of(schedule: str) -> list[dict]:
    """"joint 96 1500 2e-3, ...": what, side of the pictures in pixels, steps, learning rate at its highest."""
    rounds, start = [], 0
    for part in schedule.split(","):
        what, size, steps, rate = part.split()
        rounds.append({"what": what, "size": int(size), "from": start, "to": start + int(steps), "rate": float(rate)})
        start += int(steps)
    return rounds


class Trainer:
    def __init__(self, arguments: argparse.Namespace) -> None:
        self.arguments = arguments
        self.run: Path = arguments.run
        self.run.mkdir(parents=True, exist_ok=True)
        self.pictures = Pictures(arguments.data)
        self.photos = Photos(arguments.photos)
        if (self.pictures.withheld & self.pictures.product).any():
            raise SystemExit("The pictures hold withheld pairs, which are for evaluation alone.")
        lexicon.check(*self.pictures.labels)
        self.tasks = Tasks(self.pictures)
        path = self.run / "tokenizer.json"
        if not path.exists():
            tokenizer = train_tokenizer(corpus(self.pictures, self.photos, Random(arguments.seed)))
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
            [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": [*rest, self.scale], "weight_decay": 0.0}], lr=1e-3, betas=(0.9, 0.98), fused=True
        )
        self.step, self.pairs, self.seconds = 0, 0, 0.0
        self.rounds = rounds_of(arguments.schedule)
        if not self.resume() and arguments.warm:
            rows = np.array(self.tasks.sight(Random(arguments.seed), 256))
            warm_start(self.pocket, self.tokenizer, arguments.warm, normalized(resized(self.pictures.pixels(rows), 96)))
            print(f"begins with the weights of {arguments.warm}")

    def resume(self) -> bool:
        path = self.run / "checkpoint.pt"
        if not path.exists():
            return False
        saved = torch.load(path, map_location="cpu", weights_only=True)
        self.pocket.load_state_dict(saved["model"])
        self.probe.load_state_dict(saved["probe"])
        self.scale.data.fill_(saved["scale"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.step, self.pairs, self.seconds = saved["step"], saved["pairs"], saved["seconds"]
        begun = lambda rounds: [round for round in rounds if round["from"] < self.step]  # noqa: E731
        if begun(rounds_of(saved["schedule"])) != begun(self.rounds):
            raise SystemExit(f"This run was begun with another schedule: --schedule \"{saved['schedule']}\". Only rounds to come can be changed.")
        print(f"resumed at step {self.step} of {self.rounds[-1]['to']}")
        return True

    def save(self) -> None:
        state = {
            "model": self.pocket.state_dict(), "probe": self.probe.state_dict(), "optimizer": self.optimizer.state_dict(), "scale": self.scale.item(), "step": self.step, "pairs": self.pairs, "seconds": self.seconds, "schedule": self.arguments.schedule,
            "vocabulary": self.pictures.vocabulary, "pieces": self.tokenizer.get_vocab_size(),
        }
        torch.save(state, self.run / "checkpoint.tmp")
        os.replace(self.run / "checkpoint.tmp", self.run / "checkpoint.pt")

    def rate(self, round: dict) -> float:
        done = self.step - round["from"]
        progress = done / (round["to"] - round["from"])
        return round["rate"] * min(1.0, (done + 1) / WARM_UP) * (0.05 + 0.95 * (1 + math.cos(math.pi * progress)) / 2)

    def encode(self, words: list[str], pictured: list[bool], tokens: Tensor) -> tuple[Tensor, ...]:
        """In groups by what they hold and how long they are; `tokens` has a row per query with a picture, in order."""
        row = {i: n for n, i in enumerate(i for i, has in enumerate(pictured) if has)}
        lengths = [len(item.ids) for item in self.tokenizer.encode_batch(words)]
        groups: dict[tuple[bool, int], list[int]] = {}
        for i, length in enumerate(lengths):
            groups.setdefault((i in row, 0 if length <= 2 else 1 if length <= LONG else 2), []).append(i)
        outputs, order = [], []
        for (joint, _), members in groups.items():
            given = tokens[[row[i] for i in members]] if joint else tokens.new_zeros(len(members), 0, tokens.shape[2])
            outputs.append(self.pocket.encode(given, *tokenized(self.tokenizer, [words[i] for i in members], joint)))
            order += members
        back = torch.tensor(np.argsort(order))
        return tuple(torch.cat(parts)[back] for parts in zip(*outputs))

    def labels(self, rows: np.ndarray) -> list[Tensor]:
        return [torch.from_numpy(getattr(self.pictures, name)[rows]) for name in ("kind", "print", "color")]

    def sight_step(self, round: dict, rng: Random, random: torch.Generator) -> dict[str, float]:
        """The stem by itself: three times the pictures a second of a joint step. Where the channels are shuffled the print stays and the color is not asked."""
        rows = np.array(self.tasks.sight(rng, SIGHT_BATCH))
        pixels = augmented(resized(self.pictures.pixels(rows), round["size"]), 0.25, 0.15, random)
        shuffled = torch.rand(len(rows), generator=random) < 0.4
        pixels[shuffled] = pixels[shuffled][:, torch.randperm(3, generator=random)]
        with torch.autocast("cpu", torch.bfloat16, enabled=self.arguments.bf16):
            seen = self.pocket.vision(normalized(pixels).contiguous(memory_format=torch.channels_last))
        kind, print, color = self.probe(seen.float()).logsumexp(1).split(self.counts, 1)
        kinds, prints, colors = self.labels(rows)
        loss = attributes((kind, print, color[~shuffled]), [kinds, prints, colors[~shuffled]])
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.descend(round)
        right = {"kind": kind.argmax(1) == kinds, "print": print.argmax(1) == prints, "color": (color.argmax(1) == colors)[~shuffled]}
        return {"probed": loss.item(), **{name: value.float().mean().item() for name, value in right.items()}}

    def descend(self, round: dict) -> None:
        torch.nn.utils.clip_grad_norm_(self.pocket.parameters(), 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate(round)
        self.optimizer.step()

    def joint_step(self, round: dict, rng: Random, random: torch.Generator) -> dict[str, float]:
        """Drawings and photos go through the stem as one batch, so that its norms know both; each kind competes among its own."""
        size, scale = round["size"], self.scale.exp().clamp(max=60)
        batch, photos = self.tasks.batch(rng, self.arguments.batch), self.photos.batch(rng, self.arguments.photo_batch)
        products = np.array(batch.products)
        sources = np.array([query.picture for query in batch.queries if query.picture is not None])
        drawn = lambda rows, mild, strong: augmented(resized(self.pictures.pixels(rows), size), mild, strong, random)  # noqa: E731
        taken = lambda rows, tints: resized(reframed(self.photos.pixels(rows, tints), random), size)  # noqa: E731
        parts = [drawn(sources, 0.30, 0.20), drawn(products, 0.15, 0.03), taken([row for row in photos.pictures if row is not None], photos.picture_tints), taken(photos.products, photos.product_tints)]
        seen = self.pocket.vision(normalized(torch.cat(parts)).contiguous(memory_format=torch.channels_last))
        asked, shown, photos_asked, photos_shown = seen.split([len(part) for part in parts])
        query, *query_heads = self.encode([q.text for q in batch.queries], [q.picture is not None for q in batch.queries], asked)
        product, *product_heads = self.encode(batch.titles, [True] * len(products), shown)
        photo_query, *_ = self.encode(photos.words, [row is not None for row in photos.pictures], photos_asked)
        photo, *photo_heads = self.encode(photos.titles, [True] * len(photos.products), photos_shown)
        weights = torch.from_numpy(relevance(batch.queries, self.pictures, products, SAME_KIND, batch.names))
        loss = contrast(query, product, weights, scale)
        stated = attributes(query_heads, [torch.tensor([getattr(q, name) for q in batch.queries]) for name in ("kind", "print", "color")])
        stated = stated + attributes(product_heads, self.labels(products))
        probed = attributes(self.probe(torch.cat([asked, shown]).float()).logsumexp(1).split(self.counts, 1), self.labels(np.concatenate([sources, products])))
        names = self.pictures.labels[2]
        colors = torch.tensor([names.index(color) if color else NO_LABEL for color in photos.colors])
        alone = torch.tensor([i for i, (words, row) in enumerate(zip(photos.words, photos.pictures)) if row is not None and not words], dtype=torch.long)
        among = torch.cumsum(torch.tensor([row is not None for row in photos.pictures]), 0)[alone] - 1
        real = contrast(photo_query, photo, torch.from_numpy(photos.weights), scale) + 0.25 * attributes((photo_heads[2],), [colors])
        if len(alone) > 1:
            real = real + LIKENESS_WEIGHT * likeness(photo_query[alone], photo, histograms(parts[2])[among], histograms(parts[3]), scale)
        self.optimizer.zero_grad(set_to_none=True)
        (loss + ATTRIBUTE_WEIGHT * (stated + probed) + PHOTO_WEIGHT * real).backward()
        self.descend(round)
        with torch.no_grad():
            first = (query @ product.T).argmax(1)
            found = (photo_query @ photo.T).argmax(1)
            plain = torch.tensor([not title for title in batch.titles])
            right = [(head.argmax(1) == labels)[plain].float().mean().item() for head, labels in zip(product_heads, self.labels(products))]
        top = lambda weights, first: weights[torch.arange(len(first)), first].gt(SAME_KIND).float().mean().item()  # noqa: E731
        figures = {"loss": loss.item(), "stated": stated.item(), "probed": probed.item(), "real": real.item(), "top1": top(weights, first), "photo1": top(torch.from_numpy(photos.weights), found)}
        return figures | dict(zip(("kind", "print", "color"), right))

    def train(self) -> None:
        self.pocket.train()
        started = time.perf_counter()
        recent: list[dict[str, float]] = []
        for round in self.rounds:
            while round["from"] <= self.step < round["to"]:
                if time.perf_counter() - started > self.arguments.minutes * 60:
                    self.save()
                    print(f"stopped after {self.arguments.minutes} minutes; the same command goes on")
                    return
                before = time.perf_counter()
                # Every step has its own generators, so that a resumed run draws what an unbroken one would have.
                rng, random = Random(f"{self.arguments.seed} {self.step}"), torch.Generator().manual_seed(self.arguments.seed * 1_000_003 + self.step)
                if round["what"] == "sight":
                    recent.append(self.sight_step(round, rng, random))
                else:
                    recent.append(self.joint_step(round, rng, random))
                    self.pairs += self.arguments.batch
                self.step += 1
                self.seconds += time.perf_counter() - before
                if self.step % self.arguments.report == 0 or self.step == round["to"]:
                    means = {name: sum(item[name] for item in recent) / len(recent) for name in recent[0]}
                    line = {"step": self.step, "size": round["size"], "pairs": self.pairs, "minutes": self.seconds / 60, **means}
                    print(json.dumps({name: value if isinstance(value, int) else float(f"{value:.3f}") for name, value in line.items()}), flush=True)
                    recent = []
                if self.step % 50 == 0 or self.step == round["to"]:
                    self.save()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="folders that draw.ts wrote")
    parser.add_argument("--photos", type=Path, default=Path("build/photos"), help="what photos.ts wrote")
    parser.add_argument("--run", type=Path, default=Path("build/pocket"), help="checkpoint and tokenizer")
    parser.add_argument("--schedule", default=SCHEDULE, help='rounds, each with a cosine of its own: "sight 64 1500 2e-3, joint 96 900 1e-3" (what, pixels, steps, rate)')
    parser.add_argument("--warm", type=Path, help="a published folder whose weights a new run begins with, such as models/pocket")
    parser.add_argument("--minutes", type=float, default=90, help="after so many it stops at a checkpoint")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--photo-batch", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--report", type=int, default=25, help="steps between two lines of progress")
    parser.add_argument("--bf16", action=argparse.BooleanOptionalAction, default=torch.cpu._is_avx512_bf16_supported(), help="half precision in rounds of sight, where the processor has it: elsewhere, and for the transformer, it is slower")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    Trainer(arguments).train()


if __name__ == "__main__":
    main()
