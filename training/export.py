"""Writes models/pocket/ whole: both graphs, the tokenizer, the manifest and golden vectors, and checks ONNX Runtime against PyTorch."""

import argparse
import hashlib
import json
import logging
import shutil
import warnings
from pathlib import Path

import torch

from checks import closeness, cost, parity
from golden import golden
from graphs import export_graphs, pack
from model import MAX_TOKENS, MEAN, PAD, PICTURE_TOKENS, SIZE, STD, WIDTH, Pocket
from wordpiece import load_tokenizer


def manifest(folder: Path, vocabulary: dict, calibration: dict, description: str, caution: str | None) -> dict:
    """Until it is calibrated no head is sure of anything, and nothing is said to be relevant or not."""
    def entry(name: str) -> dict:
        return {"file": name, "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest()}

    labels = {"kind": vocabulary["kinds"], "print": vocabulary["prints"], "color": vocabulary["colors"]}
    thresholds = calibration.get("attributes", {})
    relevance = {"relevance": calibration["relevance"]} if "relevance" in calibration else {}
    return {
        "name": "pocket", "version": "3", "license": "Apache-2.0", "description": description, "demo": True, **({"caution": caution} if caution else {}), "languages": ["en"], "mode": "joint", "precision": "fp32", "dimensions": WIDTH,
        "graphs": {"vision": entry("vision.onnx"), "encode": entry("encode.onnx")},
        "tokenizer": entry("tokenizer.json") | {"maxTokens": MAX_TOKENS, "padId": PAD},
        "picture": {"size": SIZE, "resize": "short-side", "crop": "center", "kernel": "cubic", "method": "fast", "mean": MEAN, "std": STD, "tokens": PICTURE_TOKENS, "width": WIDTH},
        "positions": {"text": 1}, "pooling": "cls", "normalize": True,
        **relevance,
        "attributes": {name: {"labels": [*values, "none"], "threshold": thresholds.get(name, {}).get("threshold", 1.0)} for name, values in labels.items()},
    }


def caution(report: str) -> str:
    """A sentence of the first table of a report on photos; the color histogram's figures stand in its rows."""
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in report.split("## ")[1].splitlines() if line.startswith("| ")]
    head, *rows = rows

    def share(task: str, asked: str, column: str) -> str:
        row = next(row for row in rows if row[:2] == [task, asked])
        return f"{float(row[head.index(column)].split()[0]) + 1e-9:.2f}".lstrip("0")

    pictures = [share(f"image_to_product, {shop}", "picture", column) for column in ("R@1", "color histogram") for shop in ("grocery", "luma")]
    composed = [share(f"composed, luma, {view} photo", "text and picture", "R@1") for view in ("back", "alt1")]
    return (
        f"Of photos that no training saw, R@1 by picture alone is {pictures[0]} on groceries and {pictures[1]} on fashion, where a color histogram has {pictures[2]} and {pictures[3]}; "
        f"by picture and words {composed[0]} from the back of a garment and {composed[1]} from another view."
    )


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
    parser.add_argument("--photos", type=Path, help="what `npm run eval -- FOLDER` printed for the exported folder: how it fares on photos is told to whoever indexes some")
    parser.add_argument("--calibration", type=Path, help="what `npm run eval -- --calibrate` printed for the exported folder")
    parser.add_argument("--whole", action="store_true", help="leaves the weights in 32 bits (give --out too): what 8 cost is the difference between two runs of `npm run eval`")
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
    if not arguments.whole:
        for name in ("vision.onnx", "encode.onnx"):
            pack(arguments.out / name)
        print(f"  packed to 8 bits: lowest cosine to the whole weights {closeness(pocket, arguments.out, tokenizer):.5f}")
    known = json.loads(arguments.calibration.read_text()) if arguments.calibration else {}
    description = "A demo encoder trained from nothing on pictures that this project draws and on some photos. It knows its own catalog; of photographs it knows little."
    (arguments.out / "model.json").write_text(json.dumps(manifest(arguments.out, checkpoint["vocabulary"], known, description, caution(arguments.photos.read_text()) if arguments.photos else None), indent=2) + "\n")
    (arguments.out / "golden.json").write_text(json.dumps(golden(arguments.out, tokenizer), indent=1) + "\n")
    print("  one thread, median ms: " + ", ".join(f"{name} {ms:.2f}" for name, ms in cost(arguments.out, tokenizer).items()))
    for path in sorted(arguments.out.iterdir()):
        print(f"{path.stat().st_size:>9,} {path.name}")


if __name__ == "__main__":
    main()
