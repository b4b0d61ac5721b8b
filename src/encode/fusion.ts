import type { Embedding } from './encoder.ts';

/** Share of the picture in stored vectors of picture and title, whatever the weight in queries: that may change without indexing again. */
export const STORED_WEIGHT = 0.5;

/** The vector brought to length one; one of length zero stays as it is. */
export function unit(vector: ArrayLike<number>): Embedding {
  const length = Math.hypot(...Array.from(vector));
  return Float32Array.from(vector, (value) => (length > 0 ? value / length : value));
}

/**
 * One unit vector for words and picture together, of a model that gives each its own: their weighted sum, normalized. Where the two cancel each other
 * out there is no direction between them, and the picture's stands.
 * @param pictureWeight share of the picture in [0, 1]; 1 - pictureWeight is that of the text.
 */
export function fuse(text: Float32Array, picture: Float32Array, pictureWeight: number): Embedding {
  const sum = Float64Array.from(picture, (value, at) => pictureWeight * value + (1 - pictureWeight) * text[at]!);
  return unit(sum.some((value) => value !== 0) ? sum : picture);
}
