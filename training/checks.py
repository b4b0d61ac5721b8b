"""Whether the exported graphs say what the model says, and what a query costs."""

import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from golden import normalize, pictures
from graphs import feed, sessions
from model import PICTURE_TOKENS, WIDTH, Pocket
from wordpiece import batch


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
