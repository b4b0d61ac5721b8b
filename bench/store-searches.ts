import { atOnce } from './load.ts';
import type { Round } from './statistics.ts';
import type { Held } from './store-engine.ts';
import { NEAREST } from './store-nearest.ts';
import { COLUMNS } from './store-rows.ts';

/** A catalog of one size, and what its searches took. `a` is the gateway's adapter, `b` the same by hand. */
export interface Sized {
  readonly size: number;
  readonly held: Held;
  /** For each query the ids of its nearest. */
  readonly truth: readonly (readonly string[])[];
  /** Milliseconds of single searches. */
  readonly alone: Round[];
  /** Searches a second, AT_ONCE at a time. */
  readonly rates: Round[];
  /** Of the nearest, the share that was found. */
  readonly recall: { a: number; b: number };
}

export const AT_ONCE = 16;
const { signal } = new AbortController();

type Search = (vector: Float32Array) => Promise<string[]>;

const sidesOf = ({ held }: Sized): { a: Search; b: Search } => ({
  a: async (vector) => {
    const [hits] = await held.store.search([vector], { topK: NEAREST, columns: COLUMNS, signal });
    return hits!.map(({ productId }) => productId);
  },
  b: (vector) => held.bare(vector, NEAREST),
});

/** Searches of all sizes and both sides in alternating rounds. The first round warms up and measures the recall. */
export async function searchInRounds(
  all: readonly Sized[],
  queries: readonly Float32Array[],
  { rounds, each, together }: { rounds: number; each: number; together: number },
): Promise<void> {
  for (const sized of all)
    for (const side of ['a', 'b'] as const) {
      const search = sidesOf(sized)[side];
      let found = 0;
      for (const [place, query] of queries.entries()) {
        const ids = new Set(await search(query));
        for (const id of sized.truth[place]!) if (ids.has(id)) found++;
      }
      sized.recall[side] = found / (queries.length * NEAREST);
    }
  let next = 0;
  const some = (count: number) => Array.from({ length: count }, () => queries[next++ % queries.length]!);
  for (let round = 0; round < rounds; round++) {
    for (const sized of round % 2 ? all : all.toReversed()) {
      const sides = sidesOf(sized);
      const alone = { a: [] as number[], b: [] as number[] };
      const rates = { a: [] as number[], b: [] as number[] };
      for (const side of round % 2 ? (['a', 'b'] as const) : (['b', 'a'] as const)) {
        for (const query of some(each)) {
          const began = performance.now();
          await sides[side](query);
          alone[side].push(performance.now() - began);
        }
        const began = performance.now();
        await atOnce(AT_ONCE, some(together), async (query) => void (await sides[side](query)));
        rates[side].push((1000 * together) / (performance.now() - began));
      }
      sized.alone.push(alone);
      sized.rates.push(rates);
    }
  }
}
