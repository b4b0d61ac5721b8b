"""Who computes our side of parity: ONNX Runtime in this process, or margay itself by its own command."""

import base64
import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from session import Item, JointSession

ROOT = Path(__file__).resolve().parents[2]
# Of one start of the command with everything it is asked.
SECONDS = 3600


@dataclass(frozen=True)
class Batch:
    """`length` is the least number of tokens a text is padded to; margay pads a batch to its longest text and no further."""

    items: Sequence[Item]
    length: int | None = None


class Runner(Protocol):
    name: str

    def states(self, batches: Sequence[Batch]) -> list[np.ndarray]:
        """Raw states of [CLS], [B, W] for each batch."""
        ...


class RuntimeRunner:
    name = "ONNX Runtime in Python"

    def __init__(self, session: JointSession) -> None:
        self.session = session

    def states(self, batches: Sequence[Batch]) -> list[np.ndarray]:
        return [self.session.run(batch.items, batch.length)[1] for batch in batches]


class MargayRunner:
    """`model encode FOLDER --state --batch N`: a line of JSON in, a line out, in order. One start for each size of batch."""

    name = "margay model encode"

    def __init__(self, folder: Path, node: str) -> None:
        self.folder, self.node = folder, node

    def states(self, batches: Sequence[Batch]) -> list[np.ndarray]:
        found: list[np.ndarray | None] = [None] * len(batches)
        for size in sorted({len(batch.items) for batch in batches}):
            chosen = [index for index, batch in enumerate(batches) if len(batch.items) == size]
            rows = self.ask([item for index in chosen for item in batches[index].items], size)
            for place, index in enumerate(chosen):
                found[index] = rows[place * size : (place + 1) * size]
        return found

    def ask(self, items: Sequence[Item], size: int) -> np.ndarray:
        command = [self.node, "src/main.ts", "model", "encode", str(self.folder.resolve()), "--state", "--batch", str(size)]
        lines = "".join(json.dumps(line(item)) + "\n" for item in items)
        ended = subprocess.run(command, input=lines, capture_output=True, text=True, cwd=ROOT, timeout=SECONDS, check=False)
        if ended.returncode != 0:
            raise SystemExit(f"{' '.join(command[1:])} ended with {ended.returncode}: {ended.stderr[-2000:]}")
        answers = [json.loads(answer) for answer in ended.stdout.splitlines()]
        amiss = next((answer.get("error", "an answer without a state") for answer in answers if "state" not in answer), None)
        if amiss is not None or len(answers) != len(items):
            raise SystemExit(f"{' '.join(command[1:])} gave {len(answers)} answers to {len(items)} lines{f': {amiss}' if amiss else ''}.")
        return np.array([answer["state"] for answer in answers], np.float32)


def line(item: Item) -> dict:
    pixels = {} if item.pixels is None else {"pixels": base64.b64encode(np.ascontiguousarray(item.pixels).tobytes()).decode()}
    return {"ids": [int(value) for value in item.ids]} | pixels
