import type { Picture } from './decoder.ts';

export type EncodedFormat = 'jpeg' | 'webp' | 'avif';

/** Draws pictures and writes them as files. Only trusted SVG, made by us, may be given to `render` and `draw`. */
export interface Renderer {
  /** The drawing at exactly `width` x `height` pixels, on white where it is transparent. */
  render(svg: string, size: { width: number; height: number }): Promise<Picture>;
  /** The drawing as the JPEG file that `write` makes of it. */
  draw(svg: string, size: { width: number; height: number }): Promise<Uint8Array>;
  /** The picture as a file without metadata, scaled down to `width` pixels where given (never enlarged, aspect kept). */
  write(picture: Picture, format: EncodedFormat, options?: { width?: number; quality?: number }): Promise<Buffer>;
  /** The same from a file that we wrote ourselves. */
  convert(file: Uint8Array, format: EncodedFormat, options?: { width?: number; quality?: number }): Promise<Buffer>;
  /** The pixels of a file that we wrote ourselves. */
  read(file: Uint8Array): Promise<Picture>;
  /** ThumbHash bytes (about 25) of the picture. */
  thumbhash(picture: Picture): Promise<Uint8Array>;
  close(): Promise<void>;
}
