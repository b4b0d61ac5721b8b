import { pngOf } from '../../../image/png.ts';

/**
 * A PNG of `rgb`, three bytes a pixel, row after row. Stored, not compressed: what zlib makes of the same bytes differs between
 * its versions and processors, and a drawing is the same on every machine.
 */
export function png(rgb: Uint8Array, width: number, height: number): Buffer {
  const rows = Buffer.alloc(height * (width * 3 + 1));
  for (let y = 0; y < height; y++) rows.set(rgb.subarray(y * width * 3, (y + 1) * width * 3), y * (width * 3 + 1) + 1);
  return pngOf(rows, { width, height, channels: 3, level: 0 });
}
