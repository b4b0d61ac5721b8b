"""What looks at the pixels, before there are words."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Residual(nn.Module):
    """One block, or `depth` of them in a row, of which the later ones begin as nothing."""

    def __init__(self, width: int, depth: int = 1) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.first_norm = nn.BatchNorm2d(width)
        self.second = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(width)
        self.deeper = Residual(width, depth - 1) if depth > 1 else None
        if self.deeper:
            nn.init.zeros_(self.deeper.second_norm.weight)

    def forward(self, x: Tensor) -> Tensor:
        inner = F.relu(self.first_norm(self.first(x)))
        x = F.relu(x + self.second_norm(self.second(inner)))
        return self.deeper(x) if self.deeper else x


def halving(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )


class Colors(nn.Module):
    """
    A histogram of colors with learned bins, of the whole picture, its middle, its upper and its lower half: which colors there are, and how much of each,
    survives no pooling of features, and is what tells one photo of a red jacket from another.
    """

    BINS = 64
    SIDE = 28  # of what is served, a quarter of its pixels; in training pictures are smaller at first

    def __init__(self, width: int) -> None:
        super().__init__()
        self.bins = nn.Sequential(nn.Linear(3, 32), nn.ReLU(), nn.Linear(32, self.BINS))
        self.project = nn.Linear(self.BINS, width)
        self.register_buffer("regions", regions(self.SIDE), persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalized pixels [B, 3, S, S] -> [B, 4, width]."""
        small = F.avg_pool2d(pixels, 4)
        share = self.bins(small.flatten(2).transpose(1, 2)).softmax(2)
        # The root, as for any histogram: a small patch of red is more than a rounding error.
        side = small.shape[-1]
        within = self.regions if side == self.SIDE else regions(side)
        return self.project((within @ share + 1e-4).sqrt())


def regions(side: int) -> Tensor:
    """[4, side * side]: what each place counts in the whole, the middle, the upper and the lower half. As products, since a softmax over channels is slow."""
    rim, within = side // 4, torch.zeros(4, side, side)
    for row, (y, x) in enumerate(((slice(None), slice(None)), (slice(rim, side - rim), slice(rim, side - rim)), (slice(0, side // 2), slice(None)), (slice(side // 2, side), slice(None)))):
        within[row, y, x] = 1
    return (within / within.sum((1, 2), keepdim=True)).flatten(1)
