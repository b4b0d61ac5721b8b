"""The model with what it learns by: one step of sight, or of queries and their answers."""

import math
from random import Random

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from losses import LIKENESS_WEIGHT, NO_LABEL, attributes, contrast, histograms, likeness
from model import WIDTH, Pocket
from photos import Photos
from pictures import Pictures, augmented, normalized, reframed, resized
from relevance import SAME_KIND, relevance
from tasks import Tasks
from wordpiece import batch as tokenized

WEIGHT_DECAY = 0.05
ATTRIBUTE_WEIGHT = 0.5
PHOTO_WEIGHT = 0.6
PHOTO_COLOR_WEIGHT = 0.4  # within a photo's share
SIGHT_BATCH = 128
LONG = 14  # tokens; longer queries are encoded apart, so that one letter does not pad a whole batch


class Learner:
    """@param batches drawn and photo queries of a joint step. @param bf16 half precision for the stem."""

    def __init__(self, pictures: Pictures, photos: Photos, tokenizer: Tokenizer, seed: int, batches: tuple[int, int], bf16: bool) -> None:
        self.pictures, self.photos, self.tokenizer, self.batches, self.bf16 = pictures, photos, tokenizer, batches, bf16
        self.tasks = Tasks(pictures)
        torch.manual_seed(seed)
        self.counts = [len(labels) + 1 for labels in pictures.labels]
        self.pocket = Pocket(tokenizer.get_vocab_size(), *self.counts)
        self.scale = torch.nn.Parameter(torch.tensor(math.log(14.0)))
        # Reads the attributes off the picture tokens, for training alone: the stem learns prints sooner when the error does not come through the transformer.
        self.probe = torch.nn.Linear(WIDTH, sum(self.counts))
        learned = [*self.pocket.parameters(), *self.probe.parameters()]
        decayed = [p for p in learned if p.ndim > 1]
        rest = [p for p in learned if p.ndim <= 1]
        self.optimizer = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": [*rest, self.scale], "weight_decay": 0.0}], lr=1e-3, betas=(0.9, 0.98), fused=True
        )

    def state(self) -> dict:
        return {"model": self.pocket.state_dict(), "probe": self.probe.state_dict(), "optimizer": self.optimizer.state_dict(), "scale": self.scale.item()}

    def load(self, saved: dict) -> None:
        self.pocket.load_state_dict(saved["model"])
        self.probe.load_state_dict(saved["probe"])
        self.scale.data.fill_(saved["scale"])
        self.optimizer.load_state_dict(saved["optimizer"])

    def descend(self, loss: Tensor, rate: float) -> None:
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.pocket.parameters(), 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()

    def seen(self, pixels: Tensor) -> Tensor:
        """[B, 3, S, S] in [0, 1] -> picture tokens, float32 whatever the stem worked in."""
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            return self.pocket.vision(normalized(pixels).contiguous(memory_format=torch.channels_last)).float()

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

    def sight(self, size: int, rate: float, rng: Random, random: torch.Generator) -> dict[str, float]:
        """The stem by itself: three times the pictures a second of a joint step. Where the channels are shuffled the print stays and the color is not asked."""
        rows = np.array(self.tasks.sight(rng, SIGHT_BATCH))
        pixels = augmented(resized(self.pictures.pixels(rows), size), 0.25, 0.15, random)
        shuffled = torch.rand(len(rows), generator=random) < 0.4
        pixels[shuffled] = pixels[shuffled][:, torch.randperm(3, generator=random)]
        kind, print, color = self.probe(self.seen(pixels)).logsumexp(1).split(self.counts, 1)
        kinds, prints, colors = self.labels(rows)
        loss = attributes((kind, print, color[~shuffled]), [kinds, prints, colors[~shuffled]])
        self.descend(loss, rate)
        right = {"kind": kind.argmax(1) == kinds, "print": print.argmax(1) == prints, "color": (color.argmax(1) == colors)[~shuffled]}
        return {"probed": loss.item(), **{name: value.float().mean().item() for name, value in right.items()}}

    def joint(self, size: int, rate: float, rng: Random, random: torch.Generator) -> dict[str, float]:
        """Drawings and photos go through the stem as one batch, so that its norms know both; each kind competes among its own."""
        scale = self.scale.exp().clamp(max=60)
        batch, photos = self.tasks.batch(rng, self.batches[0]), self.photos.batch(rng, self.batches[1])
        products = np.array(batch.products)
        sources = np.array([query.picture for query in batch.queries if query.picture is not None])
        drawn = lambda rows, mild, strong: augmented(resized(self.pictures.pixels(rows), size), mild, strong, random)  # noqa: E731
        taken = lambda rows, tints: resized(reframed(self.photos.pixels(rows, tints), random), size)  # noqa: E731
        parts = [drawn(sources, 0.30, 0.20), drawn(products, 0.15, 0.03), taken([row for row in photos.pictures if row is not None], photos.picture_tints), taken(photos.products, photos.product_tints)]
        asked, shown, photos_asked, photos_shown = self.seen(torch.cat(parts)).split([len(part) for part in parts])
        query, *query_heads = self.encode([q.text for q in batch.queries], [q.picture is not None for q in batch.queries], asked)
        product, *product_heads = self.encode(batch.titles, [True] * len(products), shown)
        photo_query, *_ = self.encode(photos.words, [row is not None for row in photos.pictures], photos_asked)
        photo, *photo_heads = self.encode(photos.titles, [True] * len(photos.products), photos_shown)
        weights = torch.from_numpy(relevance(batch.queries, self.pictures, products, SAME_KIND, batch.names))
        loss = contrast(query, product, weights, scale)
        stated = attributes(query_heads, [torch.tensor([getattr(q, name) for q in batch.queries]) for name in ("kind", "print", "color")])
        stated = stated + attributes(product_heads, self.labels(products))
        probed = attributes(self.probe(torch.cat([asked, shown])).logsumexp(1).split(self.counts, 1), self.labels(np.concatenate([sources, products])))
        names = self.pictures.labels[2]
        colors = torch.tensor([names.index(color) if color else NO_LABEL for color in photos.colors])
        alone = torch.tensor([i for i, (words, row) in enumerate(zip(photos.words, photos.pictures)) if row is not None and not words], dtype=torch.long)
        among = torch.cumsum(torch.tensor([row is not None for row in photos.pictures]), 0)[alone] - 1
        real = contrast(photo_query, photo, torch.from_numpy(photos.weights), scale) + PHOTO_COLOR_WEIGHT * attributes((photo_heads[2],), [colors])
        if len(alone) > 1:
            real = real + LIKENESS_WEIGHT * likeness(photo_query[alone], photo, histograms(parts[2])[among], histograms(parts[3]), scale)
        self.descend(loss + ATTRIBUTE_WEIGHT * (stated + probed) + PHOTO_WEIGHT * real, rate)
        with torch.no_grad():
            first = (query @ product.T).argmax(1)
            found = (photo_query @ photo.T).argmax(1)
            plain = torch.tensor([not title for title in batch.titles])
            right = [(head.argmax(1) == labels)[plain].float().mean().item() for head, labels in zip(product_heads, self.labels(products))]
        top = lambda weights, first: weights[torch.arange(len(first)), first].gt(SAME_KIND).float().mean().item()  # noqa: E731
        figures = {"loss": loss.item(), "stated": stated.item(), "probed": probed.item(), "real": real.item(), "top1": top(weights, first), "photo1": top(torch.from_numpy(photos.weights), found)}
        return figures | dict(zip(("kind", "print", "color"), right))
