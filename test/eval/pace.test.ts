import { expect, test } from 'vitest';
import { Pace } from '../../src/eval/pace.ts';

test('how far it is, every five seconds and at the end', () => {
  const told: string[] = [];
  let now = 1_000;
  const pace = new Pace(
    'Embedding',
    100,
    (line) => told.push(line),
    () => now,
  );
  const go = (count: number, ms: number) => {
    for (let at = 0; at < count; at += 1) {
      now += ms / count;
      pace.count();
    }
  };
  go(20, 4_000);
  expect(told).toEqual([]);
  go(20, 2_000);
  expect(told).toEqual(['Embedding: 30 of 100, 6.0/s, 12 s left']);
  go(59, 5_500);
  go(1, 500);
  expect(told.slice(1)).toEqual(['Embedding: 83 of 100, 8.3/s, 3 s left', 'Embedding: 100 of 100 in 12.0 s']);
});
