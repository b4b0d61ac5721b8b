import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const BITS = 8;
/** Of PNG's header: RGB, and RGB with alpha. */
const COLOR_TYPE = { 3: 2, 4: 6 };

export interface PngOptions {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  /** zlib's, 0 to 9; 0 stores. */
  readonly level: number;
}

/** A PNG of 8 bits a channel. @param rows each behind the number of its filter. */
export function pngOf(rows: Uint8Array, { width, height, channels, level }: PngOptions): Buffer {
  const header = Buffer.alloc(13); // the last three: the only compression, the only filtering, not interlaced
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([BITS, COLOR_TYPE[channels]], 8);
  const data = deflateSync(rows, { level });
  return Buffer.concat([
    SIGNATURE,
    pngChunk('IHDR', header),
    pngChunk('IDAT', data),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Length, type, data, checksum: what a PNG consists of. @param type four letters. */
export function pngChunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(data.length, 0);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
}
