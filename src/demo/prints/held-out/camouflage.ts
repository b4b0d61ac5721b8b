import { lighter, mix } from '../../palette.ts';
import type { PrintMaker } from '../tile.ts';
import { hills } from './noise.ts';
import { type Grid, grid, SIDE, Texture } from './texture.ts';

/** The share of values below each, from 0 to 1: levels that cut it give areas of known size. */
function ranked(values: Grid): Grid {
  const order = values.slice().sort();
  return values.map((value) => {
    let [low, high] = [0, order.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (order[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low / order.length;
  });
}

/** The armies' squares: noise in steps of four pixels, each color with squares of its own. */
export const camouflage: PrintMaker = ({ ground, mark, accent }, random) => {
  const square = 4;
  const layer = () => {
    const rank = ranked(hills(random, random.between(26, 36), 3, 0.62));
    return grid((u, v) => {
      const [x, y] = [u * SIDE, v * SIDE];
      return rank[(y - (y % square) + square / 2) * SIDE + x - (x % square) + square / 2]!;
    });
  };
  const over = (rank: Grid, share: number) => rank.map((value) => (value > 1 - share ? 1 : 0));
  const weave = grid((u, v) => ((u * SIDE + v * SIDE) % 2 ? 0.02 : -0.02));
  return new Texture(ground)
    .lay(accent, over(layer(), 0.42))
    .lay(mix(ground, lighter(ground, 0.45), 0.7), over(layer(), 0.18))
    .lay(mark, over(layer(), 0.26))
    .shade(weave)
    .image();
};
