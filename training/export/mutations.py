"""
Bugs that an implementation of Visualized BGE can have, planted in ours. The proof of parity is worth what it sees: each must lie far outside the tolerance.

What happens inside the `vision` graph is planted in our PyTorch modules, whose tokens then go through the exported `encode` graph; everything else is
planted in what `encode` is given.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageOps
from torch import Tensor

from session import Item, JointSession, Words, normalize
from visualized_bge import VisualizedBGE

# Raw states of items, [B, W].
Run = Callable[[Sequence[Item]], np.ndarray]


@dataclass(frozen=True)
class Mutation:
    name: str
    # Which inputs show it: "joint", "padded" texts of different lengths, "text", or "files" of pictures.
    inputs: str
    run: Run


class Mutant:
    """Our side with its parts laid open."""

    def __init__(self, model: VisualizedBGE, session: JointSession) -> None:
        self.model, self.session = model, session

    def features(self, items: Sequence[Item]) -> Tensor:
        """EVA's features, class token first, before the final norm: [B, 1 + V, W]. One picture at a time, as the session does."""
        rule = self.session.manifest["picture"]
        pixels = (normalize(item.pixels[None], rule["mean"], rule["std"]) for item in items)
        return torch.cat([self.model.model_visual.visual(torch.from_numpy(picture)) for picture in pixels])

    @torch.inference_mode()
    def joint(
        self,
        items: Sequence[Item],
        *,
        features: Callable[[Tensor], Tensor] = lambda features: features[:, 1:],
        tokens: Callable[[Tensor], Tensor] | None = None,
        words: Callable[[Words], Words] = lambda words: words,
    ) -> np.ndarray:
        """A picture's way from features to tokens, and the words beside it, each as it should be unless given otherwise."""
        projected = self.model.visual_proj(features(self.features(items)))
        placed = self.model.place(projected, 1) if tokens is None else tokens(projected)
        given = self.session.words([item.ids for item in items], placed.shape[1])
        return self.session.join(placed.numpy(), words(given))[1]

    def text(self, items: Sequence[Item], words: Callable[[Words], Words] = lambda words: words) -> np.ndarray:
        tokens = np.zeros((len(items), 0, self.model.config.width), np.float32)
        return self.session.join(tokens, words(self.session.words([item.ids for item in items], 0)))[1]


def shifted(words: Words, by: int, cls: int = 0) -> Words:
    """The words' positions moved by `by`, that of [CLS] by `cls`."""
    positions = words.positions + by * words.mask
    positions[:, 0] = words.positions[:, 0] + cls
    return replace(words, positions=positions)


def longer(words: Words) -> Words:
    """A mask that takes the first padding for a word."""
    mask = words.mask.copy()
    mask[:, 1:] |= words.mask[:, :-1]
    return replace(words, mask=mask)


def mutations(mutant: Mutant) -> list[Mutation]:
    model, config = mutant.model, mutant.model.config
    embeddings, eva = model.bge_embeddings, model.model_visual.visual

    def placed(first: int, extra: Tensor | float = 0.0) -> Callable[[Tensor], Tensor]:
        return lambda projected: model.place(projected + extra, first)

    def behind_text(items: Sequence[Item]) -> np.ndarray:
        length = len(items[0].ids)
        return mutant.joint(items, tokens=placed(length), words=lambda words: shifted(words, -config.tokens))

    def without_text(items: Sequence[Item]) -> np.ndarray:
        return mutant.joint([replace(item, ids=[item.ids[0], item.ids[-1]]) for item in items])

    found = [
        Mutation("image positions off by one: 0 ... V-1", "joint", lambda items: mutant.joint(items, tokens=placed(0))),
        Mutation("image positions off by one: 2 ... V+1", "joint", lambda items: mutant.joint(items, tokens=placed(2))),
        Mutation("token type added to image tokens", "joint", lambda items: mutant.joint(items, tokens=placed(1, embeddings.token_type_embeddings.weight[0]))),
        Mutation("EVA's class token kept", "joint", lambda items: mutant.joint(items, features=lambda features: features)),
        Mutation("EVA's final norm applied", "joint", lambda items: mutant.joint(items, features=lambda features: eva.norm(features)[:, 1:])),
        Mutation("mask ignored", "padded", lambda items: mutant.text(items, lambda words: replace(words, mask=np.ones_like(words.mask)))),
        Mutation("text and image swapped", "joint", behind_text),
        Mutation("text ignored", "joint", without_text),
        Mutation("right padding read: one token too many", "padded", lambda items: mutant.text(items, longer)),
        Mutation("words beside a picture one place early", "joint", lambda items: mutant.joint(items, words=lambda words: shifted(words, -1))),
        Mutation("position offset wrong: text one place late", "text", lambda items: mutant.text(items, lambda words: shifted(words, 1))),
    ]
    if config.cls:
        found += [
            Mutation("m3's position offset wrong: text from 0", "text", lambda items: mutant.text(items, lambda words: shifted(words, -config.cls, -config.cls))),
            Mutation(
                "m3's position offset wrong: from 2 beside a picture", "joint",
                lambda items: mutant.joint(items, tokens=placed(1 + config.cls), words=lambda words: shifted(words, config.cls, config.cls)),
            ),
        ]
    return found


def scenes(size: int, seed: int = 5) -> list[Image.Image]:
    """
    Pictures to preprocess: wide, tall and odd, with slopes, edges and lines but no noise, which would make every resize look wrong. At these shapes
    the long side is truncated and the cut falls between two pixels; where neither happens, `cover` is no bug.
    """
    rng = np.random.default_rng(seed)
    made = []
    for short, scaled, tall in ((1.86, 1.54, False), (1.57, 1.6, True), (2.07, 1.83, False)):
        short = int(short * size)
        # Resized, the long side will be an odd number of pixels longer than `size`, and a half is lost.
        long = int((int(scaled * size / 2) * 2 + size % 2 + 1.5) * short / size)
        width, height = (short, long) if tall else (long, short)
        y, x = np.mgrid[0:height, 0:width] / size
        colors = np.stack([127 + 90 * np.sin(a * x + b * y + c) for a, b, c in rng.uniform(1, 6, (3, 3))], -1)
        scene = Image.fromarray(colors.round().astype(np.uint8), "RGB")
        pen = ImageDraw.Draw(scene)
        for _ in range(12):
            left, top = rng.integers(0, width), rng.integers(0, height)
            box = (left, top, left + rng.integers(size // 8, size), top + rng.integers(size // 8, size))
            color = tuple(int(value) for value in rng.integers(0, 256, 3))
            (pen.ellipse if rng.random() < 0.5 else pen.rectangle)([int(side) for side in box], fill=color, outline=(0, 0, 0), width=2)
        made.append(scene)
    return made


def exact_pixels(scene: Image.Image, size: int) -> np.ndarray:
    """The manifest's rule: short side to `size`, long side truncated, bicubic, cut out of the middle."""
    short, long = sorted(scene.size)
    scaled = size * long // short
    resized = scene.resize((size, scaled) if scene.size[0] <= scene.size[1] else (scaled, size), Image.Resampling.BICUBIC)
    left, top = (round((side - size) / 2) for side in resized.size)
    return np.asarray(resized.crop((left, top, left + size, top + size)))


def cover_pixels(scene: Image.Image, size: int) -> np.ndarray:
    """What `cover` means elsewhere: the middle is cut out first, and resized then."""
    return np.asarray(ImageOps.fit(scene, (size, size), Image.Resampling.BICUBIC))
