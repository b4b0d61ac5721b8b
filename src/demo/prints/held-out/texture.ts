import { parse, type Rgb } from '../../palette.ts';
import { TILE } from '../tile.ts';
import { png } from './png.ts';

/** Side of a texture, in pixels, a power of two; one texture is one tile. */
export const SIDE = 128;
/** Pixels of the far side repeated around the texture, so that scaling finds neighbors at its edges and the seam does not show. */
export const BLEED = 4;

/** A value for each pixel, row after row. */
export type Grid = Float32Array;

export function grid(value: (u: number, v: number, at: number) => number): Grid {
  const values = new Float32Array(SIDE * SIDE);
  for (let at = 0; at < values.length; at++) values[at] = value((at % SIDE) / SIDE, Math.floor(at / SIDE) / SIDE, at);
  return values;
}

export const clamp = (value: number): number => Math.max(0, Math.min(1, value));

/** 0 below `from`, 1 above `to`, smooth between. */
export function step(from: number, to: number, value: number): number {
  const t = clamp((value - from) / (to - from));
  return t * t * (3 - 2 * t);
}

/** A row or column (whole) counted past the seam. */
export const wrap = (pixel: number): number => pixel & (SIDE - 1);

/** What a stamp leaves on one pixel: the color and how much of it covers. */
export type Dab = readonly [color: Rgb, cover: number];

/** A tile painted pixel by pixel. */
export class Texture {
  readonly #pixels = new Float32Array(SIDE * SIDE * 3);

  constructor(ground: string) {
    const color = parse(ground);
    for (let i = 0; i < this.#pixels.length; i++) this.#pixels[i] = color[i % 3]!;
  }

  /** Paints over everything, by each pixel's `cover` from 0 to 1. */
  lay(color: string, cover: Grid): this {
    const rgb = parse(color);
    for (let at = 0; at < cover.length; at++) this.#blend(at, rgb, clamp(cover[at]!));
    return this;
  }

  /** Lightens where `light` is above 0 and darkens where it is below: 0.1 is a tenth brighter. */
  shade(light: Grid): this {
    for (let at = 0; at < light.length; at++) for (let c = 0; c < 3; c++) this.#pixels[at * 3 + c]! *= 1 + light[at]!;
    return this;
  }

  /** Adds light of a color: what shines in front. */
  shine(color: string, light: Grid): this {
    const rgb = parse(color);
    for (let at = 0; at < light.length; at++)
      for (let c = 0; c < 3; c++) this.#pixels[at * 3 + c]! += rgb[c]! * light[at]!;
    return this;
  }

  /** Paints around a point, across the seam too: `dab` is asked for every pixel by its distance from the point. */
  stamp(x: number, y: number, reach: number, dab: (dx: number, dy: number) => Dab | undefined): void {
    for (let row = Math.floor(y - reach); row <= y + reach; row++)
      for (let column = Math.floor(x - reach); column <= x + reach; column++) {
        const left = dab(column - x, row - y);
        if (left) this.#blend(wrap(row) * SIDE + wrap(column), left[0], clamp(left[1]));
      }
  }

  #blend(at: number, color: Rgb, cover: number): void {
    for (let c = 0; c < 3; c++) this.#pixels[at * 3 + c]! += (color[c]! - this.#pixels[at * 3 + c]!) * cover;
  }

  /** Markup that fills a tile. */
  image(): string {
    const side = SIDE + 2 * BLEED;
    const rgb = new Uint8ClampedArray(side * side * 3);
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const from = (wrap(y - BLEED) * SIDE + wrap(x - BLEED)) * 3;
        for (let c = 0; c < 3; c++) rgb[(y * side + x) * 3 + c] = this.#pixels[from + c]!;
      }
    const data = png(new Uint8Array(rgb.buffer), side, side).toString('base64');
    const [start, width] = [(-BLEED * TILE) / SIDE, (side * TILE) / SIDE];
    return `<image x="${start}" y="${start}" width="${width}" height="${width}" preserveAspectRatio="none" href="data:image/png;base64,${data}"/>`;
  }
}
