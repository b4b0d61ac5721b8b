"""
Writes models/pocket/ whole: both graphs, the tokenizer, the manifest and golden vectors, and checks ONNX Runtime against PyTorch. Weights are kept in 8 bits
and made whole when a graph is loaded; the arithmetic is fp32.
"""

import argparse
import base64
import hashlib
import json
import logging
import shutil
import time
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import helper, numpy_helper
from tokenizers import Tokenizer
from torch import Tensor, nn

from model import MAX_TOKENS, MEAN, PAD, PICTURE_TOKENS, SIZE, STD, WIDTH, Pocket
from wordpiece import batch, load_tokenizer

OPSET = 18
SMALLEST = 2048  # weights of a tensor that is worth packing
OUTPUTS = ["embedding", "kind", "print", "color"]
GOLDEN_TEXTS = ["phone case with this", "red polka dot mug", "Do you have a STRIPED umbrella, pls?"]


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


def closeness(pocket: Pocket, folder: Path, tokenizer: Tokenizer) -> float:
    """The lowest cosine between the vectors of the packed graphs and those of the whole weights, over pictures, words and both."""
    vision, encode = sessions(folder)
    pixels = normalize(pictures(24, 5))
    lowest = 1.0
    with torch.no_grad():
        tokens, packed = pocket.vision(torch.from_numpy(pixels)), vision.run(None, {"pixels": pixels})[0]
        for joint, text in ((True, ""), (True, "phone case with this"), (False, "red polka dot mug")):
            ids, positions, mask = batch(tokenizer, [text] * len(pixels), joint)
            count = PICTURE_TOKENS if joint else 0
            wanted = pocket.encode(tokens[:, :count], ids, positions, mask)[0].numpy()
            got = encode.run(["embedding"], feed(packed[:, :count], ids, positions, mask))[0]
            lowest = min(lowest, float((wanted * got).sum(1).min()))
    return lowest


def sessions(folder: Path) -> tuple[onnxruntime.InferenceSession, onnxruntime.InferenceSession]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return tuple(onnxruntime.InferenceSession(folder / name, options, ["CPUExecutionProvider"]) for name in ("vision.onnx", "encode.onnx"))


def feed(tokens: np.ndarray, ids: Tensor, positions: Tensor, mask: Tensor) -> dict[str, np.ndarray]:
    return {"tokens": tokens, "ids": ids.numpy(), "positions": positions.numpy(), "mask": mask.numpy()}


def normalize(rgb: np.ndarray) -> np.ndarray:
    """[B, S, S, 3] uint8 -> [B, 3, S, S] float32, as the manifest's mean and std say."""
    scaled = (rgb.astype(np.float32) / 255 - np.array(MEAN, np.float32)) / np.array(STD, np.float32)
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))


