import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Column, Product, ProductId, Row } from '../catalog/product.ts';
import type { Embedding } from '../encode/encoder.ts';
import { chunks } from './chunks.ts';
import type { Filter } from './filter.ts';
import { checkHasText, wordsOf } from './full-text.ts';
import { type Candidate, Crowding, firstProducts, MOST_ROWS } from './grouping.ts';
import type { Fields, MilvusCollection, Scored } from './milvus-collection.ts';
import { among, amongProducts, milvusFilter, quote } from './milvus-filter.ts';
import { EVERY_LIST, type SearchParams, searchParams, UNINDEXED_ROWS } from './milvus-index.ts';
import { replaceProducts, type StoredProduct } from './milvus-products.ts';
import { MOST_COMPARED, nearestOf } from './milvus-scan.ts';
import { rowToMilvus } from './milvus-schema.ts';
import { WORDS } from './milvus-text.ts';
import { checkId, readId, rowKey, storedId } from './product-key.ts';
import { smallest } from './smallest.ts';
import { checkDepth, checkFirst, checkRows, checkVector } from './store-input.ts';
import { readHit, readProduct, storedName } from './stored-row.ts';
import type {
  FoundOptions,
  Hit,
  ProductPage,
  ReadOptions,
  RowPlace,
  SearchOptions,
  VectorStore,
} from './vector-store.ts';

/** Products named in one filter. */
const CHUNK = 200;
/** Products of one write. */
const AT_ONCE = 1000;

/**
 * One catalog in a Milvus collection. A product is replaced by upserting its rows and then deleting those it has no more: readers never
 * miss it, but until the delete they may find it by a picture that it lost. */
export class MilvusCatalog implements VectorStore {
  readonly kind = 'milvus';
  readonly dimensions: number;
  readonly #collection: MilvusCollection;
  readonly #crowding = new Crowding();

  constructor(collection: MilvusCollection) {
    this.#collection = collection;
    this.dimensions = collection.stamp.dimensions;
  }

