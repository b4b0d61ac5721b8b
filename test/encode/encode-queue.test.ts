import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BATCH_LIMITS } from '../../src/encode/batches.ts';
import { EncodeQueue, type QueueOptions } from '../../src/encode/encode-queue.ts';
import type { Row, RowResult, SessionModel } from '../../src/encode/onnx-session.ts';
import type { WorkerRequest } from '../../src/encode/onnx-worker.ts';
import { MargayError } from '../../src/errors.ts';
import { DIE, DIE_ONCE, HANG, REFUSE, SLOW } from './fake-instructions.ts';
import { isMargayError } from './margay-error.ts';

const signal = new AbortController().signal;
let folder: string;
let open: EncodeQueue[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'margay-queue-'));
  open = [];
});
afterEach(async () => {
  await Promise.all(open.map((queue) => queue.close()));
  await rm(folder, { recursive: true });
});

/** While there, the worker fails at its start; or dies at the next DIE_ONCE. */
const brokenStart = () => join(folder, 'broken');
const deathWaits = () => join(folder, 'death');

async function makeQueue(options: Partial<QueueOptions> = {}): Promise<EncodeQueue> {
  const model: SessionModel = {
    mode: 'joint',
    graphs: { vision: brokenStart(), encode: deathWaits() },
    threads: 1,
    alone: false,
    state: false,
    dimensions: 4,
    padId: 0,
    positions: { cls: 0, text: 1 },
    scale: { size: 1, mean: [0, 0, 0], std: [1, 1, 1] },
    picture: { tokens: 1, width: 1 },
    heads: {},
  };
  const queue = new EncodeQueue(model, {
    entry: new URL('./fake-worker.ts', import.meta.url),
    workers: 1,
    limits: BATCH_LIMITS,
    capacity: { query: 50, index: 50 },
    batchDeadline: 2_000,
    startDeadline: 10_000,
    ...options,
  });
  open.push(queue);
  await queue.start(signal);
  return queue;
}

const text = (...ids: number[]): Row => ({ kind: 'text', ids });
const picture = (...ids: number[]): Row => ({ kind: 'picture', ids, picture: { rgb: Uint8Array.of(1, 2, 3) } });
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const sum = ({ vector }: RowResult) => vector[0]!;
const batchSize = ({ vector }: RowResult) => vector[1]!;
const batchNumber = ({ vector }: RowResult) => vector[2]!;
const unavailable = isMargayError('ENCODER_UNAVAILABLE');

/** Past this the queue has sent what it took, and has seen no answer yet. */
const tick = () => new Promise((resolve) => setImmediate(resolve));

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('batching', () => {
  test('texts of one tick run together, pictures in fours, and each gets its own answer', async () => {
    const queue = await makeQueue();
    const texts = numbers(20).map((id) => queue.submit(text(1, id), 'query', signal));
    const pictures = numbers(6).map((id) => queue.submit(picture(2, id), 'query', signal));
    const [textResults, pictureResults] = await Promise.all([Promise.all(texts), Promise.all(pictures)]);
    expect(textResults.map(sum)).toEqual(numbers(20).map((id) => id + 1));
    expect(textResults.map(batchSize)).toEqual([...Array(16).fill(8), ...Array(4).fill(4)]);
    expect(pictureResults.map(sum)).toEqual(numbers(6).map((id) => id + 2));
    expect(pictureResults.map(batchSize)).toEqual([4, 4, 4, 4, 2, 2]);
  });

  test('a query passes the indexing that waits, and indexing goes on between many queries', async () => {
    const queue = await makeQueue();
    const indexing = numbers(5).map(() => queue.submit(picture(SLOW), 'index', signal));
    await tick();
    const query = queue.submit(text(7), 'query', signal);
    expect(batchNumber(await query)).toBe(2);
    expect(batchNumber((await Promise.all(indexing)).at(-1)!)).toBe(6);

    // Queries that never end: always two in the queue.
    let searching = true;
    const search = async () => {
      while (searching) await queue.submit(picture(SLOW, 1), 'query', signal);
    };
    const searches = [search(), search()];
    await Promise.all(numbers(2).map(() => queue.submit(picture(3), 'index', signal)));
    searching = false;
    await Promise.all(searches);
  });
});

