import type { Analyzer, CatalogDefinition } from '../catalog/definition.ts';
import type { ProductId, Row } from '../catalog/product.ts';
import type { CatalogStamp } from '../retrieve/catalog-stamp.ts';
import type { StoreFactory } from '../retrieve/vector-store.ts';
import type { LabelledSet } from './labelled.ts';

/** Products whose titles have words of this text, best first by BM25, at most 1,000. */
export type WordSearch = (text: string) => Promise<ProductId[]>;

export interface WordStages {
  readonly stores: StoreFactory;
  readonly definition: Pick<CatalogDefinition, 'analyzer'>;
}

/** Made for the evaluation, in the store that serves, and dropped when it is over. */
const NAME = 'eval_words';
const MOST = 1000;
const BATCH = 100;

/**
 * `work` with full text over the titles of a labelled set, by the store that is configured and the analyzer of the catalog file; with null where the store
 * has none.
 */
export async function withWords<T>(
  { products }: Pick<LabelledSet, 'products'>,
  { stores, definition: { analyzer = 'STANDARD' } }: WordStages,
  signal: AbortSignal,
  work: (words: WordSearch | null, analyzer: Analyzer) => Promise<T>,
): Promise<T> {
  if (!(await stores.analyzers({ signal })).includes(analyzer)) return work(null, analyzer);
  const stamp: CatalogStamp = {
    name: NAME,
    dimensions: 2,
    fingerprint: '',
    schema: { analyzer, fields: [{ name: 'title', kind: 'String', required: true, fullText: true }] },
  };
  // One that was cut off left its own.
  await stores.drop(NAME, { signal });
  const store = await stores.open(stamp, { signal });
  try {
    const rows = products.map(({ id, title }) => rowOf(id, title));
    for (let start = 0; start < rows.length; start += BATCH)
      await store.upsert(rows.slice(start, start + BATCH), { signal });
    await store.optimize({ signal });
    return await work(async (text) => {
      const hits = await store.searchText(text, { topK: MOST, columns: [], signal });
      return hits.map(({ productId }) => productId);
    }, analyzer);
  } finally {
    await store.close();
    await stores.drop(NAME, { signal: AbortSignal.any([]) });
  }
}

function rowOf(productId: ProductId, title: string): Row {
  const image = { id: '0'.repeat(64), width: 1, height: 1, thumbhash: '' };
  return {
    productId,
    ordinal: 0,
    vector: Float32Array.of(1, 0),
    image,
    attributes: {},
    product: { id: productId, fields: { title }, images: [image] },
    source: '',
  };
}
