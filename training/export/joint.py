"""Writes a model folder of `mode: joint` from Visualized BGE modules and a tokenizer."""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from config import BASE, M3, Config
from folder import Refusal, drawn_pictures, golden_case, graph, named, new_folder, write_json
from graphs import LARGEST_FILE, export_encode, export_vision, quantize
from session import Item, JointSession, load_tokenizer
from visualized_bge import VisualizedBGE

# As the reference's own preprocessing has them: those of OpenAI's CLIP.
MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
# Largest difference in any dimension of a unit vector that another machine's arithmetic may make. In 8 bits a value on the edge rounds either way.
TOLERANCE = {"fp32": 1e-4, "int8": 1e-3}


@dataclass(frozen=True)
class Kind:
    """What a folder says of itself, and the words that its golden vectors are made of."""

    name: str
    config: Config
    description: str
    languages: Sequence[str]
    pad: str
    texts: Sequence[str]
    license: str = "MIT"
    version: str = "1"
    mean: Sequence[float] = MEAN
    std: Sequence[float] = STD
    largest: int = field(default=LARGEST_FILE)


KINDS = {
    "visualized-bge-base": Kind(
        "visualized-bge-base", BASE, "Visualized BGE: bge-base-en-v1.5 that reads a picture by EVA02-CLIP-B-16.", ["en"], "[PAD]",
        ["a red mug", "Do you have this chair in YELLOW, pls?"],
    ),
    "visualized-bge-m3": Kind(
        "visualized-bge-m3", M3, "Visualized BGE: the multilingual bge-m3 that reads a picture by EVA02-CLIP-L-14.", ["mul"], "<pad>",
        ["a red mug", "¿Tienes esta silla en AMARILLO?", "一匹马牵着这辆车"],
    ),
}


def check_tokenizer(file: Path, kind: Kind) -> int:
    """The id of the padding. @raises Refusal"""
    if not file.is_file():
        raise Refusal(f"There is no {file}. Give the folder that holds the Hugging Face tokenizer.json of {kind.name}'s text model.")
    try:
        tokenizer = load_tokenizer(file)
    except Exception as error:  # the library raises plain Exception
        raise Refusal(f"{file} is not a tokenizer of the Hugging Face format: {error}") from error
    pad, pieces = tokenizer.token_to_id(kind.pad), tokenizer.get_vocab_size()
    if pad is None:
        raise Refusal(f"{file} has no {kind.pad}: it is not the tokenizer of {kind.name}'s text model.")
    if pieces > kind.config.pieces:
        raise Refusal(f"{file} has {pieces} pieces where {kind.name} knows {kind.config.pieces}: it is the tokenizer of another model.")
    if len(tokenizer.encode("").ids) != 2:
        raise Refusal(f"{file} does not frame a text by two tokens, as {kind.name} needs. Is its post_processor missing?")
    return pad


def write_joint(
    model: VisualizedBGE, kind: Kind, tokenizer: Path, out: Path, precision: str = "fp32", said: Callable[[str], None] = print
) -> None:
    """@raises Refusal with nothing left behind."""
    pad = check_tokenizer(tokenizer, kind)
    config = model.config
    weights = 4 * sum(parameter.numel() for parameter in model.parameters())
    # While a graph with its weights in a file of their own is checked or rounded, it is there twice.
    with new_folder(out, int(weights * 2.2)) as folder:
        shutil.copyfile(tokenizer, folder / "tokenizer.json")
        for name, write in (("vision.onnx", export_vision), ("encode.onnx", export_encode)):
            said(f"{name}: exporting")
            write(model, folder / name, kind.largest)
            if precision == "int8":
                said(f"{name}: rounding weights to 8 bits")
                quantize(folder / name, kind.largest)
        suffix = "-int8" if precision == "int8" else ""
        manifest = {
            "name": kind.name + suffix, "version": kind.version, "license": kind.license, "description": kind.description, "languages": list(kind.languages),
            "mode": "joint", "precision": precision, "dimensions": config.width,
            "graphs": {"vision": graph(folder / "vision.onnx"), "encode": graph(folder / "encode.onnx")},
            "tokenizer": named(folder / "tokenizer.json")
            | {"maxTokens": config.max_tokens, "maxTokensWithPicture": config.max_tokens_with_picture, "padId": pad},
            "picture": {
                "size": config.size, "resize": "short-side", "crop": "center", "kernel": "cubic", "method": "exact",
                "mean": list(kind.mean), "std": list(kind.std), "tokens": config.tokens, "width": config.width,
            },
            "positions": {"cls": config.cls, "text": config.text}, "pooling": "cls", "normalize": True,
        }
        write_json(folder / "model.json", manifest, 2)
        said("golden.json: running the graphs")
        cases = golden_cases(JointSession(folder), kind.texts)
        write_json(folder / "golden.json", {"tolerance": TOLERANCE[precision], "cases": cases}, 1)


def golden_cases(session: JointSession, texts: Sequence[str]) -> list[dict]:
    """Texts, pictures and both, each in a batch of one."""
    pictures = drawn_pictures(2, session.manifest["picture"]["size"], 20)

    def case(name: str, text: str | None, pixels: np.ndarray | None) -> dict:
        ids = session.ids(text or "", pixels is not None)
        vector = session.run([Item(ids, pixels)])[0][0]
        return golden_case(name, vector, text, ids, pixels)

    cases = [case(f"text: {text}", text, None) for text in texts]
    cases += [case(f"picture {index}", None, picture) for index, picture in enumerate(pictures)]
    return cases + [case(f"joint: {text}", text, pictures[index % 2]) for index, text in enumerate(texts)]


def cosines(vectors: np.ndarray) -> str:
    """Least, mean and largest cosine of different rows."""
    pairs = (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)]
    return f"{pairs.min():.3f} ... {pairs.max():.3f}, mean {pairs.mean():.3f}"


def print_spread(folder: Path, said: Callable[[str], None] = print) -> None:
    """How far apart different inputs lie: a model that maps everything to one place would pass any comparison by cosine."""
    session = JointSession(folder)
    words = ["a red mug", "the same shoe in blue", "umbrella with leopard print", "picture of a yellow chair at night", "phone"]
    pictures = drawn_pictures(5, session.manifest["picture"]["size"], 40)
    texts = [session.run([Item(session.ids(text, False))])[0] for text in words]
    alone = [session.run([Item(session.ids("", True), picture)])[0] for picture in pictures]
    # Each text beside each of two pictures.
    both = [[session.run([Item(session.ids(text, True), picture)])[0][0] for text in words] for picture in pictures[:2]]
    said(f"cosines of different texts: {cosines(np.concatenate(texts))}")
    said(f"cosines of different pictures: {cosines(np.concatenate(alone))}")
    said(f"cosines of different texts beside one picture: {cosines(np.stack(both[0]))}")
    pairs = [float(first @ second) for first, second in zip(*both)]
    said(f"cosines of one text beside different pictures: {min(pairs):.3f} ... {max(pairs):.3f}")


def read_manifest(folder: Path) -> dict:
    return json.loads((folder / "model.json").read_text())
