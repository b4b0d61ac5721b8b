import type { Table } from '@lancedb/lancedb';
import type { Table as ArrowTable } from 'apache-arrow';
import { type Column, fieldsOf, IMAGES, type Product, type ProductId, type Row } from '../catalog/product.ts';
import type { Embedding } from '../encode/encoder.ts';
import { abortable } from '../policy/deadline.ts';
import type { CatalogStamp } from './catalog-stamp.ts';
import { chunks } from './chunks.ts';
import type { Filter } from './filter.ts';
import { checkHasText, wordsOf } from './full-text.ts';
import { Crowding, firstProducts } from './grouping.ts';
import { lanceFilter, quote } from './lance-filter.ts';
import { compact, indexVectors, nearestRows } from './lance-index.ts';
import { readStamp, rowsToArrow } from './lance-schema.ts';
import { type LanceLimits, LanceTable } from './lance-table.ts';
import { matchingRows } from './lance-text.ts';
import { checkId, readId, rowKey, storedId } from './product-key.ts';
import { checkDepth, checkFirst, checkRows, checkVector } from './store-input.ts';
import { readHit, readProduct, type StoredRow, storedName } from './stored-row.ts';
import type {
  FoundOptions,
  Hit,
  ProductPage,
  ReadOptions,
  RowPlace,
  SearchOptions,
  VectorStore,
} from './vector-store.ts';

/** Products written by one commit, and ids asked for by one filter. */
const CHUNK = 1000;

/** One catalog in a LanceDB table. */
export class LanceCatalog implements VectorStore {
  readonly kind = 'lancedb';
  readonly dimensions: number;
  readonly #table: LanceTable;
  readonly #crowding = new Crowding();
  #optimizing: Promise<void> | undefined;

  constructor(table: Table, stamp: CatalogStamp, limits: LanceLimits) {
    this.#table = new LanceTable(table, stamp, limits);
    this.dimensions = stamp.dimensions;
  }

  async search(vectors: readonly Embedding[], options: SearchOptions): Promise<Hit[][]> {
    const { topK, offset = 0, columns, exclude = [], filter, signal } = options;
    checkDepth(topK, offset);
    for (const vector of vectors) checkVector(vector, this.dimensions);
    const excluded = vectors.map((_, query) => exclude[query]);
    const wanted = topK + offset;
    return this.#table.read('The search', signal, async (version) => {
      const { table, limits } = this.#table;
      const snapshot = await this.#table.inMemory(version);
      if (snapshot)
        return vectors.map((vector, query) =>
          snapshot
            .search(vector, { wanted, exclude: excluded[query], filter })
            .slice(offset)
            .map((found) => readHit(found, columns, snapshot.row(found.place))),
        );
      const where = filter && lanceFilter(filter);
      // What a filter keeps may lie in any partition: few are compared one by one, or a deeper page would read more partitions than the one before.
      const compared = where === undefined ? await this.#table.rows(version) : await table.countRows(where);
      const exact = compared <= limits.exactRows;
      const found = await firstProducts(wanted, excluded, this.#crowding, (queries, limit) =>
        nearestRows(
          table,
          queries.map((query) => vectors[query]!),
          { limit, columns, exact, where },
        ),
      );
      return found.map((best) =>
        best.slice(offset).map((hit) => readHit(hit, columns, this.#table.row(hit.place.table, hit.place.row))),
      );
    });
  }

  async searchText(text: string, options: FoundOptions): Promise<Hit[]> {
    const { topK, offset = 0, columns, filter, signal } = options;
    checkDepth(topK, offset);
    checkHasText(this.#table.stamp.schema);
    const words = wordsOf(text);
    if (words === '') return [];
    return this.#table.read('The search', signal, async () => {
      const where = filter && lanceFilter(filter);
      const [found] = await firstProducts(topK + offset, [undefined], new Crowding(1), async (_, limit) => [
        await matchingRows(this.#table.table, words, { limit, columns, where }),
      ]);
      return found!.slice(offset).map((hit) => readHit(hit, columns, this.#table.row(hit.place.table, hit.place.row)));
    });
  }

  rows(places: readonly RowPlace[], { columns, signal }: ReadOptions): Promise<Hit[]> {
    const keys = places.map(({ productId, ordinal }) => {
      checkId(productId);
      return rowKey(storedId(productId), ordinal);
    });
    return this.#table.read('Loading rows', signal, async () => {
      const found: Hit[] = [];
      for (const some of chunks(keys, CHUNK)) {
        const rows: ArrowTable = await this.#table.table
          .query()
          .where(`key IN (${some.map(quote).join()})`)
          .select(['product_id', 'ordinal', ...columns.map(storedName)])
          .toArrow();
        for (let row = 0; row < rows.numRows; row++) {
          const productId = readId(rows.getChild('product_id')!.get(row));
          const ordinal = Number(rows.getChild('ordinal')!.get(row));
          found.push(readHit({ productId, ordinal, score: 0 }, columns, this.#table.row(rows, row)));
        }
      }
      return found;
    });
  }

  async get(ids: readonly ProductId[], { columns, signal }: ReadOptions) {
    const shown = shownOf(columns);
    const products = new Map<ProductId, Product>();
    await this.#main('Loading products', ids, shown.map(storedName), signal, (id, row) =>
      products.set(id, readProduct(id, shown, row)),
    );
    return products;
  }

  async vectors(ids: readonly ProductId[], { signal }: { signal: AbortSignal }) {
    const vectors = new Map<ProductId, Embedding>();
    await this.#main('Loading vectors', ids, ['vector'], signal, (id, _row, cell) =>
      vectors.set(id, Float32Array.from((cell('vector') as { toArray(): Iterable<number> }).toArray())),
    );
    return vectors;
  }

