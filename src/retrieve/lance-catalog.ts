import type { Table } from '@lancedb/lancedb';
import type { Table as ArrowTable } from 'apache-arrow';
import type { Column, Product, ProductId, Row } from '../catalog/product.ts';
import type { Embedding } from '../encode/encoder.ts';
import { abortable, withDeadline } from '../policy/deadline.ts';
import { checkStamp } from './catalog-stamp.ts';
import { firstProducts } from './grouping.ts';
import { lanceError, missing } from './lance-errors.ts';
import { compact, nearestRows } from './lance-index.ts';
import { readStamp, rowsToArrow } from './lance-schema.ts';
import { LanceSnapshot } from './lance-snapshot.ts';
import { checkId, readId, storedId } from './product-key.ts';
import { checkDepth, checkFirst, checkRows, checkVector } from './store-input.ts';
import { readHit, readProduct } from './stored-row.ts';
import type { CatalogStamp, Hit, ProductPage, SearchOptions, VectorStore } from './vector-store.ts';

export interface LanceLimits {
  /** Longest wait for one call, ms; `optimize` may take `optimizeMs`. */
  readonly timeoutMs: number;
  readonly optimizeMs: number;
  /** Tables of at most so many floats are searched in memory: a search then holds the event loop for a millisecond at most. */
  readonly memoryFloats: number;
  /** Tables of at most so many rows are searched exactly, larger ones by IVF_FLAT. */
  readonly exactRows: number;
}

/** Products written by one commit, and ids asked for by one filter. */
const CHUNK = 1000;
/** One catalog in a LanceDB table. Writes queue up in process; across processes LanceDB repeats a commit that lost the race. */
export class LanceCatalog implements VectorStore {
  readonly kind = 'lancedb';
  readonly dimensions: number;
  readonly #table: Table;
  readonly #stamp: CatalogStamp;
  readonly #limits: LanceLimits;
  #snapshot: { readonly of: string; readonly loaded: Promise<LanceSnapshot> } | undefined;
  #writes: Promise<unknown> = Promise.resolve();
  #optimizing: Promise<void> | undefined;

  constructor(table: Table, stamp: CatalogStamp, limits: LanceLimits) {
    this.#table = table;
    this.#stamp = stamp;
    this.#limits = limits;
    this.dimensions = stamp.dimensions;
  }

