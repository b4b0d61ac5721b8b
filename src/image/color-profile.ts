import { crc32, deflateSync } from 'node:zlib';

/** Bytes of the PNG signature and the IHDR chunk, which always comes first. */
const HEADER = 33;

/**
 * The PNG with an ICC profile put into it (an iCCP chunk). libvips takes profiles from files only: this is how raw pixels, whose decoder ignored the profile, get theirs.
 */
export function withProfile(png: Uint8Array, profile: Uint8Array): Buffer {
  // The name "icc", its terminator, and compression method 0.
  const data = Buffer.concat([Buffer.from('icc\0\0', 'latin1'), deflateSync(profile)]);
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write('iCCP', 4, 'latin1');
  data.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  return Buffer.concat([png.subarray(0, HEADER), chunk, png.subarray(HEADER)]);
}
