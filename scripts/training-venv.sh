#!/bin/sh
# Makes .venv-training/, the Python that trains and exports the pocket encoder. Nothing that serves needs it.
set -eu
cd "$(dirname "$0")/.."
python="${PYTHON:-python3}"
[ -x .venv-training/bin/python ] || "$python" -m venv .venv-training
.venv-training/bin/pip install --quiet --disable-pip-version-check -r training/requirements.txt
.venv-training/bin/python -c 'import torch, onnxruntime; print("torch", torch.__version__, "onnxruntime", onnxruntime.__version__)'
