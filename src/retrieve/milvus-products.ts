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

/** What of a collection is needed to replace products in it. */
export type Replaced = Pick<MilvusCollection, 'stamp' | 'query' | 'upsert' | 'delete'>;

/**
 * Puts products in the place of their former selves: rows that they have no more are gone when it ends. A product with such rows has no source
 * until they are: where that is cut off, the next import finds it changed and does it again. So the lost rows must be known before the first
 * row is written.
 */
export async function replaceProducts(collection: Replaced, products: readonly StoredProduct[]): Promise<void> {
  const lost = await lostRows(collection, products);
  const losers = new Set(lost.map(({ id }) => id));
  await put(
    collection,
    products.map((product) => (losers.has(product.id) ? withoutSource(product) : product)),
  );
  for (const some of chunks(lost, CHUNK))
    await collection.delete(
      among(
        'key',
        some.map(({ key }) => key),
      ),
    );
  await put(
    collection,
    products.filter(({ id }) => losers.has(id)).map(({ id, rows }) => ({ id, rows: rows.filter(isMain) })),
  );
}

const isMain = ({ ordinal }: Fields): boolean => ordinal === 0;

const withoutSource = ({ id, rows }: StoredProduct): StoredProduct => ({
  id,
  rows: rows.map((row) => (isMain(row) ? { ...row, source: '' } : row)),
});

interface LostRow {
  readonly id: string;
  readonly ordinal: number;
  readonly key: string;
}

/**
 * The rows that these products will have no more, the last ones first. Ordinals have no gaps, so a product has lost rows where there
 * is one behind its new last one: looked up by key that takes no longer in a large catalog, as looking through all rows' ordinals would.
 */
async function lostRows(collection: Replaced, products: readonly StoredProduct[]): Promise<LostRow[]> {
  const behind = new Map(products.map(({ id, rows }) => [rowKey(id, rows.length), { id, length: rows.length }]));
  const longer = (await collection.query(among('key', [...behind.keys()]), ['key'])).map(
    ({ key }) => behind.get(String(key))!,
  );
  const lost: LostRow[] = [];
  for (const some of chunks(longer, CHUNK)) {
    const lengths = new Map(some.map(({ id, length }) => [id, length]));
    for (const row of await collection.query(among('product_id', [...lengths.keys()]), ['product_id', 'ordinal'])) {
      const [id, ordinal] = [String(row.product_id), Number(row.ordinal)];
      if (ordinal >= lengths.get(id)!) lost.push({ id, ordinal, key: rowKey(id, ordinal) });
    }
  }
  // Where only some can be deleted, no gap is left behind.
  return lost.sort((a, b) => b.ordinal - a.ordinal);
}

/** Writes all rows. No request is under way when it ends, however it ends. */
async function put(collection: Replaced, products: readonly StoredProduct[]): Promise<void> {
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
  await Promise.all(Array.from({ length: Math.min(LANES, batches.length) }, lane));
  if (failure) throw failure.error;
}

/** Rows of one request; those of one product go together, so that it is not found half written. */
function batchesOf(products: readonly StoredProduct[], most: number): Fields[][] {
  const batches: Fields[][] = [];
  for (const { rows } of products) {
    const last = batches.at(-1);
    if (last && last.length + rows.length <= most) last.push(...rows);
    else batches.push([...rows]);
  }
  return batches;
}
