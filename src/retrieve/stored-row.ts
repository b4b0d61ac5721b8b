import type { FieldValue } from '../catalog/definition.ts';
import {
  ATTRIBUTES,
  type Column,
  fieldsOf,
  IMAGE,
  IMAGES,
  type Product,
  type ProductId,
  type StoredImage,
} from '../catalog/product.ts';
import type { Attributes } from '../encode/encoder.ts';
import type { Hit } from './vector-store.ts';

/** Where a column is stored. Fields have a prefix, so that none can be called like a column of ours or a word of a filter language. */
export const storedName = (column: Column): string => (column.startsWith('@') ? column.slice(1) : fieldColumn(column));
export const fieldColumn = (name: string): string => `f_${name}`;

/** The row at hand. */
export interface StoredRow {
  field(name: string): FieldValue;
  /** `images`, `image` and `attributes` are stored as JSON. */
  json(column: '@images' | '@image' | '@attributes'): string;
}

/** A product with the selected columns and no others. */
export function readProduct(id: ProductId, columns: readonly Column[], row: StoredRow): Product {
  return {
    id,
    fields: Object.fromEntries(fieldsOf(columns).map((name) => [name, row.field(name)])),
    ...(columns.includes(IMAGES) && { images: JSON.parse(row.json(IMAGES)) as StoredImage[] }),
  };
}

export function readHit(
  { productId, ordinal, score }: Pick<Hit, 'productId' | 'ordinal' | 'score'>,
  columns: readonly Column[],
  row: StoredRow,
): Hit {
  return {
    productId,
    ordinal,
    score,
    product: readProduct(productId, columns, row),
    ...(columns.includes(IMAGE) && { image: JSON.parse(row.json(IMAGE)) as StoredImage }),
    ...(columns.includes(ATTRIBUTES) && { attributes: JSON.parse(row.json(ATTRIBUTES)) as Attributes }),
  };
}
