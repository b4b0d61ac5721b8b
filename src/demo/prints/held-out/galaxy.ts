import { darker, lighter, mix } from '../../palette.ts';
import type { PrintMaker } from '../tile.ts';
import { hills, warped } from './noise.ts';
import { SIDE, step, Texture, wrap } from './texture.ts';

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
        const at = wrap(y + row) * SIDE + wrap(x + column);
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
