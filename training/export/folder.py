"""A model folder: manifest, golden vectors, and the way it comes into being whole or not at all."""

import base64
import contextlib
import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from graphs import files_of


class Refusal(Exception):
    """What the user gave cannot become a model; the message says what is wrong and what to do."""


@contextlib.contextmanager
def new_folder(out: Path, needed: int) -> Iterator[Path]:
    """
    A temporary folder beside `out` that takes its place at the end: nothing half-made ever bears the name. `needed` is in bytes.
    @raises Refusal when `out` holds something or the disk has no room.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Refusal(f"{out} is not empty. Name a new folder, or remove it first.")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(out.parent).free
        if free < needed:
            raise Refusal(f"{out.parent} has {free / 1e9:.1f} GB free where the export needs {needed / 1e9:.1f} GB. Make room, or name a folder elsewhere.")
        partial = Path(tempfile.mkdtemp(prefix=f".{out.name}-partial-", dir=out.parent))
    except OSError as error:
        raise Refusal(f"Nothing can be written to {out.parent}: {error.strerror or error}.") from error
    try:
        yield partial
        partial.chmod(0o755)
        os.rename(partial, out)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise Refusal(f"The disk of {out.parent} is full. Make room, and export again: nothing was kept.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def named(file: Path) -> dict:
    return {"file": file.name, "sha256": sha256(file)}


def graph(file: Path) -> dict:
    """A graph's entry in the manifest, with the file of its weights where it has one."""
    first, *data = files_of(file)
    return named(first) | ({"data": [named(part) for part in data]} if data else {})


def golden_case(name: str, vector: np.ndarray, text: str | None = None, ids: Sequence[int] | None = None, pixels: np.ndarray | None = None) -> dict:
    case: dict = {"name": name}
    if text is not None:
        case["text"] = text
    if ids is not None:
        case["ids"] = list(ids)
    if pixels is not None:
        case["pixels"] = base64.b64encode(pixels.tobytes()).decode()
    return case | {"vector": [float(f"{value:.9g}") for value in vector]}


def write_json(file: Path, value: dict, indent: int) -> None:
    file.write_text(json.dumps(value, indent=indent, ensure_ascii=False) + "\n")


def drawn_pictures(count: int, size: int, seed: int) -> np.ndarray:
    """[count, size, size, 3] bytes: waves in every channel, fine and coarse, with a patch of noise. A wrong channel order, mean or crop shows in them."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:size, 0:size] / size
    drawn = []
    for _ in range(count):
        waves, phases = rng.uniform(2, 40, (3, 2)), rng.uniform(0, 6.28, 3)
        layers = np.stack([127.5 + 127 * np.sin(wx * x + wy * y + phase) for (wx, wy), phase in zip(waves, phases)], -1)
        top, left = rng.integers(0, size // 2, 2)
        side = size // 3
        layers[top : top + side, left : left + side] = rng.uniform(0, 255, (side, side, 3))
        drawn.append(layers)
    return np.stack(drawn).round().astype(np.uint8)
