import type { Picture } from './decoder.ts';

export type EncodedFormat = 'jpeg' | 'webp' | 'avif';

/** One picture on a composed sheet. */
export interface Part {
  /** A file that we wrote ourselves, or pixels. */
  readonly source: Uint8Array | Picture;
  /** Where it goes, in whole pixels of the sheet; no side below 1. */
  readonly box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
  /** `contain`: all of it, the rest of the box white. `cover`: the box is filled, from the middle of the picture. Both enlarge what is smaller. */
  readonly fit: 'contain' | 'cover';
}

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
  /**
   * The parts side by side as one JPEG without metadata, on white; later parts lie over earlier ones. `quality` (1..100) is 80 unless told.
   * @throws RangeError when a part reaches outside the sheet.
   */
  compose(
    parts: readonly Part[],
    size: { width: number; height: number },
    options?: { quality?: number },
  ): Promise<Buffer>;
  close(): Promise<void>;
}
