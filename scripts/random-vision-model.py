"""
Writes tiny.gguf and mmproj.gguf: a vision model of random weights that llama.cpp's server loads in a second, for tests of the wire and its faults.
What it answers means nothing. Needs the pip packages gguf==0.19.0 and numpy==2.4.6.

Usage: python scripts/random-vision-model.py FOLDER [--seed N] [--layers N]
llama-server -m FOLDER/tiny.gguf --mmproj FOLDER/mmproj.gguf
"""

import argparse
from pathlib import Path

import numpy as np
from gguf import GGUFWriter, TokenType

CONTEXT = 8192
WIDTH, HEADS, HIDDEN = 64, 4, 128
# Gemma 3's projector averages squares of POOL x POOL patches: 16 x 16 = 256 tokens for any picture, as Gemma's own 896 px, 14 and 4 give.
SIDE, PATCH, POOL = 448, 14, 2
# As in Gemma 3: every picture stands between these two, and a token for each keeps them from being spelled out.
PICTURE_MARKS = ["<start_of_image>", "<end_of_image>"]


class Weights:
    """Random tensors written to a file; every matrix keeps the variance of what it is given."""

    def __init__(self, writer: GGUFWriter, seed: int) -> None:
        self.writer = writer
        self.random = np.random.default_rng(seed)

    def normal(self, name: str, *shape: int, spread: float | None = None) -> None:
        spread = 1 / np.sqrt(np.prod(shape[1:])) if spread is None else spread
        self.writer.add_tensor(name, self.random.normal(0, spread, shape).astype(np.float32))

    def filled(self, name: str, value: float, length: int) -> None:
        self.writer.add_tensor(name, np.full(length, value, dtype=np.float32))


def finish(writer: GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def vocabulary() -> tuple[list[str], list[TokenType]]:
    """A token for every byte, so that any text at all can be read and written."""
    entries = [("<unk>", TokenType.UNKNOWN), ("<s>", TokenType.CONTROL), ("</s>", TokenType.CONTROL)]
    entries += [(f"<0x{byte:02X}>", TokenType.BYTE) for byte in range(256)]
    # SentencePiece writes a space as U+2581, which would take three bytes.
    entries += [("\u2581", TokenType.NORMAL)]
    entries += [(mark, TokenType.CONTROL) for mark in PICTURE_MARKS]
    return [text for text, _ in entries], [kind for _, kind in entries]


def write_text_model(path: Path, seed: int, layers: int) -> None:
    writer = GGUFWriter(path, "llama")
    writer.add_name("random")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    tokens, kinds = vocabulary()
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types(kinds)
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_space_prefix(False)
    weights = Weights(writer, seed)
    # Small beside what the layers add, and attention sharp, so that what is answered depends on all that was asked and not on the last letter alone.
    weights.normal("token_embd.weight", len(tokens), WIDTH, spread=0.2)
    for layer in range(layers):
        block = f"blk.{layer}"
        weights.filled(f"{block}.attn_norm.weight", 1, WIDTH)
        for part, gain in (("q", 3), ("k", 3), ("v", 1), ("output", 1)):
            weights.normal(f"{block}.attn_{part}.weight", WIDTH, WIDTH, spread=gain / np.sqrt(WIDTH))
        weights.filled(f"{block}.ffn_norm.weight", 1, WIDTH)
        weights.normal(f"{block}.ffn_gate.weight", HIDDEN, WIDTH)
        weights.normal(f"{block}.ffn_up.weight", HIDDEN, WIDTH)
        weights.normal(f"{block}.ffn_down.weight", WIDTH, HIDDEN)
    weights.filled("output_norm.weight", 1, WIDTH)
    weights.normal("output.weight", len(tokens), WIDTH)
    finish(writer)


def write_projector(path: Path, seed: int) -> None:
    writer = GGUFWriter(path, "clip")
    writer.add_name("random projector")
    writer.add_clip_has_vision_encoder(True)
    writer.add_clip_projector_type("gemma3")
    writer.add_vision_image_size(SIDE)
    writer.add_vision_patch_size(PATCH)
    writer.add_vision_embedding_length(WIDTH)
    writer.add_vision_feed_forward_length(HIDDEN)
    writer.add_vision_projection_dim(WIDTH)
    writer.add_vision_block_count(1)
    writer.add_vision_head_count(HEADS)
    writer.add_vision_attention_layernorm_eps(1e-6)
    writer.add_vision_image_mean([0.5, 0.5, 0.5])
    writer.add_vision_image_std([0.5, 0.5, 0.5])
    writer.add_vision_use_gelu(True)
    writer.add_vision_projector_scale_factor(POOL)
    weights = Weights(writer, seed)
    weights.normal("v.patch_embd.weight", WIDTH, 3, PATCH, PATCH)
    weights.filled("v.patch_embd.bias", 0, WIDTH)
    weights.normal("v.position_embd.weight", (SIDE // PATCH) ** 2, WIDTH, spread=0.5)
    block = "v.blk.0"
    for norm in (f"{block}.ln1", f"{block}.ln2", "v.post_ln"):
        weights.filled(f"{norm}.weight", 1, WIDTH)
        weights.filled(f"{norm}.bias", 0, WIDTH)
    for part, inputs, outputs in (
        *((f"attn_{name}", WIDTH, WIDTH) for name in ("q", "k", "v", "out")),
        ("ffn_up", WIDTH, HIDDEN),
        ("ffn_down", HIDDEN, WIDTH),
    ):
        weights.normal(f"{block}.{part}.weight", outputs, inputs)
        weights.filled(f"{block}.{part}.bias", 0, outputs)
    weights.filled("mm.soft_emb_norm.weight", 1, WIDTH)
    # Stored the other way round: the server transposes it.
    weights.normal("mm.input_projection.weight", WIDTH, WIDTH)
    finish(writer)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--layers", type=int, default=2, help="of the text model; more make it slower")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    write_text_model(options.folder / "tiny.gguf", options.seed, options.layers)
    write_projector(options.folder / "mmproj.gguf", options.seed + 1)


if __name__ == "__main__":
    main()
