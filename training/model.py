"""The pocket encoder: one small transformer that reads picture tokens and words together, in the manner of Visualized BGE."""

from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SIZE = 112
GRID = 7
COLOR_TOKENS = 4
PICTURE_TOKENS = GRID * GRID + COLOR_TOKENS
WIDTH = 128
LAYERS = 4
HEADS = 4
MAX_TOKENS = 48
# CLS at 0, the grid at 1..49, the colors at 50..53, the text behind them: 53 + 48 rows are the most a query can need.
POSITIONS = 1 + PICTURE_TOKENS + MAX_TOKENS
MEAN = (0.5, 0.5, 0.5)
STD = (0.25, 0.25, 0.25)
PAD, UNK, CLS, SEP = 0, 1, 2, 3


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

    def __init__(self) -> None:
        super().__init__()
        self.bins = nn.Sequential(nn.Linear(3, 32), nn.ReLU(), nn.Linear(32, self.BINS))
        self.project = nn.Linear(self.BINS, WIDTH)

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalized pixels [B, 3, S, S] -> [B, 4, 128]."""
        small = F.avg_pool2d(pixels, 4)
        share = self.bins(small.flatten(2).transpose(1, 2)).softmax(2)
        # The root, as for any histogram: a small patch of red is more than a rounding error.
        return self.project((regions(small.shape[-1]) @ share + 1e-4).sqrt())


@cache
def regions(side: int) -> Tensor:
    """[4, side * side]: what each place counts in the whole, the middle, the upper and the lower half. As products, since a softmax over channels is slow."""
    rim, within = side // 4, torch.zeros(4, side, side)
    for row, (y, x) in enumerate(((slice(None), slice(None)), (slice(rim, side - rim), slice(rim, side - rim)), (slice(0, side // 2), slice(None)), (slice(side // 2, side), slice(None)))):
        within[row, y, x] = 1
    return (within / within.sum((1, 2), keepdim=True)).flatten(1)


class Block(nn.Module):
    """Pre-norm attention and MLP: it trains at 2e-3 without a long warm-up, which post-norm does not."""

    def __init__(self) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(WIDTH)
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.mlp_norm = nn.LayerNorm(WIDTH)
        self.up = nn.Linear(WIDTH, 4 * WIDTH)
        self.down = nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        batch, length, _ = x.shape
        qkv = self.qkv(self.attention_norm(x)).view(batch, length, 3, HEADS, WIDTH // HEADS)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        # Written out, and ReLU for GELU: on a CPU's bfloat16 this trains twice as fast as the fused attention.
        scores = (q @ k.transpose(-1, -2)) * (WIDTH // HEADS) ** -0.5
        mixed = scores.masked_fill(~mask, -1e4).softmax(-1).to(v.dtype) @ v
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, length, WIDTH))
        return x + self.down(F.relu(self.up(self.mlp_norm(x))))


class Pocket(nn.Module):
    """
    `kinds`, `prints` and `colors` count the labels, the last of each being "none": nothing stated, or no product.
    """

    def __init__(self, pieces: int, kinds: int, prints: int, colors: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            halving(3, 16), halving(16, 32), Residual(32), halving(32, 64), Residual(64, 2), halving(64, WIDTH), Residual(WIDTH, 2)
        )
        self.project = nn.Linear(WIDTH, WIDTH)
        self.colors = Colors()
        self.words = nn.Embedding(pieces, WIDTH)
        self.positions = nn.Embedding(POSITIONS, WIDTH)
        self.text_type = nn.Parameter(torch.zeros(WIDTH))
        self.embedding_norm = nn.LayerNorm(WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH)
        self.kind = nn.Linear(WIDTH, kinds)
        self.print = nn.Linear(WIDTH, prints)
        self.color = nn.Linear(WIDTH, colors)
        for table in (self.words, self.positions):
            nn.init.normal_(table.weight, std=0.02)
        for block in self.blocks:
            for linear in (block.out, block.down):
                nn.init.normal_(linear.weight, std=0.02 / (2 * LAYERS) ** 0.5)

    def grid_positions(self, side: int) -> Tensor:
        """Rows 1..V; a smaller picture in the early phase of training reads the same grid, interpolated."""
        rows = self.positions.weight[1 : 1 + GRID * GRID]
        if side == GRID:
            return rows
        grid = rows.view(1, GRID, GRID, WIDTH).permute(0, 3, 1, 2)
        grid = F.interpolate(grid, size=(side, side), mode="bilinear", align_corners=False)
        return grid.permute(0, 2, 3, 1).reshape(side * side, WIDTH)

    def vision(self, pixels: Tensor) -> Tensor:
        """Normalized pixels [B, 3, S, S] -> tokens [B, (S/16)^2 + 4, 128], positions and norm included: they do not depend on the words."""
        features = self.stem(pixels)
        tokens = self.project(features.flatten(2).transpose(1, 2)) + self.grid_positions(features.shape[2])
        colors = self.colors(pixels) + self.positions.weight[1 + GRID * GRID : 1 + PICTURE_TOKENS]
        return self.embedding_norm(torch.cat([tokens, colors], 1))

    def encode(self, tokens: Tensor, ids: Tensor, positions: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """tokens [B, V, 128] with V = 0 for words alone; ids, positions, mask [B, T] -> unit vectors [B, 128] and the three heads' logits."""
        text = self.embedding_norm(self.words(ids) + self.positions(positions) + self.text_type)
        x = torch.cat([text[:, :1], tokens.to(text.dtype), text[:, 1:]], dim=1)
        seen = torch.ones_like(tokens[:, :, 0]).to(torch.bool)
        kept = torch.cat([mask[:, :1] > 0, seen, mask[:, 1:] > 0], dim=1)[:, None, None, :]
        for block in self.blocks:
            x = block(x, kept)
        pooled = self.norm(x[:, 0])
        return F.normalize(pooled.float(), dim=-1), self.kind(pooled), self.print(pooled), self.color(pooled)
