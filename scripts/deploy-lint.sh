#!/bin/sh
# Holds compose.yaml to the schema of the compose specification, and the Dockerfile to hadolint's rules where hadolint is installed. Makes .venv-lint/ for it; nothing that
# serves needs it.
set -eu
cd "$(dirname "$0")/.."
python="${PYTHON:-python3}"
[ -x .venv-lint/bin/python ] || "$python" -m venv .venv-lint
.venv-lint/bin/pip install --quiet --disable-pip-version-check -r scripts/requirements-lint.txt
.venv-lint/bin/check-jsonschema --builtin-schema vendor.compose-spec compose.yaml
if command -v hadolint >/dev/null; then
  hadolint Dockerfile
  echo "ok -- hadolint found nothing in the Dockerfile"
else
  echo "hadolint is not installed: the Dockerfile was not looked at" >&2
fi
