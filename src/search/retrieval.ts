import type { Column } from '../catalog/product.ts';
import type { Embedding } from '../encode/encoder.ts';
import type { Hit, VectorStore } from '../retrieve/vector-store.ts';
import type { Mode } from './mode.ts';
import { MAX_DEPTH, type Query } from './query.ts';
import { fuseRanks } from './rank-fusion.ts';

export interface Retrieval {
  readonly mode: Mode;
  readonly store: VectorStore;
  /** Embeds the query; never asked for in a FULL_TEXT search. */
  vector(): Promise<Embedding>;
  readonly columns: readonly Column[];
  /** Gives a call to the store its deadline. */
  within<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

type Wanted = Pick<Query, 'text' | 'topK' | 'offset' | 'filter'>;

/** The page of hits that is asked for, best first, ties by id. With a mode that looks for words the query has text. */
export async function retrieve(wanted: Wanted, how: Retrieval): Promise<readonly Hit[]> {
  const { text, topK, offset, filter } = wanted;
  const { mode, store, columns, within } = how;
  const near = async (depth: { topK: number; offset?: number; columns: readonly Column[] }) => {
    const vector = await how.vector();
    const [found] = await within((signal) => store.search([vector], { ...depth, filter, signal }));
    return found ?? [];
  };
  const worded = (depth: { topK: number; offset?: number; columns: readonly Column[] }) =>
    within((signal) => store.searchText(text!, { ...depth, filter, signal }));
  if (mode === 'DENSE') return near({ topK, offset, columns });
  if (mode === 'FULL_TEXT') return worded({ topK, offset, columns });

  // Always to the same depth: lists that grew with the page would move the products of the pages before.
  const all = { topK: MAX_DEPTH, columns: [] };
  const fused = fuseRanks(await Promise.all([near(all), worded(all)])).slice(offset, offset + topK);
  if (fused.length === 0) return [];
  const rows = await within((signal) => store.rows(fused, { columns, signal }));
  const found = new Map(rows.map((hit) => [hit.productId, hit]));
  // One that was removed meanwhile is no hit any more.
  return fused.flatMap(({ productId, score }) => {
    const hit = found.get(productId);
    return hit ? [{ ...hit, score }] : [];
  });
}
