import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MilvusStores } from '../../src/retrieve/milvus-store.ts';
import { lacksMilvus, MilvusServer } from './milvus-server.ts';
import { rowsOf, stampOf } from './rows.ts';

const { signal } = new AbortController();
const stamp = stampOf('faults');
const query = Float32Array.of(1, 0, 0, 0);
const options = { topK: 1, columns: [], signal };
/** From the port's first answer to the first search. */
const RECOVERY_MS = 3000;

describe.skipIf(lacksMilvus('lite'))('faults of a Milvus server (needs scripts/milvus-venv.sh)', () => {
  let server: MilvusServer;
  beforeAll(async () => {
    server = await MilvusServer.start('lite');
  }, 120_000);
  afterAll(() => server?.stop());

  test('killed during searches: STORE_UNAVAILABLE in time, and searches go on after a restart with all that was acknowledged', async () => {
    const stores = await MilvusStores.connect({ address: server.address, timeoutMs: 5000 });
    const store = await stores.open(stamp, { signal });
    await store.upsert([...rowsOf('a', [[1, 0, 0, 0]]), ...rowsOf('b', [[0, 1, 0, 0]])], { signal });
    const searches = Array.from({ length: 20 }, () => store.search([query], options).catch((error) => error));
    await server.kill();
    const started = performance.now();
    for (const answer of await Promise.all(searches))
      if (!Array.isArray(answer)) expect(answer).toMatchObject({ name: 'MargayError', code: 'STORE_UNAVAILABLE' });
    for (const call of [
      () => store.search([query], options),
      () => store.upsert(rowsOf('c', [[1, 0, 0, 0]]), { signal }),
      () => store.ping({ signal }),
      () => stores.stamp('faults', { signal }),
    ])
      await expect(call()).rejects.toMatchObject({ name: 'MargayError', code: 'STORE_UNAVAILABLE' });
    expect(performance.now() - started).toBeLessThan(5000);

    await server.up();
    const up = performance.now();
    let hits = await store.search([query], options).catch(() => undefined);
    while (!hits && performance.now() - up < RECOVERY_MS) {
      await sleep(50);
      hits = await store.search([query], options).catch(() => undefined);
    }
    expect(hits?.[0]?.map(({ productId }) => productId)).toEqual(['a']);
    expect(await store.count({ signal })).toBe(2);
    await store.ping({ signal });
    await stores.close();
  }, 60_000);

  test('a hung server: DEADLINE_EXCEEDED at the deadline, and on it goes', async () => {
    const stores = await MilvusStores.connect({ address: server.address, timeoutMs: 2000 });
    const store = await stores.open(stamp, { signal });
    server.signal('SIGSTOP');
    // The signal is on its way to every thread.
    await sleep(200);
    try {
      const started = performance.now();
      await expect(store.search([query], options)).rejects.toMatchObject({
        name: 'MargayError',
        code: 'DEADLINE_EXCEEDED',
      });
      expect(performance.now() - started).toBeLessThan(4000);
    } finally {
      server.signal('SIGCONT');
    }
    await expect
      .poll(
        () =>
          store.search([query], options).then(
            (hits) => hits.length,
            () => 0,
          ),
        { timeout: RECOVERY_MS },
      )
      .toBe(1);
    await stores.close();
  }, 60_000);

  test('connected before the server runs: calls fail with a code, and work once it does', async () => {
    await server.kill();
    const stores = await MilvusStores.connect({ address: server.address, timeoutMs: 5000 });
    await expect(stores.stamp('faults', { signal })).rejects.toMatchObject({
      name: 'MargayError',
      code: 'STORE_UNAVAILABLE',
    });
    await server.up();
    await expect
      .poll(() => stores.stamp('faults', { signal }).catch(() => undefined), { timeout: RECOVERY_MS })
      .toEqual(stamp);
    const store = await stores.open(stamp, { signal });
    expect(await store.count({ signal })).toBe(2);
    await stores.close();
  }, 60_000);
});
