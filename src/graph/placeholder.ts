import { crc32, deflateSync } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import { thumbHashToRGBA } from 'thumbhash';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
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
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8; // bits for each channel
  header[9] = opaque ? 2 : 6;
  const data = deflateSync(rows, { level: 9 });
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(data.length, 0);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
}
