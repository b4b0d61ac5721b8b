import { DataType } from '@zilliz/milvus2-sdk-node';
import { MAX_ID_BYTES, type Row } from '../catalog/product.ts';
import { MargayError } from '../errors.ts';
import type { CatalogStamp, StoredSchema } from './catalog-stamp.ts';
import { fullTextOf } from './full-text.ts';
import { vectorIndex } from './milvus-index.ts';
import { textSchema } from './milvus-text.ts';
import { MAX_TEXT_BYTES, milvusField, toMilvus } from './milvus-values.ts';
import { rowKey, storedId } from './product-key.ts';
import { fieldColumn } from './stored-row.ts';

/** The stamp is a property of the collection, made with it. (Milvus Lite forgets descriptions.) */
export const STAMP = 'margay.stamp';
/** Stored ids may be half as long again as the ids themselves; a key adds `#` and the ordinal. */
const MAX_STORED_ID_BYTES = 1.5 * MAX_ID_BYTES;

const text = (name: string, max_length = MAX_TEXT_BYTES) => ({ name, data_type: DataType.VarChar, max_length });

/**
 * No field is nullable, since Milvus 2.3 has none: see milvus-values.ts. The key is copied to `product_id` and `ordinal`, since a search does
 * not bring it.
 */
export function collectionOf(collection_name: string, stamp: CatalogStamp, version: string) {
  const words = textSchema(stamp.schema.analyzer);
  return {
    collection_name,
    consistency_level: 'Strong',
    properties: { [STAMP]: JSON.stringify(stamp) },
    fields: [
      { ...text('key', MAX_STORED_ID_BYTES + 12), is_primary_key: true },
      text('product_id', MAX_STORED_ID_BYTES),
      { name: 'ordinal', data_type: DataType.Int32 },
      { name: 'vector', data_type: DataType.FloatVector, dim: stamp.dimensions },
      ...['images', 'image', 'attributes', 'source'].map((name) => text(name)),
      ...stamp.schema.fields.map(milvusField),
      ...words.fields,
    ],
    functions: words.functions,
    index_params: [vectorIndex(version), ...words.indexes],
  };
}

/** @throws MargayError BAD_INPUT where a text is longer than Milvus holds. */
export function rowToMilvus(given: Row, schema: StoredSchema) {
  const { productId, ordinal, vector, image, attributes, product, source } = given;
  const id = storedId(productId);
  const texts = {
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
  const row: Record<string, unknown> = {
    key: rowKey(id, ordinal),
    product_id: id,
    ordinal,
    vector: Array.from(vector),
  };
  for (const field of schema.fields) row[fieldColumn(field.name)] = toMilvus(field, product.fields[field.name] ?? null);
  if (schema.analyzer !== null) row.text = fullTextOf(given, schema);
  return { ...row, ...texts };
}
