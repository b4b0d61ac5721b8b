import type { Random } from '../../random.ts';
import { type Grid, grid, SIDE, wrap } from './texture.ts';

export const white = (random: Random): Grid => grid(() => random.between(-1, 1));

/** Means of 2 * radius + 1 values along x, around the seam; written transposed, so that the next call goes along y. */
function boxes(from: Grid, to: Grid, radius: number): void {
  const share = 1 / (2 * radius + 1);
  for (let y = 0; y < SIDE; y++) {
    const start = y * SIDE;
    let sum = 0;
    for (let x = -radius; x <= radius; x++) sum += from[start + wrap(x)]!;
    for (let x = 0; x < SIDE; x++) {
      to[x * SIDE + y] = sum * share;
      sum += from[start + wrap(x + radius + 1)]! - from[start + wrap(x - radius)]!;
    }
  }
}

/** Blurred by two boxes along each axis, which is near enough to a Gaussian; radii in pixels, whole. */
export function blur(values: Grid, rx: number, ry = rx): Grid {
  const [turned, blurred] = [new Float32Array(values.length), new Float32Array(values.length)];
  boxes(values, turned, rx);
  boxes(turned, blurred, ry);
  boxes(blurred, turned, rx);
  boxes(turned, blurred, ry);
  return blurred;
}

/** Shifted and scaled to mean 0 and standard deviation 1. */
export function standard(values: Grid): Grid {
  let [sum, squares] = [0, 0];
  for (let at = 0; at < values.length; at++) {
    sum += values[at]!;
    squares += values[at]! ** 2;
  }
  const mean = sum / values.length;
  const scale = 1 / Math.sqrt(Math.max(1e-12, squares / values.length - mean * mean));
  return values.map((value) => (value - mean) * scale);
}

/** Hills about `size` pixels wide and each octave half as wide and high; mean 0, standard deviation 1. */
export function hills(random: Random, size: number, octaves = 1, fade = 0.5): Grid {
  const sum = new Float32Array(SIDE * SIDE);
  for (let octave = 0; octave < octaves; octave++) {
    const layer = standard(blur(white(random), Math.max(1, Math.round(size / 3 / 2 ** octave))));
    const height = fade ** octave;
    for (let at = 0; at < sum.length; at++) sum[at]! += layer[at]! * height;
  }
  return standard(sum);
}

/** The value between pixels, around the seam. */
export function sample(values: Grid, x: number, y: number): number {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - column, y - row];
  const [left, right] = [wrap(column), wrap(column + 1)];
  const [top, bottom] = [wrap(row) * SIDE, wrap(row + 1) * SIDE];
  const above = values[top + left]! * (1 - fx) + values[top + right]! * fx;
  const below = values[bottom + left]! * (1 - fx) + values[bottom + right]! * fx;
  return above * (1 - fy) + below * fy;
}

/** `values` seen through uneven glass: every pixel is taken from up to about 2 * `reach` pixels away. */
export function warped(values: Grid, dx: Grid, dy: Grid, reach: number): Grid {
  return grid((u, v, at) => sample(values, u * SIDE + dx[at]! * reach, v * SIDE + dy[at]! * reach));
}

/** White noise smeared along a direction that varies by pixel (radians): hairs. Mean 0, standard deviation 1. */
export function streaks(random: Random, angle: Grid, length: number): Grid {
  const grain = white(random);
  return standard(
    grid((_u, _v, at) => {
      const [dx, dy] = [Math.cos(angle[at]!), Math.sin(angle[at]!)];
      const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
      let sum = 0;
      for (let i = -length; i <= length; i++)
        sum += grain[wrap(Math.round(y + dy * i)) * SIDE + wrap(Math.round(x + dx * i))]!;
      return sum;
    }),
  );
}
