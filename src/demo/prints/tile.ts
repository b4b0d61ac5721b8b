import type { Palette } from '../palette.ts';
import type { Random } from '../random.ts';

/** Side of a tile, in drawing units. */
export const TILE = 100;

/** What fills one tile over its ground color. It must go on without a seam where the tile repeats. */
export type PrintMaker = (palette: Palette, random: Random) => string;

/** The same drawing at every place where it reaches into the tile. */
export function wrapped(x: number, y: number, reach: number, draw: (x: number, y: number) => string): string {
  let markup = '';
  for (const dx of [-TILE, 0, TILE])
    for (const dy of [-TILE, 0, TILE]) {
      const [at, below] = [x + dx, y + dy];
      if (at > -reach && at < TILE + reach && below > -reach && below < TILE + reach) markup += draw(at, below);
    }
  return markup;
}

/** Points of a tile, spread evenly with some disorder: `columns` x `rows`, every other row shifted by half (`rows` even). */
export function scattered(random: Random, columns: number, rows: number, jitter: number): Array<[number, number]> {
  const [width, height] = [TILE / columns, TILE / rows];
  return Array.from({ length: columns * rows }, (_, i) => {
    const [column, row] = [i % columns, Math.floor(i / columns)];
    const x = (column + 0.25 + (row % 2) * 0.5 + random.between(-jitter, jitter)) * width;
    return [(x + TILE) % TILE, (row + 0.5 + random.between(-jitter, jitter)) * height];
  });
}

export const fill = (color: string, path: string, rule = ''): string =>
  `<path fill="${color}"${rule && ` fill-rule="${rule}"`} d="${path}"/>`;

export const stroke = (color: string, width: number, path: string): string =>
  `<path fill="none" stroke="${color}" stroke-width="${Math.round(width * 10) / 10}" stroke-linecap="round" stroke-linejoin="round" d="${path}"/>`;
