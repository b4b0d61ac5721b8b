import { mix } from '../palette.ts';
import { n } from '../path.ts';
import { type PrintMaker, TILE } from './tile.ts';

const rect = (fill: string, x: number, y: number, width: number, height: number, opacity = 1): string =>
  `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" fill="${fill}"${opacity < 1 ? ` fill-opacity="${opacity}"` : ''}/>`;

export const striped: PrintMaker = ({ mark, accent }, random) => {
  const count = random.pick([5, 6, 8, 10]);
  const step = TILE / count;
  const share = random.between(0.35, 0.55);
  const thin = random.chance(0.25);
  return Array.from(
    { length: count },
    (_, i) =>
      rect(mark, i * step, 0, step * share, TILE) + (thin ? rect(accent, (i + 0.68) * step, 0, step * 0.12, TILE) : ''),
  ).join('');
};

export const polkaDot: PrintMaker = ({ mark }, random) => {
  const count = random.pick([3, 4, 5]);
  const step = TILE / count;
  const radius = step * random.between(0.2, 0.29);
  const dot = (x: number, y: number) => `<circle cx="${n(x)}" cy="${n(y)}" r="${n(radius)}"/>`;
  let dots = '';
  for (let row = 0; row < count; row++)
    for (let column = 0; column < count; column++) {
      const [x, y] = [(column + 0.25) * step, (row + 0.25) * step];
      dots += dot(x, y) + dot(x + step / 2, y + step / 2);
    }
  // Dots of the last half row and column reach over the edge when they are large.
  return `<g fill="${mark}">${dots}</g>`;
};

export const plaid: PrintMaker = ({ ground, mark, accent }, random) => {
  const step = TILE / random.pick([2, 2, 3]);
  const dark = mix(ground, mark, 0.75);
  const bands: Array<[at: number, width: number, color: string, opacity: number]> = [
    [0.08, 0.34, dark, 0.5],
    [0.22, 0.06, mark, 0.8],
    [0.62, 0.1, accent, 0.75],
    [0.8, random.between(0.03, 0.06), random.chance(0.5) ? mark : '#f3ead6', 0.85],
  ];
  let [down, across] = ['', ''];
  for (let i = 0; i * step < TILE - 1; i++)
    for (const [at, width, color, opacity] of bands) {
      down += rect(color, (i + at) * step, 0, width * step, TILE, opacity);
      across += rect(color, 0, (i + at) * step, TILE, width * step, opacity * 0.8);
    }
  return down + across;
};

export const chevron: PrintMaker = ({ mark }, random) => {
  const rows = random.pick([4, 5, 6]);
  const step = TILE / rows;
  const columns = random.pick([3, 4, 5]);
  const half = TILE / columns / 2;
  const rise = half * random.between(0.7, 1);
  let path = '';
  for (let row = -2; row <= rows + 1; row++) {
    const y = row * step;
    path += `M${n(-half)} ${n(y)}`;
    for (let i = 0; i <= columns * 2 + 1; i++) path += `L${n(i * half)} ${n(y + (i % 2 ? 0 : rise))}`;
  }
  return `<path d="${path}" fill="none" stroke="${mark}" stroke-width="${n(step * random.between(0.4, 0.52))}"/>`;
};

export const checkered: PrintMaker = ({ mark }, random) => {
  const count = random.pick([4, 6, 6, 8]);
  const step = TILE / count;
  let path = '';
  for (let row = 0; row < count; row++)
    for (let column = row % 2; column < count; column += 2)
      path += `M${n(column * step)} ${n(row * step)}h${n(step)}v${n(step)}h${n(-step)}Z`;
  return `<path d="${path}" fill="${mark}"/>`;
};
