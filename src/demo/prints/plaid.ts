import { darker, lighter, mix } from '../palette.ts';
import { n } from '../path.ts';
import { column, repeat, row } from './bands.ts';
import { oneOf, type PrintMaker, TILE } from './tile.ts';

/** The slanted ribs of a twill weave. */
const twill = (color: string, opacity: number): string =>
  `<path fill="none" stroke="${color}" stroke-opacity="${opacity}" stroke-width=".9" d="${Array.from({ length: 80 }, (_, i) => `M${n(i * 2.5 - TILE)} 0l${TILE} ${TILE}`).join('')}"/>`;

type Band = readonly [at: number, width: number, color: string, opacity: number];

const crossed = (count: number, bands: readonly Band[], across = 0.8): string =>
  repeat(count, (start, step) =>
    bands.map(([at, width, color, opacity]) => column(color, start + at * step, width * step, opacity)).join(''),
  ) +
  repeat(count, (start, step) =>
    bands.map(([at, width, color, opacity]) => row(color, start + at * step, width * step, opacity * across)).join(''),
  );

const tartan: PrintMaker = ({ ground, mark, accent }, random) => {
  const dark = mix(ground, mark, 0.75);
  const bands: readonly Band[] = [
    [0.08, 0.34, dark, 0.5],
    [0.22, 0.06, mark, 0.8],
    [0.62, 0.1, accent, 0.75],
    [0.8, random.between(0.03, 0.06), random.chance(0.5) ? mark : '#f3ead6', 0.85],
  ];
  return crossed(random.pick([2, 2, 3]), bands) + (random.chance(0.5) ? twill(ground, 0.3) : '');
};

/** Kilts: a broad pair of bands mirrored about a fine line, all in twill. */
const kilt: PrintMaker = ({ ground, mark, accent }, random) => {
  const line = random.pick(['#f3ead6', lighter(accent, 0.4), '#e8c451']);
  const wide = random.between(0.15, 0.21);
  const bands: readonly Band[] = [
    [0.25 - wide, wide, mark, 0.5],
    [0.3, wide, mark, 0.5],
    [0.262, 0.026, line, 0.9],
    [0.6, 0.04, accent, 0.9],
    [0.7, 0.08, darker(mix(ground, mark, 0.6), 0.15), 0.55],
    [0.84, 0.04, accent, 0.9],
  ];
  return crossed(2, bands, 0.9) + twill(ground, 0.34);
};

/** One translucent band each way: where they cross the tone is full. Fine threads keep it from being a checkerboard. */
const gingham: PrintMaker = ({ mark, ground }, random) => {
  const count = random.pick([3, 4]);
  const threads = repeat(count * 7, (at, step) => row(ground, at, step * 0.3, 0.3));
  return crossed(count, [[0.1, 0.5, mark, 0.5]], 1) + (random.chance(0.6) ? threads : '');
};

/** Thin lines far apart, single or in pairs. */
const windowpane: PrintMaker = ({ mark, accent }, random) => {
  const paired = random.chance(0.5);
  const bands: readonly Band[] = paired
    ? [
        [0.1, 0.07, mark, 0.9],
        [0.24, 0.07, mark, 0.9],
      ]
    : [
        [0.1, 0.1, mark, 0.9],
        [0.62, 0.05, accent, 0.9],
      ];
  return crossed(random.pick([2, 3]), bands, 1);
};

/** Lumberjack cloth: two broad tones in twill. */
const buffalo: PrintMaker = ({ ground, mark }, random) => {
  const tone = random.between(0.5, 0.6);
  const count = random.pick([2, 3]);
  return (
    crossed(count, [[0.05, 0.5, mark, tone]], 1) + crossed(count, [[0.78, 0.03, mark, 0.5]], 1) + twill(ground, 0.25)
  );
};

export const plaid = oneOf(tartan, tartan, kilt, gingham, windowpane, buffalo);
