import { cellular, contour, type Field, noise } from '../field.ts';
import { mix } from '../palette.ts';
import type { Random } from '../random.ts';
import { fill, oneOf, type PrintMaker, TILE } from './tile.ts';

const veil = (color: string, opacity: number, field: Field, steps = 24): string =>
  `<path fill="${color}" fill-opacity="${opacity}" fill-rule="evenodd" d="${contour(field, TILE, steps)}"/>`;

/** Pale clouds in the stone, in three veils. */
function clouds(random: Random, color: string): string {
  const cloud = noise(random, 3);
  return [-0.1, 0.15, 0.4].map((level) => veil(color, 0.24, (u, v) => cloud(u, v) - level)).join('');
}

/** Thin broken veins along the zero line of noise, over clouds. */
const broken: PrintMaker = ({ ground, mark, accent }, random) => {
  const vein = (cells: number, width: number): Field => {
    const [course, fray, fade] = [noise(random, cells), noise(random, cells * 4), noise(random, 3)];
    return (u, v) => width * (0.75 + fade(u, v)) - Math.abs(course(u, v) + fray(u, v) * 0.13);
  };
  return (
    clouds(random, accent) +
    fill(mix(ground, mark, 0.4), contour(vein(3, 0.062), TILE, 64), 'evenodd') +
    fill(mix(ground, mark, 0.85), contour(vein(2, 0.05), TILE, 64), 'evenodd')
  );
};

/** The stone broken into plates of uneven size that are healed with veins, now thick, now hair-thin. */
const plates: PrintMaker = ({ mark, accent }, random) => {
  const spread = cellular(random, 2, 1);
  const small = cellular(random, random.int(3, 4), 1);
  const [east, south, fade] = [noise(random, 4), noise(random, 4), noise(random, 3)];
  const [fineEast, fineSouth] = [noise(random, 11), noise(random, 11)];
  const gap = (cells: typeof spread, u: number, v: number) => {
    const [near, next] = cells(
      u + east(u, v) * 0.08 + fineEast(u, v) * 0.012,
      v + south(u, v) * 0.08 + fineSouth(u, v) * 0.012,
    );
    return next - near;
  };
  const thick = random.between(0.03, 0.05);
  return (
    clouds(random, accent) +
    veil(mark, 0.4, (u, v) => fade(u, v) * 0.09 - gap(small, u, v), 56) +
    veil(mark, 0.3, (u, v) => thick * 2.2 - gap(spread, u, v) + fade(u, v) * 0.05, 44) +
    veil(mark, 0.95, (u, v) => thick * (0.8 + fade(u, v) * 1.4) - gap(spread, u, v), 60)
  );
};

/** Long veins that drift side by side across the slab and fade, as in travertine and Calacatta. */
const drifting: PrintMaker = ({ ground, mark, accent }, random) => {
  const [across, down] = random.pick([
    [1, 2],
    [1, 3],
    [2, 2],
    [2, 1],
  ] as const);
  const [bend, fray, fade, gather] = [noise(random, 3), noise(random, 9), noise(random, 3), noise(random, 2)];
  const phase: Field = (u, v) => across * u + down * v + bend(u, v) * 0.22 + fray(u, v) * 0.03;
  const vein =
    (times: number, shift: number, width: number): Field =>
    (u, v) => {
      const wave = Math.abs(Math.sin(Math.PI * (phase(u, v) * times + shift + gather(u, v) * 0.3)));
      return width * (0.8 + fade(u, v) * 0.8) - wave;
    };
  const shift = random.next();
  return (
    clouds(random, accent) +
    veil(accent, 0.5, vein(1, shift, 0.55), 36) +
    veil(mix(ground, mark, 0.5), 0.8, vein(2, shift + 0.37, 0.18), 60) +
    veil(mark, 0.9, vein(1, shift, 0.17), 60)
  );
};

export const marble = oneOf(broken, plates, drifting);
