import { setTimeout as sleep } from 'node:timers/promises';
import { MilvusClient } from '@zilliz/milvus2-sdk-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDefinition } from '../../src/catalog/read-definition.ts';
import { catalogFingerprint, OWN } from '../../src/catalog/served.ts';
import { schemaOf } from '../../src/retrieve/catalog-stamp.ts';
import type { MilvusCatalog } from '../../src/retrieve/milvus-catalog.ts';
import { MilvusStores } from '../../src/retrieve/milvus-store.ts';
import { type Door, openDoor } from '../door.ts';
import { DIMENSIONS, vectorOf } from '../fakes.ts';
import type { MilvusKind, MilvusServer } from './milvus-server.ts';
import { failureOf, recovery } from './recovery.ts';
import { rowsOf } from './rows.ts';

const { signal } = new AbortController();
/** Milvus 2.3.5 has no full text. */
const definition = readDefinition('type Product { id: ID! @key title: String! @title images: [Image!]! @image }', 'f');
const schema = schemaOf(definition);
const query = vectorOf('a');
/** Of a step of a search, as the operator sets it. */
const HTTP_TIMEOUT_MS = 1500;
const TIMEOUT_MS = 3000;
const SLACK_MS = 6000;

/**
 * How long the server is gone, beside the time that it takes to start: gRPC tries less and less often. Milvus 2.3.5 starts in ten seconds or
 * more, and once is enough.
 */
const DOWN_MS: Readonly<Record<MilvusKind, readonly number[]>> = { lite: [0, 15_000], standalone: [0] };

