"""
The authors' own code, from PyPI by name, run on our seeded weights: what parity compares with. Nothing of it is in this repository.

The constructor of `Visualized_BGE` downloads, so its parts are put together here, from the authors' classes and transformers'; every method that
computes is theirs. What eva_clip imports and inference never calls (torchvision, timm, ftfy, CLIP's vocabulary) is stood in for.
"""

import functools
import importlib.util
import sys
from collections.abc import Callable, Sequence
from types import ModuleType

import numpy as np
import torch
import transformers  # noqa: F401  before the stand-ins: it looks for torchvision and timm itself and must not find these
from PIL import Image
from torch import Tensor, nn

from config import Config
from session import Item, Words, pad


class Compose:
    def __init__(self, steps: Sequence[Callable]) -> None:
        self.steps = steps

    def __call__(self, value: object) -> object:
        for step in self.steps:
            value = step(value)
        return value


class Resize:
    """torchvision's rule: the short side becomes `size`, the long side is truncated."""

    def __init__(self, size: int, interpolation: int) -> None:
        self.size, self.interpolation = size, interpolation

    def __call__(self, picture: Image.Image) -> Image.Image:
        width, height = picture.size
        short, long = min(width, height), max(width, height)
        scaled = int(self.size * long / short)
        return picture.resize((self.size, scaled) if width <= height else (scaled, self.size), self.interpolation)


class CenterCrop:
    def __init__(self, size: int) -> None:
        self.size = size

    def __call__(self, picture: Image.Image) -> Image.Image:
        left, top = (round((side - self.size) / 2) for side in picture.size)
        return picture.crop((left, top, left + self.size, top + self.size))


class ToTensor:
    def __call__(self, picture: Image.Image) -> Tensor:
        return torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 255


class Normalize:
    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        self.mean, self.std = (torch.tensor(values)[:, None, None] for values in (mean, std))

    def __call__(self, pixels: Tensor) -> Tensor:
        return (pixels - self.mean) / self.std


def never(*_: object, **__: object) -> None:
    raise NotImplementedError("The reference called something that inference should not need.")


def keep(tensor: Tensor, **_: object) -> Tensor:
    """In place of an initialization: every weight is loaded afterwards."""
    return tensor


def stand_in(name: str, **values: object) -> None:
    module = ModuleType(name)
    module.__dict__.update(values)
    module.__path__ = []
    sys.modules[name] = module


@functools.cache
def import_authors() -> tuple[type[nn.Module], ModuleType]:
    """`Visualized_BGE` and the module that knows EVA's sizes by name."""
    package = importlib.util.find_spec("FlagEmbedding")
    if package is None:
        raise SystemExit("parity needs the authors' code: run scripts/export-venv.sh and use .venv-export/bin/python.")
    # Its __init__ imports everything else it can do, data sets and accelerators included.
    stand_in("FlagEmbedding")
    sys.modules["FlagEmbedding"].__path__ = list(package.submodule_search_locations)
    transforms = {
        "Compose": Compose, "Resize": Resize, "CenterCrop": CenterCrop, "ToTensor": ToTensor, "Normalize": Normalize,
        "RandomResizedCrop": lambda *_, **__: never, "InterpolationMode": Image.Resampling,
    }
    stand_in("torchvision")
    stand_in("torchvision.transforms", **transforms)
    stand_in("torchvision.transforms.functional")
    sys.modules["torchvision.transforms"].functional = sys.modules["torchvision.transforms.functional"]
    stand_in("torchvision.ops")
    stand_in("torchvision.ops.misc", FrozenBatchNorm2d=never)
    stand_in("timm")
    stand_in("timm.loss", LabelSmoothingCrossEntropy=never)
    stand_in("timm.models")
    helpers = {"drop_path": never, "to_2tuple": lambda value: value if isinstance(value, tuple) else (value, value), "trunc_normal_": keep, "Mlp": never}
    stand_in("timm.models.layers", **helpers)
    stand_in("timm.models.layers.attention_pool2d", RotAttentionPool2d=never, AttentionPool2d=never)
    stand_in("FlagEmbedding.visual.eva_clip.tokenizer", HFTokenizer=never, SimpleTokenizer=never, tokenize=never)
    from FlagEmbedding.visual.eva_clip import factory
    from FlagEmbedding.visual.modeling import Visualized_BGE

    # Others look for these two by name, and must not find what is none.
    for name in [name for name in sys.modules if name.partition(".")[0] in ("torchvision", "timm")]:
        del sys.modules[name]
    return Visualized_BGE, factory


