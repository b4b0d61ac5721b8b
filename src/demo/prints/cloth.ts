import { noise } from '../field.ts';
import { n } from '../path.ts';
import type { Random } from '../random.ts';
import { hairsWhere } from './texture.ts';
import { TILE } from './tile.ts';

const lines = (color: string, opacity: number, width: number, path: string): string =>
  `<path fill="none" stroke="${color}" stroke-opacity="${opacity}" stroke-width="${width}" d="${path}"/>`;

/** Equal lines over the tile, from top to bottom or from side to side. */
function threads(count: number, upright: boolean): string {
  return Array.from({ length: count }, (_, i) => {
    const at = n(((i + 0.5) * TILE) / count);
    return upright ? `M${at} -1V101` : `M-1 ${at}H101`;
  }).join('');
}

const weave = (random: Random): string => {
  const count = random.pick([25, 32, 40]);
  return lines('#fff', 0.11, 0.9, threads(count, true)) + lines('#000', 0.09, 0.9, threads(count, false));
};

const twill = (random: Random): string => {
  const count = random.pick([20, 25, 32]);
  const ribs = Array.from({ length: count * 2 }, (_, i) => `M${n((i * TILE) / count - TILE)} 0l${TILE} ${TILE}`).join(
    '',
  );
  return lines(random.pick(['#000', '#fff']), 0.14, 1.1, ribs);
};

const hairs = (random: Random): string => {
  const lie = random.between(0, 2 * Math.PI);
  const sway = noise(random, 2);
  const coat = () =>
    hairsWhere(
      random,
      14,
      () => true,
      (u, v) => lie + sway(u, v) * 0.5,
    );
  return lines('#fff', 0.22, 0.7, coat()) + lines('#000', 0.2, 0.7, coat());
};

/** The specks of canvas, felt or paper. */
const grain = (random: Random): string => {
  const specks = () =>
    Array.from({ length: 170 }, () => `M${n(random.between(1, 98))} ${n(random.between(1, 99))}h.9`).join('');
  return lines('#fff', 0.28, 0.9, specks()) + lines('#000', 0.2, 0.9, specks());
};

/** Faint threads, hairs or specks of what a print is laid on, drawn over it. */
export const cloth = (random: Random): string => random.pick([weave, twill, hairs, grain])(random);
