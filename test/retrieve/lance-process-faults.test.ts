import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LanceStores } from '../../src/retrieve/lance-store.ts';
import { stampOf } from './rows.ts';

const { signal } = new AbortController();
const stamp = stampOf('killed');
const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'margay-lance-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Names acknowledged by a writer that was killed after `count` of them. */
async function writeUntilKilled(from: number, count: number): Promise<string[]> {
  const writer = spawn(process.execPath, [pathOf('lance-writer.ts'), folder, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const acknowledged: string[] = [];
  for await (const name of createInterface(writer.stdout)) {
    acknowledged.push(name);
    // Not at a commit's end but somewhere in the next one.
    if (acknowledged.length === count) setTimeout(() => writer.kill('SIGKILL'), (from * 7) % 23);
  }
  return acknowledged;
}

/** Every acknowledged product is there with all its pictures, and at most one more for each kill. */
async function expectWhole(acknowledged: readonly string[], kills: number): Promise<void> {
  const stores = await LanceStores.open(folder);
  const store = await stores.open(stamp, { signal });
  const found = await store.get(acknowledged, { columns: ['@images'], signal });
  expect([...found.keys()].sort()).toEqual([...acknowledged].sort());
  // Odd ones have a second picture: it finds them.
  const odd = acknowledged.filter((name) => Number(name.slice(1)) % 2 === 1);
  const backs = odd.map((name) => Float32Array.of(0, 1, Number(name.slice(1)), 0));
  for (const [place, hits] of (await store.search(backs, { topK: 1000, columns: [], signal })).entries())
    expect(hits.find(({ productId }) => productId === odd[place])).toMatchObject({ score: expect.closeTo(1, 5) });
  const count = await store.count({ signal });
  const [hits] = await store.search([Float32Array.of(1, 0, 0, 0)], { topK: 1000, columns: ['@images'], signal });
  expect(hits).toHaveLength(count);
  expect(count - acknowledged.length).toBeLessThanOrEqual(kills);
  await store.close();
  await stores.close();
}

test('kill -9 in the middle of writes: all that was acknowledged is there, whole', async () => {
  const acknowledged: string[] = [];
  for (const from of [0, 101, 202, 303]) acknowledged.push(...(await writeUntilKilled(from, 8)));
  expect(acknowledged.length).toBeGreaterThanOrEqual(32);
  await expectWhole(acknowledged, 4);
});

test('two processes write at the same time, a third reads: nothing is lost, and it is seen', async () => {
  const stores = await LanceStores.open(folder);
  const store = await stores.open(stamp, { signal });
  const writers = [writeUntilKilled(1, 12), writeUntilKilled(1001, 12)];
  const counts: number[] = [];
  let isOver = false;
  const reading = (async () => {
    while (!isOver) {
      const [hits] = await store.search([Float32Array.of(1, 0, 0, 0)], { topK: 1000, columns: ['@images'], signal });
      counts.push(hits!.length);
    }
  })();
  const acknowledged = (await Promise.all(writers)).flat();
  isOver = true;
  await reading;
  expect(acknowledged.length).toBeGreaterThanOrEqual(24);
  // What a reader has seen stays.
  expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  expect(await store.count({ signal })).toBeGreaterThanOrEqual(acknowledged.length);
  await store.close();
  await stores.close();
  await expectWhole(acknowledged, 2);
});

/** What a script printed as JSON, from a process that native code may take along. */
async function report(command: string, args: readonly string[]) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [printed, said, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  expect(code, said).toBe(0);
  return JSON.parse(printed);
}

const UNAVAILABLE = { name: 'MargayError', code: 'STORE_UNAVAILABLE', remedy: expect.any(String) };

/** Whether a gateway that is started after it makes the catalog anew, and empty. */
const DAMAGES: [damage: string, isGone: boolean][] = [
  ['truncated data', false],
  ['empty data', false],
  ['missing data', false],
  ['truncated manifest', false],
  ['empty manifest', false],
  ['missing manifest', true],
  ['missing table', true],
];

test.each(DAMAGES)('%s: STORE_UNAVAILABLE with a remedy, and the process lives', async (damage, isGone) => {
  const { before, after, anew } = await report(process.execPath, [pathOf('lance-damaged.ts'), folder, damage]);
  expect(before).toEqual([expect.any(String), 200]);
  // What is in memory is still found: then, and only then, it is ready.
  for (const [found, ready] of [
    [after.search, after.ready],
    [after.again, after.readyAgain],
  ])
    if (ready === 200) expect(found).toEqual(expect.any(String));
    else expect([found.extensions, ready]).toEqual([{ code: 'STORE_UNAVAILABLE', remedy: expect.any(String) }, 503]);
  const answers = [after.upsert, ...(isGone ? [] : [anew])];
  expect(answers).toEqual(answers.map(() => ({ ...UNAVAILABLE, message: expect.not.stringContaining(folder) })));
  if (isGone) expect(anew).toBe('OK');
});

/** A small disk of one's own, gone with its shell. */
const canMount = process.platform === 'linux' && spawnSync('unshare', ['-rm', 'true']).status === 0;

test.skipIf(!canMount)('a full disk (skipped: this machine lets nobody mount one)', async () => {
  const script = 'mount -t tmpfs -o size=2m tmpfs "$1"; exec "$2" "$3" "$1"';
  const args = ['-rm', 'sh', '-ec', script, 'sh', folder, process.execPath, pathOf('lance-full.ts')];
  const { acknowledged, full, roomy } = await report('unshare', args);
  expect(acknowledged).toBeGreaterThan(3);
  expect(full).toEqual({
    failure: { ...UNAVAILABLE, remedy: expect.stringContaining('full'), message: expect.not.stringContaining(folder) },
    there: acknowledged,
    hit: 'p0',
    ping: 'OK',
  });
  expect(roomy.there).toBe(acknowledged);
  expect(roomy.hit).toBe('p0');
  // The one that was told of as failed is not there half.
  expect(roomy.count).toBe(acknowledged + 1);
});
