import type { ProductId } from '../catalog/product.ts';
import type { Hit, RowPlace } from '../retrieve/vector-store.ts';

/** How slowly a place loses weight, as Cormack, Clarke and Büttcher found it (Reciprocal Rank Fusion, SIGIR 2009). */
const K = 60;

export interface Fused extends RowPlace {
  /** Sum over the lists of 1 / (60 + place), places from 1. */
  readonly score: number;
}

/**
 * Several rankings of products as one: reciprocal-rank fusion, best first, ties by id. Of a product in several lists the picture of the first one is
 * kept.
 */
export function fuseRanks(lists: readonly (readonly Pick<Hit, 'productId' | 'ordinal'>[])[]): Fused[] {
  const fused = new Map<ProductId, Fused>();
  for (const list of lists)
    for (const [place, { productId, ordinal }] of list.entries()) {
      const known = fused.get(productId);
      const score = (known?.score ?? 0) + 1 / (K + place + 1);
      fused.set(productId, { productId, ordinal: known?.ordinal ?? ordinal, score });
    }
  return [...fused.values()].sort(
    (a, b) => b.score - a.score || (a.productId < b.productId ? -1 : a.productId > b.productId ? 1 : 0),
  );
}
