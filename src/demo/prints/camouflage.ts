import { contour, type Field, noise } from '../field.ts';
import { lighter, mix, type Palette } from '../palette.ts';
import { blob, limb, n } from '../path.ts';
import { fill, oneOf, type PrintMaker, scattered, stamped, TILE } from './tile.ts';

const pale = ({ ground }: Palette): string => mix(ground, lighter(ground, 0.35), 0.6);

/** The three tones over the ground, each where a field of its own is above 0. */
const layered = (palette: Palette, shape: () => Field, levels: readonly number[]): string =>
  [palette.accent, pale(palette), palette.mark]
    .map((color, i) => {
      const field = shape();
      return fill(
        color,
        contour((u, v) => field(u, v) - levels[i]!, TILE, 44),
        'evenodd',
      );
    })
    .join('');

/** Woodland: ragged islands. */
const woodland: PrintMaker = (palette, random) =>
  layered(palette, () => {
    const [broad, fine] = [noise(random, 3, 4), noise(random, 6, 9)];
    return (u, v) => broad(u, v) + fine(u, v) * 0.35;
  }, [0.05, 0.34, 0.26]);

/** Brush strokes drawn long across the cloth, one tone over the other. */
const brushed: PrintMaker = (palette, random) => {
  let markup = '';
  for (const [color, rows] of [
    [palette.accent, 8],
    [pale(palette), 6],
    [palette.mark, 8],
  ] as const)
    for (const [x, y] of scattered(random, 2, rows, 0.3)) {
      const half = random.between(17, 30);
      const heavy = random.between(2, 4.2);
      const bow = random.about(8);
      const spine = [-1, -0.5, 0, 0.5, 1].map(
        (t, i) =>
          [
            t * half,
            bow * (1 - t * t) + random.about(2.5),
            heavy * [0.25, 1, 0.85, 1.1, 0.2][i]! * random.between(0.8, 1.25),
          ] as const,
      );
      markup += stamped(x, y, half + 4, fill(color, limb(spine)), random.about(14), 20);
    }
  return markup;
};

/** Soft round blobs run together, large ones below and small ones above. */
const rounded: PrintMaker = (palette, random) => {
  let markup = '';
  for (const [color, columns, reach] of [
    [palette.accent, 2, 19],
    [pale(palette), 2, 12],
    [palette.mark, 2, 14],
  ] as const)
    for (const [x, y] of scattered(random, columns, 4, 0.3)) {
      const lean = random.about(40);
      const cluster = Array.from({ length: random.int(2, 4) }, () =>
        blob(
          random,
          random.about(reach),
          random.about(reach * 0.4),
          reach * random.between(0.5, 0.9),
          reach * random.between(0.4, 0.7),
          0.12,
          7,
        ),
      );
      markup += stamped(x, y, reach * 2, fill(color, cluster.join('')), lean);
    }
  return markup;
};

/** Splinters: sharp-cornered shards, as on tents of the last century. */
const splinters: PrintMaker = (palette, random) => {
  let markup = '';
  for (const [color, rows, reach] of [
    [palette.accent, 4, 19],
    [pale(palette), 4, 10],
    [palette.mark, 4, 14],
  ] as const)
    for (const [x, y] of scattered(random, 2, rows, 0.25)) {
      const corners = random.int(5, 7);
      const shard = Array.from({ length: corners }, (_, i) => {
        const angle = ((i + random.about(0.3)) / corners) * 2 * Math.PI;
        const out = reach * random.between(0.45, 1.15);
        return `${n(Math.cos(angle) * out * 1.25)} ${n(Math.sin(angle) * out * 0.7)}`;
      });
      markup += stamped(x, y, reach * 1.5, fill(color, `M${shard.join('L')}Z`), random.pick([0, 0, 35, -35]));
    }
  return markup;
};

export const camouflage = oneOf(woodland, woodland, brushed, rounded, splinters);
