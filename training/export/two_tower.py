"""Small two-tower models with the inputs, outputs and habits of CLIP and SigLIP as the hubs publish them. For tests: nothing here was trained."""

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from torch import Tensor, nn

from folder import drawn_pictures, golden_case, graph, named, new_folder, write_json
from graphs import export
from seeded import generator
from seeded_tokenizer import COMMON, DIGITS, LETTERS, PUNCTUATION
from session import cut, load_tokenizer, normalize, open_graph, pad
from vision import attend, split

WIDTH, HEADS, LAYERS, PATCH, SIZE, DIMENSIONS = 16, 2, 2, 8, 32, 12
GRID = SIZE // PATCH


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first_norm = nn.LayerNorm(WIDTH)
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.second_norm = nn.LayerNorm(WIDTH)
        self.up = nn.Linear(WIDTH, 2 * WIDTH)
        self.down = nn.Linear(2 * WIDTH, WIDTH)

    def forward(self, x: Tensor, bias: Tensor | None) -> Tensor:
        q, k, v = (split(part, HEADS) for part in self.qkv(self.first_norm(x)).chunk(3, dim=-1))
        x = x + self.out(attend(q, k, v, bias))
        return x + self.down(F.gelu(self.up(self.second_norm(x))))


class Tower(nn.Module):
    def __init__(self, positions: int) -> None:
        super().__init__()
        self.places = nn.Parameter(torch.zeros(positions, WIDTH))
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, DIMENSIONS, bias=False)

    def read(self, x: Tensor, bias: Tensor | None = None) -> Tensor:
        x = x + self.places[: x.shape[1]]
        for block in self.blocks:
            x = block(x, bias)
        return self.norm(x)


class Eye(Tower):
    """[B, 3, S, S] -> vectors that are not of length one [B, D]. CLIP reads a class token, SigLIP all patches."""

    def __init__(self, clip: bool) -> None:
        super().__init__(GRID**2 + clip)
        self.patches = nn.Conv2d(3, WIDTH, PATCH, stride=PATCH)
        self.start = nn.Parameter(torch.zeros(1, 1, WIDTH)) if clip else None

    def forward(self, pixel_values: Tensor) -> Tensor:
        x = self.patches(pixel_values).flatten(2).transpose(1, 2)
        if self.start is None:
            return self.head(self.read(x).mean(1))
        return self.head(self.read(torch.cat([self.start.expand(x.shape[0], -1, -1), x], dim=1))[:, 0])


class ClipWords(Tower):
    """Causal, and read off the last token that is no padding."""

    def __init__(self, pieces: int, length: int) -> None:
        super().__init__(length)
        self.words = nn.Embedding(pieces, WIDTH)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        places = torch.arange(input_ids.shape[1])
        seen = (places[None, :] <= places[:, None])[None, None] & (attention_mask[:, None, None, :] > 0)
        x = self.read(self.words(input_ids), torch.where(seen, 0.0, -1e4))
        last = (attention_mask.sum(1) - 1)[:, None, None].expand(-1, 1, WIDTH)
        return self.head(x.gather(1, last)[:, 0])


class SiglipWords(Tower):
    """Every text is padded to one length, and the padding is read like any word."""

    def __init__(self, pieces: int, length: int) -> None:
        super().__init__(length)
        self.words = nn.Embedding(pieces, WIDTH)

    def forward(self, input_ids: Tensor) -> Tensor:
        return self.head(self.read(self.words(input_ids))[:, -1])


def seed_weights(module: nn.Module, seed: int) -> nn.Module:
    state = module.state_dict()
    for name, tensor in state.items():
        noise = torch.randn(tensor.shape, generator=generator(seed, name))
        if "norm" in name:
            tensor.copy_(noise * 0.1 + (0.0 if name.endswith("bias") else 1.0))
        elif name.endswith("bias"):
            tensor.copy_(noise * 0.1)
        elif name.endswith(("places", "start", "words.weight")):
            tensor.copy_(noise)
        else:
            gain = 2.0 if "qkv" in name else 1.0
            tensor.copy_(noise * gain / tensor[0].numel() ** 0.5)
    module.load_state_dict(state)
    return module.eval()


def clip_tokenizer() -> Tokenizer:
    """Byte-pair encoding as CLIP has it: lower case, a mark at the end of each word, a start and an end around the text."""
    letters = [*PUNCTUATION, *DIGITS, *LETTERS]
    pieces = dict.fromkeys([*letters, *(f"{letter}</w>" for letter in letters)])
    merges: list[tuple[str, str]] = []
    for word in COMMON:
        parts = [*word[:-1], f"{word[-1]}</w>"]
        while len(parts) > 1:
            pair = (parts[0], parts[1])
            parts[:2] = ["".join(pair)]
            if pair not in merges:
                merges.append(pair)
            pieces[parts[0]] = None
    vocabulary = {piece: index for index, piece in enumerate([*pieces, "<|startoftext|>", "<|endoftext|>"])}
    tokenizer = Tokenizer(models.BPE(vocabulary, merges, unk_token="<|endoftext|>", end_of_word_suffix="</w>", continuing_subword_prefix=""))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"), "removed", invert=True)
    tokenizer.decoder = decoders.BPEDecoder(suffix="</w>")
    tokenizer.add_special_tokens(["<|startoftext|>", "<|endoftext|>"])
    frame = [(name, vocabulary[name]) for name in ("<|startoftext|>", "<|endoftext|>")]
    tokenizer.post_processor = processors.TemplateProcessing(single="<|startoftext|> $A <|endoftext|>", special_tokens=frame)
    return tokenizer


