"""Reads a published checkpoint into our modules, or says what does not fit."""

from pathlib import Path

import torch
from torch import Tensor

from config import Config
from folder import Refusal
from visualized_bge import VisualizedBGE

# How many faults a message names.
SHOWN = 5
# Constants that older versions of transformers kept among the weights.
CONSTANTS = ("bge_embeddings.position_ids", "bge_embeddings.token_type_ids")


def read_checkpoint(file: Path) -> dict[str, Tensor]:
    """@raises Refusal when `file` is missing or holds no state dict. Only tensors are read: a checkpoint cannot run code."""
    if not file.is_file():
        raise Refusal(f"There is no checkpoint {file}. Give the .pth file that the model's page offers.")
    try:
        state = torch.load(file, map_location="cpu", weights_only=True, mmap=True)
    except Exception as error:  # torch's own errors here are of any class
        raise Refusal(f"{file} is not a PyTorch checkpoint that can be read safely: {str(error).splitlines()[0]}") from error
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise Refusal(f"{file} holds no state dict (names and tensors).")
    return {name: tensor for name, tensor in state.items() if name not in CONSTANTS}


def load_state(state: dict[str, Tensor], config: Config, model: str) -> VisualizedBGE:
    """@raises Refusal naming the first tensors that are missing, unknown or of another shape."""
    with torch.device("meta"):
        modules = VisualizedBGE(config)
    wanted = {name: tuple(tensor.shape) for name, tensor in modules.state_dict().items()}
    faults = [f"{name} is missing" for name in wanted if name not in state]
    faults += [f"{name} is unknown" for name in state if name not in wanted]
    faults += [
        f"{name} is {list(state[name].shape)} instead of {list(shape)}" for name, shape in wanted.items() if name in state and tuple(state[name].shape) != shape
    ]
    faults += [f"{name} holds {tensor.dtype}, not floats" for name, tensor in state.items() if name in wanted and not tensor.is_floating_point()]
    if faults:
        more = f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        raise Refusal(f"The checkpoint is not one of {model}: {'; '.join(faults[:SHOWN])}{more}. Is it the checkpoint of another model?")
    modules.load_state_dict({name: tensor.float() for name, tensor in state.items()}, strict=True, assign=True)
    return modules.eval()
