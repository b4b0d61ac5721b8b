import { chunks } from './chunks.ts';
import { type Consistency, type Fields, type MilvusCollection, STRONG_FOR_MS } from './milvus-collection.ts';
import { among } from './milvus-filter.ts';
import { rowKey } from './product-key.ts';

/** Floats of one request: encoding them holds the event loop for ten milliseconds. */
const MOST_FLOATS = 25_600;
/** Requests of one write under way at once: some are encoded while the server has the others. */
const LANES = 4;
/** Products named in one filter, and rows of one request at most. */
const CHUNK = 200;
const REMEMBERED_MS = STRONG_FOR_MS;

/** A product by its stored id, and all its rows as they are sent. */
export interface StoredProduct {
  readonly id: string;
  readonly rows: readonly Fields[];
}

/**
 * How many rows products had that this process wrote a moment ago. Reads that see all that was written wait for the next tick of Milvus's
 * clock, as long as a thousand rows take; with this memory of our own writes a Bounded read does, which misses nothing older.
 */
export class RecentLengths {
  readonly #since = performance.now();
  readonly #lengths = new Map<string, { readonly length: number; readonly at: number }>();

  /** False for a while after opening: what the process before us wrote is not in here. */
  get isComplete(): boolean {
    return performance.now() - this.#since > REMEMBERED_MS;
  }

  of(id: string): number {
    return this.#lengths.get(id)?.length ?? 0;
  }

  /** The most of all recent writes, since one that failed may have been carried out. */
  wrote(products: readonly StoredProduct[]): void {
    const at = performance.now();
    for (const [id, known] of this.#lengths) {
      if (at - known.at < REMEMBERED_MS) break;
      this.#lengths.delete(id);
    }
    for (const { id, rows } of products) {
      const length = Math.max(this.of(id), rows.length);
      // The oldest ones come first.
      this.#lengths.delete(id);
      this.#lengths.set(id, { length, at });
    }
  }
}

/**
 * Puts products in the place of their former selves: rows that they have no more are gone when it ends, except those that another process wrote
 * in the seconds before.
 */
export async function replaceProducts(
  collection: MilvusCollection,
  recent: RecentLengths,
  products: readonly StoredProduct[],
): Promise<void> {
  const known = products.flatMap(({ id, rows }) => rowKeys(id, rows.length, recent.of(id)));
  recent.wrote(products);
  const consistency = recent.isComplete ? 'Bounded' : 'Strong';
  // The lost rows are none of those written: neither waits for the other.
  const [stored] = await Promise.all([lostRows(collection, products, consistency), put(collection, products)]);
  const lost = [...new Set([...known, ...stored])].sort(byOrdinalDown);
  for (const keys of chunks(lost, CHUNK)) await collection.delete(among('key', keys));
}

const rowKeys = (id: string, from: number, to: number): string[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, place) => rowKey(id, from + place));

/** Where only some can be deleted, no gap is left behind. */
const ordinalOf = (key: string): number => Number(key.slice(key.lastIndexOf('#') + 1));
const byOrdinalDown = (a: string, b: string): number => ordinalOf(b) - ordinalOf(a);

/**
 * Keys of the rows that these products will have no more. Ordinals have no gaps, so a product has lost rows where there is one behind its new
 * last one: looked up by key that takes no longer in a large catalog, as looking through all rows' ordinals would.
 */
async function lostRows(
  collection: MilvusCollection,
  products: readonly StoredProduct[],
  consistency: Consistency,
): Promise<string[]> {
  const behind = new Map(products.map(({ id, rows }) => [rowKey(id, rows.length), { id, length: rows.length }]));
  const longer = (await collection.query(among('key', [...behind.keys()]), ['key'], { consistency })).map(
    ({ key }) => behind.get(String(key))!,
  );
  const lost: string[] = [];
  for (const some of chunks(longer, CHUNK)) {
    const lengths = new Map(some.map(({ id, length }) => [id, length]));
    const rows = await collection.query(among('product_id', [...lengths.keys()]), ['product_id', 'ordinal'], {
      consistency,
    });
    for (const row of rows) {
      const [id, ordinal] = [String(row.product_id), Number(row.ordinal)];
      if (ordinal >= lengths.get(id)!) lost.push(rowKey(id, ordinal));
    }
  }
  return lost;
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
