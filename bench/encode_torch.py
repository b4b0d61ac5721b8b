"""
The method's own loop: the authors' code (FlagEmbedding from PyPI), PyTorch eager, PIL, one picture or text at a time, on seeded weights.
Reads lines of JSON, {"pictures": [file, ...]}, {"texts": [...]} or {"memory": true}; answers each with a line, {"ms", "vectors"} or {"bytes"}.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "training" / "export"))

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from PIL import Image  # noqa: E402
from torch import Tensor  # noqa: E402

from config import BASE  # noqa: E402
from reference import Reference  # noqa: E402
from seeded import seeded_state  # noqa: E402
from session import load_tokenizer  # noqa: E402



def words(ids: Sequence[int]) -> dict[str, Tensor]:
    given = torch.tensor([list(ids)])
    return {"input_ids": given, "attention_mask": torch.ones_like(given)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    arguments = parser.parse_args()
    tokenizer = load_tokenizer(arguments.tokenizer)
    reference = Reference(BASE, seeded_state(BASE, arguments.seed))
    empty = words(tokenizer.encode("").ids)

    def picture(file: str) -> Tensor:
        return reference.model.encode_mm(reference.preprocess(Image.open(file).convert("RGB"))[None], empty)

    def text(given: str) -> Tensor:
        return reference.model.encode_text(words(tokenizer.encode(given).ids))

    print("{}", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        if "memory" in asked:
            print(json.dumps({"bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}), flush=True)
            continue
        work, items = (picture, asked["pictures"]) if "pictures" in asked else (text, asked["texts"])
        started = time.perf_counter()
        with torch.inference_mode():
            vectors = [F.normalize(work(item), dim=-1)[0] for item in items]
        ms = 1000 * (time.perf_counter() - started)
        print(json.dumps({"ms": ms, "vectors": [vector.tolist() for vector in vectors]}), flush=True)


if __name__ == "__main__":
    main()
