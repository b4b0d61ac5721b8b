"""What looks at the pixels, before there are words."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CHANNEL_MEAN, CHANNEL_STD = 0.5, 0.25  # as pixels are normalized


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
    A histogram of colors, of the whole picture, its middle, its upper and its lower half: which colors there are, and how much of each, survives no pooling of
    features, and is what tells one photo of a red jacket from another. The bins are fixed: they are where colors of pictures are (k-means), each pixel shared
    softly among the nearest. Learned ones told photos apart half as well.
    """

    BINS = 192
    SIDE = 32  # of what is served, a quarter of its side; in training pictures are smaller at first
    SOFTNESS = 1.0  # the mean squared distance to the nearest bin, in these, divides a pixel's share by e

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("bins", torch.zeros(3, self.BINS))
        self.register_buffer("offsets", torch.zeros(self.BINS))
        self.project = nn.Linear(self.BINS, width)
        self.register_buffer("regions", regions(self.SIDE), persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalized pixels [B, 3, S, S] -> [B, 4, width]."""
        # Logits go to hundreds, where half precision can't tell neighbors.
        with torch.no_grad(), torch.autocast("cpu", enabled=False):
            small = F.avg_pool2d(pixels, 4)
            share = (cone(small) @ self.bins + self.offsets).softmax(2)
            side = small.shape[-1]
            within = self.regions if side == self.SIDE else regions(side)
            # The root makes a dot product of two of them Bhattacharyya's coefficient: a small patch of red is more than a rounding error.
            roots = (within @ share + 1e-5).sqrt()
        return self.project(roots)

    @torch.no_grad()
    def fit(self, pixels: Tensor, rounds: int = 12) -> None:
        """Places the bins by k-means (Lloyd). @param pixels normalized [B, 3, S, S] of pictures as they are met."""
        random = torch.Generator().manual_seed(3)
        points = cone(F.avg_pool2d(pixels, 4)).flatten(0, 1)
        points = points[torch.randperm(len(points), generator=random)[:40_000]]
        centers = points[: self.BINS].clone()
        for _ in range(rounds):
            nearest = torch.cdist(points, centers).argmin(1)
            counts = torch.zeros(self.BINS).index_add_(0, nearest, torch.ones(len(points)))
            sums = torch.zeros(self.BINS, 3).index_add_(0, nearest, points)
            centers = torch.where(counts[:, None] > 0, sums / counts[:, None].clamp(min=1), centers)
        sharpness = self.SOFTNESS / torch.cdist(points, centers).amin(1).square().mean()
        # -sharpness * |x - c|^2 but for |x|^2, which all bins share.
        self.bins.copy_(2 * sharpness * centers.T)
        self.offsets.copy_(-sharpness * centers.square().sum(1))


def cone(pixels: Tensor) -> Tensor:
    """Normalized pixels [B, 3, S, S] -> [B, S * S, 3]: hue and saturation as a place in a disk, smaller where it is dark, and the root of the brightness."""
    rgb = (pixels * CHANNEL_STD + CHANNEL_MEAN).clamp(0, 1).flatten(2)
    red, green, blue = rgb.unbind(1)
    value = rgb.amax(1)
    within = 0.8 * value + 0.1
    return torch.stack([(red - (green + blue) / 2) / within, 0.866 * (green - blue) / within, 1.2 * (value + 1e-4).sqrt()], 2)


def regions(side: int) -> Tensor:
    """[4, side * side]: what each place counts in the whole, the middle, the upper and the lower half. As products, since a softmax over channels is slow."""
    rim, within = side // 4, torch.zeros(4, side, side)
    for row, (y, x) in enumerate(((slice(None), slice(None)), (slice(rim, side - rim), slice(rim, side - rim)), (slice(0, side // 2), slice(None)), (slice(side // 2, side), slice(None)))):
        within[row, y, x] = 1
    return (within / within.sum((1, 2), keepdim=True)).flatten(1)