/** What happens to the server's process, seen by the adapter and by the clients of the gateway. */
export function milvusProcessFaults(kind: MilvusKind, server: () => MilvusServer, measured: Map<string, number>): void {
  const stamp = {
    name: OWN,
    dimensions: DIMENSIONS,
    fingerprint: catalogFingerprint('fake-1', 'image', 'title'),
    schema,
  };
  let stores: MilvusStores;
  let store: MilvusCatalog;
  let door: Door;
  const search = () => store.search([query], { topK: 1, columns: ['@images'], signal });
  const ask = async () => {
    const started = performance.now();
    const { data, errors } = await door.ask('{ search(text: "a", topK: 1) { hits { score product { id } } } }');
    expect(performance.now() - started).toBeLessThan(HTTP_TIMEOUT_MS + SLACK_MS);
    return errors ? errors[0]?.extensions.code : data.search.hits[0].product.id;
  };
  const ready = async () => (await fetch(`${door.url}/health/ready`)).status;
  const isReady = async () => expect(await ready()).toBe(200);

  beforeAll(async () => {
    stores = await MilvusStores.connect({ address: server().address, timeoutMs: TIMEOUT_MS });
    const patient = await MilvusStores.connect({ address: server().address });
    const made = await patient.open(stamp, { signal });
    await made.upsert([...rowsOf('a', [[...query]]), ...rowsOf('b', [[...vectorOf('b')]])], { signal });
    await patient.close();
    store = await stores.open(stamp, { signal });
    const behind = await MilvusStores.connect({ address: server().address });
    door = await openDoor({ HTTP_TIMEOUT_MS: String(HTTP_TIMEOUT_MS) }, { stores: behind, definition });
  });
  afterAll(async () => {
    await door?.[Symbol.asyncDispose]();
    await stores?.close();
  });

  /**
   * The process is up again and can answer what we ask. Milvus 2.3.5 answers its first call seconds before it has loaded again what was loaded,
   * and nobody can hurry it; Lite waits for us to load it, which is part of our recovery.
   */
  async function restart(name: string): Promise<void> {
    await server().up();
    if (kind === 'lite') return;
    const up = performance.now();
    const raw = new MilvusClient({ address: server().address, logLevel: 'none', telemetry: { enabled: false } });
    raw.connectPromise.catch(() => {});
    const read = { filter: 'ordinal == 0', output_fields: ['product_id'], limit: 1, timeout: 2000 };
    const ask = () =>
      raw.query({ collection_name: `margay_${OWN}`, consistency_level: 'Strong' as never, ...read }).then(
        ({ status }) => status.error_code,
        (error) => String(error),
      );
    await expect.poll(ask, { timeout: 60_000, interval: 50 }).toBe('Success');
    measured.set(`${kind}, ${name}, the server itself after its first answer`, Math.round(performance.now() - up));
    await raw.closeConnection();
  }

  /** All ways to the catalog work again. */
  async function allRecover(name: string, ...others: (() => Promise<unknown>)[]): Promise<void> {
    const isFound = async () => expect(await ask()).toBe('a');
    const times = await Promise.all([search, isFound, isReady, ...others].map(recovery));
    measured.set(`${kind}, ${name}`, Math.round(Math.max(...times)));
  }

  test.each(DOWN_MS[kind])('killed during searches, gone for %i ms and its start', async (down) => {
    expect([await ask(), await ready()]).toEqual(['a', 200]);
    const searches = Array.from({ length: 20 }, () => search().catch((error) => error));
    const asked = Array.from({ length: 5 }, ask);
    await server().kill();
    const killed = performance.now();
    for (const answer of await Promise.all(searches))
      if (!Array.isArray(answer)) expect(answer).toMatchObject({ name: 'MargayError', code: 'STORE_UNAVAILABLE' });
    for (const answer of await Promise.all(asked)) expect(['a', 'STORE_UNAVAILABLE']).toContain(answer);
    const late = await MilvusStores.connect({ address: server().address, timeoutMs: TIMEOUT_MS });
    do {
      const calls = [
        search(),
        store.upsert(rowsOf('c', [[...query]]), { signal }),
        store.ping({ signal }),
        stores.stamp(OWN, { signal }),
        late.open(stamp, { signal }),
      ];
      for (const { error } of await Promise.all(calls.map(failureOf)))
        expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' });
      expect([await ask(), await ready()]).toEqual(['STORE_UNAVAILABLE', 503]);
      await sleep(200);
    } while (performance.now() - killed < down);
    // All of that at once, and no wait until a deadline.
    if (down === 0) expect(performance.now() - killed).toBeLessThan(TIMEOUT_MS + SLACK_MS);
    await restart(`killed, ${down} ms`);
    await allRecover(`killed, ${down} ms`, () => late.stamp(OWN, { signal }));
    const opened = await late.open(stamp, { signal });
    expect(await opened.count({ signal })).toBe(2);
    expect((await search())[0]).toMatchObject([{ productId: 'a', score: expect.closeTo(1) }]);
    await late.close();
  });

  test('killed during upserts: what was acknowledged is there after the restart, whole', async () => {
    const acknowledged: string[] = [];
    const rowsAt = (n: number) => rowsOf(`p${n}`, [[...vectorOf(`${n}`)], [...vectorOf(`${n}`, 'back')]]);
    const failures: unknown[] = [];
    const writing = (async () => {
      for (let n = 0; failures.length === 0; n++)
        await store.upsert(rowsAt(n), { signal }).then(
          () => acknowledged.push(`p${n}`),
          (error) => failures.push(error),
        );
    })();
    await expect.poll(() => acknowledged.length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(20);
    await server().kill();
    await writing;
    expect(failures).toMatchObject([{ name: 'MargayError', code: 'STORE_UNAVAILABLE' }]);
    await restart('killed during upserts');
    await allRecover('killed during upserts');
    const found = await store.get(acknowledged, { columns: ['@images'], signal });
    expect([...found.keys()].sort()).toEqual([...acknowledged].sort());
    // Both pictures of each are found: the product is whole.
    for (const id of acknowledged.slice(-5)) {
      const vectors = rowsAt(Number(id.slice(1))).map(({ vector }) => vector);
      for (const [hit] of await store.search(vectors, { topK: 1, columns: ['@images'], signal }))
        expect(hit).toMatchObject({ productId: id, score: expect.closeTo(1), product: { images: [{}, {}] } });
    }
    // At most the one under way came through without a word.
    expect((await store.count({ signal })) - acknowledged.length - 2).toBeLessThanOrEqual(1);
    await store.remove([...acknowledged, `p${acknowledged.length}`], { signal });
  });

  test('hung: errors at the deadline, 503, and on it goes', async () => {
    server().signal('SIGSTOP');
    // The signal is on its way to every thread.
    await sleep(200);
    try {
      const calls = [search(), store.upsert(rowsOf('h', [[...vectorOf('h')]]), { signal }), store.ping({ signal })];
      const asked = ask();
      const unready = ready();
      for (const { error, after } of await Promise.all(calls.map(failureOf))) {
        expect(error.code).toBe('DEADLINE_EXCEEDED');
        expect(after).toBeLessThan(TIMEOUT_MS + SLACK_MS);
      }
      expect([await asked, await unready]).toEqual(['DEADLINE_EXCEEDED', 503]);
    } finally {
      server().signal('SIGCONT');
    }
    await allRecover('hung');
    await store.upsert(rowsOf('h', [[...vectorOf('h')]]), { signal });
    expect((await store.search([vectorOf('h')], { topK: 1, columns: [], signal }))[0]).toMatchObject([
      { productId: 'h', score: expect.closeTo(1) },
    ]);
    await store.remove(['h'], { signal });
  });
}
