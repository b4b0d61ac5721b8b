"""The sizes of both published models."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    """Sizes of both halves. Heads of the vision transformer are as wide as `width / vision_heads`; `cls` and `text` are positions without a picture."""

    width: int
    layers: int
    heads: int
    inner: int
    pieces: int
    positions: int
    types: int
    eps: float
    cls: int
    text: int
    size: int
    patch: int
    vision_layers: int
    vision_heads: int
    vision_inner: int
    head: int
    # The grid that the rope table was made for; a picture's own grid is stretched to it.
    rope_grid: int = 16

    @property
    def grid(self) -> int:
        return self.size // self.patch

    @property
    def tokens(self) -> int:
        """V, the number of tokens that a picture becomes."""
        return self.grid**2

    @property
    def max_tokens(self) -> int:
        """The longest text without a picture, frame included: the words' positions run from `text` to the end of the table."""
        return self.positions - self.text + 1

    @property
    def max_tokens_with_picture(self) -> int:
        """The longest text beside a picture: [CLS] at 0, the picture at 1 ... V, the words behind it."""
        return self.positions - self.tokens


BASE = Config(
    width=768, layers=12, heads=12, inner=3072, pieces=30522, positions=512, types=2, eps=1e-12, cls=0, text=1,
    size=224, patch=16, vision_layers=12, vision_heads=12, vision_inner=2048, head=512,
)
M3 = Config(
    width=1024, layers=24, heads=16, inner=4096, pieces=250002, positions=8194, types=1, eps=1e-5, cls=2, text=3,
    size=224, patch=14, vision_layers=24, vision_heads=16, vision_inner=2730, head=768,
)
