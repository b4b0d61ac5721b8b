"""The other side of bench/preprocess.ts. A line of standard input names a picture, "FILE WIDTH HEIGHT TO_WIDTH TO_HEIGHT LEFT TOP SIZE", FILE its raw
RGB bytes; the answer is a line "MILLISECONDS SHA256": how long PIL took to resize it, and the hash of the square that is cropped from it."""

import functools
import hashlib
import sys
import time

import PIL
from PIL import Image


@functools.cache
def load(file, width, height):
    with open(file, "rb") as raw:
        return Image.frombytes("RGB", (width, height), raw.read())


print(f"Pillow {PIL.__version__}", flush=True)
for line in sys.stdin:
    file, *numbers = line.split()
    width, height, to_width, to_height, left, top, size = map(int, numbers)
    image = load(file, width, height)
    began = time.perf_counter()
    resized = image.resize((to_width, to_height), Image.Resampling.BICUBIC)
    took = (time.perf_counter() - began) * 1000
    square = resized.crop((left, top, left + size, top + size)).tobytes()
    print(took, hashlib.sha256(square).hexdigest(), flush=True)