describe('a worker that fails', () => {
  test('dies in the middle of a batch: everybody is answered by the next one', async () => {
    const queue = await makeQueue();
    const before = queue.pid;
    await writeFile(deathWaits(), '');
    const asked = [...numbers(10), DIE_ONCE].map((id) => queue.submit(text(1, id), 'query', signal));
    expect((await Promise.all(asked)).map(sum)).toEqual([...numbers(10), DIE_ONCE].map((id) => id + 1));
    expect(queue.pid).not.toBe(before);
  });

  test.each([
    ['kills its process', DIE],
    ['hangs', HANG],
    ['is refused by the model', REFUSE],
  ])('a request that always %s is given up, its neighbors are answered', async (_, instruction) => {
    const queue = await makeQueue({ batchDeadline: 1_000 });
    const bad = queue.submit(text(instruction), 'query', signal);
    const good = numbers(10).map((id) => queue.submit(text(id), 'query', signal));
    await expect(bad).rejects.toSatisfy(unavailable);
    expect((await Promise.all(good)).map(sum)).toEqual(numbers(10));
  });

  test('stopped when its pace is known, it is replaced long before the deadline of an unknown model', async () => {
    const queue = await makeQueue({ batchDeadline: 60_000 });
    await queue.submit(text(1), 'query', signal);
    const before = queue.pid!;
    process.kill(before, 'SIGSTOP');
    const begun = performance.now();
    expect(sum(await queue.submit(text(5), 'query', signal))).toBe(5);
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(queue.pid).not.toBe(before);
    expect(alive(before)).toBe(false);
  });

  test('a kind that was never run has the whole deadline, whatever the other took', async () => {
    const queue = await makeQueue({ batchDeadline: 20_000 });
    await queue.submit(text(1), 'query', signal);
    const before = queue.pid!;
    process.kill(before, 'SIGSTOP');
    const first = queue.submit(picture(6), 'query', signal);
    await sleep(2_500);
    process.kill(before, 'SIGCONT');
    expect(sum(await first)).toBe(6);
    expect(queue.pid).toBe(before);
  });

  test('an answer that came while the parent stood still counts', async () => {
    const queue = await makeQueue({ batchDeadline: 200 });
    const before = queue.pid!;
    const answer = queue.submit(text(5), 'query', signal);
    await tick();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600);
    expect(sum(await answer)).toBe(5);
    expect(queue.pid).toBe(before);
  });

  test('killed while idle, it is back before anybody asks', async () => {
    const queue = await makeQueue();
    const before = queue.pid!;
    process.kill(before, 'SIGKILL');
    await vi.waitFor(() => expect([undefined, before]).not.toContain(queue.pid), { timeout: 10_000 });
    expect(sum(await queue.submit(text(5), 'query', signal))).toBe(5);
  });

  test('cannot be started again: those who wait are told, later ones at once, until it can', async () => {
    const queue = await makeQueue();
    await writeFile(brokenStart(), '');
    process.kill(queue.pid!, 'SIGKILL');
    await expect(queue.submit(text(1), 'query', signal)).rejects.toSatisfy(unavailable);
    const refused = queue.submit(text(1), 'query', signal).catch((error: unknown) => error);
    const refusal: unknown = await Promise.race([refused, tick()]);
    expect(refusal).toSatisfy(unavailable);
    expect((refusal as MargayError).retryAfter).toBeGreaterThanOrEqual(1);

    await rm(brokenStart());
    await vi.waitFor(async () => expect(sum(await queue.submit(text(3), 'query', signal))).toBe(3), {
      timeout: 10_000,
    });
  });

  test('that fails from the start rejects start()', async () => {
    await writeFile(brokenStart(), '');
    await expect(makeQueue()).rejects.toThrow('ended (code 3)');
  });

  test('that hangs at its start is given up', async () => {
    const entry = new URL('./hanging-worker.ts', import.meta.url);
    await expect(makeQueue({ entry, startDeadline: 300 })).rejects.toThrow('hung for 300 ms');
  });
});

test('a full queue is refused with the time to wait; indexing takes no query its place', async () => {
  const queue = await makeQueue({ capacity: { query: 3, index: 2 } });
  const indexing = numbers(3).map(() => queue.submit(picture(SLOW), 'index', signal).catch((error: unknown) => error));
  const queries = numbers(4).map(() => queue.submit(picture(SLOW), 'query', signal).catch((error: unknown) => error));
  const refused = (await Promise.all([...indexing, ...queries])).filter((outcome) => outcome instanceof MargayError);
  expect(refused.map(({ code, retryAfter }) => [code, retryAfter])).toEqual([
    ['OVERLOADED', 1],
    ['OVERLOADED', 1],
  ]);
});

