import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FieldKind } from '../catalog/definition.ts';
import type { Column, Product, ProductId, Row } from '../catalog/product.ts';
import type { Embedding } from '../encode/encoder.ts';
import { abortable, withDeadline } from '../policy/deadline.ts';
import { type CatalogStamp, checkStamp } from './catalog-stamp.ts';
import type { Filter } from './filter.ts';
import { checkHasText, wordsOf } from './full-text.ts';
import { type Candidate, Crowding, firstProducts } from './grouping.ts';
import { milvusError, succeeded } from './milvus-errors.ts';
import { among, amongProducts, milvusFilter, quote } from './milvus-filter.ts';
import {
  EVERY_LIST,
  type SearchParams,
  type Standing,
  searchParams,
  settleIndex,
  UNINDEXED_ROWS,
} from './milvus-index.ts';
import type { MilvusLink } from './milvus-link.ts';
import { MOST_COMPARED, nearestOf } from './milvus-scan.ts';
import { rowToMilvus } from './milvus-schema.ts';
import { WORDS } from './milvus-text.ts';
import { fromMilvus } from './milvus-values.ts';
import { checkId, readId, rowKey, storedId } from './product-key.ts';
import { Recent } from './recent.ts';
import { smallest } from './smallest.ts';
import { checkDepth, checkFirst, checkRows, checkVector } from './store-input.ts';
import { fieldColumn, readHit, readProduct, type StoredRow, storedName } from './stored-row.ts';
import type {
  FoundOptions,
  Hit,
  ProductPage,
  ReadOptions,
  RowPlace,
  SearchOptions,
  VectorStore,
} from './vector-store.ts';

/** Rows that one query or search may bring. */
const MOST_ROWS = 16_384;
/** Products named in one filter, and rows of one request at most. */
const CHUNK = 200;
/** Floats of one request: encoding them holds the event loop for ten milliseconds. */
const MOST_FLOATS = 25_600;
/** Requests of one write under way at once: some are encoded while the server has the others. */
const LANES = 4;
/** Products of one write. */
const AT_ONCE = 1000;
/**
 * How long after a write of ours reads are Strong, in milliseconds. Milvus answers a Strong read only at the next tick of its clock, 200 ms
 * by default; a Bounded one at once, from data that is at most its graceful time of 5 s old, which is what others wrote meanwhile.
 */
const STRONG_FOR_MS = 10_000;
const OPTIMIZE_MS = 600_000;

type Fields = Record<string, unknown>;
type Scored = { score: number } & Fields;

interface RowQuery {
  readonly data: number[][] | string;
  readonly anns_field: string;
  readonly metric_type: string;
  readonly limit: number;
  readonly params?: SearchParams;
  readonly columns: readonly Column[];
  readonly filter: string | undefined;
}

/** A product by its stored id, and all its rows as they are sent. */
interface Stored {
  readonly id: string;
  readonly rows: readonly ReturnType<typeof rowToMilvus>[];
}

/**
 * One catalog in a Milvus collection. A product is replaced by upserting its rows and then deleting those it has no more: readers never
 * miss it, but until the delete they may find it by a picture that it lost. Writes of one process queue up.
 */
export class MilvusCatalog implements VectorStore {
  readonly kind = 'milvus';
  readonly dimensions: number;
  readonly #link: MilvusLink;
  readonly #collection: string;
  readonly #stamp: CatalogStamp;
  /** The stored stamp, and how many rows there are. */
  readonly #standing: Recent<Standing>;
  readonly #kinds: ReadonlyMap<string, FieldKind>;
  readonly #crowding = new Crowding();
  #writes: Promise<unknown> = Promise.resolve();
  /** Opening counts: what was written by the process before us is seen too. */
  #wroteAt = performance.now();

