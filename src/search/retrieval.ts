import type { Column } from '../catalog/product.ts';
import type { Embedding } from '../encode/encoder.ts';
import { once } from '../policy/once.ts';
import type { FoundOptions, Hit, VectorStore } from '../retrieve/vector-store.ts';
import type { Mode } from './mode.ts';
import { MAX_DEPTH, type Query } from './query.ts';
import { fuseRanks } from './rank-fusion.ts';

export interface Retrieval {
  readonly mode: Mode;
  readonly store: VectorStore;
  /** Embeds the query; never asked for in a FULL_TEXT search. */
  vector(): Promise<Embedding>;
  /** Gives a call to the store its deadline. */
  within<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** A page of what a search finds, with these columns: best first, ties by id. */
export type Find = (page: Pick<Query, 'topK' | 'offset'>, columns: readonly Column[]) => Promise<readonly Hit[]>;

/** With a mode that looks for words the query has text. What several pages need is asked for once. */
export function retrieval({ text, filter }: Pick<Query, 'text' | 'filter'>, how: Retrieval): Find {
  const { mode, store, within } = how;
  type Page = Omit<FoundOptions, 'signal' | 'filter'>;
  const near = async (page: Page) => {
    const vector = await how.vector();
    const [found] = await within((signal) => store.search([vector], { ...page, filter, signal }));
    return found ?? [];
  };
  const worded = (page: Page) => within((signal) => store.searchText(text!, { ...page, filter, signal }));
  if (mode === 'DENSE') return (page, columns) => near({ ...page, columns });
  if (mode === 'FULL_TEXT') return (page, columns) => worded({ ...page, columns });

  // Always to the same depth: lists that grew with the page would move the products of the pages before.
  const all = { topK: MAX_DEPTH, columns: [] };
  const fused = once(async () => fuseRanks(await Promise.all([near(all), worded(all)])));
  return async ({ topK, offset }, columns) => {
    const page = (await fused()).slice(offset, offset + topK);
    if (page.length === 0) return [];
    const rows = await within((signal) => store.rows(page, { columns, signal }));
    const found = new Map(rows.map((hit) => [hit.productId, hit]));
    // One that was removed meanwhile is no hit any more.
    return page.flatMap(({ productId, score }) => {
      const hit = found.get(productId);
      return hit ? [{ ...hit, score }] : [];
    });
  };
}
