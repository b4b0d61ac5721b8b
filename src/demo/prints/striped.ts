import { mix } from '../palette.ts';
import { n } from '../path.ts';
import { column, repeat } from './bands.ts';
import { oneOf, type PrintMaker, TILE } from './tile.ts';

const evenStripes: PrintMaker = ({ mark, accent }, random) => {
  const share = random.between(0.35, 0.55);
  const thin = random.chance(0.25);
  return repeat(
    random.pick([4, 5, 6, 8]),
    (at, step) => column(mark, at, step * share) + (thin ? column(accent, at + 0.68 * step, step * 0.12) : ''),
  );
};

/** A wide stripe beside narrower ones, the same bundle again and again. */
const bundles: PrintMaker = ({ mark, accent }, random) => {
  const widths = Array.from({ length: random.int(3, 4) }, () => random.pick([0.06, 0.1, 0.16, 0.24]));
  const gaps = widths.map(() => random.between(0.08, 0.16));
  const whole = [...widths, ...gaps].reduce((sum, width) => sum + width, 0);
  const second = random.int(0, widths.length);
  return repeat(random.pick([2, 3]), (start, step) => {
    let at = start;
    return widths
      .map((width, i) => {
        const stripe = column(i === second ? accent : mark, at, (width / whole) * step);
        at += ((width + gaps[i]!) / whole) * step;
        return stripe;
      })
      .join('');
  });
};

const pinstripes: PrintMaker = ({ mark }, random) => {
  const share = random.between(0.16, 0.24);
  const paired = random.chance(0.3);
  return repeat(random.pick([6, 7, 8]), (at, step) =>
    paired
      ? column(mark, at, step * share * 0.75) + column(mark, at + step * share * 1.5, step * share * 0.75)
      : column(mark, at, step * share),
  );
};

/** Broad stripes as wide as the ground between, each with a thin line along both sides or none. */
const awning: PrintMaker = ({ mark, ground }, random) => {
  const lines = random.chance(0.6);
  return repeat(
    random.pick([2, 3, 4]),
    (at, step) =>
      column(mark, at, step * 0.5) +
      (lines
        ? column(mix(ground, mark, 0.85), at + step * 0.56, step * 0.05) +
          column(mix(ground, mark, 0.85), at + step * 0.89, step * 0.05)
        : ''),
  );
};

/** Painted by hand: the edges tremble a little. */
const handStripes: PrintMaker = ({ mark }, random) => {
  const count = random.pick([4, 5, 6]);
  const half = (TILE / count) * random.between(0.2, 0.28);
  let path = '';
  for (let i = 0; i < count; i++) {
    const middle = ((i + 0.5) * TILE) / count;
    const edge = (side: number) => {
      const offsets = Array.from({ length: 12 }, () => middle + side * half + random.about(half * 0.22));
      return [...offsets, offsets[0]!].map((x, k) => `${n(x)} ${n((k * TILE) / 12)}`);
    };
    path += `M${edge(-1).join('L')}L${edge(1).reverse().join('L')}Z`;
  }
  return `<path fill="${mark}" stroke="${mark}" stroke-width=".6" stroke-linejoin="round" d="${path}"/>`;
};

export const striped = oneOf(evenStripes, evenStripes, bundles, pinstripes, awning, handStripes);
