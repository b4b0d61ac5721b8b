"""
Visualized BGE in plain PyTorch: an EVA02-CLIP vision transformer whose patch features, projected, stand between [CLS] and the words of a BERT.

The parameters bear the names of the published checkpoints, so `load_state_dict(strict=True)` reads one. Everything that inference does not use (the
pooler, EVA's final norm and head) is kept for that reason alone.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from config import Config
from vision import VisionModel, attend, split

# The reference masks by adding the smallest half-precision number, whatever the precision of the model.
MASKED = -65504.0


class Projections(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)


class Output(nn.Module):
    """A linear layer, the way past it, and the norm behind both."""

    def __init__(self, inputs: int, config: Config) -> None:
        super().__init__()
        self.dense = nn.Linear(inputs, config.width)
        self.LayerNorm = nn.LayerNorm(config.width, eps=config.eps)

    def forward(self, x: Tensor, past: Tensor) -> Tensor:
        return self.LayerNorm(self.dense(x) + past)


class TextAttention(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.heads = config.heads
        self.self = Projections(config.width)
        self.output = Output(config.width, config)

    def forward(self, x: Tensor, wanted: Tensor, bias: Tensor) -> Tensor:
        """What the rows `wanted` make of all rows `x`."""
        q, k, v = self.self.query(wanted), self.self.key(x), self.self.value(x)
        return self.output(attend(*(split(part, self.heads) for part in (q, k, v)), bias), wanted)


class Intermediate(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.dense = nn.Linear(config.width, config.inner)


class TextLayer(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.attention = TextAttention(config)
        self.intermediate = Intermediate(config)
        self.output = Output(config.inner, config)

    def forward(self, x: Tensor, wanted: Tensor, bias: Tensor) -> Tensor:
        x = self.attention(x, wanted, bias)
        return self.output(F.gelu(self.intermediate.dense(x)), x)


class TextEncoder(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.layer = nn.ModuleList(TextLayer(config) for _ in range(config.layers))

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """[B, N, W] -> [CLS]'s hidden state [B, W]. Nobody reads the other rows of the last layer, so it computes one row: 6 % of the work saved."""
        for layer in self.layer[:-1]:
            x = layer(x, x, bias)
        return self.layer[-1](x, x[:, :1], bias)[:, 0]


class Embeddings(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(config.pieces, config.width)
        self.position_embeddings = nn.Embedding(config.positions, config.width)
        self.token_type_embeddings = nn.Embedding(config.types, config.width)
        self.LayerNorm = nn.LayerNorm(config.width, eps=config.eps)

    def forward(self, ids: Tensor, positions: Tensor) -> Tensor:
        return self.LayerNorm(self.word_embeddings(ids) + self.token_type_embeddings.weight[0] + self.position_embeddings(positions))


class Pooler(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.dense = nn.Linear(width, width)


class VisualizedBGE(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.bge_encoder = TextEncoder(config)
        self.bge_embeddings = Embeddings(config)
        self.bge_pooler = Pooler(config.width)
        self.model_visual = VisionModel(config)
        self.visual_proj = nn.Linear(config.width, config.width)

    def vision(self, pixels: Tensor) -> Tensor:
        """
        Pixels after mean and std, [B, 3, S, S] -> tokens [B, V, W]. Positions 1 ... V and the norm of the embeddings are in them, because neither
        depends on the words; the token type is not, as the reference adds none.
        """
        return self.place(self.visual_proj(self.model_visual.visual(pixels)[:, 1:]), 1)

    def place(self, tokens: Tensor, first: int) -> Tensor:
        rows = self.bge_embeddings.position_embeddings.weight[first : first + tokens.shape[1]]
        return self.bge_embeddings.LayerNorm(tokens + rows)

    def encode(self, tokens: Tensor, ids: Tensor, positions: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """
        tokens [B, V, W] with V = 0 for words alone; ids, positions, mask [B, T], mask 1 for a token and 0 for padding -> the unit vector and the
        hidden state of [CLS] that it was made from, both [B, W].
        """
        text = self.bge_embeddings(ids, positions)
        x = torch.cat([text[:, :1], tokens, text[:, 1:]], dim=1)
        kept = torch.cat([mask[:, :1].to(x.dtype), torch.ones_like(tokens[:, :, 0]), mask[:, 1:].to(x.dtype)], dim=1)
        state = self.bge_encoder(x, ((1.0 - kept) * MASKED)[:, None, None, :])
        return F.normalize(state, dim=-1), state
