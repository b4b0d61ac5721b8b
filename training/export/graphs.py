"""PyTorch modules -> ONNX graphs: export, clean, check, quantize."""

import logging
import os
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from visualized_bge import VisualizedBGE

# Newer opsets export attention as one node that does not broadcast a mask of [B, 1, 1, T].
OPSET = 18
# ONNX keeps at most 2 GB in one file. Past this, the weights lie in a file of their own beside the graph.
LARGEST_FILE = 1_800_000_000

Shapes = Sequence[dict[int, object]]


class Vision(nn.Module):
    def __init__(self, model: VisualizedBGE) -> None:
        super().__init__()
        self.model = model

    def forward(self, pixels: Tensor) -> Tensor:
        return self.model.vision(pixels)


class Encode(nn.Module):
    def __init__(self, model: VisualizedBGE) -> None:
        super().__init__()
        self.model = model

    def forward(self, tokens: Tensor, ids: Tensor, positions: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        return self.model.encode(tokens, ids, positions, mask)


def export_vision(model: VisualizedBGE, file: Path, largest: int = LARGEST_FILE) -> None:
    size = model.config.size
    export(Vision(model), file, [torch.randn(3, 3, size, size)], ["pixels"], ["tokens"], ({0: torch.export.Dim("B")},), largest)


def export_encode(model: VisualizedBGE, file: Path, largest: int = LARGEST_FILE) -> None:
    batch, length, tokens = torch.export.Dim("B"), torch.export.Dim("T"), torch.export.Dim("V")
    # Three tensors, not one: the exporter takes the same tensor for the same input.
    words = [torch.ones(3, 7, dtype=torch.int64) for _ in range(3)]
    given = [torch.randn(3, model.config.tokens, model.config.width), *words]
    shapes = ({0: batch, 1: tokens}, *({0: batch, 1: length} for _ in words))
    export(Encode(model), file, given, ["tokens", "ids", "positions", "mask"], ["embedding", "state"], shapes, largest)


def export(
    module: nn.Module, file: Path, given: Sequence[Tensor], inputs: Sequence[str], outputs: Sequence[str], shapes: Shapes, largest: int = LARGEST_FILE
) -> None:
    """Writes `file`, and `file`.data where the weights are larger than `largest` bytes."""
    warnings.filterwarnings("ignore", module="torch.onnx|copyreg")
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    # The exporter calls inner values "embedding" and the like too, so the outputs get their names only at the end.
    program = torch.onnx.export(
        module.eval(), tuple(given), dynamo=True, opset_version=OPSET, input_names=list(inputs), output_names=[f"out_{name}" for name in outputs],
        dynamic_shapes=shapes, verbose=False,
    )
    program.save(str(file), external_data=True)
    del program
    graph = onnx.load(file)
    Path(f"{file}.data").unlink(missing_ok=True)
    strip(graph)
    fold_transposes(graph.graph)
    part_norms(graph.graph)
    rename(graph.graph, outputs)
    save(graph, file, largest)
    onnx.checker.check_model(str(file), full_check=True)


def save(graph: onnx.ModelProto, file: Path, largest: int = LARGEST_FILE) -> None:
    weights = sum(len(tensor.raw_data) for tensor in graph.graph.initializer)
    if weights <= largest:
        onnx.save(graph, file)
        return
    onnx.save(graph, file, save_as_external_data=True, all_tensors_to_one_file=True, location=f"{file.name}.data", size_threshold=1024)


def strip(graph: onnx.ModelProto) -> None:
    """The exporter records the stack of the machine it ran on; a published graph must not."""
    for node in graph.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    del graph.metadata_props[:]
    del graph.graph.metadata_props[:]
    graph.graph.doc_string = ""
    for value in [*graph.graph.value_info, *graph.graph.input, *graph.graph.output, *graph.graph.initializer]:
        del value.metadata_props[:]


def fold_transposes(graph: onnx.GraphProto) -> None:
    """A linear layer is exported as a transpose of its weight and a product; the quantizer wants weights that are constants."""
    weights = {tensor.name: tensor for tensor in graph.initializer}
    readers: dict[str, int] = {}
    for node in graph.node:
        for name in node.input:
            readers[name] = readers.get(name, 0) + 1
    kept = []
    for node in graph.node:
        tensor = weights.get(node.input[0]) if node.op_type == "Transpose" else None
        if tensor is None or readers[tensor.name] > 1:
            kept.append(node)
            continue
        order = next((list(attribute.ints) for attribute in node.attribute if attribute.name == "perm"), None)
        turned = np.ascontiguousarray(numpy_helper.to_array(tensor).transpose(order))
        tensor.CopyFrom(numpy_helper.from_array(turned, node.output[0]))
    del graph.node[:]
    graph.node.extend(kept)
    folded = {tensor.name for tensor in graph.initializer}
    described = [value for value in graph.value_info if value.name not in folded]
    del graph.value_info[:]
    graph.value_info.extend(described)


def part_norms(graph: onnx.GraphProto) -> None:
    """
    ONNX Runtime joins a sum and the norm behind it to one node that is ten times slower on CPUs than the two (8 % of all the time of `encode`). It looks
    for Add: a Sum of two is the same number, and is left alone.
    """
    makers = {name: node for node in graph.node for name in node.output}
    weights = {tensor.name for tensor in graph.initializer}
    for node in graph.node:
        added = makers.get(node.input[0]) if node.op_type == "LayerNormalization" else None
        if added is not None and added.op_type == "Add" and weights.isdisjoint(added.input):
            added.op_type = "Sum"


def rename(graph: onnx.GraphProto, outputs: Sequence[str]) -> None:
    final = {f"out_{name}": name for name in outputs}
    names = lambda name: final.get(name, f"inner_{name}" if name in outputs else name)  # noqa: E731
    for node in graph.node:
        node.input[:] = [names(name) for name in node.input]
        node.output[:] = [names(name) for name in node.output]
    for value in [*graph.output, *graph.value_info, *graph.initializer]:
        value.name = names(value.name)


def quantize(file: Path, largest: int = LARGEST_FILE) -> None:
    """
    Weights of the matrix products in 7 bits of 8, one scale a channel; what they are multiplied with is rounded at run time, for a whole batch at
    once. With all 8 bits processors without VNNI add up in 16 bits that run over, and give other vectors than those with it.
    """
    rounded = file.with_suffix(".int8.onnx")
    logging.getLogger().setLevel(logging.ERROR)
    quantize_dynamic(
        file, rounded, op_types_to_quantize=["MatMul"], per_channel=True, reduce_range=True, weight_type=QuantType.QInt8,
        use_external_data_format=Path(f"{file}.data").exists(),
    )
    graph = onnx.load(rounded)
    for path in (rounded, Path(f"{rounded}.data"), Path(f"{file}.data")):
        path.unlink(missing_ok=True)
    strip(graph)
    save(graph, file, largest)


def files_of(file: Path) -> list[Path]:
    return [path for path in (file, Path(f"{file}.data")) if os.path.exists(path)]
