"""
The method's own loop: the authors' code (FlagEmbedding from PyPI), PyTorch eager, PIL, one picture or text at a time.
Reads lines of JSON {"pictures": [file, ...]} or {"texts": [...]}, answers each with {"ms", "vectors"}.
"""

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "training" / "export"))

import torch  # noqa: E402
from PIL import Image  # noqa: E402
