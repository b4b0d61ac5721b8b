import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Table } from '@lancedb/lancedb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LanceStores } from '../../src/retrieve/lance-store.ts';
import { randomVectors, rowsOf, stampOf } from './rows.ts';

const { signal } = new AbortController();
const stamp = stampOf('killed');
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'margay-lance-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a truncated data file is STORE_UNAVAILABLE, and the message shows no path', async () => {
  const stores = await LanceStores.open(folder);
  const store = await stores.open(stamp, { signal });
  await store.upsert(rowsOf('a', [[1, 0, 0, 0]]), { signal });
  await store.close();
  await stores.close();
  const data = join(folder, 'killed.lance', 'data');
  for (const file of await readdir(data)) await truncate(join(data, file), 10);
  const again = await LanceStores.open(folder);
  const broken = await again.open(stamp, { signal });
  const failure = await broken
    .search([Float32Array.of(1, 0, 0, 0)], { topK: 1, columns: [], signal })
    .catch((error) => error);
  expect(failure).toMatchObject({ name: 'MargayError', code: 'STORE_UNAVAILABLE' });
  expect(`${failure.message} ${failure.remedy}`).not.toContain(folder);
  await expect(broken.ping({ signal })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await again.close();
});

test('work that takes too long is DEADLINE_EXCEEDED, and what comes after it goes on', async () => {
  const stores = await LanceStores.open(folder, { optimizeMs: 1 });
  const store = await stores.open(stamp, { signal });
  const vectors = randomVectors(4, 3);
  for (let n = 0; n < 20; n++) await store.upsert(rowsOf(`p${n}`, [vectors.next().value]), { signal });
  await expect(store.optimize({ signal })).rejects.toMatchObject({ name: 'MargayError', code: 'DEADLINE_EXCEEDED' });
  await store.upsert(rowsOf('after', [vectors.next().value]), { signal });
  expect(await store.count({ signal })).toBe(21);
  await store.close();
  await stores.close();
});

test('above the exact limit an index answers, and finds what an exact search finds', async () => {
  const stores = await LanceStores.open(folder, { memoryFloats: 0, exactRows: 2000 });
  const exact = await LanceStores.open(folder, { memoryFloats: 0, exactRows: 100_000 });
  const wide = { ...stamp, dimensions: 32 };
  const store = await stores.open(wide, { signal });
  const judge = await exact.open(wide, { signal });
  const vectors = randomVectors(32, 5);
  for (let start = 0; start < 4000; start += 1000)
    await store.upsert(Array.from({ length: 1000 }, (_, n) => rowsOf(`p${start + n}`, [vectors.next().value])).flat(), {
      signal,
    });
  await store.optimize({ signal });
  // What comes after the index was made is found as well.
  await store.upsert(rowsOf('late', [[1, ...Array.from({ length: 31 }, () => 0)]]), { signal });
  const queries = [
    Float32Array.of(1, ...new Float32Array(31)),
    ...Array.from({ length: 20 }, () => Float32Array.from(vectors.next().value)),
  ];
  const found = await store.search(queries, { topK: 10, columns: [], signal });
  const expected = await judge.search(queries, { topK: 10, columns: [], signal });
  expect(found[0]![0]).toMatchObject({ productId: 'late', score: expect.closeTo(1, 5) });
  const recalled = found.map((hits, query) => {
    const wanted = new Set(expected[query]!.map(({ productId }) => productId));
    return hits.filter(({ productId }) => wanted.has(productId)).length / wanted.size;
  });
  expect(recalled.reduce((sum, recall) => sum + recall, 0) / recalled.length).toBeGreaterThanOrEqual(0.95);
  for (const [query, hits] of found.entries()) expect(hits[0]!.score).toBeCloseTo(expected[query]![0]!.score, 5);
  await stores.close();
  await exact.close();
});

test('writes go on while an index is made, lose nothing, and a lost race for its commit is run again', async () => {
  const stores = await LanceStores.open(folder, { memoryFloats: 0, exactRows: 2000 });
  const store = await stores.open({ ...stamp, dimensions: 32 }, { signal });
  const vectors = randomVectors(32, 7);
  for (let start = 0; start < 8000; start += 4000)
    await store.upsert(Array.from({ length: 4000 }, (_, n) => rowsOf(`p${start + n}`, [vectors.next().value])).flat(), {
      signal,
    });

  const written = new Map<string, number[]>();
  const removed: string[] = [];
  const writeBeside = async () => {
    const n = removed.length;
    // One that is there already, a new one, and one that goes.
    for (const id of [`p${n}`, `new${n}`]) {
      written.set(id, vectors.next().value);
      await store.upsert(rowsOf(id, [written.get(id)!], {}, 'beside'), { signal });
    }
    removed.push(`p${7999 - n}`);
    expect(await store.remove(removed.slice(-1), { signal })).toBe(1);
  };
  const raw = await connect(folder);
  const real: Table = Object.getPrototypeOf(await raw.openTable(stamp.name));
  const { createIndex } = real;
  const making = vi.spyOn(real, 'createIndex').mockImplementation(async function (this: Table, ...options) {
    const made = createIndex.apply(this, options);
    // Were the queue held, this would never end.
    await Promise.all([made, writeBeside()]);
  });
  making.mockRejectedValueOnce(new Error('Retryable commit conflict for version 9'));
  try {
    await store.optimize({ signal });
    expect(making.mock.calls.map(([column]) => column)).toEqual(['vector', 'vector', 'product_id']);
  } finally {
    making.mockRestore();
  }

  expect(await store.count({ signal })).toBe(8000);
  const ids = [...written.keys()];
  const sources = await store.sources([...ids, ...removed], { signal });
  expect([...sources].toSorted()).toEqual(ids.map((id) => [id, 'beside']).toSorted());
  // And the index finds each where it lies now.
  const queries = ids.map((id) => Float32Array.from(written.get(id)!));
  const found = await store.search(queries, { topK: 1, columns: [], signal });
  expect(found.map(([hit]) => hit?.productId)).toEqual(ids);
  await stores.close();
});
