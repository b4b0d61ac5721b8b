import { expect, test } from 'vitest';
import { Kept } from '../../src/policy/kept.ts';

const open = (max = 10) => new Kept<{ n: number }>({ max, maxSize: 1_000, sizeOf: () => 100, ttlMs: 60_000 });
const patient = () => ({ signal: new AbortController().signal });

test('a value is worked out once, at the same moment and later', async () => {
  const kept = open();
  let runs = 0;
  const work = async () => ({ n: ++runs });
  const together = Array.from({ length: 20 }, () => kept.make('a', patient(), work));
  expect([kept.has('a'), kept.get('a')]).toEqual([true, undefined]);
  expect(new Set(await Promise.all(together))).toEqual(new Set([{ n: 1 }]));
  expect([kept.has('a'), kept.get('a')]).toEqual([true, { n: 1 }]);
  expect(await kept.make('a', patient(), work)).toEqual({ n: 1 });
  expect(await kept.make('b', patient(), work)).toEqual({ n: 2 });
});

test('a failure is not kept', async () => {
  const kept = open();
  const fail = async () => {
    throw new Error('no');
  };
  await expect(kept.make('a', patient(), fail)).rejects.toThrow('no');
  expect(await kept.make('a', patient(), async () => ({ n: 1 }))).toEqual({ n: 1 });
});

test('nor is a value that is not worth it', async () => {
  const kept = new Kept<{ n: number }>({
    max: 9,
    maxSize: 9,
    sizeOf: () => 1,
    ttlMs: 60_000,
    keeps: ({ n }) => n > 1,
  });
  expect(await kept.make('a', patient(), async () => ({ n: 1 }))).toEqual({ n: 1 });
  expect(kept.has('a')).toBe(false);
  expect(await kept.make('a', patient(), async () => ({ n: 2 }))).toEqual({ n: 2 });
  expect(kept.has('a')).toBe(true);
});

test('who leaves ends the work only if nobody else waits for it, and the work is told why', async () => {
  const kept = open();
  const [one, other] = [new AbortController(), new AbortController()];
  const work = (signal: AbortSignal) =>
    new Promise<{ n: number }>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      told = signal;
    });
  let told: AbortSignal | undefined;
  const first = kept.make('a', { signal: one.signal }, work);
  const second = kept.make('a', { signal: other.signal }, work);
  one.abort(new Error('left'));
  await expect(first).rejects.toThrow('left');
  expect(told!.aborted).toBe(false);
  other.abort(new Error('late'));
  await expect(second).rejects.toThrow('late');
  expect(told!.reason).toEqual(new Error('late'));
});

test('no more is kept than there is room for', async () => {
  const kept = open(1_000);
  for (let n = 0; n < 50; n++) await kept.make(`k${n}`, patient(), async () => ({ n }));
  expect(kept.get('k0')).toBeUndefined();
  expect(Array.from({ length: 50 }, (_, n) => kept.get(`k${n}`)).filter(Boolean)).toHaveLength(10);
});
