"""Runs a model folder in ONNX Runtime as margay does: ids, positions and mask are built here as its session builds them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer


@dataclass(frozen=True)
class Item:
    """One input past tokenizer and preprocessing: ids with their frame, [S, S, 3] bytes."""

    ids: Sequence[int]
    pixels: np.ndarray | None = None


@dataclass(frozen=True)
class Words:
    """What `encode` reads of a batch of texts, each [B, T] int64."""

    ids: np.ndarray
    positions: np.ndarray
    mask: np.ndarray


def normalize(rgb: np.ndarray, mean: Sequence[float], std: Sequence[float]) -> np.ndarray:
    """[B, S, S, 3] bytes -> [B, 3, S, S] float32."""
    scaled = (rgb.astype(np.float32) / 255 - np.array(mean, np.float32)) / np.array(std, np.float32)
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))


def pad(rows: Sequence[Sequence[int]], pad_id: int, first: int, second: int, length: int | None = None) -> Words:
    """Padded on the right to the longest row, or to `length`. [CLS] is at position `first`, the next token at `second`, padding at 0."""
    width = max(length or 0, *(len(row) for row in rows))
    ids = np.full((len(rows), width), pad_id, np.int64)
    positions = np.zeros_like(ids)
    mask = np.zeros_like(ids)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = row
        positions[index, : len(row)] = [first, *range(second, second + len(row) - 1)]
        mask[index, : len(row)] = 1
    return Words(ids, positions, mask)


def load_tokenizer(file: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def cut(ids: Sequence[int], most: int) -> list[int]:
    """What is longer than the model reads loses its end, never the last token of the frame."""
    return list(ids) if len(ids) <= most else [*ids[: most - 1], ids[-1]]


def open_graph(file: Path, threads: int = 0) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(file, options, ["CPUExecutionProvider"])


class JointSession:
    """A folder of `mode: joint` with a `state` among the outputs of `encode`."""

    def __init__(self, folder: Path, threads: int = 0) -> None:
        self.manifest = json.loads((folder / "model.json").read_text())
        graphs = self.manifest["graphs"]
        self.vision = open_graph(folder / graphs["vision"]["file"], threads)
        self.encode = open_graph(folder / graphs["encode"]["file"], threads)
        self.tokenizer = load_tokenizer(folder / self.manifest["tokenizer"]["file"])

    def ids(self, text: str, picture: bool) -> list[int]:
        words = self.manifest["tokenizer"]
        return cut(self.tokenizer.encode(text).ids, words["maxTokensWithPicture"] if picture else words["maxTokens"])

    def see(self, rgb: np.ndarray) -> np.ndarray:
        rule = self.manifest["picture"]
        return self.vision.run(["tokens"], {"pixels": normalize(rgb, rule["mean"], rule["std"])})[0]

    def words(self, rows: Sequence[Sequence[int]], tokens: int, length: int | None = None) -> Words:
        """`tokens` is V: how many picture tokens stand between [CLS] and the words."""
        place = self.manifest["positions"]
        first, second = (0, tokens + 1) if tokens else (place["cls"], place["text"])
        return pad(rows, self.manifest["tokenizer"]["padId"], first, second, length)

    def join(self, tokens: np.ndarray, words: Words) -> tuple[np.ndarray, np.ndarray]:
        """Unit vectors and raw states, [B, D]."""
        given = {"tokens": tokens, "ids": words.ids, "positions": words.positions, "mask": words.mask}
        return tuple(self.encode.run(["embedding", "state"], given))

    def run(self, items: Sequence[Item], length: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """In a batch all items have a picture or none has."""
        pictures = [item.pixels for item in items if item.pixels is not None]
        if pictures and len(pictures) != len(items):
            raise ValueError("A batch needs a picture in every item or in none.")
        # One at a time: a picture's tokens must not depend on what else is in the batch, as they would in 8 bits.
        if pictures:
            tokens = np.concatenate([self.see(picture[None]) for picture in pictures])
        else:
            tokens = np.zeros((len(items), 0, self.manifest["picture"]["width"]), np.float32)
        return self.join(tokens, self.words([item.ids for item in items], tokens.shape[1], length))
