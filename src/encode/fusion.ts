import type { Embedding } from './encoder.ts';

/** The vector brought to length one; one of length zero stays as it is. */
export function unit(vector: Float32Array): Embedding {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((value) => value / length) : vector.slice();
}

/** `share` of `b` and the rest of `a`, brought to length one; `b` where nothing is left. Both of one length. */
export function fuse(a: Float32Array, b: Float32Array, share: number): Embedding {
  const sum = a.map((value, index) => value * (1 - share) + b[index]! * share);
  return sum.some((value) => value !== 0) ? unit(sum) : unit(b);
}
