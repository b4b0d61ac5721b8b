/** An upright, opaque sRGB picture: row-major, 3 bytes a pixel (R, G, B), no padding, no metadata. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'heic';

export interface Decoded {
  /** SHA-256 of the bytes that were sent, lower-case hex: the identity of the picture. */
  readonly id: string;
  readonly format: PictureFormat;
  /** Upright size of the picture as it was sent, in pixels. */
  readonly width: number;
  readonly height: number;
  /** At working size, the longest side at most `WORKING_SIDE`, unless something else was asked for. Never enlarged. */
  readonly picture: Picture;
  /** Whether `picture` is at working size. */
  readonly whole: boolean;
}

/** Longest side in pixels of a decoded picture: what is stored and served never exceeds it. */
export const WORKING_SIDE = 1280;

/**
 * What somebody needs of a picture instead of the working size.
 *
 * `shortSide` in pixels: no more than a picture of this short side (the long one truncated), scaled by the cubic kernel. Most formats are decoded at a
 * fraction of the cost then; where nothing would be saved the picture comes at working size.
 *
 * `every pixel`: as many as the file has, 3 bytes each (36 MB for 12 megapixels, 150 MB for the 50 that are taken at most), nothing scaled.
 */
export type PictureNeeds = { readonly shortSide: number } | 'every pixel';

export type Kernel = 'cubic' | 'lanczos3';

/**
 * Turns bytes of unknown origin into a picture. What the bytes are is read from the bytes, never from a name.
 *
 * Refusals, all before pixels are allocated where the header shows it: `UNSUPPORTED_IMAGE` (not an allowed format; SVG is none),
 * `IMAGE_TOO_LARGE` (bytes or pixels over the limits), `BAD_IMAGE` (truncated or unreadable), `OVERLOADED` (no room within the wait),
 * `DEADLINE_EXCEEDED` (a decode that outlasted its deadline).
 */
export interface Decoder {
  decode(bytes: Uint8Array, options: { signal: AbortSignal; needs?: PictureNeeds | undefined }): Promise<Decoded>;
  /** The picture scaled to exactly `width` x `height` (no crop). */
  resize(
    picture: Picture,
    size: { width: number; height: number; kernel: Kernel },
    options: { signal: AbortSignal },
  ): Promise<Picture>;
  close(): Promise<void>;
}
