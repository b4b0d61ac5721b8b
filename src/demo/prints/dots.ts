import { mix } from '../palette.ts';
import { blob, n } from '../path.ts';
import { fill, oneOf, type PrintMaker, stamped, TILE, wrapped } from './tile.ts';

const circles = (color: string, dots: ReadonlyArray<readonly [x: number, y: number, r: number]>): string =>
  `<g fill="${color}">${dots.map(([x, y, r]) => wrapped(x, y, r, (at, below) => `<circle cx="${n(at)}" cy="${n(below)}" r="${n(r)}"/>`)).join('')}</g>`;

/** Centers of a grid, every other row shifted by half a step. */
function staggered(count: number): Array<[x: number, y: number]> {
  const step = TILE / count;
  return Array.from({ length: count * count * 2 }, (_, i) => {
    const [at, row] = [i % count, Math.floor(i / count)];
    return [(at + 0.25 + (row % 2) / 2) * step, (row / 2 + 0.25) * step];
  });
}

const evenDots: PrintMaker = ({ mark }, random) => {
  const count = random.pick([2, 3, 3, 4]);
  const radius = (TILE / count) * random.between(0.2, 0.29);
  return circles(
    mark,
    staggered(count).map(([x, y]) => [x, y, radius]),
  );
};

/** Smaller dots in a square grid. */
const pinDots: PrintMaker = ({ mark }, random) => {
  const count = random.pick([4, 5]);
  const step = TILE / count;
  const radius = step * random.between(0.22, 0.34);
  return circles(
    mark,
    Array.from({ length: count * count }, (_, i) => [
      ((i % count) + 0.5) * step,
      (Math.floor(i / count) + 0.5) * step,
      radius,
    ]),
  );
};

/** Dots of many sizes thrown so that none touch. */
const confetti: PrintMaker = ({ mark, accent }, random) => {
  const dots: Array<[number, number, number]> = [];
  const apart = (a: number, b: number) => Math.min(Math.abs(a - b), TILE - Math.abs(a - b));
  for (let i = 0; i < 260; i++) {
    const [x, y] = [random.between(0, TILE), random.between(0, TILE)];
    const r = i < 12 ? random.between(9, 13) : i < 120 ? random.between(6, 8.5) : random.between(3.6, 5);
    if (dots.every(([px, py, pr]) => Math.hypot(apart(x, px), apart(y, py)) > r + pr + 3)) dots.push([x, y, r]);
  }
  const tinted = random.chance(0.3);
  return (
    circles(
      mark,
      dots.filter((_, i) => !tinted || i % 3),
    ) +
    circles(
      accent,
      dots.filter((_, i) => tinted && i % 3 === 0),
    )
  );
};

/** Large dots with small ones in the gaps between. */
const bigAndSmall: PrintMaker = ({ mark, ground, accent }, random) => {
  const count = random.pick([2, 3]);
  const step = TILE / count;
  const large = staggered(count).map(([x, y]) => [x, y, step * 0.25] as const);
  const small = staggered(count).map(
    ([x, y]) => [(x + step / 2) % TILE, y, step * random.between(0.085, 0.1)] as const,
  );
  return circles(mark, large) + circles(random.chance(0.6) ? mark : mix(accent, ground, 0.2), small);
};

/** Dabs of a round brush in rough rows. */
const daubs: PrintMaker = ({ mark }, random) => {
  const count = random.pick([2, 3, 3]);
  const radius = (TILE / count) * random.between(0.22, 0.27);
  return staggered(count)
    .map(([x, y]) =>
      stamped(
        x + random.about(radius * 0.2),
        y + random.about(radius * 0.2),
        radius * 1.3,
        fill(mark, blob(random, 0, 0, radius, radius * 0.95, 0.07, 8)),
      ),
    )
    .join('');
};

export const polkaDot = oneOf(evenDots, evenDots, pinDots, confetti, bigAndSmall, daubs);
