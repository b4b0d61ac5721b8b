#!/bin/sh
# Makes .venv-export/, the Python that exports Visualized BGE and proves the graphs against the authors' code. Nothing that serves needs it.
set -eu
cd "$(dirname "$0")/.."
python="${PYTHON:-python3}"
[ -x .venv-export/bin/python ] || "$python" -m venv .venv-export
.venv-export/bin/pip install --quiet --disable-pip-version-check -r training/export/requirements.txt
.venv-export/bin/pip install --quiet --disable-pip-version-check --no-deps -r training/export/requirements-reference.txt
.venv-export/bin/python -c 'import onnxruntime, torch, transformers; print("torch", torch.__version__, "onnxruntime", onnxruntime.__version__, "transformers", transformers.__version__)'
