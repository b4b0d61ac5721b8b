#!/bin/sh
# Makes .venv-milvus/ (Milvus Lite's server) and .venv-milvus-standalone/ (the engine of Milvus 2.3.5), for the tests of the Milvus adapter.
# Nothing that serves needs them. Two environments, since their packages need not agree.
set -eu
cd "$(dirname "$0")/.."
python="${PYTHON:-python3}"
for kind in lite standalone; do
  case $kind in
    lite) venv=.venv-milvus ;;
    standalone) venv=.venv-milvus-standalone ;;
  esac
  [ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r "scripts/requirements-milvus-$kind.txt"
done
.venv-milvus/bin/milvus-lite server --help >/dev/null
.venv-milvus-standalone/bin/milvus-server --help >/dev/null
echo "Milvus Lite and Milvus 2.3.5 are ready."
