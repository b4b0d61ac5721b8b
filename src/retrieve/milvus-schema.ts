import { DataType } from '@zilliz/milvus2-sdk-node';
import { type Column, MAX_ID_BYTES, type Row } from '../catalog/product.ts';
import { MargayError } from '../errors.ts';
import { rowKey, storedId } from './product-key.ts';
import type { CatalogStamp } from './vector-store.ts';

/** The stamp is a property of the collection, made with it. (Milvus Lite forgets descriptions.) */
const STAMP = 'margay.stamp';
/** The longest VARCHAR, in bytes. */
const MAX_TEXT_BYTES = 65_535;
/** Stored ids may be half as long again as the ids themselves; a key adds `#` and the ordinal. */
const MAX_STORED_ID_BYTES = 1.5 * MAX_ID_BYTES;

const text = (name: string, max_length = MAX_TEXT_BYTES) => ({ name, data_type: DataType.VarChar, max_length });

/**
 * No field is nullable, since Milvus 2.3 has none: see `encode`. The key is copied to `product_id` and `ordinal`, since a search does not
 * bring it. FLAT is exact; both servers have it.
 */
export function collectionOf(collection_name: string, stamp: CatalogStamp) {
  return {
    collection_name,
    consistency_level: 'Strong',
    properties: { [STAMP]: JSON.stringify(stamp) },
    fields: [
      { ...text('key', MAX_STORED_ID_BYTES + 12), is_primary_key: true },
      text('product_id', MAX_STORED_ID_BYTES),
      { name: 'ordinal', data_type: DataType.Int32 },
      { name: 'vector', data_type: DataType.FloatVector, dim: stamp.dimensions },
      ...['title', 'category', 'print', 'color', 'images', 'image', 'attributes', 'source'].map((name) => text(name)),
      { name: 'price', data_type: DataType.Double },
    ],
    index_params: [{ field_name: 'vector', index_type: 'FLAT', metric_type: 'COSINE', params: {} }],
  };
}

/** What a collection says of itself; null where it is not a catalog. */
export function readStamp(properties: readonly { key: string; value: unknown }[]): CatalogStamp | null {
  try {
    const stamp = properties.find(({ key }) => key === STAMP)?.value;
    const { name, dimensions, fingerprint } = JSON.parse(String(stamp));
    return { name, dimensions, fingerprint };
  } catch {
    return null;
  }
}

/** @throws MargayError BAD_INPUT where a text is longer than Milvus holds. */
export function rowToMilvus({ productId, ordinal, vector, image, attributes, product, source }: Row) {
  const id = storedId(productId);
  const texts = {
    title: product.title,
    category: encode(product.category),
    print: encode(product.print),
    color: encode(product.color),
    images: JSON.stringify(product.images),
    image: JSON.stringify(image),
    attributes: JSON.stringify(attributes),
    source,
  };
  for (const [argument, value] of Object.entries(texts))
    if (Buffer.byteLength(value) > MAX_TEXT_BYTES)
      throw new MargayError('BAD_INPUT', `${argument} has more than ${MAX_TEXT_BYTES} bytes.`, {
        argument,
        remedy: argument === 'images' ? 'Give the product fewer pictures.' : `Shorten ${argument}.`,
      });
  const price = product.price ?? Number.NaN;
  return { key: rowKey(id, ordinal), product_id: id, ordinal, vector: Array.from(vector), price, ...texts };
}

/** NULL is one control character, which every other text that begins with it doubles: an empty text stays one. */
const NULL = '\u0001';
const encode = (value: string | null): string =>
  value === null ? NULL : value.startsWith(NULL) ? NULL + value : value;

/** A cell as it was written. A price that is not a number is none, and no comparison in a filter holds for it. */
export function decode(column: Column, value: unknown): unknown {
  if (column === 'price') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || !value.startsWith(NULL) || column === 'title') return value;
  return value === NULL ? null : value.slice(NULL.length);
}
