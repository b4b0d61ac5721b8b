"""
Turns a published Visualized BGE checkpoint into a model folder: graphs, tokenizer, manifest and golden vectors. Needs no network.

    python training/export/main.py visualized-bge-base --checkpoint FILE.pth --tokenizer FOLDER --out FOLDER
"""

import argparse
import dataclasses
import sys
import tempfile
from pathlib import Path

from checkpoint import load_state, read_checkpoint
from folder import Refusal
from joint import KINDS, Kind, print_spread, write_joint
from seeded import seeded_state
from seeded_tokenizer import unigram, wordpiece


def seeded(kind: Kind, seed: int) -> Kind:
    """The same model with random weights says so wherever its name is read."""
    return dataclasses.replace(
        kind, name=f"{kind.name}-seeded", version=f"seed-{seed}", description=f"Random weights (seed {seed}) in the shape of {kind.name}: for tests alone."
    )


def tokenizer_of(arguments: argparse.Namespace, made: Path) -> Path:
    if arguments.tokenizer is not None:
        return arguments.tokenizer / "tokenizer.json"
    if arguments.seeded is None:
        raise Refusal("A checkpoint needs its tokenizer: give --tokenizer FOLDER, where tokenizer.json is.")
    make = wordpiece if arguments.model == "visualized-bge-base" else unigram
    make(seed=arguments.seeded).save(str(made / "tokenizer.json"))
    return made / "tokenizer.json"


def export(arguments: argparse.Namespace) -> None:
    kind = KINDS[arguments.model]
    with tempfile.TemporaryDirectory() as made:
        tokenizer = tokenizer_of(arguments, Path(made))
        if arguments.seeded is not None:
            kind = seeded(kind, arguments.seeded)
            state = seeded_state(kind.config, arguments.seeded)
        else:
            state = read_checkpoint(arguments.checkpoint)
        model = load_state(state, kind.config, arguments.model)
        del state
        write_joint(model, kind, tokenizer, arguments.out, arguments.precision)
    for path in sorted(arguments.out.iterdir()):
        print(f"{path.stat().st_size:>13,} {path.name}")
    if arguments.seeded is not None:
        del model
        print_spread(arguments.out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=list(KINDS))
    weights = parser.add_mutually_exclusive_group(required=True)
    weights.add_argument("--checkpoint", type=Path, metavar="FILE.pth", help="the state dict of the whole model, as published")
    weights.add_argument("--seeded", type=int, metavar="SEED", help="random weights instead of a checkpoint, for tests")
    parser.add_argument("--tokenizer", type=Path, metavar="FOLDER", help="where the text model's tokenizer.json is; made up for --seeded when left out")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="a folder that is not there yet or empty")
    parser.add_argument("--precision", choices=["fp32", "int8"], default="fp32")
    try:
        export(parser.parse_args())
    except Refusal as refusal:
        sys.exit(f"export: {refusal}")


if __name__ == "__main__":
    main()
