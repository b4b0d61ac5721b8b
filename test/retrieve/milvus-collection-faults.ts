import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { MilvusClient } from '@zilliz/milvus2-sdk-node';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { MilvusCatalog } from '../../src/retrieve/milvus-catalog.ts';
import { MilvusStores } from '../../src/retrieve/milvus-store.ts';
import type { MilvusServer } from './milvus-server.ts';
import { failureOf } from './recovery.ts';
import { rowsOf, stampOf } from './rows.ts';

const { signal } = new AbortController();
const stamp = stampOf('beneath');
const collection_name = 'margay_beneath';
const query = Float32Array.of(1, 0, 0, 0);

/** Every call of the port. */
const CALLS: Readonly<Record<string, (store: MilvusCatalog) => Promise<unknown>>> = {
  search: (store) => store.search([query], { topK: 9, columns: [], signal }),
  'a search by two vectors': (store) => store.search([query, query], { topK: 9, columns: [], signal }),
  get: (store) => store.get(['a'], { columns: ['@images'], signal }),
  vectors: (store) => store.vectors(['a'], { signal }),
  sources: (store) => store.sources(['a'], { signal }),
  page: (store) => store.page({ first: 9, columns: ['@images'], signal }),
  count: (store) => store.count({ signal }),
  ping: (store) => store.ping({ signal }),
  optimize: (store) => store.optimize({ signal }),
  upsert: (store) => store.upsert(rowsOf('b', [[0, 1, 0, 0]]), { signal }),
  remove: (store) => store.remove(['a'], { signal }),
};

