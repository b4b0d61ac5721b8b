import type { Column, Product, ProductId, StoredImage } from '../catalog/product.ts';
import type { Attributes } from '../encode/encoder.ts';
import type { Hit } from './vector-store.ts';

/** Columns hold text, `price` a number; lists and records are JSON. Their names are those of the port. */
const JSON_COLUMNS = new Set<Column>(['images', 'image', 'attributes']);

/** One cell of the row at hand. */
export type Cell = (column: Column) => unknown;

/** A product with the selected columns and no others. */
export function readProduct(id: ProductId, columns: readonly Column[], cell: Cell): Product {
  const product: Record<string, unknown> = { id };
  for (const column of columns) if (column !== 'image' && column !== 'attributes') product[column] = read(column, cell);
  return product as unknown as Product;
}

export function readHit(id: ProductId, score: number, columns: readonly Column[], cell: Cell): Hit {
  return {
    productId: id,
    score: Math.min(1, Math.max(-1, score)),
    product: readProduct(id, columns, cell),
    ...(columns.includes('image') && { image: read('image', cell) as StoredImage }),
    ...(columns.includes('attributes') && { attributes: read('attributes', cell) as Attributes }),
  };
}

const read = (column: Column, cell: Cell): unknown => {
  const value = cell(column) ?? null;
  return JSON_COLUMNS.has(column) && typeof value === 'string' ? JSON.parse(value) : value;
};
