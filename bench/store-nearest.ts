import { DIMENSIONS } from './store-rows.ts';

/** Neighbors of a query that count. */
export const NEAREST = 10;
/** Queries that a vector is compared with at once. */
const TOGETHER = 4;

/** The best of all vectors so far, for a few queries. */
export class Nearest {
  readonly #queries: Float64Array;
  readonly #best: { readonly places: number[]; readonly scores: number[] }[];
  #seen = 0;

  constructor(queries: readonly Float32Array[]) {
    const padded = Math.ceil(queries.length / TOGETHER) * TOGETHER;
    this.#queries = new Float64Array(padded * DIMENSIONS);
    queries.forEach((query, place) => void this.#queries.set(query, place * DIMENSIONS));
    this.#best = queries.map(() => ({ places: [], scores: [] }));
  }

  add(block: Float32Array): void {
    const vector = new Float64Array(DIMENSIONS);
    const scores = new Float64Array(TOGETHER);
    for (let start = 0; start < block.length; start += DIMENSIONS) {
      vector.set(block.subarray(start, start + DIMENSIONS));
      for (let query = 0; query < this.#best.length; query += TOGETHER) {
        dots(vector, this.#queries, query * DIMENSIONS, scores);
        for (let i = 0; i < TOGETHER && query + i < this.#best.length; i++) this.#insert(query + i, scores[i]!);
      }
      this.#seen++;
    }
  }

  places(): number[][] {
    return this.#best.map(({ places }) => places);
  }

  #insert(query: number, score: number): void {
    const { places, scores } = this.#best[query]!;
    if (scores.length === NEAREST && score <= scores[NEAREST - 1]!) return;
    let to = scores.length;
    while (to > 0 && scores[to - 1]! < score) to--;
    scores.splice(to, 0, score);
    places.splice(to, 0, this.#seen);
    if (scores.length > NEAREST) {
      scores.pop();
      places.pop();
    }
  }
}

/** Four products at once: none waits for the one before it. */
function dots(vector: Float64Array, queries: Float64Array, first: number, into: Float64Array): void {
  const second = first + DIMENSIONS;
  const third = second + DIMENSIONS;
  const fourth = third + DIMENSIONS;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < DIMENSIONS; i++) {
    const x = vector[i]!;
    a += x * queries[first + i]!;
    b += x * queries[second + i]!;
    c += x * queries[third + i]!;
    d += x * queries[fourth + i]!;
  }
  into[0] = a;
  into[1] = b;
  into[2] = c;
  into[3] = d;
}
