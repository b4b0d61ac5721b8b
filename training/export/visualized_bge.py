"""
Visualized BGE in plain PyTorch: an EVA02-CLIP vision transformer whose patch features, projected, stand between [CLS] and the words of a BERT.

The parameters bear the names of the published checkpoints, so `load_state_dict(strict=True)` reads one. Everything that inference does not use (the
pooler, EVA's final norm and head) is kept for that reason alone.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# The reference masks by adding the smallest half-precision number, whatever the precision of the model.
MASKED = -65504.0
EVA_EPS = 1e-6
ROPE_THETA = 10_000.0


@dataclass(frozen=True)
class Config:
    """Sizes of both halves. Heads of the vision transformer are as wide as `width / vision_heads`; `cls` and `text` are positions without a picture."""

    width: int
    layers: int
    heads: int
    inner: int
    pieces: int
    positions: int
    types: int
    eps: float
    cls: int
    text: int
    size: int
    patch: int
    vision_layers: int
    vision_heads: int
    vision_inner: int
    head: int
    # The grid that the rope table was made for; a picture's own grid is stretched to it.
    rope_grid: int = 16

    @property
    def grid(self) -> int:
        return self.size // self.patch

    @property
    def tokens(self) -> int:
        """V, the number of tokens that a picture becomes."""
        return self.grid**2

    @property
    def max_tokens(self) -> int:
        """The longest text without a picture, frame included: the words' positions run from `text` to the end of the table."""
        return self.positions - self.text + 1

    @property
    def max_tokens_with_picture(self) -> int:
        """The longest text beside a picture: [CLS] at 0, the picture at 1 ... V, the words behind it."""
        return self.positions - self.tokens


BASE = Config(
    width=768, layers=12, heads=12, inner=3072, pieces=30522, positions=512, types=2, eps=1e-12, cls=0, text=1,
    size=224, patch=16, vision_layers=12, vision_heads=12, vision_inner=2048, head=512,
)
M3 = Config(
    width=1024, layers=24, heads=16, inner=4096, pieces=250002, positions=8194, types=1, eps=1e-5, cls=2, text=3,
    size=224, patch=14, vision_layers=24, vision_heads=16, vision_inner=2730, head=768,
)


def split(x: Tensor, heads: int) -> Tensor:
    """[B, N, W] -> [B, heads, N, W / heads]"""
    batch, length, width = x.shape
    return x.reshape(batch, length, heads, width // heads).transpose(1, 2)


def attend(q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None = None) -> Tensor:
    """Written out, not `scaled_dot_product_attention`: this is what ONNX Runtime gets to see. [B, heads, N, D] -> [B, N, heads * D]"""
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)
    if bias is not None:
        scores = scores + bias
    mixed = (scores.softmax(-1) @ v).transpose(1, 2)
    return mixed.reshape(mixed.shape[0], mixed.shape[1], -1)


class Rope(nn.Module):
    """Rotary positions in two dimensions: the first half of a head turns with the row, the second with the column."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        cos, sin = rope_tables(config)
        self.register_buffer("freqs_cos", cos)
        self.register_buffer("freqs_sin", sin)

    def forward(self, x: Tensor) -> Tensor:
        """[B, heads, V, D] with the patches row by row."""
        pairs = x.reshape(*x.shape[:-1], x.shape[-1] // 2, 2)
        turned = torch.stack([-pairs[..., 1], pairs[..., 0]], dim=-1).reshape(x.shape)
        return x * self.freqs_cos + turned * self.freqs_sin


def rope_tables(config: Config) -> tuple[Tensor, Tensor]:
    """cos and sin of [V, D]; neighbours 2i and 2i + 1 share an angle."""
    half = config.width // config.vision_heads // 2
    rates = 1.0 / ROPE_THETA ** (torch.arange(0, half, 2)[: half // 2].float() / half)
    places = torch.arange(config.grid) / config.grid * config.rope_grid
    angles = (places[:, None] * rates).repeat_interleave(2, dim=1)
    by_row = angles[:, None, :].expand(config.grid, config.grid, half)
    by_column = angles[None, :, :].expand(config.grid, config.grid, half)
    table = torch.cat([by_row, by_column], dim=-1).reshape(config.tokens, 2 * half)
    return table.cos(), table.sin()


class VisionAttention(nn.Module):
    def __init__(self, config: Config, rope: Rope) -> None:
        super().__init__()
        width = config.width
        self.heads = config.vision_heads
        self.q_bias = nn.Parameter(torch.zeros(width))
        self.v_bias = nn.Parameter(torch.zeros(width))
        self.q_proj = nn.Linear(width, width, bias=False)
        self.k_proj = nn.Linear(width, width, bias=False)
        self.v_proj = nn.Linear(width, width, bias=False)
        self.inner_attn_ln = nn.LayerNorm(width, eps=EVA_EPS)
        self.proj = nn.Linear(width, width)
        self.rope = rope

    def turn(self, x: Tensor) -> Tensor:
        """EVA's class token has no place in the picture and is not turned."""
        return torch.cat([x[:, :, :1], self.rope(x[:, :, 1:])], dim=2)

    def forward(self, x: Tensor) -> Tensor:
        q = split(F.linear(x, self.q_proj.weight, self.q_bias), self.heads)
        k = split(self.k_proj(x), self.heads)
        v = split(F.linear(x, self.v_proj.weight, self.v_bias), self.heads)
        return self.proj(self.inner_attn_ln(attend(self.turn(q), self.turn(k), v)))


class SwiGLU(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.w1 = nn.Linear(config.width, config.vision_inner)
        self.w2 = nn.Linear(config.width, config.vision_inner)
        self.ffn_ln = nn.LayerNorm(config.vision_inner, eps=EVA_EPS)
        self.w3 = nn.Linear(config.vision_inner, config.width)

    def forward(self, x: Tensor) -> Tensor:
        return self.w3(self.ffn_ln(F.silu(self.w1(x)) * self.w2(x)))


class VisionBlock(nn.Module):
    def __init__(self, config: Config, rope: Rope) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(config.width, eps=EVA_EPS)
        self.attn = VisionAttention(config, rope)
        self.norm2 = nn.LayerNorm(config.width, eps=EVA_EPS)
        self.mlp = SwiGLU(config)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class PatchEmbed(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.proj = nn.Conv2d(3, config.width, config.patch, stride=config.patch)

    def forward(self, pixels: Tensor) -> Tensor:
        return self.proj(pixels).flatten(2).transpose(1, 2)


class VisionTransformer(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, config.width))
        self.pos_embed = nn.Parameter(torch.zeros(1, config.tokens + 1, config.width))
        self.patch_embed = PatchEmbed(config)
        self.rope = Rope(config)
        self.blocks = nn.ModuleList(VisionBlock(config, self.rope) for _ in range(config.vision_layers))
        self.norm = nn.LayerNorm(config.width, eps=EVA_EPS)
        self.head = nn.Linear(config.width, config.head)

    def forward(self, pixels: Tensor) -> Tensor:
        """All features, class token first, before the final norm: [B, 3, S, S] -> [B, 1 + V, W]."""
        patches = self.patch_embed(pixels)
        x = torch.cat([self.cls_token.expand(patches.shape[0], -1, -1), patches], dim=1) + self.pos_embed
        for block in self.blocks:
            x = block(x)
        return x


class VisionModel(nn.Module):
    """The published names say `model_visual.visual`."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.visual = VisionTransformer(config)
        self.logit_scale = nn.Parameter(torch.zeros(()))


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
