import type { Decoder, Kernel, Picture, PictureNeeds } from '../image/decoder.ts';
import type { ModelPixels } from './encoder.ts';

/** What a model's manifest says of its pictures, as far as the pixels go. */
export interface PictureRule {
  /** Side in pixels of the square that the model sees. */
  readonly size: number;
  readonly resize: 'short-side' | 'stretch';
  readonly crop: 'center' | 'none';
  readonly kernel: Kernel;
  readonly method: 'exact' | 'fast';
}

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A picture scaled to exactly `width` x `height`, of which `window` is kept. */
export interface Scaling {
  readonly width: number;
  readonly height: number;
  readonly kernel: Kernel;
  readonly window: Rectangle;
}

/** How a method scales: the picture -> the window alone. */
export type Scale = (picture: Picture, scaling: Scaling, options: { signal: AbortSignal }) => Promise<Picture>;

/** Past this ratio of the sides the fast method scales only the middle: a 1 x 3000 picture would otherwise grow to hundreds of thousands of pixels that the crop throws away. */
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

const central = (picture: { width: number; height: number }, width: number, height: number): Rectangle => ({
  left: centerOffset(picture.width, width),
  top: centerOffset(picture.height, height),
  width,
  height,
});

function middle(picture: Picture): Picture {
  const longest = Math.min(picture.width, picture.height) * MAX_ASPECT;
  return crop(picture, central(picture, Math.min(picture.width, longest), Math.min(picture.height, longest)));
}

/** The method `fast`: the image library scales, and the window is cut from what it gives. */
export const fast =
  (resize: Decoder['resize']): Scale =>
  async (picture, { window, ...size }, options) =>
    crop(await resize(picture, size, options), window);

/** What `preprocess` needs a picture to be decoded to. */
export const needs = ({ method, size }: PictureRule): PictureNeeds =>
  method === 'exact' ? 'every pixel' : { shortSide: size };

/**
 * What the model sees: the short side to `size` and the central square of it, or the whole picture stretched to the square; never `fit: cover`, whose
 * pixels are far from the reference. Mean and deviation come later, in the worker.
 *
 * `exact` equals PIL's resize and torchvision's rules byte for byte, given the same decoded pixels; those are the decoder's: upright and in
 * sRGB, transparency on white. A reference that only says `Image.open(file).convert('RGB')` decodes a plain JPEG to the same bytes, but keeps what is
 * under full transparency, ignores orientation and color profile, and converts CMYK without one.
 * @param scale the rule's method.
 */
export async function preprocess(
  picture: Picture,
  { size, resize, kernel, method }: PictureRule,
  scale: Scale,
  signal: AbortSignal,
): Promise<ModelPixels> {
  signal.throwIfAborted();
  const stretch = resize === 'stretch';
  const source = method === 'exact' || stretch ? picture : middle(picture);
  const whole = stretch ? { width: size, height: size } : scaledSize(source, size);
  const window = central(whole, size, size);
  const same = whole.width === source.width && whole.height === source.height;
  const { rgb } = same ? crop(source, window) : await scale(source, { ...whole, kernel, window }, { signal });
  return { size, rgb };
}