def eva_numbers(config: Config) -> dict:
    """What EVA02-CLIP's own configuration files say, which the package on PyPI lacks."""
    vision = {
        "image_size": config.size, "patch_size": config.patch, "layers": config.vision_layers, "width": config.width, "eva_model_name": "eva",
        "head_width": config.width // config.vision_heads, "mlp_ratio": (config.vision_inner + 0.5) / config.width, "drop_path_rate": 0.0,
        "xattn": True, "fusedLN": True, "rope": True, "pt_hw_seq_len": config.rope_grid, "intp_freq": True, "naiveswiglu": True, "subln": True,
        # Switched off by eval(): with it forgotten, half the picture is dropped.
        "patch_dropout": 0.5,
    }
    text = {"context_length": 4, "vocab_size": 8, "width": 8, "heads": 1, "layers": 1}
    return {"embed_dim": config.head, "vision_cfg": vision, "text_cfg": text}


def text_model(config: Config) -> nn.Module:
    sizes = {
        "vocab_size": config.pieces, "hidden_size": config.width, "num_hidden_layers": config.layers, "num_attention_heads": config.heads,
        "intermediate_size": config.inner, "max_position_embeddings": config.positions, "type_vocab_size": config.types, "layer_norm_eps": config.eps,
        "attn_implementation": "eager",
    }
    if config.cls == 0:
        made = transformers.BertModel(transformers.BertConfig(**sizes, pad_token_id=0))
    else:
        made = transformers.XLMRobertaModel(transformers.XLMRobertaConfig(**sizes, pad_token_id=1))
    return made


class Reference:
    """The authors' model in evaluation mode, giving raw hidden states of [CLS]."""

    def __init__(self, config: Config, weights: dict[str, Tensor]) -> None:
        authors, factory = import_authors()
        factory._MODEL_CONFIGS["eva"] = eva_numbers(config)

        class Assembled(authors):
            def __init__(self) -> None:
                nn.Module.__init__(self)
                with transformers.modeling_utils.no_init_weights():
                    bge = text_model(config)
                self.bge_encoder, self.bge_embeddings, self.bge_pooler = bge.encoder, bge.embeddings, bge.pooler
                self.model_visual, _, self.preprocess_val = factory.create_eva_vision_and_transforms("eva", force_custom_clip=True)
                self.visual_proj = nn.Linear(config.width, config.width)
                self.depth = config.layers
                self.normlized = False
                self.sentence_pooling_method = "cls"

            def get_extended_attention_mask(self, *given: object, **options: object) -> Tensor:
                # The release on PyPI leaves the mask in half precision, later ones convert it as is done here; the numbers are the same.
                return super().get_extended_attention_mask(*given, **options).float()

        self.config = config
        self.model = Assembled()
        self.model.load_state_dict(weights, strict=True, assign=True)
        self.model.eval()
        self.pad_id = 0 if config.cls == 0 else 1

    def preprocess(self, picture: Image.Image) -> Tensor:
        return self.model.preprocess_val(picture)

    @torch.inference_mode()
    def states(self, items: Sequence[Item], length: int | None = None) -> np.ndarray:
        """Raw states [B, W] of one batch, padded to its longest text or to `length`."""
        words: Words = pad([item.ids for item in items], self.pad_id, 0, 0, length)
        texts = {"input_ids": torch.from_numpy(words.ids), "attention_mask": torch.from_numpy(words.mask)}
        pictures = [item.pixels for item in items if item.pixels is not None]
        if not pictures:
            return self.model.encode_text(texts).numpy()
        normal = self.model.preprocess_val.steps[-1]
        pixels = torch.stack([normal(torch.from_numpy(picture).permute(2, 0, 1).float() / 255) for picture in pictures])
        return self.model.encode_mm(pixels, texts).numpy()

    @torch.inference_mode()
    def states_of_file(self, pictures: Sequence[Image.Image], ids: Sequence[int]) -> np.ndarray:
        """Through the authors' own preprocessing, past nothing but the decoder."""
        texts = {"input_ids": torch.tensor([ids] * len(pictures)), "attention_mask": torch.ones(len(pictures), len(ids), dtype=torch.int64)}
        return self.model.encode_mm(torch.stack([self.preprocess(picture) for picture in pictures]), texts).numpy()
