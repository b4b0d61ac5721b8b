import type { Embedding } from './encoder.ts';

/**
 * One unit vector for words and picture together, of a model that gives each its own: their weighted sum, normalized. Where the two cancel each other
 * out there is no direction between them, and the picture's stands.
 * @param pictureWeight share of the picture in [0, 1]; 1 - pictureWeight is that of the text.
 */
export function fuse(text: Embedding, picture: Embedding, pictureWeight: number): Embedding {
  const sum = Float64Array.from(picture, (value, at) => pictureWeight * value + (1 - pictureWeight) * text[at]!);
  const norm = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
  return norm === 0 ? picture.slice() : Float32Array.from(sum, (value) => value / norm);
}
