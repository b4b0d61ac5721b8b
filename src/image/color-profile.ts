import { deflateSync } from 'node:zlib';
import { pngChunk } from './png.ts';

/** Bytes of the PNG signature and the IHDR chunk, which always comes first. */
const HEADER = 33;

/**
 * The PNG with an ICC profile put into it (an iCCP chunk). libvips takes profiles from files only: this is how raw pixels, whose decoder ignored the profile, get theirs.
 */
export function withProfile(png: Uint8Array, profile: Uint8Array): Buffer {
  // The name "icc", its terminator, and compression method 0.
  const data = Buffer.concat([Buffer.from('icc\0\0', 'latin1'), deflateSync(profile)]);
  return Buffer.concat([png.subarray(0, HEADER), pngChunk('iCCP', data), png.subarray(HEADER)]);
}