  async search(vectors: readonly Embedding[], options: SearchOptions): Promise<Hit[][]> {
    const { topK, offset = 0, columns, exclude = [] } = options;
    checkDepth(topK, offset);
    for (const vector of vectors) checkVector(vector, this.dimensions);
    const excluded = vectors.map((_, query) => exclude[query]);
    return this.#call('The search', options.signal, async () => {
      const version = await this.#version();
      const rows = await this.#table.countRows();
      if (rows * this.dimensions > this.#limits.memoryFloats) {
        const found = await firstProducts(topK + offset, excluded, Number.MAX_SAFE_INTEGER, (queries, limit) =>
          nearestRows(
            this.#table,
            queries.map((query) => vectors[query]!),
            { limit, columns, exact: rows <= this.#limits.exactRows },
          ),
        );
        return found.map((best) =>
          best
            .slice(offset)
            .map(({ productId, score, place }) =>
              readHit(productId, score, columns, (column) => place.table.getChild(column)!.get(place.row)),
            ),
        );
      }
      const snapshot = await this.#inMemory(version);
      return vectors.map((vector, query) =>
        snapshot
          .search(vector, topK + offset, excluded[query])
          .slice(offset)
          .map(({ productId, score, place }) =>
            readHit(productId, score, columns, (column) => snapshot.cell(place, column)),
          ),
      );
    });
  }

  async get(ids: readonly ProductId[], { columns, signal }: { columns: readonly Column[]; signal: AbortSignal }) {
    const shown = columns.filter((column) => column !== 'image' && column !== 'attributes');
    const products = new Map<ProductId, Product>();
    await this.#main('Loading products', ids, shown, signal, (id, table, row) =>
      products.set(
        id,
        readProduct(id, shown, (column) => table.getChild(column)!.get(row)),
      ),
    );
    return products;
  }

  async vectors(ids: readonly ProductId[], { signal }: { signal: AbortSignal }) {
    const vectors = new Map<ProductId, Embedding>();
    await this.#main('Loading vectors', ids, ['vector'], signal, (id, table, row) =>
      vectors.set(id, Float32Array.from(table.getChild('vector')!.get(row).toArray())),
    );
    return vectors;
  }

  async sources(ids: readonly ProductId[], { signal }: { signal: AbortSignal }) {
    const sources = new Map<ProductId, string>();
    await this.#main('Loading sources', ids, ['source'], signal, (id, table, row) =>
      sources.set(id, table.getChild('source')!.get(row)),
    );
    return sources;
  }

  async page(options: {
    first: number;
    after?: ProductId;
    columns: readonly Column[];
    signal: AbortSignal;
  }): Promise<ProductPage> {
    const { first, after } = options;
    checkFirst(first);
    if (after !== undefined) checkId(after, 'after');
    const columns = options.columns.filter((column) => column !== 'image' && column !== 'attributes');
    return this.#call('Loading a page of products', options.signal, async () => {
      await this.#version();
      const table: ArrowTable = await this.#table
        .query()
        .where(after === undefined ? 'ordinal = 0' : `ordinal = 0 AND product_id > ${quote(storedId(after))}`)
        .orderBy({ columnName: 'product_id', ascending: true })
        .limit(first + 1)
        .select(['product_id', ...columns])
        .toArrow();
      const ids = table.getChild('product_id');
      const products = Array.from({ length: Math.min(first, table.numRows) }, (_, row) =>
        readProduct(readId(ids!.get(row)), columns, (column) => table.getChild(column)!.get(row)),
      );
      return { products, hasNext: table.numRows > first };
    });
  }

  count({ signal }: { signal: AbortSignal }): Promise<number> {
    return this.#call('Counting products', signal, async () => {
      await this.#version();
      return this.#table.countRows('ordinal = 0');
    });
  }

  /** A product is replaced in one commit: no reader misses it, sees it twice, or sees pictures of before and after together. */
  async upsert(rows: readonly Row[], { signal }: { signal: AbortSignal }): Promise<void> {
    const products = [...checkRows(rows, this.dimensions)];
    for (const some of chunks(products))
      await this.#write('Writing products', signal, async () => {
        await this.#table
          .mergeInsert('key')
          .whenMatchedUpdateAll()
          .whenNotMatchedInsertAll()
          .whenNotMatchedBySourceDelete({ where: among(some.map(([id]) => id)) })
          .execute(
            rowsToArrow(
              some.flatMap(([, own]) => own),
              this.dimensions,
            ),
          );
      });
  }

  async remove(ids: readonly ProductId[], { signal }: { signal: AbortSignal }): Promise<number> {
    for (const id of ids) checkId(id);
    let gone = 0;
    for (const some of chunks([...new Set(ids)]))
      gone += await this.#write('Removing products', signal, async () => {
        const products = await this.#table.countRows(`ordinal = 0 AND ${among(some)}`);
        if (products > 0) await this.#table.delete(among(some));
        return products;
      });
    return gone;
  }

  /** Holds the queue of writes, since compaction and a write would undo each other; searches go on beside it. */
  optimize({ signal }: { signal: AbortSignal }): Promise<void> {
    this.#optimizing ??= this.#write(
      'Optimizing the catalog',
      AbortSignal.any([]),
      () => compact(this.#table, this.#limits.exactRows),
      this.#limits.optimizeMs,
    ).finally(() => {
      this.#optimizing = undefined;
    });
    return abortable(this.#optimizing, signal);
  }

  ping({ signal }: { signal: AbortSignal }): Promise<void> {
    return this.#call('The store', signal, async () => {
      await this.#version();
      await this.#table.query().limit(1).select(['key']).toArrow();
    });
  }

  async close(): Promise<void> {
    await this.#writes;
    this.#snapshot = undefined;
    this.#table.close();
  }

  /**
   * Which rows stand now. Another process may have dropped the table and made it anew, so the stamp is read along (0.2 ms together).
   * @throws MargayError CATALOG_MISMATCH
   */
  async #version(): Promise<string> {
    const [schema, version] = await Promise.all([this.#table.schema(), this.#table.version()]);
    const stamp = readStamp(schema.metadata);
    if (!stamp) throw missing();
    checkStamp(stamp, this.#stamp);
    return `${stamp.incarnation} ${version}`;
  }

  /** The table in memory, read again after each write. */
  async #inMemory(version: string): Promise<LanceSnapshot> {
    if (this.#snapshot?.of !== version) {
      const loaded = this.#table
        .query()
        .toArrow()
        .then((table) => new LanceSnapshot(table, this.dimensions));
      const snapshot = { of: version, loaded };
      this.#snapshot = snapshot;
      // A write that came in between is in the rows already, but under the older version: they are read once more next time.
      loaded.catch(() => {
        if (this.#snapshot === snapshot) this.#snapshot = undefined;
      });
    }
    return this.#snapshot!.loaded;
  }

  /** The rows of the products' main pictures. */
  async #main(
    what: string,
    ids: readonly ProductId[],
    columns: readonly string[],
    signal: AbortSignal,
    each: (id: ProductId, table: ArrowTable, row: number) => void,
  ): Promise<void> {
    for (const id of ids) checkId(id);
    await this.#call(what, signal, async () => {
      await this.#version();
      for (const some of chunks([...new Set(ids)])) {
        const table: ArrowTable = await this.#table
          .query()
          .where(`ordinal = 0 AND ${among(some)}`)
          .select(['product_id', ...columns])
          .toArrow();
        const found = table.getChild('product_id');
        for (let row = 0; row < table.numRows; row++) each(readId(found!.get(row)), table, row);
      }
    });
  }

  #write<T>(what: string, caller: AbortSignal, work: () => Promise<T>, timeoutMs = this.#limits.timeoutMs): Promise<T> {
    return this.#call(
      what,
      caller,
      (signal) => {
        const turn = this.#writes.then(async () => {
          signal.throwIfAborted();
          await this.#version();
          return work();
        });
        this.#writes = turn.catch(() => {});
        return turn;
      },
      timeoutMs,
    );
  }

  /** LanceDB can't be stopped midway: the caller is let go at the deadline, what runs natively runs out. */
  async #call<T>(
    what: string,
    caller: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
    timeoutMs = this.#limits.timeoutMs,
  ): Promise<T> {
    caller.throwIfAborted();
    using signal = withDeadline(caller, timeoutMs, what);
    try {
      return await abortable(work(signal), signal);
    } catch (error) {
      throw signal.aborted ? signal.reason : lanceError(error);
    }
  }
}

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const among = (ids: readonly ProductId[]): string => `product_id IN (${ids.map((id) => quote(storedId(id))).join()})`;

function* chunks<T>(list: readonly T[]): Generator<T[]> {
  for (let start = 0; start < list.length; start += CHUNK) yield list.slice(start, start + CHUNK);
}