def siglip_tokenizer() -> Tokenizer:
    """Unigram as SigLIP has it: lower case, no start, an end that is the padding too."""
    pieces = dict.fromkeys(["<unk>", "</s>", "▁", *PUNCTUATION, *DIGITS, *LETTERS, *(f"▁{word}" for word in COMMON)])
    scores = [(piece, 0.0 if index < 2 else -2.0 - index / 50) for index, piece in enumerate(pieces)]
    tokenizer = Tokenizer(models.Unigram(scores, unk_id=0, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Lowercase(), normalizers.Replace(Regex(r"\s+"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.add_special_tokens(["<unk>", "</s>"])
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    return tokenizer


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


def write_two_tower(name: str, out: Path, seed: int) -> None:
    clip = name == "tiny-clip"
    tokenizer = clip_tokenizer() if clip else siglip_tokenizer()
    pieces, length = tokenizer.get_vocab_size(), 24 if clip else 16
    eye = seed_weights(Eye(clip), seed)
    words = seed_weights(ClipWords(pieces, length) if clip else SiglipWords(pieces, length), seed + 1)
    batch, tokens = torch.export.Dim("B"), torch.export.Dim("T")
    vision_output, text_output = ("image_embeds", "text_embeds") if clip else ("pooler_output", "pooler_output")
    with new_folder(out, 10_000_000) as folder:
        tokenizer.save(str(folder / "tokenizer.json"))
        export(eye, folder / "vision_model.onnx", [torch.randn(3, 3, SIZE, SIZE)], ["pixel_values"], [vision_output], ({0: batch},))
        ids = torch.ones(3, length, dtype=torch.int64)
        if clip:
            shapes = ({0: batch, 1: tokens},) * 2
            given, inputs = [ids[:, :7].clone(), ids[:, :7].clone()], ["input_ids", "attention_mask"]
        else:
            shapes, given, inputs = ({0: batch},), [ids], ["input_ids"]
        export(words, folder / "text_model.onnx", given, inputs, [text_output], shapes)
        manifest = {
            "name": name, "version": str(seed), "license": "Apache-2.0", "description": "Random weights in the shape of two towers: for tests alone.",
            "languages": ["en"], "mode": "two-tower", "precision": "fp32", "dimensions": DIMENSIONS, "normalize": True,
            "graphs": {
                "vision": graph(folder / "vision_model.onnx") | {"input": "pixel_values", "output": vision_output},
                "text": graph(folder / "text_model.onnx") | {"input": "input_ids", "output": text_output} | ({"mask": "attention_mask"} if clip else {}),
            },
            "tokenizer": named(folder / "tokenizer.json")
            | {"maxTokens": length, "padId": tokenizer.token_to_id("<|endoftext|>" if clip else "</s>"), "padding": "longest" if clip else "max"},
            "picture": {
                "size": SIZE, "resize": "short-side" if clip else "stretch", "crop": "center" if clip else "none", "kernel": "cubic", "method": "exact",
                "mean": [0.48145466, 0.4578275, 0.40821073] if clip else [0.5] * 3, "std": [0.26862954, 0.26130258, 0.27577711] if clip else [0.5] * 3,
            },
            "fusion": {"pictureWeight": 0.6, "of": "unit"},
        }
        write_json(folder / "model.json", manifest, 2)
        write_json(folder / "golden.json", {"tolerance": 1e-5, "cases": golden_cases(folder)}, 1)


def golden_cases(folder: Path) -> list[dict]:
    manifest = json.loads((folder / "model.json").read_text())
    entry, rule = manifest["tokenizer"], manifest["picture"]
    # As what is stored: the weight in model.json is that of queries.
    weight = 0.5
    vision, text = (open_graph(folder / manifest["graphs"][side]["file"]) for side in ("vision", "text"))
    tokenizer = load_tokenizer(folder / "tokenizer.json")

    def ids_of(words: str) -> list[int]:
        return cut(tokenizer.encode(words).ids, entry["maxTokens"])

    def read(words: str) -> np.ndarray:
        given = pad([ids_of(words)], entry["padId"], 0, 1, entry["maxTokens"] if entry["padding"] == "max" else None)
        inputs = {"input_ids": given.ids} | ({"attention_mask": given.mask} if "mask" in manifest["graphs"]["text"] else {})
        return unit(text.run(None, inputs)[0][0])

    def see(picture: np.ndarray) -> np.ndarray:
        return unit(vision.run(None, {"pixel_values": normalize(picture[None], rule["mean"], rule["std"])})[0][0])

    pictures = drawn_pictures(2, SIZE, 20)
    texts = ["a red mug", "the same shoe in BLUE, please!"]
    cases = [golden_case(f"text: {words}", read(words), words, ids_of(words)) for words in texts]
    cases += [golden_case(f"picture {index}", see(picture), pixels=picture) for index, picture in enumerate(pictures)]
    return cases + [
        golden_case(f"joint: {words}", unit(weight * see(picture) + (1 - weight) * read(words)), words, ids_of(words), picture)
        for words, picture in zip(texts, pictures)
    ]
