"""Trains the pocket encoder on drawn pictures and a few photos. Stopped at any step, it goes on from its checkpoint with the same batches."""

import argparse
import json
import os
import time
from pathlib import Path
from random import Random

import numpy as np
import torch

import lexicon
from corpus import corpus
from learner import Learner
from photos import Photos
from pictures import Pictures, normalized, resized
from schedule import SCHEDULE, agree, rounds_of
from warm import warm_start
from wordpiece import load_tokenizer, train_tokenizer


class Trainer:
    def __init__(self, arguments: argparse.Namespace) -> None:
        self.arguments = arguments
        self.run: Path = arguments.run
        self.run.mkdir(parents=True, exist_ok=True)
        pictures, photos = Pictures(arguments.data), Photos(arguments.photos)
        if (pictures.withheld & pictures.product).any():
            raise SystemExit("The pictures hold withheld pairs, which are for evaluation alone.")
        lexicon.check(*pictures.labels)
        path = self.run / "tokenizer.json"
        if not path.exists():
            tokenizer = train_tokenizer(corpus(pictures, photos, Random(arguments.seed)))
            tokenizer.no_truncation()
            tokenizer.save(str(path))
        self.learner = Learner(pictures, photos, load_tokenizer(path), arguments.seed, (arguments.batch, arguments.photo_batch), arguments.bf16)
        self.step, self.pairs, self.seconds = 0, 0, 0.0
        self.rounds = rounds_of(arguments.schedule)
        if not self.resume():
            self.begin()

    def begin(self) -> None:
        pictures, photos = self.learner.pictures, self.learner.photos
        rows = np.array(self.learner.tasks.sight(Random(self.arguments.seed), 256))
        drawn = normalized(resized(pictures.pixels(rows), 96))
        self.learner.pocket.colors.fit(torch.cat([drawn, normalized(resized(photos.pixels(list(range(len(photos.records))), []), 96))]))
        if self.arguments.warm:
            warm_start(self.learner.pocket, self.learner.tokenizer, self.arguments.warm, drawn)
            print(f"begins with the weights of {self.arguments.warm}")

    def resume(self) -> bool:
        path = self.run / "checkpoint.pt"
        if not path.exists():
            return False
        saved = torch.load(path, map_location="cpu", weights_only=True)
        self.learner.load(saved)
        self.step, self.pairs, self.seconds = saved["step"], saved["pairs"], saved["seconds"]
        if not agree(saved["schedule"], self.arguments.schedule, self.step):
            raise SystemExit(f"This run was begun with another schedule: --schedule \"{saved['schedule']}\". Only rounds to come can be changed.")
        print(f"resumed at step {self.step} of {self.rounds[-1].end}")
        return True

    def save(self) -> None:
        state = self.learner.state() | {
            "step": self.step, "pairs": self.pairs, "seconds": self.seconds, "schedule": self.arguments.schedule,
            "vocabulary": self.learner.pictures.vocabulary, "pieces": self.learner.tokenizer.get_vocab_size(),
        }
        torch.save(state, self.run / "checkpoint.tmp")
        os.replace(self.run / "checkpoint.tmp", self.run / "checkpoint.pt")

    def train(self) -> None:
        self.learner.pocket.train()
        started = time.perf_counter()
        recent: list[dict[str, float]] = []
        for round in self.rounds:
            while round.start <= self.step < round.end:
                if time.perf_counter() - started > self.arguments.minutes * 60:
                    self.save()
                    print(f"stopped after {self.arguments.minutes} minutes; the same command goes on")
                    return
                before = time.perf_counter()
                # Every step has its own generators, so that a resumed run draws what an unbroken one would have.
                rng, random = Random(f"{self.arguments.seed} {self.step}"), torch.Generator().manual_seed(self.arguments.seed * 1_000_003 + self.step)
                learn = self.learner.sight if round.what == "sight" else self.learner.joint
                recent.append(learn(round.size, round.rate_at(self.step), rng, random))
                self.pairs += 0 if round.what == "sight" else self.arguments.batch
                self.step += 1
                self.seconds += time.perf_counter() - before
                if self.step % self.arguments.report == 0 or self.step == round.end:
                    means = {name: sum(item[name] for item in recent) / len(recent) for name in recent[0]}
                    line = {"step": self.step, "size": round.size, "pairs": self.pairs, "minutes": self.seconds / 60, **means}
                    print(json.dumps({name: value if isinstance(value, int) else float(f"{value:.3f}") for name, value in line.items()}), flush=True)
                    recent = []
                if self.step % 50 == 0 or self.step == round.end:
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
    parser.add_argument("--photo-batch", type=int, default=32)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--report", type=int, default=25, help="steps between two lines of progress")
    parser.add_argument("--bf16", action=argparse.BooleanOptionalAction, default=torch.cpu._is_avx512_bf16_supported(), help="half precision for the stem, where the processor has it: elsewhere, and for the transformer, it is slower")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    Trainer(arguments).train()


if __name__ == "__main__":
    main()
