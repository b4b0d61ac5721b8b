import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { MilvusConnection } from '../../src/retrieve/milvus-connection.ts';
import { MilvusLink } from '../../src/retrieve/milvus-link.ts';
import { FakeMilvus } from './fake-milvus.ts';
import { RECOVERY_MS } from './recovery.ts';

/** Longer than a connection takes to be doubted, asked and given up. */
const SLOW_MS = 2500;

async function before(delays: Readonly<Record<string, number>>) {
  const fake = await FakeMilvus.start();
  const connection = new MilvusConnection({ address: fake.address, timeoutMs: 20_000 });
  onTestFinished(async () => {
    await connection.close();
    await fake[Symbol.asyncDispose]();
  });
  for (const [method, ms] of Object.entries(delays)) fake.delays.set(method, ms);
  const read = () =>
    connection.watch(connection.read(() => connection.client.getLoadState({ collection_name: 'margay' })));
  const reads = (count: number) => Promise.all(Array.from({ length: count }, read));
  await reads(1);
  fake.calls.clear();
  return { fake, connection, reads };
}

test.each<[string, number, Record<string, number>]>([
  ['more reads than channels', 24, { GetLoadState: SLOW_MS }],
  ['a server whose other calls are slow, too', 1, { GetLoadState: SLOW_MS, DescribeCollection: SLOW_MS }],
])(
  'busy, %s: the connection is kept and each read sent once',
  async (_name, count, delays) => {
    const { fake, connection, reads } = await before(delays);
    const pool = connection.client.channelPool;
    await reads(count);
    expect(fake.calls.get('GetLoadState')).toBe(count);
    // It was doubted, and asked on both ways.
    expect(fake.calls.get('GetVersion')).toBeGreaterThanOrEqual(2);
    expect(connection.client.channelPool).toBe(pool);
  },
  30_000,
);

test('silent, with more reads than channels: each time the next connection answers them all', async () => {
  const { fake, connection, reads } = await before({});
  for (let turn = 0; turn < 2; turn++) {
    const pool = connection.client.channelPool;
    fake.fallSilent();
    const started = performance.now();
    for (const { state } of await reads(24)) expect(state).toBe('LoadStateLoaded');
    expect(performance.now() - started).toBeLessThan(RECOVERY_MS);
    expect(connection.client.channelPool).not.toBe(pool);
  }
}, 30_000);

test('an address that is no URL: a look at the connection fails, and is not left unheard', async () => {
  const connection = new MilvusConnection({ address: '127.0.0.1:99999', timeoutMs: 500 });
  // Long enough for a doubt. A rejection that nobody hears would end the process, and fails the run.
  await connection.watch(sleep(SLOW_MS));
  await connection.close();
});

test('a collection that is still loading at the deadline is not taken for loaded', async () => {
  await using fake = await FakeMilvus.start();
  fake.isLoaded = false;
  const link = new MilvusLink({ address: fake.address, timeoutMs: 500 });
  await expect(link.load('margay')).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  fake.isLoaded = true;
  await link.load('margay');
  await link.close();
});
