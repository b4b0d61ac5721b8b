"""Writes a small CLIP of seeded random weights, with a byte-level tokenizer, in the layout that transformers loads: random-clip.py FOLDER [--text]

Its vectors mean nothing; that they are made of words and pictures, by a real server, is all that the tests need. --text writes a BERT instead, which takes no pictures.
"""

import json
import sys
from pathlib import Path

import torch
from transformers import (
    BertConfig,
    BertModel,
    BertTokenizerFast,
    CLIPConfig,
    CLIPImageProcessor,
    CLIPModel,
    CLIPProcessor,
    CLIPTokenizerFast,
)
from transformers.models.clip.tokenization_clip import bytes_to_unicode

SIDE = 64
TOKENS = 77


def clip(folder: Path) -> None:
    characters = list(bytes_to_unicode().values())
    vocabulary = [*characters, *(f"{one}</w>" for one in characters), "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({token: place for place, token in enumerate(vocabulary)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = CLIPTokenizerFast(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=TOKENS)
    start, end = len(vocabulary) - 2, len(vocabulary) - 1
    tower = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2}
    text = {"vocab_size": len(vocabulary), "max_position_embeddings": TOKENS, "bos_token_id": start, "eos_token_id": end}
    config = CLIPConfig(
        text_config={**tower, **text, "pad_token_id": end},
        vision_config={**tower, "image_size": SIDE, "patch_size": 16},
        projection_dim=32,
    )
    # Infinity cuts texts at this; unset, transformers gives it the 20 that it gives generators.
    config.max_length = TOKENS
    CLIPModel(config).eval().save_pretrained(folder)
    images = CLIPImageProcessor(size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE})
    CLIPProcessor(images, tokenizer).save_pretrained(folder)


def bert(folder: Path) -> None:
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *map(chr, range(97, 123)), *(f"##{chr(c)}" for c in range(97, 123))]
    (folder / "vocab.txt").write_text("\n".join(words))
    size = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2}
    BertModel(BertConfig(vocab_size=len(words), **size)).eval().save_pretrained(folder)
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)


if __name__ == "__main__":
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(7)
    (bert if "--text" in sys.argv else clip)(out)
