"""The pocket encoder: one small transformer that reads picture tokens and words together, in the manner of Visualized BGE."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stem import CHANNEL_MEAN, CHANNEL_STD, Colors, Residual, halving

SIZE = 128
GRID = 8
COLOR_TOKENS = 4
PICTURE_TOKENS = GRID * GRID + COLOR_TOKENS
WIDTH = 128
LAYERS = 4
HEADS = 4
MAX_TOKENS = 48
# CLS at 0, the grid at 1..64, the colors at 65..68, the text behind them: 68 + 48 rows are the most a query can need.
POSITIONS = 1 + PICTURE_TOKENS + MAX_TOKENS
MEAN = (CHANNEL_MEAN,) * 3
STD = (CHANNEL_STD,) * 3
PAD, UNK, CLS, SEP = 0, 1, 2, 3


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
        self.colors = Colors(WIDTH)
        self.words = nn.Embedding(pieces, WIDTH)
        self.positions = nn.Embedding(POSITIONS, WIDTH)
        self.text_type = nn.Parameter(torch.zeros(WIDTH))
        self.embedding_norm = nn.LayerNorm(WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH)
        # A way past the transformer for the colors, as wide open as it finds fit: of photographs they say more than what it learned from drawings.
        self.tint = nn.Linear(COLOR_TOKENS * WIDTH, WIDTH, bias=False)
        self.gate = nn.Linear(WIDTH, WIDTH)
        self.kind = nn.Linear(WIDTH, kinds)
        self.print = nn.Linear(WIDTH, prints)
        self.color = nn.Linear(WIDTH, colors)
        for table in (self.words, self.positions):
            nn.init.normal_(table.weight, std=0.02)
        nn.init.zeros_(self.tint.weight)
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
        # Words alone have no colors; zeros in front keep the slice whole.
        colors = F.pad(tokens, (0, 0, COLOR_TOKENS, 0))[:, -COLOR_TOKENS:].flatten(1)
        vector = pooled + self.gate(pooled).sigmoid() * self.tint(colors)
        return F.normalize(vector.float(), dim=-1), self.kind(pooled), self.print(pooled), self.color(pooled)
