"""
Proves the exported graphs against the authors' own code, on seeded random weights: raw hidden states of [CLS] side by side, then planted bugs, each of
which must lie a hundred times outside the tolerance. Ends with 1 where either fails.

    .venv-export/bin/python training/export/parity.py [base] [m3] [small-base] [small-m3] [--runner margay] [--results bench/results]
"""

import argparse
import gc
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import torch
import transformers

from checkpoint import load_state
from config import Config
from folder import Refusal, drawn_pictures
from joint import KINDS, Kind, read_manifest, write_joint
from mutations import Mutant, cover_pixels, exact_pixels, mutations, scenes
from reference import Reference
from runners import Batch, MargayRunner, Runner, RuntimeRunner
from seeded import seeded_state
from seeded_tokenizer import unigram, wordpiece
from session import Item, JointSession

# How many times the tolerance a planted bug must exceed.
FACTOR = 100
MANY = 8


@dataclass(frozen=True)
class Subject:
    """A model under proof. `tolerance` is a few times the worst difference ever measured; `joint` and `text` are lengths T, the frame included."""

    kind: Kind
    tolerance: float
    text: Sequence[int]
    joint: Sequence[int]
    # The longest text in a batch of eight: what is longer takes too long on two cores, and is compared alone.
    many: int
    # Where a word's ids lie.
    words: tuple[int, int]
    frame: tuple[int, int]


# Small enough for a test of seconds, large enough for its sums to be as steady as those of the real ones.
SMALL = {"width": 96, "layers": 3, "heads": 4, "inner": 192, "size": 80, "patch": 16, "vision_layers": 3, "vision_heads": 4, "vision_inner": 160, "head": 16}
SMALL_BASE = Config(pieces=300, positions=96, types=2, eps=1e-12, cls=0, text=1, **SMALL)
SMALL_M3 = Config(pieces=400, positions=98, types=1, eps=1e-5, cls=2, text=3, **SMALL)

SUBJECTS = {
    "base": Subject(KINDS["visualized-bge-base"], 1e-4, (1, 24, 316, 512), (1, 24, 316), 512, (1000, 30522), (101, 102)),
    "m3": Subject(KINDS["visualized-bge-m3"], 1e-4, (1, 24, 316, 512, 2048), (1, 24, 316, 512, 2048), 512, (4, 250002), (0, 2)),
    "small-base": Subject(Kind("small-base", SMALL_BASE, "For tests alone.", [], "[PAD]", ["a"]), 1e-4, (1, 24, 96), (1, 24, 71), 96, (5, 300), (2, 3)),
    "small-m3": Subject(Kind("small-m3", SMALL_M3, "For tests alone.", [], "<pad>", ["a"]), 1e-4, (1, 24, 96), (1, 24, 73), 96, (4, 400), (0, 2)),
}


@dataclass(frozen=True)
class Row:
    name: str
    batch: Batch


