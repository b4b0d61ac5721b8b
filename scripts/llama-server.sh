#!/bin/sh
# Builds llama.cpp's llama-server from the source that llama-cpp-python carries on PyPI, and prints where it lies:
#   LLAMA_SERVER=$(sh scripts/llama-server.sh) npm run stack
# Once, a quarter of an hour on two cores (JOBS says how many it takes). Needs a C++ compiler. Makes .venv-llama/, which also has what writes a model of random weights.
# Nothing that serves needs it.
set -eu
cd "$(dirname "$0")/.."
# The answer alone goes to standard output.
exec 3>&1 1>&2
python="${PYTHON:-python3}"
version=0.3.36
binary=build/llama/$version/bin/llama-server
[ -x .venv-llama/bin/python ] || "$python" -m venv .venv-llama
.venv-llama/bin/pip install --quiet --disable-pip-version-check -r scripts/requirements-llama.txt
if [ ! -x "$binary" ]; then
  mkdir -p build/llama
  if [ ! -d "build/llama/source-$version" ]; then
    hashed=build/llama/requirements.txt
    echo "llama-cpp-python==$version --hash=sha256:832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e" > "$hashed"
    .venv-llama/bin/pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: --require-hashes -r "$hashed" -d build/llama
    rm -rf build/llama/unpacked.tmp
    mkdir build/llama/unpacked.tmp
    tar xzf "build/llama/llama_cpp_python-$version.tar.gz" -C build/llama/unpacked.tmp
    mv "build/llama/unpacked.tmp/llama_cpp_python-$version/vendor/llama.cpp" "build/llama/source-$version"
    rm -rf build/llama/unpacked.tmp "build/llama/llama_cpp_python-$version.tar.gz" "$hashed"
  fi
  PATH="$PWD/.venv-llama/bin:$PATH"
  cmake -S "build/llama/source-$version" -B "build/llama/$version" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DLLAMA_OPENSSL=OFF \
    -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF > build/llama/configure.log
  nice cmake --build "build/llama/$version" --target llama-server -j "${JOBS:-2}"
fi
"$binary" --version
echo "$PWD/$binary" >&3
