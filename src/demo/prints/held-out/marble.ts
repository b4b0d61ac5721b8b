import { mix } from '../../palette.ts';
import type { PrintMaker } from '../tile.ts';
import { hills, warped } from './noise.ts';
import { type Grid, grid, step, Texture } from './texture.ts';

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
