"""Weights from a published folder, so that training goes on where it ended on another machine. What the older model lacks starts anew."""

from pathlib import Path

import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper
from tokenizers import Tokenizer
from torch import Tensor, nn

from model import GRID, LAYERS, MAX_TOKENS, PICTURE_TOKENS, WIDTH, Pocket
from wordpiece import load_tokenizer


def weights(path: Path) -> tuple[dict[str, Tensor], list[Tensor]]:
    """Named tensors of a graph, and the matrices of its products in the order of their use; int8 ones are made whole."""
    graph = onnx.load(path).graph
    tensors = {item.name: torch.from_numpy(numpy_helper.to_array(item).copy()) for item in graph.initializer}
    for name in [name for name in tensors if name.endswith("_int8")]:
        whole = name.removesuffix("_int8")
        tensors[whole] = tensors[name].float() * tensors[f"{whole}_scale"]
    return tensors, [tensors[node.input[1]] for node in graph.node if node.op_type == "MatMul" and node.input[1] in tensors]


@torch.no_grad()
def warm_start(pocket: Pocket, tokenizer: Tokenizer, folder: Path, pixels: Tensor) -> None:
    """@param pixels normalized [B, 3, S, S]: the exported graph has its batch norms folded into the convolutions, and these give them statistics again."""
    seen, (project, *others) = weights(folder / "vision.onnx")
    read, products = weights(folder / "encode.onnx")
    named = {name.removeprefix("pocket."): tensor for name, tensor in {**seen, **read}.items() if name.startswith("pocket.")}
    own = pocket.state_dict()
    for name, tensor in named.items():
        if name in own and own[name].shape == tensor.shape and name not in ("words.weight", "positions.weight"):
            own[name].copy_(tensor)
    own["project.weight"].copy_(project.T)
    # The bins are in the graph by their name, and what reads them is the last product.
    if "colors.bins" in named and named["colors.bins"].shape == own["colors.bins"].shape:
        own["colors.project.weight"].copy_(others[-1].T)
    linears = [getattr(block, name) for block in pocket.blocks for name in ("qkv", "out", "up", "down")]
    for linear, matrix in zip(linears, products[: 4 * LAYERS], strict=True):
        linear.weight.copy_(matrix.T)
    positions(own["positions.weight"], named["positions.weight"])
    pieces(own["words.weight"], tokenizer, named["words.weight"], load_tokenizer(folder / "tokenizer.json"))
    norms(pocket, seen, pixels)


def positions(own: Tensor, given: Tensor) -> None:
    """Rows of the older grid are drawn out to the new one, those of the words moved behind it."""
    if given.shape == own.shape:
        own.copy_(given)
        return
    pictured = len(given) - 1 - MAX_TOKENS
    side = int(pictured**0.5)
    grid = given[1 : 1 + side * side].T.reshape(1, WIDTH, side, side)
    own[0] = given[0]
    own[1 : 1 + GRID * GRID] = F.interpolate(grid, size=(GRID, GRID), mode="bilinear", align_corners=False).reshape(WIDTH, -1).T
    # An older model has no tokens of colors, or as many as this one.
    own[1 + PICTURE_TOKENS + side * side - pictured :] = given[1 + side * side :]


def pieces(own: Tensor, tokenizer: Tokenizer, given: Tensor, other: Tokenizer) -> None:
    """By their spelling; a piece that the older vocabulary lacks begins as the mean of the pieces it would have fallen into."""
    for piece, row in tokenizer.get_vocab().items():
        known = other.token_to_id(piece)
        if known is None:
            inner = other.encode(piece.removeprefix("##"), add_special_tokens=False).ids
            own[row] = given[inner].mean(0) if inner else given.mean(0)
        else:
            own[row] = given[known]


def norms(pocket: Pocket, seen: dict[str, Tensor], pixels: Tensor) -> None:
    """
    Every batch norm gets the mean and deviation that its convolution has on `pixels`, and a gain and bias that leave the outcome as the folded graph's: in
    training as in use. A block that the older model lacks does nothing yet, as it is made.
    """
    pocket.eval()
    pairs = [(conv, norm) for conv, norm in zip(*(of_type(pocket.stem, kind) for kind in (nn.Conv2d, nn.BatchNorm2d)), strict=True)]
    names = {module: name for name, module in pocket.named_modules()}
    for conv, norm in pairs:
        kept = {}
        hook = conv.register_forward_hook(lambda _, __, out, kept=kept: kept.update(out=out))
        pocket.stem(pixels)
        hook.remove()
        deviation, mean = torch.std_mean(kept["out"], (0, 2, 3), unbiased=False)
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(deviation**2)
        bias = seen.get(f"pocket.{names[conv]}.weight_bias")
        if bias is None:
            continue
        norm.weight.copy_((deviation**2 + norm.eps).sqrt())
        norm.bias.copy_(mean + bias)


def of_type(module: nn.Module, kind: type) -> list[nn.Module]:
    """In the order of definition, which for the stem is that of use."""
    return [inner for inner in module.modules() if isinstance(inner, kind)]