  constructor(link: MilvusLink, collection: string, stamp: CatalogStamp, standing: () => Promise<Standing>) {
    this.#link = link;
    this.#collection = collection;
    this.#stamp = stamp;
    this.#standing = new Recent(standing);
    this.dimensions = stamp.dimensions;
    this.#kinds = new Map(stamp.schema.fields.map(({ name, kind }) => [name, kind]));
  }

  async search(vectors: readonly Embedding[], options: SearchOptions): Promise<Hit[][]> {
    const { topK, offset = 0, columns, exclude = [], filter } = options;
    checkDepth(topK, offset);
    for (const vector of vectors) checkVector(vector, this.dimensions);
    const excluded = vectors.map((_, query) => exclude[query]);
    const found = await this.#read('The search', options.signal, () =>
      firstProducts(topK + offset, excluded, { most: MOST_ROWS, crowding: this.#crowding }, (queries, limit) =>
        this.#nearest(
          queries.map((query) => vectors[query]!),
          { limit, columns, filter: filter && milvusFilter(filter) },
        ),
      ),
    );
    return found.map((best) => best.slice(offset).map((hit) => readHit(hit, columns, this.#row(hit.place))));
  }

  async searchText(text: string, options: FoundOptions): Promise<Hit[]> {
    const { topK, offset = 0, columns, filter, signal } = options;
    checkDepth(topK, offset);
    checkHasText(this.#stamp.schema);
    const words = wordsOf(text);
    if (words === '') return [];
    const [found] = await this.#read('The search', signal, () =>
      firstProducts(topK + offset, [undefined], { most: MOST_ROWS, crowding: new Crowding(1) }, async (_, limit) => {
        const { results } = await this.#rows({
          data: words,
          anns_field: WORDS,
          metric_type: 'BM25',
          limit,
          columns,
          filter: mainRows(filter),
        });
        // Milvus Lite tells it with a minus before it.
        return [results.map((row) => candidateOf(row, Math.abs(row.score)))];
      }),
    );
    return found!.slice(offset).map((hit) => readHit(hit, columns, this.#row(hit.place)));
  }

  async rows(places: readonly RowPlace[], { columns, signal }: ReadOptions): Promise<Hit[]> {
    const keys = places.map(({ productId, ordinal }) => {
      checkId(productId);
      return rowKey(storedId(productId), ordinal);
    });
    return this.#read('Loading rows', signal, async () => {
      const found: Hit[] = [];
      for (const some of chunks(keys))
        for (const row of await this.#query(among('key', some), ['product_id', 'ordinal', ...columns.map(storedName)]))
          found.push(
            readHit(
              { productId: readId(String(row.product_id)), ordinal: Number(row.ordinal), score: 0 },
              columns,
              this.#row(row),
            ),
          );
      return found;
    });
  }

  async get(ids: readonly ProductId[], { columns, signal }: ReadOptions) {
    const products = new Map<ProductId, Product>();
    await this.#main('Loading products', ids, columns.map(storedName), signal, (id, row) =>
      products.set(id, readProduct(id, columns, this.#row(row))),
    );
    return products;
  }

  async vectors(ids: readonly ProductId[], { signal }: { signal: AbortSignal }) {
    const vectors = new Map<ProductId, Embedding>();
    await this.#main('Loading vectors', ids, ['vector'], signal, (id, row) =>
      vectors.set(id, Float32Array.from(row.vector as number[])),
    );
    return vectors;
  }

  async sources(ids: readonly ProductId[], { signal }: { signal: AbortSignal }) {
    const sources = new Map<ProductId, string>();
    await this.#main('Loading sources', ids, ['source'], signal, (id, row) => sources.set(id, String(row.source)));
    return sources;
  }

  /** Costs the ids of up to 16,384 products, and of catalogs larger than that usually once more. */
  async page(
    options: ReadOptions & { first: number; after?: ProductId | undefined; filter?: Filter | undefined },
  ): Promise<ProductPage> {
    const { first, after, columns, filter, signal } = options;
    checkFirst(first);
    if (after !== undefined) checkId(after, 'after');
    const ids = await this.#read('Loading a page of products', signal, () => this.#firstIds(first + 1, after, filter));
    const shown = ids.slice(0, first).map(readId);
    const found = await this.get(shown, { columns, signal });
    return { products: shown.flatMap((id) => found.get(id) ?? []), hasNext: ids.length > first };
  }

  count({ filter, signal }: { filter?: Filter | undefined; signal: AbortSignal }): Promise<number> {
    return this.#read('Counting products', signal, async () => {
      const [row] = await this.#query(mainRows(filter), ['count(*)']);
      return Number(row?.['count(*)'] ?? 0);
    });
  }

  async upsert(rows: readonly Row[], { signal }: { signal: AbortSignal }): Promise<void> {
    const products: Stored[] = [];
    for (const some of chunks([...checkRows(rows, this.dimensions)])) {
      for (const [id, own] of some)
        products.push({ id: storedId(id), rows: own.map((row) => rowToMilvus(row, this.#stamp.schema)) });
      // So that a large call does not hold the event loop.
      await nextTurn();
    }
    for (const some of chunks(products, AT_ONCE))
      await this.#write('Writing products', signal, async () => {
        // The lost rows are none of those written: neither waits for the other.
        const [lost] = await Promise.all([this.#lostRows(some), this.#put(some)]);
        for (const keys of chunks(lost)) await this.#delete(among('key', keys));
      });
  }

  async remove(ids: readonly ProductId[], { signal }: { signal: AbortSignal }): Promise<number> {
    for (const id of ids) checkId(id);
    let gone = 0;
    for (const some of chunks([...new Set(ids)]))
      gone += await this.#write('Removing products', signal, async () => {
        const products = await this.#query(`ordinal == 0 && ${amongProducts(some)}`, ['product_id']);
        if (products.length > 0) await this.#delete(amongProducts(some));
        return products.length;
      });
    return gone;
  }

  async removeWhere(filter: Filter, { signal }: { signal: AbortSignal }): Promise<number> {
    let gone = 0;
    for (;;) {
      const { products, hasNext } = await this.page({ first: 1000, filter, columns: [], signal });
      gone += await this.remove(
        products.map(({ id }) => id),
        { signal },
      );
      if (!hasNext) return gone;
    }
  }

  /** Milvus does the same by itself in the ten minutes after the last write. */
  async optimize({ signal: caller }: { signal: AbortSignal }): Promise<void> {
    await this.ping({ signal: caller });
    using signal = withDeadline(caller, OPTIMIZE_MS, 'Optimizing the catalog');
    try {
      await abortable(settleIndex(this.#link, this.#collection, signal), signal);
    } catch (error) {
      throw signal.aborted ? signal.reason : milvusError(error);
    }
    this.#standing.now().catch(() => {});
  }

  ping({ signal }: { signal: AbortSignal }): Promise<void> {
    return this.#read('The store', signal, async () => {
      await this.#query('ordinal == 0', ['product_id'], 1);
    });
  }

  async close(): Promise<void> {
    await this.#writes;
  }

  async #nearest(
    vectors: readonly Embedding[],
    options: { limit: number; columns: readonly Column[]; filter: string | undefined },
  ): Promise<Candidate<Fields>[][]> {
    const { limit, columns, filter } = options;
    const { rows } = await this.#standing.value();
    const params = searchParams(limit, rows);
    const complete = (found: Candidate<Fields>[][]) => found.every(({ length }) => length === limit);
    let found = await this.#rowsNear(vectors, options, params);
    // Few rows are all there are only where every list was searched: those that a filter keeps may lie in any.
    if (!complete(found) && params.nprobe < EVERY_LIST.nprobe)
      found = await this.#rowsNear(vectors, options, EVERY_LIST);
    if (complete(found) || rows < UNINDEXED_ROWS) return found;
    // Milvus's own index of what still grows looks through an eighth of it.
    const matching = await this.#query(filter ?? 'ordinal >= 0', ['count(*)']);
    const count = Number(matching[0]?.['count(*)'] ?? 0);
    if (count > MOST_COMPARED || found.every(({ length }) => length >= count)) return found;
    const all = await this.#query(
      filter ?? 'ordinal >= 0',
      ['product_id', 'ordinal', 'vector', ...columns.map(storedName)],
      MOST_COMPARED,
    );
    return nearestOf(vectors, all, limit).map((near) => near.map((row) => candidateOf(row, row.score)));
  }

  async #rowsNear(
    vectors: readonly Embedding[],
    { limit, columns, filter }: { limit: number; columns: readonly Column[]; filter: string | undefined },
    params: SearchParams,
  ): Promise<Candidate<Fields>[][]> {
    const { results } = await this.#rows({
      data: vectors.map((vector) => Array.from(vector)),
      anns_field: 'vector',
      // Without it Milvus Lite takes another one.
      metric_type: 'COSINE',
      limit,
      params,
      columns,
      filter,
    });
    // One query's rows come bare, those of several as lists.
    const lists = (vectors.length === 1 ? [results] : results) as unknown as Scored[][];
    return lists.map((rows) => rows.map((row) => candidateOf(row, Math.min(1, Math.max(-1, row.score)))));
  }

  /** The rows that a search finds, best first, with what tells products apart and these columns. */
  #rows({ columns, filter, ...query }: RowQuery): Promise<{ results: Scored[] }> {
    return this.#link.loaded(
      this.#collection,
      () =>
        this.#link.client.search({
          collection_name: this.#collection,
          ...query,
          ...(filter !== undefined && { filter }),
          output_fields: [...new Set(['product_id', 'ordinal', ...columns.map(storedName)])],
          consistency_level: this.#consistency(),
        }) as Promise<{ results: Scored[] }>,
    );
  }

  /** The stored ids of the first products after one: a query of Milvus has no order. */
  #firstIds(wanted: number, after: ProductId | undefined, filter: Filter | undefined): Promise<string[]> {
    const from = mainRows(filter, ...(after === undefined ? [] : [`product_id > ${quote(storedId(after))}`]));
    return smallest(wanted, MOST_ROWS, async (bound) => {
      const filter = bound === undefined ? from : `${from} && product_id <= ${quote(bound)}`;
      return (await this.#query(filter, ['product_id'], MOST_ROWS)).map((row) => String(row.product_id));
    });
  }

  /**
   * Keys of the rows that these products will have no more, the last ones first. Ordinals have no gaps, so a product has lost rows where there
   * is one behind its new last one: looked up by key that takes no longer in a large catalog, as looking through all rows' ordinals would.
   */
  async #lostRows(products: readonly Stored[]): Promise<string[]> {
    const behind = new Map(products.map(({ id, rows }) => [rowKey(id, rows.length), { id, length: rows.length }]));
    const longer = (await this.#query(among('key', [...behind.keys()]), ['key'])).map(
      ({ key }) => behind.get(String(key))!,
    );
    const lost: { key: string; ordinal: number }[] = [];
    for (const some of chunks(longer)) {
      const lengths = new Map(some.map(({ id, length }) => [id, length]));
      for (const row of await this.#query(among('product_id', [...lengths.keys()]), ['product_id', 'ordinal'])) {
        const [id, ordinal] = [String(row.product_id), Number(row.ordinal)];
        if (ordinal >= lengths.get(id)!) lost.push({ key: rowKey(id, ordinal), ordinal });
      }
    }
    // Where only some can be deleted, no gap is left behind.
    return lost.sort((a, b) => b.ordinal - a.ordinal).map(({ key }) => key);
  }

  /** Writes all rows. No request is under way when it ends, however it ends. */
  async #put(products: readonly Stored[]): Promise<void> {
    const batches = batchesOf(products, Math.min(CHUNK, Math.ceil(MOST_FLOATS / this.dimensions)));
    let failure: { readonly error: unknown } | undefined;
    const lane = async () => {
      for (let data = batches.shift(); data && !failure; data = batches.shift())
        try {
          succeeded(
            await this.#link.client.upsert({ collection_name: this.#collection, data, toJSON: unread } as never),
          );
        } catch (error) {
          failure ??= { error };
        }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    if (failure) throw failure.error;
  }

  /** The rows of the products' main pictures. */
  async #main(
    what: string,
    ids: readonly ProductId[],
    columns: readonly string[],
    signal: AbortSignal,
    each: (id: ProductId, row: Fields) => void,
  ): Promise<void> {
    for (const id of ids) checkId(id);
    await this.#read(what, signal, async () => {
      for (const some of chunks([...new Set(ids)]))
        for (const row of await this.#query(`ordinal == 0 && ${amongProducts(some)}`, ['product_id', ...columns]))
          each(readId(String(row.product_id)), row);
    });
  }

  async #query(filter: string, output_fields: string[], limit?: number): Promise<Fields[]> {
    const { data } = await this.#link.loaded(this.#collection, () =>
      this.#link.client.query({
        collection_name: this.#collection,
        filter,
        output_fields,
        consistency_level: this.#consistency(),
        ...(limit && { limit }),
      }),
    );
    return data;
  }

  #row(row: Fields): StoredRow {
    return {
      field: (name) => fromMilvus(this.#kinds.get(name)!, row[fieldColumn(name)]),
      json: (column) => String(row[storedName(column)]),
    };
  }

  #consistency(): never {
    return (performance.now() - this.#wroteAt < STRONG_FOR_MS ? 'Strong' : 'Bounded') as never;
  }

  async #delete(filter: string): Promise<void> {
    succeeded(await this.#link.client.delete({ collection_name: this.#collection, filter }));
  }

  /** The stamp is compared beside the read: where both fail, it knows better why (the SDK hides the reason of a failed search). */
  #read<T>(what: string, caller: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#link.call(what, caller, async () => {
      const [standing, answer] = await Promise.allSettled([this.#standing.value(), work()]);
      if (standing.status === 'rejected') throw standing.reason;
      checkStamp(standing.value.stamp, this.#stamp);
      if (answer.status === 'fulfilled') return answer.value;
      checkStamp((await this.#standing.now()).stamp, this.#stamp);
      throw answer.reason;
    });
  }

  #write<T>(what: string, caller: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#link.call(what, caller, (signal) => {
      const turn = this.#writes.then(async () => {
        signal.throwIfAborted();
        checkStamp((await this.#standing.now()).stamp, this.#stamp);
        this.#wroteAt = performance.now();
        return work().finally(() => {
          this.#wroteAt = performance.now();
        });
      });
      this.#writes = turn.catch(() => {});
      return turn;
    });
  }
}

const candidateOf = (row: Scored, score: number): Candidate<Fields> => ({
  productId: readId(String(row.product_id)),
  ordinal: Number(row.ordinal),
  score,
  place: row,
});

const mainRows = (filter: Filter | undefined, ...more: string[]): string =>
  ['ordinal == 0', ...more, ...(filter ? [`(${milvusFilter(filter)})`] : [])].join(' && ');

/** The SDK writes every request as JSON, all rows three times over, for a log that is off: a third of what a write costs us. */
const unread = () => '';

/** Rows of one request; those of one product go together, so that it is not found half written. */
function batchesOf(products: readonly Stored[], most: number): Stored['rows'][number][][] {
  const batches: Stored['rows'][number][][] = [[]];
  for (const { rows } of products) {
    if (batches.at(-1)!.length > 0 && batches.at(-1)!.length + rows.length > most) batches.push([]);
    batches.at(-1)!.push(...rows);
  }
  return batches;
}

function* chunks<T>(list: readonly T[], size = CHUNK): Generator<T[]> {
  for (let start = 0; start < list.length; start += size) yield list.slice(start, start + size);
}
