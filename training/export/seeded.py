"""
Seeded random weights in place of a checkpoint, which these machines cannot have: every tensor has its own generator, named after it, so that the
order of the layout does not matter.

The spreads are chosen so that an error shows: queries and keys are large enough for attention to pick some tokens over others, positions and token
types weigh as much as words, norms are not the identity, and the projected picture has the words' own scale.
"""

import hashlib
import math

import torch
from torch import Tensor

from config import Config
from vision import rope_tables
from visualized_bge import VisualizedBGE

# Above these, attention is so sharp that rounding grows like an error would: what is right and what is wrong can no longer be told apart. An encoder of
# 24 layers sharpens twice as often as one of 12.
QUERY_KEY_GAIN = {"vision": 1.5, "text": 2.5, "deep text": 2.3}
# What attention brings weighs more than what is there already: [CLS] has the same word in every text.
VALUE_GAIN = math.sqrt(2)
EMBEDDING_STD = 0.04
PLACE_STD = 0.03
# Of the vision transformer's blocks, whose sum visual_proj then brings to the words' scale.
RESIDUAL_GAIN = 0.5


def spread(name: str, shape: tuple[int, ...], config: Config) -> tuple[float, float]:
    """Mean and standard deviation of the tensor's elements."""
    bias = name.endswith("bias")
    if "LayerNorm" in name or "norm" in name or "_ln." in name:
        return (0.0, 0.1) if bias else (1.0, 0.1)
    if bias:
        return 0.0, 0.1
    if name.endswith("word_embeddings.weight"):
        return 0.0, EMBEDDING_STD
    if name.startswith("bge_embeddings."):
        return 0.0, PLACE_STD
    if name.endswith(("cls_token", "pos_embed")):
        return 0.0, 0.5
    if name.endswith("logit_scale"):
        return math.log(1 / 0.07), 0.0
    # What is left are matrices: each row sums up all the inputs.
    gain = 1.0
    if name.endswith((".query.weight", ".key.weight", "q_proj.weight", "k_proj.weight")):
        gain = QUERY_KEY_GAIN["vision" if "_proj" in name else "text" if config.layers <= 12 else "deep text"]
    elif name.endswith(("attention.self.value.weight", "attention.output.dense.weight")):
        gain = VALUE_GAIN
    elif name.endswith(("attn.proj.weight", "w3.weight")):
        gain = RESIDUAL_GAIN
    elif name == "visual_proj.weight":
        gain = EMBEDDING_STD / math.sqrt(1 + 2 * config.vision_layers * RESIDUAL_GAIN**2)
    return 0.0, gain / math.sqrt(math.prod(shape[1:]))


def generator(seed: int, name: str) -> torch.Generator:
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:7], "big"))


def seeded_tensor(name: str, shape: tuple[int, ...], config: Config, seed: int) -> Tensor:
    if name.endswith("freqs_cos"):
        return rope_tables(config)[0]
    if name.endswith("freqs_sin"):
        return rope_tables(config)[1]
    mean, std = spread(name, shape, config)
    if name == "visual_proj.bias":
        std = EMBEDDING_STD / 4
    return torch.randn(shape, generator=generator(seed, name)).mul_(std).add_(mean)


def seeded_state(config: Config, seed: int) -> dict[str, Tensor]:
    """The whole state dict, as a checkpoint would hold it."""
    with torch.device("meta"):
        layout = {name: tuple(tensor.shape) for name, tensor in VisualizedBGE(config).state_dict().items()}
    return {name: seeded_tensor(name, shape, config, seed) for name, shape in layout.items()}
