import { LRUCache } from 'lru-cache';
import { thumbHashToRGBA } from 'thumbhash';
import { pngOf } from '../image/png.ts';

/** PNG's filter that stores the difference from the row above: of the five the smallest here, with Paeth. */
const UP = 2;

/** About 2 kB each. */
const drawn = new LRUCache<string, string>({ max: 2_000 });

/** The blur that a thumbhash (base64) stands for, at most 32 x 32, as a `data:` URI: a third of what thumbhash's own uncompressed PNG takes. */
export function placeholderOf(thumbhash: string): string {
  const known = drawn.get(thumbhash);
  if (known !== undefined) return known;
  const { w, h, rgba } = thumbHashToRGBA(Buffer.from(thumbhash, 'base64'));
  const uri = `data:image/png;base64,${png(w, h, rgba).toString('base64')}`;
  drawn.set(thumbhash, uri);
  return uri;
}

function png(width: number, height: number, rgba: Uint8Array): Buffer {
  const opaque = rgba.every((value, place) => place % 4 < 3 || value === 255);
  const channels = opaque ? 3 : 4;
  const pixels = opaque ? rgba.filter((_, place) => place % 4 < 3) : rgba;
  const stride = width * channels;
  const rows = Buffer.alloc((stride + 1) * height);
  for (let y = 0; y < height; y++) {
    const row = y * (stride + 1);
    rows[row] = UP;
    for (let x = 0; x < stride; x++) {
      const above = y > 0 ? pixels[(y - 1) * stride + x]! : 0;
      rows[row + 1 + x] = pixels[y * stride + x]! - above;
    }
  }
  return pngOf(rows, { width, height, channels, level: 9 });
}