def pictures(count: int, seed: int) -> np.ndarray:
    """Smooth, colorful and not flat: pictures that a wrong channel order, mean or crop would give other vectors for."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    layers = []
    for _ in range(count):
        waves = rng.uniform(2, 40, (3, 2))
        phases = rng.uniform(0, 6.28, 3)
        layers.append(np.stack([127.5 + 127 * np.sin(wx * x + wy * y + p) for (wx, wy), p in zip(waves, phases)], -1))
    return np.stack(layers).round().astype(np.uint8)


def parity(pocket: Pocket, folder: Path, tokenizer: Tokenizer) -> float:
    """Largest difference over tokens, vectors and logits: text (V = 0), picture, joint, padded, one and eight at a time."""
    vision, encode = sessions(folder)
    worst = 0.0
    texts = ["", "phone case with this", "same in red", "a much longer request, " * 8]
    with torch.no_grad():
        for rows in (1, 8):
            pixels = normalize(pictures(rows, rows))
            tokens = pocket.vision(torch.from_numpy(pixels))
            worst = max(worst, float(np.abs(vision.run(None, {"pixels": pixels})[0] - tokens.numpy()).max()))
            for joint in (False, True):
                picked = [texts[(i + 1) % len(texts)] for i in range(rows)]
                ids, positions, mask = batch(tokenizer, picked, joint)
                given = tokens if joint else tokens[:, :0]
                wanted = pocket.encode(given, ids, positions, mask)
                got = encode.run(None, feed(given.numpy(), ids, positions, mask))
                difference = max(float(np.abs(a - b.numpy()).max()) for a, b in zip(got, wanted))
                print(f"  {rows} x {'joint' if joint else 'text, V = 0'}: max |onnx - torch| {difference:.2e}")
                worst = max(worst, difference)
    return worst


def cost(folder: Path, tokenizer: Tokenizer, rounds: int = 200) -> dict[str, float]:
    """Median milliseconds of a query on one thread: words alone, a picture alone, both. Without preprocessing."""
    vision, encode = sessions(folder)
    pixels = normalize(pictures(1, 3))

    def ask(text: str, picture: bool) -> None:
        tokens = vision.run(None, {"pixels": pixels})[0] if picture else np.zeros((1, 0, WIDTH), np.float32)
        encode.run(["embedding"], feed(tokens, *batch(tokenizer, [text], picture)))

    taken = {}
    for name, text, picture in (("words", "phone case with this", False), ("picture", "", True), ("joint", "phone case with this", True)):
        times = []
        for _ in range(rounds):
            started = time.perf_counter()
            ask(text, picture)
            times.append(time.perf_counter() - started)
        taken[name] = float(np.median(times)) * 1000
    return taken


def golden(folder: Path, tokenizer: Tokenizer) -> dict:
    vision, encode = sessions(folder)
    drawn = pictures(3, 20)
    cases = []

    def add(name: str, text: str | None, picture: int | None) -> None:
        ids, positions, mask = batch(tokenizer, [text or ""], picture is not None)
        tokens = np.zeros((1, 0, WIDTH), np.float32) if picture is None else vision.run(None, {"pixels": normalize(drawn[picture : picture + 1])})[0]
        vector = encode.run(["embedding"], feed(tokens, ids, positions, mask))[0][0]
        case = {"name": name, "text": text, "ids": ids[0].tolist(), "positions": positions[0].tolist()}
        if picture is not None:
            case["pixels"] = base64.b64encode(drawn[picture].tobytes()).decode()
        cases.append(case | {"vector": [float(f"{value:.9g}") for value in vector]})

    for text in GOLDEN_TEXTS:
        add(f"text: {text}", text, None)
    for picture in (0, 1):
        add(f"picture {picture}", None, picture)
    add("joint: phone case with this", "phone case with this", 0)
    add("joint: same in red", "same in red", 1)
    add("joint: the blue version, please", "the blue version, please", 2)
    return {"tolerance": 1e-5, "picture": {"size": SIZE, "layout": "rgb, 8 bits, rows from the top, base64"}, "cases": cases}


def manifest(folder: Path, vocabulary: dict, calibration: dict, description: str, caution: str | None) -> dict:
    """Until it is calibrated no head is sure of anything, and nothing is said to be relevant or not."""
    def entry(name: str) -> dict:
        return {"file": name, "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest()}

    labels = {"kind": vocabulary["kinds"], "print": vocabulary["prints"], "color": vocabulary["colors"]}
    thresholds = calibration.get("attributes", {})
    relevance = {"relevance": calibration["relevance"]} if "relevance" in calibration else {}
    return {
        "name": "pocket", "version": "2", "license": "Apache-2.0", "description": description, "demo": True, **({"caution": caution} if caution else {}), "languages": ["en"], "mode": "joint", "precision": "fp32", "dimensions": WIDTH,
        "graphs": {"vision": entry("vision.onnx"), "encode": entry("encode.onnx")},
        "tokenizer": entry("tokenizer.json") | {"maxTokens": MAX_TOKENS, "padId": PAD},
        "picture": {"size": SIZE, "resize": "short-side", "crop": "center", "kernel": "cubic", "method": "fast", "mean": MEAN, "std": STD, "tokens": PICTURE_TOKENS, "width": WIDTH},
        "positions": {"text": 1}, "pooling": "cls", "normalize": True,
        **relevance,
        "attributes": {name: {"labels": [*values, "none"], "threshold": thresholds.get(name, {}).get("threshold", 1.0)} for name, values in labels.items()},
    }


def load(checkpoint: dict) -> Pocket:
    vocabulary = checkpoint["vocabulary"]
    pocket = Pocket(checkpoint["pieces"], *(len(vocabulary[name]) + 1 for name in ("kinds", "prints", "colors")))
    pocket.load_state_dict(checkpoint["model"])
    return pocket.eval()


def main() -> None:
    warnings.filterwarnings("ignore", module="torch.onnx|copyreg")
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, default=Path("build/pocket"), help="the folder of train.py: checkpoint.pt and tokenizer.json")
    parser.add_argument("--caution", help="how it fares on photos, for whoever indexes some: figures of `npm run eval -- FOLDER`")
    parser.add_argument("--calibration", type=Path, help="what `npm run eval -- --calibrate` printed for the exported folder")
    parser.add_argument("--out", type=Path, default=Path("models/pocket"))
    arguments = parser.parse_args()
    checkpoint = torch.load(arguments.run / "checkpoint.pt", map_location="cpu", weights_only=True)
    pocket = load(checkpoint)
    arguments.out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(arguments.run / "tokenizer.json", arguments.out / "tokenizer.json")
    tokenizer = load_tokenizer(arguments.out / "tokenizer.json")
    export_graphs(pocket, arguments.out)
    worst = parity(pocket, arguments.out, tokenizer)
    if worst > 1e-4:
        raise SystemExit(f"ONNX Runtime and PyTorch differ by {worst:.2e}; nothing that follows can be trusted.")
    for name in ("vision.onnx", "encode.onnx"):
        pack(arguments.out / name)
    print(f"  packed to 8 bits: lowest cosine to the whole weights {closeness(pocket, arguments.out, tokenizer):.5f}")
    known = json.loads(arguments.calibration.read_text()) if arguments.calibration else {}
    description = "A demo encoder trained from nothing on pictures that this project draws and on some photos. It knows its own catalog; of photographs it knows little."
    (arguments.out / "model.json").write_text(json.dumps(manifest(arguments.out, checkpoint["vocabulary"], known, description, arguments.caution), indent=2) + "\n")
    (arguments.out / "golden.json").write_text(json.dumps(golden(arguments.out, tokenizer), indent=1) + "\n")
    print("  one thread, median ms: " + ", ".join(f"{name} {ms:.2f}" for name, ms in cost(arguments.out, tokenizer).items()))
    for path in sorted(arguments.out.iterdir()):
        print(f"{path.stat().st_size:>9,} {path.name}")


if __name__ == "__main__":
    main()
