import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { MilvusCatalog } from '../../src/retrieve/milvus-catalog.ts';
import { MilvusStores } from '../../src/retrieve/milvus-store.ts';
import { type CallFault, GrpcProxy } from './grpc-proxy.ts';
import type { MilvusKind, MilvusServer } from './milvus-server.ts';
import { failureOf, RECOVERY_MS, recovery } from './recovery.ts';
import { rowsOf, stampOf } from './rows.ts';
import { TcpProxy, type Weather } from './tcp-proxy.ts';

const { signal } = new AbortController();
const query = Float32Array.of(1, 0, 0, 0);
/** What starts the work, and no more: the machine may be busy. */
const SLACK_MS = 6000;

/** What the network between us and the server may do. The server itself stays well. `measured` takes the milliseconds until a search succeeds again. */
export function milvusNetworkFaults(kind: MilvusKind, server: () => MilvusServer, measured: Map<string, number>): void {
  const stamp = stampOf('network');
  const TIMEOUT_MS = 2000;
  let proxy: TcpProxy;
  let stores: MilvusStores;
  let store: MilvusCatalog;
  const search = () => store.search([query], { topK: 1, columns: [], signal });

  beforeAll(async () => {
    const direct = await MilvusStores.connect({ address: server().address });
    const made = await direct.open(stamp, { signal });
    await made.upsert(rowsOf('a', [[1, 0, 0, 0]]), { signal });
    await direct.close();
    proxy = await TcpProxy.before(server().address);
    stores = await MilvusStores.connect({ address: proxy.address, timeoutMs: TIMEOUT_MS });
    store = await stores.open(stamp, { signal });
  });
  afterEach(async () => {
    await proxy.set({ kind: 'fair' });
    await recovery(search);
  });
  afterAll(async () => {
    await proxy?.close();
    await stores?.close();
  });

  test.each<[string, Weather]>([
    ['answers come 100 ms late', { kind: 'slow', ms: 100 }],
    ['answers come in pieces of 7 bytes', { kind: 'trickle', bytes: 7 }],
    ['the connection ends before the answer', { kind: 'cut', after: 0 }],
    ['the connection ends in a frame header of the answer', { kind: 'cut', after: 5 }],
    ['the connection ends in the middle of the answer', { kind: 'cut', after: 40 }],
  ])('%s: a search brings its hits', async (_name, weather) => {
    await proxy.set(weather);
    expect((await search())[0]).toMatchObject([{ productId: 'a' }]);
  });

  test.each<[string, Weather[], string, number]>([
    ['answers come too late', [{ kind: 'slow', ms: 3 * TIMEOUT_MS }], 'DEADLINE_EXCEEDED', TIMEOUT_MS],
    ['the connection falls silent', [{ kind: 'silent' }], 'DEADLINE_EXCEEDED', TIMEOUT_MS],
    ['nobody listens', [{ kind: 'refused' }], 'STORE_UNAVAILABLE', 0],
    ['nobody listens, then new connections stay silent', [{ kind: 'refused' }, { kind: 'silent' }], '', TIMEOUT_MS],
  ])('%s: an error with a code in time, and searches again once it is over', async (name, weathers, code, least) => {
    for (const weather of weathers) {
      await proxy.set(weather);
      await search().catch(() => {});
      await sleep(200);
    }
    for (const call of [search, () => store.upsert(rowsOf('b', [[0, 1, 0, 0]]), { signal })]) {
      const { error, after } = await failureOf(call());
      // gRPC says so at once where it knows, and else waits for the connection.
      if (code) expect(error.code).toBe(code);
      else expect(['STORE_UNAVAILABLE', 'DEADLINE_EXCEEDED']).toContain(error.code);
      expect(after).toBeLessThan(least + SLACK_MS);
    }
    if (weathers.at(-1)!.kind === 'slow') proxy.hangUp();
    await proxy.set({ kind: 'fair' });
    measured.set(`${kind}, ${name}`, Math.round(await recovery(search)));
    await store.upsert(rowsOf('b', [[0, 1, 0, 0]]), { signal });
  });

  test('a search under way on a connection that fell silent is answered on the next one', async () => {
    const patient = await MilvusStores.connect({ address: proxy.address, timeoutMs: 20_000 });
    const opened = await patient.open(stamp, { signal });
    await proxy.set({ kind: 'silent' });
    const waiting = opened.search([query], { topK: 1, columns: [], signal });
    await sleep(1500);
    await proxy.set({ kind: 'fair' });
    const fair = performance.now();
    expect((await waiting)[0]).toMatchObject([{ productId: 'a' }]);
    expect(performance.now() - fair).toBeLessThan(RECOVERY_MS);
    proxy.hangUp();
    await patient.close();
  });

  test('a client that leaves is let go at once, though the server is silent', async () => {
    await proxy.set({ kind: 'silent' });
    const leaving = new AbortController();
    const reason = new Error('gone');
    const waiting = store.search([query], { topK: 1, columns: [], signal: leaving.signal });
    await sleep(100);
    const left = performance.now();
    leaving.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(performance.now() - left).toBeLessThan(TIMEOUT_MS / 2);
    proxy.hangUp();
  });

  test('a crowd that waited in vain does not hold up those who come after', async () => {
    await proxy.set({ kind: 'silent' });
    const codes = await Promise.all(
      Array.from({ length: 300 }, () => search().then(String, (error: { code: string }) => error.code)),
    );
    expect(new Set(codes)).toEqual(new Set(['DEADLINE_EXCEEDED']));
    await proxy.set({ kind: 'fair' });
    measured.set(`${kind}, after a crowd that waited in vain`, Math.round(await recovery(search)));
  });

  describe('writes go out once', () => {
    let grpc: GrpcProxy;
    let counted: MilvusStores;
    let catalog: MilvusCatalog;
    beforeAll(async () => {
      grpc = await GrpcProxy.before(server().address);
      counted = await MilvusStores.connect({ address: grpc.address });
      catalog = await counted.open(stamp, { signal });
    });
    afterAll(async () => {
      await counted?.close();
      await grpc?.close();
    });

    test.each<[CallFault, string]>(
      (['unavailable', 'reset', 'refused', 'lost'] as const).flatMap((fault) =>
        ['Upsert', 'Delete'].map((method): [CallFault, string] => [fault, method]),
      ),
    )('%s: one %s', async (fault, method) => {
      await catalog.upsert(rowsOf('c', [[...query], [...query]]), { signal });
      grpc.calls.clear();
      grpc.faults.set(method, fault);
      const { error } = await failureOf(catalog.upsert(rowsOf('c', [[0, 1, 0, 0]]), { signal }));
      expect(error.code).toBe('STORE_UNAVAILABLE');
      expect(grpc.calls.get(method)).toBe(1);
      grpc.faults.clear();
      // Sent again by whoever was told, it makes the product whole, whatever came of the first.
      await catalog.upsert(rowsOf('c', [[0, 1, 0, 0]]), { signal });
      const found = await catalog.get(['c'], { columns: ['@images'], signal });
      expect(found.get('c')?.images).toHaveLength(1);
      expect([...(await catalog.vectors(['c'], { signal })).values()]).toEqual([Float32Array.of(0, 1, 0, 0)]);
    });

    test('a read is asked once more, and no more than that', async () => {
      grpc.calls.clear();
      grpc.faults.set('Search', 'unavailable');
      await failureOf(catalog.search([query], { topK: 1, columns: [], signal }));
      expect(grpc.calls.get('Search')).toBe(2);
    });
  });
}
