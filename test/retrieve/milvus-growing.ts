import { expect, test } from 'vitest';
import { MilvusStores } from '../../src/retrieve/milvus-store.ts';
import { cosine, randomVectors, rowsOf, stampOf } from './rows.ts';

const { signal } = new AbortController();
const PRICE = { name: 'price', kind: 'Float' } as const;
const ROWS = 8_000;
const DIMENSIONS = 16;

/** Milvus has an index of its own for what still grows, which does not look everywhere; `optimize` puts ours in its place. */
export function milvusGrowing(address: () => string): void {
  test('of thousands of rows, fresh or settled, all that a filter keeps are found, best first', async () => {
    const stores = await MilvusStores.connect({ address: address() });
    const store = await stores.open(stampOf('growing', DIMENSIONS), { signal });
    const drawn = randomVectors(DIMENSIONS, 7);
    const vectors = Array.from({ length: ROWS }, () => drawn.next().value);
    await store.upsert(
      vectors.flatMap((vector, place) => rowsOf(`p${place}`, [vector], { price: place % 100 })),
      { signal },
    );
    const query = drawn.next().value;
    const kept = vectors
      .map((vector, place) => ({ id: `p${place}`, place, score: cosine(vector, query) }))
      .filter(({ place }) => place % 100 === 42)
      .sort((a, b) => b.score - a.score);
    const found = async (topK: number) => {
      const filter = { op: 'eq', field: PRICE, value: 42 } as const;
      const [hits] = await store.search([Float32Array.from(query)], { topK, columns: [], filter, signal });
      return hits!.map(({ productId }) => productId);
    };
    for (const wanted of [60, 1000]) expect(await found(wanted)).toEqual(kept.slice(0, wanted).map(({ id }) => id));
    await store.optimize({ signal });
    // The server says that it has loaded an index a moment before it searches by it.
    for (const wanted of [1, 60, 1000])
      await expect.poll(() => found(wanted), { timeout: 15_000 }).toEqual(kept.slice(0, wanted).map(({ id }) => id));
    await stores.drop('growing', { signal });
    await stores.close();
  }, 120_000);
}
