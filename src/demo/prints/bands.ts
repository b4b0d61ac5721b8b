import { n } from '../path.ts';
import { TILE } from './tile.ts';

const rect = (fill: string, x: number, y: number, width: number, height: number, opacity = 1): string =>
  `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" fill="${fill}"${opacity < 1 ? ` fill-opacity="${n(opacity)}"` : ''}/>`;
/** A band from top to bottom. */
export const column = (fill: string, x: number, width: number, opacity = 1): string =>
  rect(fill, x, -1, width, TILE + 2, opacity);
/** A band from side to side. */
export const row = (fill: string, y: number, height: number, opacity = 1): string =>
  rect(fill, -1, y, TILE + 2, height, opacity);
export const repeat = (count: number, draw: (at: number, step: number) => string): string =>
  Array.from({ length: count }, (_, i) => draw((i * TILE) / count, TILE / count)).join('');
