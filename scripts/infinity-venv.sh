#!/bin/sh
# Makes .venv-infinity/ (Infinity's embedding server on PyTorch), for the test of the remote encoder. Nothing that serves needs it.
set -eu
cd "$(dirname "$0")/.."
python="${PYTHON:-python3}"
[ -x .venv-infinity/bin/python ] || "$python" -m venv .venv-infinity
.venv-infinity/bin/pip install --quiet --disable-pip-version-check -r scripts/requirements-infinity.txt
HF_HUB_OFFLINE=1 .venv-infinity/bin/infinity_emb v2 --help >/dev/null
echo "Infinity is ready."
