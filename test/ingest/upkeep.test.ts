import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Upkeep } from '../../src/ingest/upkeep.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const OPTIONS = { idleMs: 1_000, latestMs: 10_000, products: 100 };
function kept(optimize: (signal: AbortSignal) => Promise<void> = async () => {}) {
  const runs: number[] = [];
  const reported: unknown[] = [];
  const begun = Date.now();
  const store = {
    optimize: ({ signal }: { signal: AbortSignal }) => {
      runs.push(Date.now() - begun);
      return optimize(signal);
    },
  };
  const upkeep = new Upkeep(
    () => store,
    (error) => reported.push(error),
    OPTIONS,
  );
  return { upkeep, runs, reported };
}

test('once, when nobody has written for a while', async () => {
  const { upkeep, runs } = kept();
  await vi.advanceTimersByTimeAsync(60_000);
  upkeep.wrote(0);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(runs).toEqual([]);
  for (const _ of [1, 2, 3]) {
    upkeep.wrote(1);
    await vi.advanceTimersByTimeAsync(900);
  }
  expect(runs).toEqual([]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(runs).toEqual([122_800]);
});

test('however busy it is, at the latest after its time', async () => {
  const { upkeep, runs } = kept();
  for (let second = 0; second < 40; second += 1) {
    upkeep.wrote(1);
    await vi.advanceTimersByTimeAsync(500);
  }
  expect(runs).toEqual([10_000, 20_000]);
});

test('after many products at once', async () => {
  const { upkeep, runs } = kept();
  upkeep.wrote(99);
  await vi.advanceTimersByTimeAsync(10);
  expect(runs).toEqual([]);
  upkeep.wrote(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(runs).toEqual([10]);
});

test('one at a time, and what was written meanwhile is seen to', async () => {
  const { upkeep, runs } = kept(() => new Promise((resolve) => setTimeout(resolve, 5_000)));
  upkeep.wrote(100);
  await vi.advanceTimersByTimeAsync(1_000);
  upkeep.wrote(100);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(runs).toEqual([0]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(runs).toEqual([0, 5_001]);
});

test('a fault is reported, and the next write brings the next run', async () => {
  const fault = new Error('No.');
  const { upkeep, runs, reported } = kept(() => Promise.reject(fault));
  upkeep.wrote(100);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([runs, reported]).toEqual([[0], [fault]]);
  upkeep.wrote(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(runs).toHaveLength(2);
});

test('closed, it stops what runs and begins nothing more', async () => {
  const { upkeep, runs, reported } = kept(
    (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  );
  upkeep.wrote(100);
  await vi.advanceTimersByTimeAsync(1);
  await upkeep.close();
  upkeep.wrote(100);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([runs, reported]).toEqual([[0], []]);
});
