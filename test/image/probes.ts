import type { Picture } from '../../src/image/decoder.ts';

/** Half the side of the patch whose mean a probe states, as a share of the picture. */
const HALF = 0.04;

/** The largest difference, over all probes and channels, between a picture and what it must show: each probe is x share, y share, R, G, B. */
export function worstProbe(picture: Picture, probes: readonly (readonly number[])[]): number {
  return Math.max(
    0,
    ...probes.flatMap(([x = 0, y = 0, ...rgb]) =>
      mean(picture, x, y).map((value, channel) => Math.abs(value - (rgb[channel] ?? NaN))),
    ),
  );
}

function mean({ width, height, rgb }: Picture, x: number, y: number): number[] {
  const [left, right] = span(x, width);
  const [top, bottom] = span(y, height);
  const sum = [0, 0, 0];
  for (let row = top; row < bottom; row++)
    for (let column = left; column < right; column++)
      for (let channel = 0; channel < 3; channel++) sum[channel]! += rgb[(row * width + column) * 3 + channel]!;
  return sum.map((value) => value / ((right - left) * (bottom - top)));
}

function span(share: number, side: number): [number, number] {
  const from = Math.max(0, Math.round((share - HALF) * side));
  return [from, Math.min(side, Math.max(from + 1, Math.round((share + HALF) * side)))];
}

/** Mean absolute difference of two pictures of one size. */
export function difference(one: Picture, other: Picture): number {
  if (one.width !== other.width || one.height !== other.height) return Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let at = 0; at < one.rgb.length; at++) sum += Math.abs(one.rgb[at]! - other.rgb[at]!);
  return sum / one.rgb.length;
}

/** The picture turned by half a turn. */
export function turned(picture: Picture): Picture {
  const { width, height, rgb } = picture;
  const upside = new Uint8Array(rgb.length);
  for (let at = 0; at < rgb.length; at += 3) upside.set(rgb.subarray(at, at + 3), rgb.length - 3 - at);
  return { width, height, rgb: upside };
}
