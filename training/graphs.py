"""Both graphs of the encoder for ONNX Runtime. Weights are kept in 8 bits and made whole when a graph is loaded; the arithmetic is fp32."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import helper, numpy_helper
from torch import Tensor, nn

from model import PICTURE_TOKENS, SIZE, WIDTH, Pocket

OPSET = 18
SMALLEST = 2048  # weights of a tensor that is worth packing
OUTPUTS = ["embedding", "kind", "print", "color"]


class Vision(nn.Module):
    def __init__(self, pocket: Pocket) -> None:
        super().__init__()
        self.pocket = pocket

    def forward(self, pixels: Tensor) -> Tensor:
        return self.pocket.vision(pixels)


class Encode(nn.Module):
    def __init__(self, pocket: Pocket) -> None:
        super().__init__()
        self.pocket = pocket

    def forward(self, tokens: Tensor, ids: Tensor, positions: Tensor, mask: Tensor) -> tuple[Tensor, ...]:
        return self.pocket.encode(tokens, ids, positions, mask)


def export_graphs(pocket: Pocket, folder: Path) -> None:
    pocket.eval()
    rows, length, tokens = torch.export.Dim("B"), torch.export.Dim("T"), torch.export.Dim("V")
    # Three tensors, not one: the exporter takes the same tensor for the same input.
    ids = torch.ones(3, 7, dtype=torch.int64)
    vision = torch.onnx.export(
        Vision(pocket).eval(), (torch.randn(3, 3, SIZE, SIZE),), dynamo=True, opset_version=OPSET,
        input_names=["pixels"], output_names=["tokens"], dynamic_shapes=({0: rows},), verbose=False,
    )
    encode = torch.onnx.export(
        Encode(pocket).eval(), (torch.randn(3, PICTURE_TOKENS, WIDTH), ids, ids.clone(), ids.clone()), dynamo=True, opset_version=OPSET,
        input_names=["tokens", "ids", "positions", "mask"], output_names=[f"out_{name}" for name in OUTPUTS],
        dynamic_shapes=({0: rows, 1: tokens}, {0: rows, 1: length}, {0: rows, 1: length}, {0: rows, 1: length}), verbose=False,
    )
    for program, name in ((vision, "vision.onnx"), (encode, "encode.onnx")):
        program.save(str(folder / name), external_data=False)
        graph = onnx.load(folder / name)
        strip(graph)
        rename(graph.graph)
        onnx.checker.check_model(graph, full_check=True)
        onnx.save(graph, folder / name)
    pocket.eval()


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


def rename(graph: onnx.GraphProto) -> None:
    """The exporter calls the rows of an embedding table "embedding" too, so the outputs get their names only here."""
    final = {f"out_{name}": name for name in OUTPUTS}
    names = lambda name: final.get(name, f"inner_{name}" if name in OUTPUTS else name)  # noqa: E731
    for node in graph.node:
        node.input[:] = [names(name) for name in node.input]
        node.output[:] = [names(name) for name in node.output]
    for value in [*graph.output, *graph.value_info]:
        value.name = names(value.name)


def pack(path: Path) -> None:
    """
    Every matrix as int8 with a scale per output channel (per row of a table), and a cast and a product that ONNX Runtime folds away when it loads the graph:
    a quarter of the size, at no cost and in the same arithmetic on every processor, which dynamic quantization is not.
    """
    graph = onnx.load(path)
    consumers = {name: node for node in graph.graph.node for name in node.input}
    first, kept = [], []
    for item in graph.graph.initializer:
        values = numpy_helper.to_array(item)
        if values.dtype != np.float32 or values.ndim < 2 or values.size < SMALLEST:
            kept.append(item)
            continue
        columns = consumers[item.name].op_type == "MatMul"
        axes = tuple(range(values.ndim - 1)) if columns else tuple(range(1, values.ndim))
        scale = np.maximum(np.abs(values).max(axes, keepdims=True) / 127, 1e-12).astype(np.float32)
        whole = np.clip(np.round(values / scale), -127, 127).astype(np.int8)
        kept += [numpy_helper.from_array(whole, f"{item.name}_int8"), numpy_helper.from_array(scale, f"{item.name}_scale")]
        first.append(helper.make_node("Cast", [f"{item.name}_int8"], [f"{item.name}_whole"], to=onnx.TensorProto.FLOAT))
        first.append(helper.make_node("Mul", [f"{item.name}_whole", f"{item.name}_scale"], [item.name]))
    nodes = [*first, *graph.graph.node]
    del graph.graph.node[:], graph.graph.initializer[:]
    graph.graph.node.extend(nodes)
    graph.graph.initializer.extend(kept)
    onnx.checker.check_model(graph, full_check=True)
    onnx.save(graph, path)


def sessions(folder: Path) -> tuple[onnxruntime.InferenceSession, onnxruntime.InferenceSession]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return tuple(onnxruntime.InferenceSession(folder / name, options, ["CPUExecutionProvider"]) for name in ("vision.onnx", "encode.onnx"))


def feed(tokens: np.ndarray, ids: Tensor, positions: Tensor, mask: Tensor) -> dict[str, np.ndarray]:
    return {"tokens": tokens, "ids": ids.numpy(), "positions": positions.numpy(), "mask": mask.numpy()}
