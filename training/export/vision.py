"""EVA02-CLIP's vision transformer in plain PyTorch, and the attention that both halves of Visualized BGE share."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from config import Config

EVA_EPS = 1e-6
ROPE_THETA = 10_000.0


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
