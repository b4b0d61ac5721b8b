import type { Embedding } from '../encode/encoder.ts';

/** Rows that are compared here at most: more would hold the event loop. */
export const MOST_COMPARED = 2_000;

/** The `limit` rows nearest to each vector, best first, by comparing all. */
export function nearestOf<Row extends { readonly vector?: unknown }>(
  vectors: readonly Embedding[],
  rows: readonly Row[],
  limit: number,
): (Row & { readonly score: number })[][] {
  return vectors.map((vector) =>
    rows
      .map((row) => ({ ...row, score: cosine(vector, row.vector as readonly number[]) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, limit),
  );
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  return dot / Math.sqrt(aa * bb);
}