  async sources(ids: readonly ProductId[], { signal }: { signal: AbortSignal }) {
    const sources = new Map<ProductId, string>();
    await this.#main('Loading sources', ids, ['source'], signal, (id, _row, cell) =>
      sources.set(id, String(cell('source'))),
    );
    return sources;
  }

  async page(
    options: ReadOptions & { first: number; after?: ProductId | undefined; filter?: Filter | undefined },
  ): Promise<ProductPage> {
    const { first, after, filter } = options;
    checkFirst(first);
    if (after !== undefined) checkId(after, 'after');
    const columns = shownOf(options.columns);
    return this.#table.read('Loading a page of products', options.signal, async () => {
      const table: ArrowTable = await this.#table.table
        .query()
        .where(mainRows(filter, ...(after === undefined ? [] : [`product_id > ${quote(storedId(after))}`])))
        .orderBy({ columnName: 'product_id', ascending: true })
        .limit(first + 1)
        .select(['product_id', ...columns.map(storedName)])
        .toArrow();
      const ids = table.getChild('product_id');
      const products = Array.from({ length: Math.min(first, table.numRows) }, (_, row) =>
        readProduct(readId(ids!.get(row)), columns, this.#table.row(table, row)),
      );
      return { products, hasNext: table.numRows > first };
    });
  }

  count({ filter, signal }: { filter?: Filter | undefined; signal: AbortSignal }): Promise<number> {
    return this.#table.read('Counting products', signal, () => this.#table.table.countRows(mainRows(filter)));
  }

  /** A product is replaced in one commit: no reader misses it, sees it twice, or sees pictures of before and after together. */
  async upsert(rows: readonly Row[], { signal }: { signal: AbortSignal }): Promise<void> {
    const { table, stamp } = this.#table;
    const products = [...checkRows(rows, this.dimensions)];
    for (const some of chunks(products, CHUNK))
      await this.#table.write('Writing products', signal, async () => {
        // Fields that another gateway has added since are written as null: a product is replaced as a whole.
        const stored = readStamp(await table.schema()) ?? stamp;
        const data = await rowsToArrow(
          some.flatMap(([, own]) => own),
          stored,
        );
        await table
          .mergeInsert('key')
          .whenMatchedUpdateAll()
          .whenNotMatchedInsertAll()
          .whenNotMatchedBySourceDelete({ where: among(some.map(([id]) => id)) })
          .execute(data);
      });
  }

  async remove(ids: readonly ProductId[], { signal }: { signal: AbortSignal }): Promise<number> {
    for (const id of ids) checkId(id);
    let gone = 0;
    for (const some of chunks([...new Set(ids)], CHUNK)) gone += await this.#removeRows(among(some), signal);
    return gone;
  }

  removeWhere(filter: Filter, { signal }: { signal: AbortSignal }): Promise<number> {
    return this.#removeRows(lanceFilter(filter), signal);
  }

  /**
   * Searches go on beside it, and writes beside the making of an index, which takes minutes where there are many rows. Compaction holds the
   * queue of writes: it and a write would undo each other.
   */
  optimize({ signal }: { signal: AbortSignal }): Promise<void> {
    this.#optimizing ??= this.#optimize().finally(() => {
      this.#optimizing = undefined;
    });
    return abortable(this.#optimizing, signal);
  }

  async #optimize(): Promise<void> {
    const { table, limits } = this.#table;
    const what = 'Optimizing the catalog';
    const all = AbortSignal.any([]);
    const rows = await this.#table.build(what, all, () => indexVectors(table, limits.exactRows), limits.optimizeMs);
    await this.#table.write(what, all, () => compact(table, rows), limits.optimizeMs);
  }

  ping({ signal }: { signal: AbortSignal }): Promise<void> {
    return this.#table.read('The store', signal, async () => {
      await this.#table.table.query().limit(1).select(['key']).toArrow();
    });
  }

  close(): Promise<void> {
    return this.#table.close();
  }

  #removeRows(where: string, signal: AbortSignal): Promise<number> {
    return this.#table.write('Removing products', signal, async () => {
      const products = await this.#table.table.countRows(`ordinal = 0 AND ${where}`);
      if (products > 0) await this.#table.table.delete(where);
      return products;
    });
  }

  /** The rows of the products' main pictures. */
  async #main(
    what: string,
    ids: readonly ProductId[],
    columns: readonly string[],
    signal: AbortSignal,
    each: (id: ProductId, row: StoredRow, cell: (column: string) => unknown) => void,
  ): Promise<void> {
    for (const id of ids) checkId(id);
    await this.#table.read(what, signal, async () => {
      for (const some of chunks([...new Set(ids)], CHUNK)) {
        const table: ArrowTable = await this.#table.table
          .query()
          .where(`ordinal = 0 AND ${among(some)}`)
          .select(['product_id', ...columns])
          .toArrow();
        const found = table.getChild('product_id');
        for (let row = 0; row < table.numRows; row++)
          each(readId(found!.get(row)), this.#table.row(table, row), (column) => table.getChild(column)!.get(row));
      }
    });
  }
}

/** What a product shows without a search: no picture of it has matched. */
const shownOf = (columns: readonly Column[]): Column[] => [
  ...fieldsOf(columns),
  ...(columns.includes(IMAGES) ? [IMAGES] : []),
];

const mainRows = (filter: Filter | undefined, ...more: string[]): string =>
  ['ordinal = 0', ...more, ...(filter ? [lanceFilter(filter)] : [])].join(' AND ');

const among = (ids: readonly ProductId[]): string => `product_id IN (${ids.map((id) => quote(storedId(id))).join()})`;
