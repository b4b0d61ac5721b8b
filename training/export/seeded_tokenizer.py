"""
Tokenizers made from nothing, for seeded models: real ones in framing, pieces and size, in the Hugging Face format; only their words are made up.

    python training/export/seeded_tokenizer.py {wordpiece,unigram} --out FOLDER
"""

import argparse
import math
import random
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

# Words that tests and benchmarks use, so that they are pieces of their own as in a trained vocabulary.
COMMON = """a about all and are as at be black blue bottle but by can case chair color cup dark dress for from green has have i in is it lamp leopard
like mug night no not of on one or phone picture please print red same shirt shoe shoes show spotted striped that the this to umbrella want white
with without yellow you""".split()
PUNCTUATION = list("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
LETTERS = list("abcdefghijklmnopqrstuvwxyz")
DIGITS = list("0123456789")
ONSETS = ["b", "br", "c", "ch", "d", "f", "g", "gr", "h", "k", "l", "m", "n", "p", "pl", "qu", "r", "s", "sh", "st", "t", "tr", "v", "w", "z"]
NUCLEI = ["a", "e", "i", "o", "u", "ai", "ea", "ou"]
CODAS = ["", "", "", "l", "n", "nd", "r", "s", "st", "t"]

WORDPIECES = 30522
# Where BERT's own vocabulary has them.
PAD, UNK, CLS, SEP, MASK = 0, 100, 101, 102, 103


def made_up(rng: random.Random) -> str:
    return "".join(rng.choice(ONSETS) + rng.choice(NUCLEI) + rng.choice(CODAS) for _ in range(rng.choice([1, 2, 2, 3])))


def wordpiece(size: int = WORDPIECES, seed: int = 1, low: bool = False) -> Tokenizer:
    """Uncased WordPiece framed by [CLS] and [SEP]. `low` packs the special tokens at 0 ... 4, for vocabularies too small for BERT's own places."""
    rng = random.Random(seed)
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    if low:
        pieces = special
    else:
        pieces = ["[PAD]", *(f"[unused{index}]" for index in range(UNK - 1)), *special[1:]]
    pieces = dict.fromkeys([*pieces, *PUNCTUATION, *DIGITS, *LETTERS, *(f"##{letter}" for letter in [*LETTERS, *DIGITS]), *COMMON])
    if len(pieces) > size:
        raise ValueError(f"A vocabulary of {size} has no room for {len(pieces)} pieces.")
    while len(pieces) < size:
        word = made_up(rng)
        pieces[f"##{word}" if rng.random() < 0.25 else word] = None
    vocabulary = {piece: index for index, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens(special)
    frame = [(name, vocabulary[name]) for name in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=frame)
    return tokenizer


def unigram(size: int = 8000, seed: int = 1) -> Tokenizer:
    """Unigram as XLM-R has it: <s> 0, <pad> 1, </s> 2, <unk> 3, words that begin with a low line; a text is framed by <s> and </s>."""
    rng = random.Random(seed)
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    capitals = [letter.upper() for letter in LETTERS]
    words = dict.fromkeys([*special, "▁", *PUNCTUATION, *DIGITS, *LETTERS, *capitals, *(f"▁{word}" for word in COMMON)])
    if len(words) > size:
        raise ValueError(f"A vocabulary of {size} has no room for {len(words)} pieces.")
    while len(words) < size:
        word = made_up(rng)
        words[f"▁{word}" if rng.random() < 0.7 else word] = None
    # Zipf's law, roughly: the likelier a piece the earlier it stands.
    scores = [(piece, 0.0 if index < len(special) else -math.log(index + 10.0) - 2.0) for index, piece in enumerate(words)]
    tokenizer = Tokenizer(models.Unigram(scores, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(" {2,}", " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.add_special_tokens(special)
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return tokenizer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["wordpiece", "unigram"])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    tokenizer = wordpiece(seed=arguments.seed) if arguments.kind == "wordpiece" else unigram(seed=arguments.seed)
    tokenizer.save(str(arguments.out / "tokenizer.json"))
    print(f"{arguments.out / 'tokenizer.json'}: {tokenizer.get_vocab_size():,} pieces")


if __name__ == "__main__":
    main()
