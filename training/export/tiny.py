"""
Writes the small models of test/fixtures/models/, one for each way in which a folder can be made: weights are seeded, sizes are a few kilobytes.

    python training/export/tiny.py [--out test/fixtures/models]
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from checkpoint import load_state
from config import Config
from joint import Kind, write_joint
from seeded import seeded_state
from seeded_tokenizer import unigram, wordpiece
from two_tower import write_two_tower

SEED = 1
SIZES = {"width": 16, "layers": 2, "heads": 2, "inner": 32, "size": 32, "patch": 8, "vision_layers": 2, "vision_heads": 2, "vision_inner": 24, "head": 8}
BASE = Config(pieces=300, positions=64, types=2, eps=1e-12, cls=0, text=1, **SIZES)
M3 = Config(pieces=400, positions=66, types=1, eps=1e-5, cls=2, text=3, **SIZES)
TEXTS = ["a red mug", "the same shoe in BLUE, please!"]
DESCRIPTION = "Random weights in the shape of Visualized BGE: for tests alone."


def base_kind(config: Config = BASE) -> Kind:
    return Kind("tiny-bge", config, DESCRIPTION, ["en"], "[PAD]", TEXTS, license="Apache-2.0")


def m3_kind(config: Config = M3) -> Kind:
    # Small enough for the weights of `encode`, and of it alone, to lie in a file of their own.
    return Kind("tiny-bge-m3", config, DESCRIPTION, ["en"], "<pad>", TEXTS, license="Apache-2.0", largest=38_000)


def save_tokenizer(kind: Kind, file: Path) -> Path:
    made = wordpiece(kind.config.pieces, low=True) if kind.pad == "[PAD]" else unigram(kind.config.pieces)
    made.save(str(file))
    return file


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("test/fixtures/models"), help="its folders of these names are made anew")
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as made:
        for kind, precision in ((base_kind(), "fp32"), (base_kind(), "int8"), (m3_kind(), "fp32")):
            folder = out / (kind.name + ("-int8" if precision == "int8" else ""))
            shutil.rmtree(folder, ignore_errors=True)
            model = load_state(seeded_state(kind.config, SEED), kind.config, kind.name)
            write_joint(model, kind, save_tokenizer(kind, Path(made) / "tokenizer.json"), folder, precision, said=lambda _: None)
    for name, seed in (("tiny-clip", SEED), ("tiny-siglip", SEED + 2)):
        shutil.rmtree(out / name, ignore_errors=True)
        write_two_tower(name, out / name, seed)
    for file in sorted(out.glob("tiny-*/*")):
        print(f"{file.stat().st_size:>9,} {file.relative_to(out)}")
    print(f"{sum(file.stat().st_size for file in out.glob('tiny-*/*')):>9,} in all")


if __name__ == "__main__":
    main()
