import { contour, noise } from '../field.ts';
import { n, rounded } from '../path.ts';
import { fill, oneOf, type PrintMaker, TILE } from './tile.ts';

const zigzag = (columns: number, y: number, rise: number): string => {
  const half = TILE / columns / 2;
  return `M${n(-half)} ${n(y)}${Array.from({ length: columns * 2 + 3 }, (_, i) => `L${n(i * half)} ${n(y + (i % 2 ? 0 : rise))}`).join('')}`;
};

/** Rows of zigzag lines; `tones` are taken in turn from row to row and `share` is a line's part of its row. */
function zigzags(tones: readonly string[], rows: number, columns: number, slope: number, share: number): string {
  const [step, rise] = [TILE / rows, (TILE / columns / 2) * slope];
  return tones
    .map((color, i) => {
      let path = '';
      for (let row = -Math.ceil(rise / step) - 1; row <= rows; row++)
        if ((row + rows * tones.length) % tones.length === i) path += zigzag(columns, row * step, rise);
      return `<path d="${path}" fill="none" stroke="${color}" stroke-width="${n(step * share)}"/>`;
    })
    .join('');
}

const thickZigzag: PrintMaker = ({ mark }, random) =>
  zigzags([mark], random.pick([4, 5, 6]), random.pick([3, 4, 5]), random.between(0.7, 1), random.between(0.36, 0.48));

const thinZigzag: PrintMaker = ({ mark }, random) =>
  zigzags([mark], random.pick([5, 6, 7]), random.pick([2, 3, 4]), random.between(0.8, 1.2), random.between(0.2, 0.28));

const twoTones: PrintMaker = ({ mark, accent }, random) =>
  zigzags(
    [mark, accent],
    random.pick([4, 6]),
    random.pick([2, 3, 4]),
    random.between(0.7, 1.05),
    random.between(0.34, 0.46),
  );

/** Short slanted bars in columns that lean left and right in turn: the V is broken along its middle. */
const brokenZigzag: PrintMaker = ({ mark }, random) => {
  const [columns, rows] = [random.pick([4, 6]), random.pick([5, 6])];
  const [width, step] = [TILE / columns, TILE / rows];
  const [rise, gap] = [width * random.between(0.6, 0.9), random.between(0.04, 0.08) * width];
  const thick = step * random.between(0.4, 0.52);
  let path = '';
  for (let column = 0; column < columns; column++) {
    const [left, right] = [column * width + gap, (column + 1) * width - gap];
    const [start, end] = column % 2 ? [rise, 0] : [0, rise];
    for (let row = -3; row <= rows; row++) {
      const y = row * step;
      path += `M${n(left)} ${n(y + start)}L${n(right)} ${n(y + end)}v${n(thick)}L${n(left)} ${n(y + start + thick)}Z`;
    }
  }
  return fill(mark, path);
};

export const chevron = oneOf(thickZigzag, thickZigzag, thinZigzag, twoTones, brokenZigzag);

/** Columns of a checkerboard; an even number, else the colors clash where the tile repeats. */
const CHECKS = [4, 4, 6] as const;

/** Every second square of a board, drawn by `square`. */
function board(count: number, square: (x: number, y: number, step: number) => string): string {
  const step = TILE / count;
  let path = '';
  for (let row = 0; row < count; row++)
    for (let column = row % 2; column < count; column += 2) path += square(column * step, row * step, step);
  return path;
}

const squares: PrintMaker = ({ mark }, random) =>
  fill(
    mark,
    board(random.pick(CHECKS), (x, y, step) => `M${n(x)} ${n(y)}h${n(step)}v${n(step)}h${n(-step)}Z`),
  );

const roundedSquares: PrintMaker = ({ mark }, random) => {
  const corner = random.between(0.1, 0.2);
  return fill(
    mark,
    board(random.pick(CHECKS), (x, y, step) => rounded(x + 0.2, y + 0.2, step - 0.4, step - 0.4, step * corner)),
  );
};

/** A board that sways, as on the shoes of skaters. */
const warpedSquares: PrintMaker = ({ mark }, random) => {
  const half = random.pick(CHECKS) / 2;
  const [east, south] = [noise(random, 2), noise(random, 2)];
  const sway = random.between(0.1, 0.26) / half;
  const wave = (t: number) => Math.sin(2 * Math.PI * half * t);
  return fill(
    mark,
    contour((u, v) => wave(u + east(u, v) * sway) * wave(v + south(u, v) * sway), TILE, 72),
    'evenodd',
  );
};

export const checkered = oneOf(squares, squares, roundedSquares, warpedSquares);
