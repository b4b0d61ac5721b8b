"""The tokenizer: WordPiece over the texts that training composes, typos and filler included."""

from collections.abc import Iterable
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from torch import Tensor

from model import CLS, MAX_TOKENS, PAD, PICTURE_TOKENS, SEP, UNK

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
PIECES = 2400


def train_tokenizer(texts: Iterable[str], pieces: int = PIECES) -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=True, lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    # The alphabet is given, so that a letter or digit that training never composed is still a piece and not [UNK].
    alphabet = list("abcdefghijklmnopqrstuvwxyz0123456789.,!?'\"-&/()+#:;%$€£@*")
    tokenizer.train_from_iterator(
        texts, trainers.WordPieceTrainer(vocab_size=pieces, special_tokens=SPECIAL, initial_alphabet=alphabet, min_frequency=3, show_progress=False)
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", CLS), ("[SEP]", SEP)]
    )
    tokenizer.enable_truncation(MAX_TOKENS)
    assert [tokenizer.token_to_id(piece) for piece in SPECIAL[:4]] == [PAD, UNK, CLS, SEP]
    return tokenizer


def load_tokenizer(path: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def batch(tokenizer: Tokenizer, texts: list[str], picture: bool) -> tuple[Tensor, Tensor, Tensor]:
    """ids, positions, mask [B, T], padded on the right. Behind a picture the words begin at position 54, else at 1; "" is [CLS][SEP]."""
    encoded = [item.ids for item in tokenizer.encode_batch(texts)]
    length = max(len(ids) for ids in encoded)
    ids = torch.tensor([row + [PAD] * (length - len(row)) for row in encoded], dtype=torch.int64)
    mask = torch.tensor([[1] * len(row) + [0] * (length - len(row)) for row in encoded], dtype=torch.int64)
    positions = torch.arange(length)
    if picture:
        positions = positions + PICTURE_TOKENS
        positions[0] = 0
    return ids, positions.expand(len(texts), length).contiguous(), mask
