"""Inputs with the vectors that they must give, for whoever loads the graphs elsewhere."""

import base64
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from graphs import feed, sessions
from model import MEAN, SIZE, STD, WIDTH
from wordpiece import batch

TEXTS = ["phone case with this", "red polka dot mug", "Do you have a STRIPED umbrella, pls?"]


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

    for text in TEXTS:
        add(f"text: {text}", text, None)
    for picture in (0, 1):
        add(f"picture {picture}", None, picture)
    add("joint: phone case with this", "phone case with this", 0)
    add("joint: same in red", "same in red", 1)
    add("joint: the blue version, please", "the blue version, please", 2)
    return {"tolerance": 1e-5, "picture": {"size": SIZE, "layout": "rgb, 8 bits, rows from the top, base64"}, "cases": cases}