test('an aborted request leaves at once and is never run; one that runs is let go', async () => {
  const queue = await makeQueue();
  const stop = new AbortController();
  const reason = new Error('left');
  const running = queue.submit(picture(SLOW, 1), 'index', stop.signal);
  await tick();
  const waiting = numbers(5).map((id) => queue.submit(picture(id), 'index', stop.signal));
  const staying = queue.submit(picture(9), 'index', signal);
  stop.abort(reason);
  for (const outcome of await Promise.allSettled([running, ...waiting])) expect(outcome).toMatchObject({ reason });
  const result = await staying;
  expect([sum(result), batchNumber(result)]).toEqual([9, 2]);
});

test('a request whose caller left is not run again when its worker dies', async () => {
  // Run again, it would hold up the next request for all this time.
  const queue = await makeQueue({ batchDeadline: 10_000 });
  const begun = performance.now();
  const stop = new AbortController();
  const leaving = queue.submit(text(HANG), 'query', stop.signal).catch((error: unknown) => error);
  await tick();
  stop.abort('left');
  expect(await leaving).toBe('left');
  process.kill(queue.pid!, 'SIGKILL');
  expect(sum(await queue.submit(text(4), 'query', signal))).toBe(4);
  expect(performance.now() - begun).toBeLessThan(8_000);
});

test('closing rejects what waits, lets the running batch end, and ends the process', async () => {
  const queue = await makeQueue();
  const pid = queue.pid!;
  const running = queue.submit(picture(SLOW, 1), 'query', signal);
  await tick();
  const waiting = queue.submit(picture(2), 'index', signal).catch((error: unknown) => error);
  await queue.close();
  expect(sum(await running)).toBe(SLOW + 1);
  expect(await waiting).toSatisfy(unavailable);
  await expect(queue.submit(text(1), 'query', signal)).rejects.toSatisfy(unavailable);
  expect(alive(pid)).toBe(false);
});

test('closing does not wait for a process that hangs', async () => {
  const queue = await makeQueue({ batchDeadline: 60_000 });
  const pid = queue.pid!;
  const hung = queue.submit(text(HANG), 'query', signal).catch((error: unknown) => error);
  await tick();
  await queue.close();
  expect(await hung).toSatisfy(unavailable);
  expect(alive(pid)).toBe(false);
});

describe('several workers', () => {
  const processOf = ({ vector }: RowResult) => vector[3]!;

  test('work side by side, and one that dies costs nobody an answer', async () => {
    const queue = await makeQueue({ workers: 2 });
    const ask = () => Promise.all(numbers(12).map((id) => queue.submit(picture(SLOW, id), 'query', signal)));
    const answers = await ask();
    expect(new Set(answers.map(processOf)).size).toBe(2);
    await writeFile(deathWaits(), '');
    const [after] = await Promise.all([ask(), queue.submit(text(DIE_ONCE), 'query', signal)]);
    expect(after.map(sum)).toEqual(answers.map(sum));
    // The new one takes a moment to start.
    await vi.waitFor(async () => expect(new Set((await ask()).map(processOf)).size).toBe(2), { timeout: 10_000 });
  });

  test('where none starts again everybody is told', async () => {
    const queue = await makeQueue({ workers: 2 });
    await writeFile(brokenStart(), '');
    const asked = numbers(4).map(() => queue.submit(text(DIE), 'query', signal));
    for (const one of asked) await expect(one).rejects.toSatisfy(unavailable);
  });

  test('where one does not start the others end too', async () => {
    await writeFile(brokenStart(), '');
    const entry = new URL('./fake-worker.ts', import.meta.url);
    await expect(makeQueue({ workers: 3, entry })).rejects.toThrow('ended (code 3)');
    expect(open.at(-1)!.pid).toBeUndefined();
  });
});

test('the process ends with its parent and outlives a Ctrl-C that the parent handles', async () => {
  const child = fork(new URL('../../src/encode/onnx-worker.ts', import.meta.url), { execArgv: [] });
  // An answer shows that its handlers are set.
  const answered = new Promise((resolve) => child.once('message', resolve));
  child.send({ kind: 'run', id: 1, rows: [], keepTokens: false } satisfies WorkerRequest);
  expect(await answered).toMatchObject({ kind: 'failed', id: 1 });
  child.kill('SIGINT');
  await sleep(100);
  expect(child.exitCode ?? child.signalCode).toBeNull();
  child.disconnect();
  const code = await new Promise((resolve) => child.once('exit', resolve));
  expect(code).toBe(0);
});
