"""The drawn pictures, by their attributes, and what cameras and hands do to them."""

import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from model import MEAN, STD


class Pictures:
    """What `draw.ts` wrote, one folder or several of one vocabulary. Attributes are label indices; a subject's kind is `len(kinds)`, "none"."""

    def __init__(self, folders: list[Path]) -> None:
        self.vocabulary: dict = json.loads((folders[0] / "vocabulary.json").read_text())
        kinds, prints, colors = (self.vocabulary[name] for name in ("kinds", "prints", "colors"))
        records, pixels = [], []
        for folder in folders:
            if json.loads((folder / "vocabulary.json").read_text()) != self.vocabulary:
                raise ValueError(f"{folder} was drawn with another vocabulary than {folders[0]}; draw it again.")
            rows = [json.loads(line) for line in (folder / "records.jsonl").read_text().splitlines()]
            raw = np.memmap(folder / "pictures.rgb", np.uint8, "r")
            side = round((raw.size / len(rows) / 3) ** 0.5)
            records += rows
            pixels.append(raw.reshape(len(rows), side, side, 3))
        self.folders = pixels
        self.starts = np.cumsum([0, *(len(part) for part in pixels)])
        self.records = records
        self.product = np.array([record["type"] == "product" for record in records])
        self.kind = np.array([kinds.index(record["kind"]) if record["kind"] else len(kinds) for record in records])
        self.print = np.array([prints.index(record["print"]) for record in records])
        self.color = np.array([colors.index(record["color"]) for record in records])
        self.withheld = np.array([bool(record["withheld"]) for record in records])
        self.labels = kinds, prints, colors

    def __len__(self) -> int:
        return len(self.records)

    def pixels(self, rows: np.ndarray) -> Tensor:
        """[B, 3, S, S] float32 in [0, 1]."""
        parts = np.searchsorted(self.starts, rows, side="right") - 1
        picked = np.stack([self.folders[part][row - self.starts[part]] for part, row in zip(parts, rows)])
        return torch.from_numpy(picked).permute(0, 3, 1, 2).float().div_(255)

    def by(self, *names: str, subjects: bool = False) -> dict[tuple[int, ...], np.ndarray]:
        """Row numbers of the products (or subjects) of each combination of the named attributes."""
        groups = defaultdict(list)
        columns = [getattr(self, name) for name in names]
        for row in np.flatnonzero(self.product != subjects):
            groups[tuple(int(column[row]) for column in columns)].append(int(row))
        return {key: np.array(rows) for key, rows in groups.items()}


def resized(pixels: Tensor, size: int) -> Tensor:
    if pixels.shape[-1] == size:
        return pixels
    return F.interpolate(pixels, size=(size, size), mode="bilinear", antialias=True, align_corners=False)


def normalized(pixels: Tensor) -> Tensor:
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (MEAN, STD))
    return (pixels - mean) / std


def between(low: Tensor | float, high: Tensor | float, rows: int, random: Generator) -> Tensor:
    return low + (high - low) * torch.rand(rows, generator=random)


def mirrored(x: Tensor, random: Generator) -> Tensor:
    """Every other one."""
    return torch.where(torch.rand(len(x), 1, 1, 1, generator=random) < 0.5, x.flip(-1), x)


def seen_from(x: Tensor, angle: Tensor, zoom: Tensor, shift: Tensor, stretch: Tensor | float = 1.0) -> tuple[Tensor, Tensor]:
    """Each turned, scaled, moved and stretched, mirrored where it ends; and the places it was read at, past 1 where it had ended."""
    cos, sin = angle.cos() * zoom, angle.sin() * zoom
    theta = torch.stack([torch.stack([cos * stretch, -sin, shift[:, 0]], 1), torch.stack([sin * stretch, cos, shift[:, 1]], 1)], 1)
    grid = F.affine_grid(theta, list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, mode="bilinear", padding_mode="reflection", align_corners=False), grid


def augmented(pixels: Tensor, mild: float, strong: float, random: Generator) -> Tensor:
    """
    A share `mild` turned to 15 degrees, zoomed and relit a little; a share `strong` turned to 45 degrees, under- or overexposed, blurred, noisy,
    cropped or set small into clutter; the rest untouched but for mirroring, since the pictures that a catalog serves are.
    """
    rows = len(pixels)
    pixels = mirrored(pixels, random)
    draw = torch.rand(rows, generator=random)
    strength = (draw < strong).float() * 2 + ((draw >= strong) & (draw < strong + mild)).float()
    touched = torch.nonzero(strength).flatten()
    if len(touched) == 0:
        return pixels
    pixels = pixels.clone()
    pixels[touched] = distorted(pixels[touched], strength[touched] == 2, random)
    return pixels


def distorted(x: Tensor, hard: Tensor, random: Generator) -> Tensor:
    rows = len(x)
    angle = between(-1, 1, rows, random) * torch.where(hard, 45.0, 15.0).deg2rad()
    zoom = torch.where(hard, between(0.7, 1.7, rows, random), between(0.9, 1.15, rows, random))
    stretch = between(0.92, 1.08, rows, random)
    shift = (torch.rand(rows, 2, generator=random) * 2 - 1) * torch.where(hard, 0.3, 0.08)[:, None]
    moved, grid = seen_from(x, angle, zoom, shift, stretch)
    # Clutter: around half of the hard ones, a blur of some other picture of the batch shows where the frame ends.
    clutter = F.interpolate(F.avg_pool2d(x.roll(1, 0), 8), size=x.shape[-2:], mode="bilinear", align_corners=False)
    outside = (grid.abs().amax(-1) > 1)[:, None] & (hard & (torch.rand(rows, generator=random) < 0.5))[:, None, None, None]
    x = torch.where(outside, clutter, moved)
    soft = hard & (torch.rand(rows, generator=random) < 0.35)
    if soft.any():
        x[soft] = F.avg_pool2d(F.pad(x[soft], (1, 1, 1, 1), mode="reflect"), 3, stride=1)
    exposure = torch.where(hard, between(0.45, 1.5, rows, random), between(0.85, 1.15, rows, random))
    # White balance drifts by a few hundredths only: a larger drift would change the color that the labels name.
    balance = 1 + 0.05 * (torch.rand(rows, 3, generator=random) * 2 - 1)
    x = x * (exposure[:, None] * balance)[:, :, None, None]
    noise = torch.where(hard, 0.03, 0.01)[:, None, None, None] * torch.randn(x.shape, generator=random)
    return (x + noise).clamp_(0, 1)


def reframed(x: Tensor, random: Generator) -> Tensor:
    """Photos as somebody else would have taken them: nearer, turned a little, mirrored, in a little more or less light. A quarter is only mirrored."""
    rows = len(x)
    x = mirrored(x, random)
    as_served = torch.rand(rows, generator=random) < 0.25
    zoom = torch.where(as_served, 1.0, between(0.5, 1.05, rows, random))
    angle = torch.where(as_served, 0.0, between(-12, 12, rows, random)).deg2rad()
    shift = (torch.rand(rows, 2, generator=random) * 2 - 1) * (1 - zoom).clamp(min=0)[:, None]
    moved, _ = seen_from(x, angle, zoom, shift)
    light = torch.where(as_served, 1.0, between(0.8, 1.25, rows, random))[:, None] * (1 + 0.04 * (torch.rand(rows, 3, generator=random) * 2 - 1))
    return (moved * light[:, :, None, None]).clamp_(0, 1)
