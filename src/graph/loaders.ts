import DataLoader from 'dataloader';
import type { Column, Product, ProductId } from '../catalog/product.ts';
import { MargayError } from '../errors.ts';
import { within } from '../policy/deadline.ts';
import type { Filter } from '../retrieve/filter.ts';
import type { Hit, ProductPage, VectorStore } from '../retrieve/vector-store.ts';

/** The most of one kind of look-up that go to the store at once. */
const BATCH = 100;

/** Products reached without a search, each wait with a deadline; one trip for all of a request that select the same columns. */
export class ProductLoaders {
  readonly #store: () => VectorStore;
  readonly #signal: AbortSignal;
  readonly #timeoutMs: number;
  readonly #products = new Map<string, DataLoader<ProductId, Product | null>>();
  readonly #similar = new Map<string, DataLoader<ProductId, readonly Hit[] | null>>();

  constructor(store: () => VectorStore, signal: AbortSignal, timeoutMs: number) {
    this.#store = store;
    this.#signal = signal;
    this.#timeoutMs = timeoutMs;
  }

  product(id: ProductId, columns: readonly Column[]): Promise<Product | null> {
    return this.#loader(this.#products, columns.join(), async (ids) => {
      const found = await this.#within('Loading products', (store, signal) => store.get(ids, { columns, signal }));
      return ids.map((key) => found.get(key) ?? null);
    }).load(id);
  }

  /** Neighbors of a product's main picture, without the product itself; null where it is not in the catalog any more. */
  similar(id: ProductId, topK: number, columns: readonly Column[]): Promise<readonly Hit[] | null> {
    return this.#loader(this.#similar, `${topK}:${columns.join()}`, async (ids) => {
      const hits = await this.#within('Loading similar products', async (store, signal) => {
        const vectors = await store.vectors(ids, { signal });
        const known = ids.filter((key) => vectors.has(key));
        if (known.length === 0) return new Map<ProductId, readonly Hit[]>();
        const found = await store.search(
          known.map((key) => vectors.get(key)!),
          { topK, columns, exclude: known, signal },
        );
        return new Map(known.map((key, place) => [key, found[place]]));
      });
      return ids.map((key) => hits.get(key) ?? null);
    }).load(id);
  }

  page(options: {
    first: number;
    after?: ProductId;
    filter: Filter | undefined;
    columns: readonly Column[];
  }): Promise<ProductPage> {
    return this.#within('Loading products', (store, signal) => store.page({ ...options, signal }));
  }

  /** Number of products, or of those that match. */
  count(filter?: Filter): Promise<number> {
    return this.#within('Counting products', (store, signal) => store.count({ filter, signal }));
  }

  async #within<T>(what: string, ask: (store: VectorStore, signal: AbortSignal) => Promise<T>): Promise<T> {
    return within(this.#signal, this.#timeoutMs, what, (signal) => ask(this.#store(), signal));
  }

  #loader<V>(
    loaders: Map<string, DataLoader<ProductId, V>>,
    key: string,
    load: (ids: readonly ProductId[]) => Promise<V[]>,
  ): DataLoader<ProductId, V> {
    let loader = loaders.get(key);
    if (!loader) {
      loader = new DataLoader(load, { maxBatchSize: BATCH });
      loaders.set(key, loader);
    }
    return loader;
  }
}

/** The value of a column that the selection asked for. */
export function selected<T>(value: T | undefined, column: string): T {
  if (value === undefined)
    throw new MargayError('INTERNAL', `Expected column "${column}" to be read with the product.`);
  return value;
}
