import { chunks } from './chunks.ts';
import type { Fields, MilvusCollection } from './milvus-collection.ts';
import { among } from './milvus-filter.ts';
import { rowKey } from './product-key.ts';

/** Floats of one request: encoding them holds the event loop for ten milliseconds. */
const MOST_FLOATS = 25_600;
/** Requests of one write under way at once: some are encoded while the server has the others. */
const LANES = 4;
/** Products named in one filter, and rows of one request at most. */
const CHUNK = 200;

/** A product by its stored id, and all its rows as they are sent. */
export interface StoredProduct {
  readonly id: string;
  readonly rows: readonly Fields[];
}

/** Puts products in the place of their former selves: rows that they have no more are gone when it ends. */
export async function replaceProducts(collection: MilvusCollection, products: readonly StoredProduct[]): Promise<void> {
  // The lost rows are none of those written: neither waits for the other.
  const [lost] = await Promise.all([lostRows(collection, products), put(collection, products)]);
  for (const keys of chunks(lost, CHUNK)) await collection.delete(among('key', keys));
}

/**
 * Keys of the rows that these products will have no more, the last ones first. Ordinals have no gaps, so a product has lost rows where there
 * is one behind its new last one: looked up by key that takes no longer in a large catalog, as looking through all rows' ordinals would.
 */
async function lostRows(collection: MilvusCollection, products: readonly StoredProduct[]): Promise<string[]> {
  const behind = new Map(products.map(({ id, rows }) => [rowKey(id, rows.length), { id, length: rows.length }]));
  const longer = (await collection.query(among('key', [...behind.keys()]), ['key'])).map(
    ({ key }) => behind.get(String(key))!,
  );
  const lost: { key: string; ordinal: number }[] = [];
  for (const some of chunks(longer, CHUNK)) {
    const lengths = new Map(some.map(({ id, length }) => [id, length]));
    for (const row of await collection.query(among('product_id', [...lengths.keys()]), ['product_id', 'ordinal'])) {
      const [id, ordinal] = [String(row.product_id), Number(row.ordinal)];
      if (ordinal >= lengths.get(id)!) lost.push({ key: rowKey(id, ordinal), ordinal });
    }
  }
  // Where only some can be deleted, no gap is left behind.
  return lost.sort((a, b) => b.ordinal - a.ordinal).map(({ key }) => key);
}

/** Writes all rows. No request is under way when it ends, however it ends. */
async function put(collection: MilvusCollection, products: readonly StoredProduct[]): Promise<void> {
  const batches = batchesOf(products, Math.min(CHUNK, Math.ceil(MOST_FLOATS / collection.stamp.dimensions)));
  let failure: { readonly error: unknown } | undefined;
  const lane = async () => {
    for (let data = batches.shift(); data && !failure; data = batches.shift())
      try {
        await collection.upsert(data);
      } catch (error) {
        failure ??= { error };
      }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  if (failure) throw failure.error;
}

/** Rows of one request; those of one product go together, so that it is not found half written. */
function batchesOf(products: readonly StoredProduct[], most: number): Fields[][] {
  const batches: Fields[][] = [[]];
  for (const { rows } of products) {
    if (batches.at(-1)!.length > 0 && batches.at(-1)!.length + rows.length > most) batches.push([]);
    batches.at(-1)!.push(...rows);
  }
  return batches;
}
