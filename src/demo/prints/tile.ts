import type { Palette } from '../palette.ts';
import { n } from '../path.ts';
import type { Random } from '../random.ts';

/** Side of a tile, in drawing units. */
export const TILE = 100;

/** What fills one tile over its ground color. It must go on without a seam where the tile repeats. */
export type PrintMaker = (palette: Palette, random: Random) => string;

/** A print that is drawn in one of several unlike ways; name one twice to see it more often. */
export const oneOf =
  (...ways: readonly PrintMaker[]): PrintMaker =>
  (palette, random) =>
    random.pick(ways)(palette, random);

/** The same drawing at every place where it reaches into the tile; `rise` is how far it reaches up and down. */
export function wrapped(
  x: number,
  y: number,
  reach: number,
  draw: (x: number, y: number) => string,
  rise = reach,
): string {
  let markup = '';
  for (const dx of [-TILE, 0, TILE])
    for (const dy of [-TILE, 0, TILE]) {
      const [at, below] = [x + dx, y + dy];
      if (at > -reach && at < TILE + reach && below > -rise && below < TILE + rise) markup += draw(at, below);
    }
  return markup;
}

/** `inner`, drawn around the origin, wherever it reaches into the tile. `turn` in degrees. */
export const stamped = (x: number, y: number, reach: number, inner: string, turn = 0, rise = reach): string =>
  wrapped(
    x,
    y,
    reach,
    (at, below) => {
      const place = `translate(${n(at)} ${n(below)})${turn ? ` rotate(${n(turn)})` : ''}`;
      // A lone path carries its own place: a group around each would double the markup.
      return inner.lastIndexOf('<path') === 0
        ? `<path transform="${place}"${inner.slice(5)}`
        : `<g transform="${place}">${inner}</g>`;
    },
    rise,
  );

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
