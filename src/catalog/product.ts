import type { Attributes } from '../encode/encoder.ts';
import type { FieldValue } from './definition.ts';

export type ProductId = string;

/** Longest id, in bytes of UTF-8. */
export const MAX_ID_BYTES = 512;

/** Why an id could not be kept apart from others; undefined for one that can. */
export function faultOfId(id: ProductId): string | undefined {
  if (id.length === 0) return 'is empty';
  if (Buffer.byteLength(id) > MAX_ID_BYTES) return `has more than ${MAX_ID_BYTES} bytes`;
  return id.includes('\0') || !id.isWellFormed() ? 'holds a character that is not text' : undefined;
}

/** A stored picture of a product, or of a query. `width` and `height` are those of the upright picture as it was sent. */
export interface StoredImage {
  /** SHA-256 of the bytes that were sent, lower-case hex. */
  readonly id: string;
  readonly width: number;
  readonly height: number;
  /** ThumbHash, base64. */
  readonly thumbhash: string;
}

/** What the catalog shows of a product. What was not selected is absent. */
export interface Product {
  readonly id: ProductId;
  /** By the names of the catalog's definition. */
  readonly fields: Readonly<Record<string, FieldValue>>;
  /** Never empty when selected; the first is the main one. */
  readonly images?: readonly StoredImage[];
}

/** The product's pictures. */
export const IMAGES = '@images';
/** The picture that matched. */
export const IMAGE = '@image';
/** What the model saw in the picture that matched, for the reranker. */
export const ATTRIBUTES = '@attributes';
/** What a caller can select: one of these three, or a field by its name. */
export type Column = string;

/** The fields among the columns. */
export const fieldsOf = (columns: readonly Column[]): string[] => columns.filter((column) => !column.startsWith('@'));

/** One row of the store: one picture of one product, with the product's own fields beside it, so that a search needs no second trip. */
export interface Row {
  readonly productId: ProductId;
  /** 0-based place of the picture among the product's. The row's key is `${productId}#${ordinal}`. */
  readonly ordinal: number;
  readonly vector: Float32Array;
  readonly image: StoredImage;
  readonly attributes: Attributes;
  readonly product: Required<Product>;
  /** Hash of everything that was embedded and stored: an unchanged product is not embedded again. */
  readonly source: string;
}
