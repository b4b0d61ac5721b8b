import type { ModelPixels } from '../encode/encoder.ts';
import type { Decoded, Picture } from '../image/decoder.ts';
import type { EncodedFormat } from '../image/renderer.ts';
import type { StoredImage } from './product.ts';

/** Widths served, in pixels: few, so that caches are hit. A width asked for is rounded up to the next. */
export const WIDTHS = [64, 128, 256, 336, 512, 768, 1024, 1280] as const;

/** Width of the thumbnail that is made of every catalog picture when it is kept, in pixels; one of WIDTHS. */
export const THUMBNAIL = 336;

/** A query picture, kept for a while so that it need not be sent again. */
export interface QueryPicture {
  readonly image: StoredImage;
  readonly expiresAt: Date;
}

/** Pictures by content hash, stripped of metadata. Ids are 64 lower-case hex digits; anything else is NOT_FOUND. */
export interface MediaStore {
  /** Keeps a catalog picture for good (a THUMBNAIL beside it). The same bytes are kept once. */
  put(decoded: Decoded): Promise<StoredImage>;
  /** Whether a catalog picture is kept. */
  has(id: string): Promise<boolean>;
  /** Keeps a query picture until `expiresAt`, an hour from the last put, with what the model saw of it. */
  putQuery(decoded: Decoded, pixels: ModelPixels, fingerprint: string): Promise<QueryPicture>;
  /** A query picture by id: what `imageId` means. Null when unknown or expired. `pixels` is null when they were made for another fingerprint. */
  query(id: string, fingerprint: string): Promise<(QueryPicture & { pixels: ModelPixels | null }) | null>;
  /** The stored pixels at working size. @throws NOT_FOUND */
  picture(id: string): Promise<Picture>;
  /** A file of this width (one of WIDTHS, or smaller where the picture is) and format, made once and kept. @throws NOT_FOUND */
  sized(id: string, width: number, format: EncodedFormat, options: { signal: AbortSignal }): Promise<Uint8Array>;
  /** Removes expired query pictures. */
  sweep(): Promise<number>;
  close(): Promise<void>;
}