def relative(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Of each item: largest difference of any element over the largest element of the reference's state."""
    return np.abs(ours - theirs).max(1) / np.abs(theirs).max(1)


def cosine_error(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    ours, theirs = (rows.astype(np.float64) / np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True) for rows in (ours, theirs))
    return np.abs(1 - (ours * theirs).sum(1))


def make_ids(subject: Subject, length: int, rng: np.random.Generator) -> list[int]:
    start, end = subject.frame
    return [start, *rng.integers(*subject.words, max(0, length - 2)).tolist(), end][:length]


def parity_rows(subject: Subject, pictures: np.ndarray, rng: np.random.Generator) -> Iterator[Row]:
    """Text, picture (the joint mode with the empty text) and both; alone and eight together; with padding and without."""
    plan = [("text", length) for length in subject.text] + [("picture", 2)] + [("joint", length) for length in subject.joint]
    for what, length in plan:
        for count in (1, MANY):
            if count > 1 and length > subject.many:
                continue
            for padded in (False, True):
                if padded and length <= 2:
                    continue
                # Padded: one item alone ends a little before the others would; of eight, each is shorter than the last.
                lengths = [max(1, length - 5)] if count == 1 else [max(1, length - index * length // MANY) for index in range(count)]
                items = [
                    Item(make_ids(subject, each if padded else length, rng), None if what == "text" else pictures[index])
                    for index, each in enumerate(lengths)
                ]
                yield Row(f"{what:<8} T {length:>5}  batch {count}  {'padded' if padded else '      '}", Batch(items, length))


def mutation_inputs(subject: Subject, pictures: np.ndarray, rng: np.random.Generator) -> dict[str, Batch]:
    lengths = [24, 12, 18, 7]
    return {
        "text": Batch([Item(make_ids(subject, 24, rng)) for _ in range(3)]),
        "joint": Batch([Item(make_ids(subject, 24, rng), picture) for picture in pictures[:3]]),
        # The longest has no padding to misread: it is there to make the others be padded.
        "padded": Batch([Item(make_ids(subject, length, rng)) for length in lengths]),
    }


class Report:
    """Prints as it goes, and keeps what it printed."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.failed = False

    def say(self, text: str = "") -> None:
        print(text, flush=True)
        self.lines.append(text)


def export_folder(name: str, subject: Subject, seed: int, out: Path) -> None:
    kind = subject.kind
    if name.startswith("small"):
        model = load_state(seeded_state(kind.config, seed), kind.config, name)
        with tempfile.TemporaryDirectory() as made:
            file = Path(made) / "tokenizer.json"
            (wordpiece(kind.config.pieces, low=True) if kind.config.cls == 0 else unigram(kind.config.pieces)).save(str(file))
            write_joint(model, kind, file, out, said=lambda _: None)
        return
    # In a process of its own, which gives the exporter's memory back.
    command = [sys.executable, str(Path(__file__).with_name("main.py")), kind.name, "--seeded", str(seed), "--out", str(out)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def check(name: str, subject: Subject, arguments: argparse.Namespace, folder: Path) -> Report:
    report, config, seed = Report(), subject.kind.config, arguments.seed
    started = time.monotonic()
    rng = np.random.default_rng(seed)
    pictures = drawn_pictures(MANY, config.size, seed)
    rows = list(parity_rows(subject, pictures, rng))
    inputs = mutation_inputs(subject, pictures, rng)
    files = scenes(config.size)
    caption = make_ids(subject, 12, rng)

    weights = seeded_state(config, seed)
    theirs, wanted, wanted_files, seconds = run_reference(config, weights, rows, inputs, files, caption)
    del weights
    gc.collect()
    session = JointSession(folder)
    runner: Runner = MargayRunner(folder, arguments.node) if arguments.runner == "margay" else RuntimeRunner(session)
    heading(report, name, subject, arguments, folder, runner)
    before = time.monotonic()
    if isinstance(runner, RuntimeRunner):
        ours = (runner.states([row.batch])[0] for row in rows)
    else:
        ours = iter(runner.states([row.batch for row in rows]))
    worst = 0.0
    for row, mine, reference in zip(rows, ours, theirs):
        error = float(relative(mine, reference).max())
        worst = max(worst, error)
        bad = not error <= subject.tolerance
        report.failed |= bad
        report.say(f"{row.name:<36} {error:>10.1e} {float(cosine_error(mine, reference).max()):>10.1e}{'   TOO FAR' if bad else ''}")
    report.say(f"{'worst':<36} {worst:>10.1e}   allowed {subject.tolerance:.0e}")
    report.say(f"The reference took {seconds:.0f} s, our side {time.monotonic() - before:.0f} s.")
    del ours

    model = load_state(seeded_state(config, seed), config, name)
    mutant = Mutant(model, session)
    report.say()
    report.say(f"{'planted in our side':<52} {'least':>10} {'1 - cos':>10} {'tolerances':>11}")
    for inputs_name, run in (("joint", mutant.joint), ("text", mutant.text), ("padded", mutant.text)):
        error = float(relative(run(inputs[inputs_name].items), wanted[inputs_name]).max())
        bad = not error <= subject.tolerance
        report.failed |= bad
        report.say(f"{f'nothing ({inputs_name}), largest':<52} {error:>10.1e} {'':>10} {error / subject.tolerance:>11.2f}{'   TOO FAR' if bad else ''}")
    for mutation in mutations(mutant):
        show(report, mutation.name, subject, mutation.run(inputs[mutation.inputs].items), wanted[mutation.inputs], skip=mutation.inputs == "padded")
    compare_files(report, subject, session, files, caption, wanted_files)
    report.say()
    report.say(f"{'FAILED' if report.failed else 'All as it should be'}, {time.monotonic() - started:.0f} s in all.")
    return report


def run_reference(
    config: Config, weights: dict, rows: Sequence[Row], inputs: dict[str, Batch], files: Sequence, caption: Sequence[int]
) -> tuple[list[np.ndarray], dict[str, np.ndarray], np.ndarray, float]:
    """Everything that is asked of the authors' code, so that its memory can be given back."""
    reference = Reference(config, weights)
    before = time.monotonic()
    theirs = [reference.states(row.batch.items, row.batch.length) for row in rows]
    seconds = time.monotonic() - before
    wanted = {name: reference.states(batch.items, batch.length) for name, batch in inputs.items()}
    return theirs, wanted, reference.states_of_file(files, caption), seconds


def show(report: Report, name: str, subject: Subject, ours: np.ndarray, theirs: np.ndarray, skip: bool = False) -> None:
    """The item that shows a bug least is what counts."""
    errors, cosines = relative(ours, theirs), cosine_error(ours, theirs)
    least = int(errors[1:].argmin()) + 1 if skip else int(errors.argmin())
    times = float(errors[least]) / subject.tolerance
    bad = not times >= FACTOR
    report.failed |= bad
    report.say(f"{name:<52} {errors[least]:>10.1e} {cosines[least]:>10.1e} {times:>11,.0f}{'   NOT SEEN' if bad else ''}")


def compare_files(report: Report, subject: Subject, session: JointSession, files: Sequence, caption: Sequence[int], wanted: np.ndarray) -> None:
    size = subject.kind.config.size

    def states(pixels: Sequence[np.ndarray]) -> np.ndarray:
        return session.run([Item(caption, each) for each in pixels])[1]

    exact = float(relative(states([exact_pixels(scene, size) for scene in files]), wanted).max())
    bad = not exact <= subject.tolerance
    report.failed |= bad
    report.say(f"{'nothing (pictures preprocessed), largest':<52} {exact:>10.1e} {'':>10} {exact / subject.tolerance:>11.2f}{'   TOO FAR' if bad else ''}")
    show(report, "preprocessing `cover`", subject, states([cover_pixels(scene, size) for scene in files]), wanted)


def heading(report: Report, name: str, subject: Subject, arguments: argparse.Namespace, folder: Path, runner: Runner) -> None:
    hashes = ", ".join(f"{graph} {entry['sha256'][:12]}" for graph, entry in read_manifest(folder)["graphs"].items())
    report.say(f"{name}: {subject.kind.name} against FlagEmbedding 1.2.11's Visualized_BGE, seeded weights (seed {arguments.seed}) at the size of the config")
    report.say(f"our side: {runner.name}; graphs {hashes}")
    versions = f"torch {torch.__version__}, transformers {transformers.__version__}, onnxruntime {onnxruntime.__version__}, numpy {np.__version__}"
    report.say(f"{versions}, Python {platform.python_version()}, {os.cpu_count()} cores; {time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())}")
    if max(*subject.text, *subject.joint) > subject.many:
        report.say(f"Batches of {MANY} up to T = {subject.many}; longer texts alone, because two cores take minutes for eight of them.")
    report.say()
    report.say("Raw hidden state of [CLS]: largest difference over the largest element of the reference, of the worst item; and 1 - cosine beside it.")
    report.say(f"{'':<36} {'relative':>10} {'1 - cos':>10}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", metavar="MODEL", help=f"of {', '.join(SUBJECTS)}; base and m3 when left out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runner", choices=["runtime", "margay"], default="runtime", help="who computes our side")
    parser.add_argument("--node", default="node", help="the Node.js that runs margay")
    parser.add_argument("--build", type=Path, default=Path("build/parity"), help="where models are exported to and found again")
    parser.add_argument("--again", action="store_true", help="take a model that is there already instead of exporting it anew")
    parser.add_argument("--results", type=Path, help="a folder that gets the tables as parity-MODEL.txt")
    arguments = parser.parse_args()
    names = arguments.models or ["base", "m3"]
    unknown = [name for name in names if name not in SUBJECTS]
    if unknown:
        parser.error(f"no model {unknown[0]}; there are {', '.join(SUBJECTS)}")
    failed = False
    for name in names:
        subject, folder = SUBJECTS[name], arguments.build / f"{name}-{arguments.seed}"
        if not (arguments.again and (folder / "model.json").exists()):
            for file in folder.glob("*"):
                file.unlink()
            export_folder(name, subject, arguments.seed, folder)
        report = check(name, subject, arguments, folder)
        failed |= report.failed
        if arguments.results:
            (arguments.results / f"parity-{name}.txt").write_text("\n".join(report.lines) + "\n")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    try:
        main()
    except Refusal as refusal:
        sys.exit(f"parity: {refusal}")