/** What others may do to the collection while it is served. */
export function milvusCollectionFaults(server: () => MilvusServer): void {
  let raw: MilvusClient;
  let stores: MilvusStores;
  let others: MilvusStores;
  let store: MilvusCatalog;

  beforeAll(async () => {
    raw = new MilvusClient({ address: server().address, logLevel: 'none', telemetry: { enabled: false } });
    stores = await MilvusStores.connect({ address: server().address });
    others = await MilvusStores.connect({ address: server().address });
  });
  afterAll(async () => {
    await raw?.closeConnection();
    await stores?.close();
    await others?.close();
  });
  beforeEach(async () => {
    await stores.drop(stamp.name, { signal });
    store = await stores.open(stamp, { signal });
    await store.upsert(rowsOf('a', [[1, 0, 0, 0]]), { signal });
  });

  const beneath: [string, () => Promise<unknown>, string, RegExp][] = [
    ['dropped', () => raw.dropCollection({ collection_name }), 'STORE_UNAVAILABLE', /index it again/i],
    [
      'made anew with another dimension',
      async () => {
        await others.drop(stamp.name, { signal });
        await others.open({ ...stamp, dimensions: 8 }, { signal });
      },
      'CATALOG_MISMATCH',
      /index/,
    ],
    [
      'made anew by another encoder',
      async () => {
        await others.drop(stamp.name, { signal });
        await others.open({ ...stamp, fingerprint: 'g' }, { signal });
      },
      'CATALOG_MISMATCH',
      /index/,
    ],
    [
      'made anew by a stranger',
      async () => {
        await raw.dropCollection({ collection_name });
        const id = { name: 'id', data_type: 'Int64', is_primary_key: true };
        const fields = [id, { name: 'v', data_type: 'FloatVector', dim: 4 }];
        await raw.createCollection({ collection_name, fields } as never);
      },
      'STORE_UNAVAILABLE',
      /move it away/i,
    ],
  ];
  describe.each(beneath)('%s beneath us', (_name, happens, code, remedy) => {
    // One after another, in one go: what happens is dear on Milvus.
    test(`every call says ${code}, with a remedy`, async () => {
      await happens();
      // A stamp that was read just before is good for a second.
      await sleep(1_100);
      for (const [name, call] of Object.entries(CALLS)) {
        const { error } = await failureOf(call(store));
        expect([name, error.code, error.remedy]).toEqual([name, code, expect.stringMatching(remedy)]);
      }
      // And it stays as others made it.
      if (code === 'CATALOG_MISMATCH') await expect(stores.open(stamp, { signal })).rejects.toMatchObject({ code });
    });
  });

  test('dropped in the middle of searches: hits or an error with a code, and nothing else', async () => {
    let isDropped = false;
    const searching = async () => {
      const seen: unknown[] = [];
      while (!isDropped)
        seen.push(await store.search([query], { topK: 1, columns: [], signal }).catch((error) => error));
      return seen;
    };
    const all = Promise.all(Array.from({ length: 8 }, searching));
    await raw.dropCollection({ collection_name });
    isDropped = true;
    for (const answer of (await all).flat())
      if (!Array.isArray(answer)) expect(answer).toMatchObject({ name: 'MargayError', code: 'STORE_UNAVAILABLE' });
    await failureOf(store.search([query], { topK: 1, columns: [], signal }));
  });

  test('made anew by another gateway of the same encoder: what it holds is served', async () => {
    await others.drop(stamp.name, { signal });
    const theirs = await others.open(stamp, { signal });
    await theirs.upsert(rowsOf('theirs', [[1, 0, 0, 0]]), { signal });
    const [hits] = await store.search([query], { topK: 9, columns: [], signal });
    expect(hits).toMatchObject([{ productId: 'theirs' }]);
    await store.upsert(rowsOf('ours', [[0, 1, 0, 0]]), { signal });
    expect(await theirs.count({ signal })).toBe(2);
  });

  test('a delete that fails after the rows of fewer pictures were written: the same write mends it', async () => {
    const three = [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
    ];
    await store.upsert(rowsOf('a', three, {}, 'old'), { signal });
    const broken = vi.spyOn(MilvusClient.prototype, 'delete').mockRejectedValue(new Error('The connection is gone.'));
    const fewer = rowsOf('a', three.slice(0, 1), {}, 'new');
    try {
      await failureOf(store.upsert(fewer, { signal }));
    } finally {
      broken.mockRestore();
    }
    // An import that compares sources takes it for changed.
    expect(await store.sources(['a'], { signal })).toEqual(new Map([['a', '']]));
    await store.upsert(fewer, { signal });
    expect(await store.sources(['a'], { signal })).toEqual(new Map([['a', 'new']]));
    const { data } = await raw.query({ collection_name, filter: 'ordinal >= 0', output_fields: ['key'] });
    expect(data.map(({ key }) => key)).toEqual(['a#0']);
  });

  test('a page whose products all go between its two reads goes on to the next ones', async () => {
    const names = ['a', 'b', 'c', 'd'];
    await store.upsert(
      names.flatMap((id) => rowsOf(id, [[1, 0, 0, 0]])),
      { signal },
    );
    const real = store.get.bind(store);
    vi.spyOn(store, 'get').mockImplementationOnce(async (ids, options) => {
      await store.remove(ids, { signal });
      return real(ids, options);
    });
    const { products, hasNext } = await store.page({ first: 2, columns: [], signal });
    expect([products.map(({ id }) => id), hasNext]).toEqual([['c', 'd'], false]);
  });

  test('removeWhere leaves a product that was changed while it waited for its turn', async () => {
    const stock = (id: string, stock: number) => rowsOf(id, [[1, 0, 0, 0]], { stock });
    await store.upsert([...stock('a', 0), ...stock('b', 0)], { signal });
    const field = { name: 'stock', kind: 'Int' } as const;
    const changed = store.upsert(stock('a', 7), { signal });
    // By then it stands in the queue.
    await nextTurn();
    expect(await store.removeWhere({ op: 'eq', field, value: 0 }, { signal })).toBe(1);
    await changed;
    expect([...(await store.sources(['a', 'b'], { signal })).keys()]).toEqual(['a']);
  });

  test.each(['search', 'ping', 'upsert'])('released beneath us: %s loads it and goes on', async (name) => {
    await raw.releaseCollection({ collection_name });
    await CALLS[name]!(store);
  });

  test('what is not a number is refused before the server sees it', async () => {
    const off = Float32Array.of(Number.NaN, 0, 0, 0);
    const far = Float32Array.of(Number.POSITIVE_INFINITY, 0, 0, 0);
    for (const vector of [off, far, new Float32Array(4), new Float32Array(5).fill(1)]) {
      const calls = [
        store.search([vector], { topK: 1, columns: [], signal }),
        store.upsert(rowsOf('n', [vector as never]), { signal }),
      ];
      for (const { error } of await Promise.all(calls.map(failureOf)))
        expect(error).toMatchObject({ code: 'BAD_INPUT', argument: 'vector' });
    }
    expect(await store.count({ signal })).toBe(1);
  });

  test('a NaN that someone else planted: such a picture is never found, and every score is a number', async () => {
    await store.upsert([...rowsOf('b', [[0.6, 0.8, 0, 0]]), ...rowsOf('c', [[0, 1, 0, 0]])], { signal });
    const { data } = await raw.query({ collection_name, filter: 'product_id == "a"', output_fields: ['*'] });
    const { $meta: _, ...row } = data[0]!;
    // The first vector's cosine is no number, nor the second's; the third points nowhere.
    const vectors = [
      [Number.NaN, 0, 0, 1],
      [Number.POSITIVE_INFINITY, 0, 0, 1],
      [0, 0, 0, 0],
    ];
    for (const [n, vector] of vectors.entries())
      await raw.upsert({ collection_name, data: [{ ...row, key: `n${n}#0`, product_id: `n${n}`, vector }] as never });
    for (const topK of [1, 3, 9]) {
      const [hits] = await store.search([query], { topK, columns: ['@images'], signal });
      expect(hits!.slice(0, 3).map(({ productId }) => productId)).toEqual(['a', 'b', 'c'].slice(0, topK));
      expect(hits!.every(({ score }) => Number.isFinite(score))).toBe(true);
      expect(JSON.stringify(hits)).not.toContain('"score":null');
    }
    const similar = await store.vectors(['n0'], { signal });
    for (const vector of similar.values()) await failureOf(store.search([vector], { topK: 1, columns: [], signal }));
  });
}
