import type { Decoder, Kernel, Picture } from '../image/decoder.ts';
import type { ModelPixels } from './encoder.ts';

interface Rule {
  readonly size: number;
  readonly kernel: Kernel;
}

interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Past this ratio of the sides only the middle is resized: a 1 x 3000 picture would otherwise grow to hundreds of thousands of pixels that the crop throws away. */
const MAX_ASPECT = 16;

/** The scaled size: the short side becomes `size`, the long side is truncated as torchvision does. */
export function scaledSize({ width, height }: { width: number; height: number }, size: number) {
  return width <= height
    ? { width: size, height: Math.trunc((size * height) / width) }
    : { width: Math.trunc((size * width) / height), height: size };
}

/** Halves go to the even neighbor, as in the reference (Python's `round`): .5 -> 0, 1.5 -> 2. */
export function centerOffset(length: number, size: number): number {
  const half = (length - size) / 2;
  const down = Math.floor(half);
  if (half - down !== 0.5) return Math.round(half);
  return down % 2 === 0 ? down : down + 1;
}

export function crop(picture: Picture, { left, top, width, height }: Rectangle): Picture {
  if (width === picture.width && height === picture.height) return picture;
  const rgb = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const start = ((top + row) * picture.width + left) * 3;
    rgb.set(picture.rgb.subarray(start, start + width * 3), row * width * 3);
  }
  return { width, height, rgb };
}

function middle(picture: Picture): Picture {
  const longest = Math.min(picture.width, picture.height) * MAX_ASPECT;
  const width = Math.min(picture.width, longest);
  const height = Math.min(picture.height, longest);
  return crop(picture, {
    left: centerOffset(picture.width, width),
    top: centerOffset(picture.height, height),
    width,
    height,
  });
}

/** Short side to `size`, then the central square: never `fit: cover`, whose pixels are far from the reference. Mean and deviation come later, in the worker. */
export async function preprocess(
  picture: Picture,
  { size, kernel }: Rule,
  resize: Decoder['resize'],
  signal: AbortSignal,
): Promise<ModelPixels> {
  signal.throwIfAborted();
  const source = middle(picture);
  const scaled = scaledSize(source, size);
  const same = scaled.width === source.width && scaled.height === source.height;
  const resized = same ? source : await resize(source, { ...scaled, kernel }, { signal });
  const { rgb } = crop(resized, {
    left: centerOffset(resized.width, size),
    top: centerOffset(resized.height, size),
    width: size,
    height: size,
  });
  return { size, rgb };
}
