"""What the tokenizer is trained on."""

from collections.abc import Iterator
from random import Random

import texts
from photos import Photos
from pictures import Pictures


def corpus(pictures: Pictures, photos: Photos, rng: Random, rounds: int = 30_000) -> Iterator[str]:
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
