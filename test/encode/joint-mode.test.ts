import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BATCH_LIMITS } from '../../src/encode/batches.ts';
import { EncodeQueue } from '../../src/encode/encode-queue.ts';
import { JointMode } from '../../src/encode/joint-mode.ts';

const { signal } = new AbortController();
const WORDS = [2, 7, 3];
const FRAME = [2, 3];

let folder: string;
let queue: EncodeQueue;
let mode: JointMode;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'margay-mode-'));
  queue = new EncodeQueue(
    {
      mode: 'joint',
      // The fake worker fails where these exist.
      graphs: { vision: join(folder, 'none'), encode: join(folder, 'none') },
      threads: 1,
      alone: false,
      state: false,
      dimensions: 4,
      padId: 0,
      positions: { cls: 0, text: 1 },
      scale: { size: 1, mean: [0, 0, 0], std: [1, 1, 1] },
      picture: { tokens: 1, width: 4 },
      heads: {},
    },
    {
      entry: new URL('./fake-worker.ts', import.meta.url),
      workers: 1,
      limits: BATCH_LIMITS,
      capacity: { query: 50, index: 50 },
      batchDeadline: 2_000,
      startDeadline: 10_000,
    },
  );
  await queue.start(signal);
  mode = new JointMode(queue, { tokens: 2 ** 20, texts: 2 ** 20 });
});
afterEach(async () => {
  await queue.close();
  await rm(folder, { recursive: true });
});

const pixels = (seed: number) => ({ size: 1, rgb: Uint8Array.of(seed, 0, 0) });
const index = (seed: number, ids = FRAME) =>
  mode.embed({ ids, worded: ids !== FRAME, pixels: pixels(seed) }, { priority: 'index', signal });
const query = (ids: number[], seed?: number) =>
  mode.embed({ ids, worded: true, ...(seed !== undefined && { pixels: pixels(seed) }) }, { priority: 'query', signal });
/** The fake worker says which of its batches a row was in. */
const batchOf = ({ vector }: { vector: Float32Array }) => vector[2];
const tick = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

test('a search during an import waits for one run of one picture, and not for the second step of that picture', async () => {
  const importing = Promise.all([255, 2, 3].map((seed) => index(seed)));
  // The first is being looked at by now, and takes a while.
  await tick();
  expect(batchOf(await query(WORDS))).toBe(2);
  // Three pictures in two steps each, and the search.
  expect(Math.max(...(await importing).map((row) => batchOf(row)!))).toBe(7);
});

test('a picture is looked at once while it is indexed by itself and with its title', async () => {
  const [alone, titled] = [await index(1), await index(1, WORDS)];
  expect([batchOf(alone), batchOf(titled)]).toEqual([2, 3]);
});

test('a query takes one trip, and a text asked again none', async () => {
  expect(batchOf(await query(WORDS, 9))).toBe(1);
  expect(batchOf(await query(WORDS))).toBe(2);
  expect(batchOf(await query(WORDS))).toBe(2);
});
