import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { atOnce } from '../../src/eval/at-once.ts';

const { signal } = new AbortController();
const ITEMS = Array.from({ length: 30 }, (_, place) => place);

test('several under way, results in order whatever ends first', async () => {
  let [running, most, done] = [0, 0, 0];
  const results = await atOnce(
    ITEMS,
    async (item) => {
      running += 1;
      most = Math.max(most, running);
      for (let turns = (item * 7) % 5; turns >= 0; turns -= 1) await turn();
      running -= 1;
      return item * 2;
    },
    { signal, onDone: () => (done += 1) },
  );
  expect(results).toEqual(ITEMS.map((item) => item * 2));
  expect([most, done]).toEqual([6, 30]);
});

test('the first failure stops the others, and nothing is under way any more when it is thrown', async () => {
  const begun: number[] = [];
  const told: unknown[] = [];
  let running = 0;
  const work = async (item: number, either: AbortSignal) => {
    begun.push(item);
    running += 1;
    try {
      if (item === 3) throw new Error('No more.');
      while (!either.aborted) await turn();
      told.push(either.reason);
      throw new Error('Stopped.');
    } finally {
      running -= 1;
    }
  };
  await expect(atOnce(ITEMS, work, { signal })).rejects.toThrow('No more.');
  expect([begun.length, running]).toEqual([6, 0]);
  expect(told).toEqual(Array.from({ length: 5 }, () => new Error('No more.')));
});

test('the caller ends it', async () => {
  const stop = new AbortController();
  const work = async (item: number) => {
    if (item === 8) stop.abort();
  };
  let done = 0;
  const going = atOnce(ITEMS, work, { signal: stop.signal, onDone: () => (done += 1) });
  await expect(going).rejects.toMatchObject({ name: 'AbortError' });
  expect(done).toBeLessThan(15);
});
