import { darker, lighter, mix } from '../../palette.ts';
import type { PrintMaker } from '../tile.ts';
import { hills, warped } from './noise.ts';
import { type Grid, grid, SIDE, step, Texture } from './texture.ts';

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

/** Polished stone: beds bent by turbulence, and veins where folded noise is near its crease. */
export const marble: PrintMaker = ({ ground, mark, accent }, random) => {
  const [dx, dy, cloud] = [hills(random, 60, 4), hills(random, 60, 4), hills(random, 54, 4, 0.6)];
  const [along, down] = [random.pick([1, -1]), random.int(1, 2)];
  const beds = grid((u, v, at) => Math.sin(2 * Math.PI * (along * u + down * v) + dx[at]! * 1.5 + cloud[at]! * 0.8));
  const vein = (size: number, width: number, reach: number): Grid => {
    const course = warped(hills(random, size), dx, dy, reach);
    return course.map((value, at) => {
      const near = Math.abs(value) / (width * (1 + 0.6 * cloud[at]!) + 0.01);
      return Math.exp(-near * near) * step(-1.7, 0.3, cloud[at]!);
    });
  };
  const [broad, thin, soft] = [vein(64, 0.1, 5), vein(40, 0.07, 4), vein(72, 0.45, 6)];
  return new Texture(ground)
    .lay(
      accent,
      beds.map((value, at) => step(-0.2, 1.1, value + cloud[at]! * 0.25) * 0.75),
    )
    .lay(
      mix(accent, mark, 0.4),
      soft.map((value) => value * 0.5),
    )
    .lay(
      mix(ground, mark, 0.75),
      thin.map((value) => value * 0.6),
    )
    .lay(
      mark,
      broad.map((value) => value * 0.95),
    )
    .shade(cloud.map((value) => value * 0.02))
    .image();
};

/** Gas lit from within, dust before it, and stars that glow. */
export const galaxy: PrintMaker = ({ ground, mark, accent }, random) => {
  const [dx, dy] = [hills(random, 60, 3), hills(random, 60, 3)];
  const gas = () => warped(hills(random, 58, 5, 0.6), dx, dy, 7);
  const [first, second, dust] = [gas(), gas(), gas()];
  const core = first.map((value, at) => step(0.4, 2.6, value + second[at]! * 0.5));
  const texture = new Texture(darker(ground, 0.45))
    .lay(
      mark,
      first.map((value) => step(-0.7, 2, value) * 0.9),
    )
    .lay(
      accent,
      second.map((value) => step(-0.3, 2.2, value) * 0.85),
    )
    .shine(
      lighter(mix(mark, accent, 0.5), 0.65),
      core.map((value) => value * 0.75),
    )
    .shade(dust.map((value) => -0.6 * step(0.2, 2, value)));
  const shining = new Float32Array(SIDE * SIDE);
  const star = (x: number, y: number, sigma: number, power: number, rays: number) => {
    const reach = Math.ceil(Math.max(sigma * 5, rays * 3));
    for (let row = -reach; row <= reach; row++)
      for (let column = -reach; column <= reach; column++) {
        const at = ((y + row) & (SIDE - 1)) * SIDE + ((x + column) & (SIDE - 1));
        const r2 = column * column + row * row;
        const ray = rays && Math.exp(-Math.min(Math.abs(column), Math.abs(row)) * 2 - Math.sqrt(r2) / rays);
        shining[at]! +=
          power * (Math.exp(-r2 / (2 * sigma * sigma)) + 0.18 * Math.exp(-Math.sqrt(r2) / sigma / 1.6) + ray * 0.7);
      }
  };
  const place = () => random.int(0, SIDE - 1);
  for (let i = 0; i < 150; i++) star(place(), place(), 0.6, random.between(0.2, 0.9) ** 1.5, 0);
  for (let i = random.int(8, 14); i > 0; i--) star(place(), place(), random.between(0.9, 1.4), 1, random.between(0, 3));
  for (let i = random.int(2, 4); i > 0; i--)
    star(place(), place(), random.between(1.7, 2.4), 1.1, random.between(4, 6));
  return texture.shine('#fdf6ff', shining).image();
};