  async search(vectors: readonly Embedding[], options: SearchOptions): Promise<Hit[][]> {
    const { topK, offset = 0, columns, exclude = [], filter } = options;
    checkDepth(topK, offset);
    for (const vector of vectors) checkVector(vector, this.dimensions);
    const excluded = vectors.map((_, query) => exclude[query]);
    const found = await this.#collection.read('The search', options.signal, () =>
      firstProducts(topK + offset, excluded, this.#crowding, (queries, limit) =>
        this.#nearest(
          queries.map((query) => vectors[query]!),
          { limit, columns, filter: filter && milvusFilter(filter) },
        ),
      ),
    );
    return found.map((best) => best.slice(offset).map((hit) => readHit(hit, columns, this.#collection.row(hit.place))));
  }

  async searchText(text: string, options: FoundOptions): Promise<Hit[]> {
    const { topK, offset = 0, columns, filter, signal } = options;
    checkDepth(topK, offset);
    checkHasText(this.#collection.stamp.schema);
    const words = wordsOf(text);
    if (words === '') return [];
    const [found] = await this.#collection.read('The search', signal, () =>
      firstProducts(topK + offset, [undefined], new Crowding(1), async (_, limit) => {
        const { results } = await this.#collection.search({
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
    return found!.slice(offset).map((hit) => readHit(hit, columns, this.#collection.row(hit.place)));
  }

  async rows(places: readonly RowPlace[], { columns, signal }: ReadOptions): Promise<Hit[]> {
    const keys = places.map(({ productId, ordinal }) => {
      checkId(productId);
      return rowKey(storedId(productId), ordinal);
    });
    return this.#collection.read('Loading rows', signal, async () => {
      const found: Hit[] = [];
      for (const some of chunks(keys, CHUNK))
        for (const row of await this.#collection.query(among('key', some), [
          'product_id',
          'ordinal',
          ...columns.map(storedName),
        ]))
          found.push(
            readHit(
              { productId: readId(String(row.product_id)), ordinal: Number(row.ordinal), score: 0 },
              columns,
              this.#collection.row(row),
            ),
          );
      return found;
    });
  }

  async get(ids: readonly ProductId[], { columns, signal }: ReadOptions) {
    const products = new Map<ProductId, Product>();
    await this.#main('Loading products', ids, columns.map(storedName), signal, (id, row) =>
      products.set(id, readProduct(id, columns, this.#collection.row(row))),
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
    for (let from = after; ; ) {
      const last = from;
      const ids = await this.#collection.read('Loading a page of products', signal, () =>
        this.#firstIds(first + 1, last, filter),
      );
      const shown = ids.slice(0, first).map(readId);
      const found = await this.get(shown, { columns, signal });
      const products = shown.flatMap((id) => found.get(id) ?? []);
      const hasNext = ids.length > first;
      // All may be removed between the two reads; a page without a product but with a next one would lead nowhere.
      if (products.length > 0 || !hasNext) return { products, hasNext };
      from = shown.at(-1);
    }
  }

  count({ filter, signal }: { filter?: Filter | undefined; signal: AbortSignal }): Promise<number> {
    return this.#collection.read('Counting products', signal, async () => {
      const [row] = await this.#collection.query(mainRows(filter), ['count(*)']);
      return Number(row?.['count(*)'] ?? 0);
    });
  }

  async upsert(rows: readonly Row[], { signal }: { signal: AbortSignal }): Promise<void> {
    const products: StoredProduct[] = [];
    for (const some of chunks([...checkRows(rows, this.dimensions)], CHUNK)) {
      for (const [id, own] of some)
        products.push({ id: storedId(id), rows: own.map((row) => rowToMilvus(row, this.#collection.stamp.schema)) });
      // So that a large call does not hold the event loop.
      await nextTurn();
    }
    for (const some of chunks(products, AT_ONCE))
      await this.#collection.write('Writing products', signal, async () => {
        await replaceProducts(this.#collection, some);
      });
  }

  async remove(ids: readonly ProductId[], { signal }: { signal: AbortSignal }): Promise<number> {
    for (const id of ids) checkId(id);
    let gone = 0;
    for (const some of chunks([...new Set(ids)], CHUNK))
      gone += await this.#collection.write('Removing products', signal, async () => {
        const products = await this.#collection.query(`ordinal == 0 && ${amongProducts(some)}`, ['product_id']);
        if (products.length > 0) await this.#collection.delete(amongProducts(some));
        return products.length;
      });
    return gone;
  }

  async removeWhere(filter: Filter, { signal }: { signal: AbortSignal }): Promise<number> {
    for (let gone = 0; ; ) {
      // Looked up in the turn that removes them: a product that was changed before it may not match any more.
      const removed = await this.#collection.write('Removing products', signal, async () => {
        const ids = await this.#firstIds(AT_ONCE, undefined, filter);
        for (const some of chunks(ids, CHUNK)) await this.#collection.delete(among('product_id', some));
        return ids.length;
      });
      gone += removed;
      if (removed < AT_ONCE) return gone;
    }
  }

  /** Milvus does the same by itself in the ten minutes after the last write. */
  async optimize({ signal }: { signal: AbortSignal }): Promise<void> {
    await this.ping({ signal });
    await this.#collection.settle(signal);
  }

  ping({ signal }: { signal: AbortSignal }): Promise<void> {
    return this.#collection.read('The store', signal, async () => {
      await this.#collection.query('ordinal == 0', ['product_id'], 1);
    });
  }

  async close(): Promise<void> {
    await this.#collection.idle();
  }

  async #nearest(
    vectors: readonly Embedding[],
    options: { limit: number; columns: readonly Column[]; filter: string | undefined },
  ): Promise<Candidate<Fields>[][]> {
    const { limit, columns, filter } = options;
    const rows = await this.#collection.rows();
    const params = searchParams(limit, rows);
    const complete = (found: Candidate<Fields>[][]) => found.every(({ length }) => length === limit);
    let found = await this.#rowsNear(vectors, options, params);
    // Few rows are all there are only where every list was searched: those that a filter keeps may lie in any.
    if (!complete(found) && params.nprobe < EVERY_LIST.nprobe)
      found = await this.#rowsNear(vectors, options, EVERY_LIST);
    if (complete(found) || rows < UNINDEXED_ROWS) return found;
    // Milvus's own index of what still grows looks through an eighth of it.
    const all = filter ?? 'ordinal >= 0';
    const [counted] = await this.#collection.query(all, ['count(*)']);
    const count = Number(counted?.['count(*)'] ?? 0);
    if (count > MOST_COMPARED || found.every(({ length }) => length >= count)) return found;
    const shown = ['product_id', 'ordinal', 'vector', ...columns.map(storedName)];
    const compared = nearestOf(vectors, await this.#collection.query(all, shown, MOST_COMPARED), limit);
    return compared.map((near) => near.map((row) => candidateOf(row, row.score)));
  }

  async #rowsNear(
    vectors: readonly Embedding[],
    { limit, columns, filter }: { limit: number; columns: readonly Column[]; filter: string | undefined },
    params: SearchParams,
  ): Promise<Candidate<Fields>[][]> {
    const { results } = await this.#collection.search({
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

  /** The stored ids of the first products after one: a query of Milvus has no order. */
  #firstIds(wanted: number, after: ProductId | undefined, filter: Filter | undefined): Promise<string[]> {
    const from = mainRows(filter, ...(after === undefined ? [] : [`product_id > ${quote(storedId(after))}`]));
    return smallest(wanted, MOST_ROWS, async (bound) => {
      const filter = bound === undefined ? from : `${from} && product_id <= ${quote(bound)}`;
      return (await this.#collection.query(filter, ['product_id'], MOST_ROWS)).map((row) => String(row.product_id));
    });
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
    await this.#collection.read(what, signal, async () => {
      for (const some of chunks([...new Set(ids)], CHUNK))
        for (const row of await this.#collection.query(`ordinal == 0 && ${amongProducts(some)}`, [
          'product_id',
          ...columns,
        ]))
          each(readId(String(row.product_id)), row);
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
