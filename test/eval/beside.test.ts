import { expect, test } from 'vitest';
import type { Interval } from '../../src/eval/bootstrap.ts';
import { beside } from '../../src/eval/quality-table.ts';

test.each<[string, number, Interval | null, number]>([
  ['above', 0.5, [0.4, 0.6], 0.3],
  ['about', 0.5, [0.4, 0.6], 0.45],
  ['about', 0.5, [0.4, 0.6], 0.4],
  ['below', 0.5, [0.4, 0.6], 0.7],
  ['above', 0.5, null, 0.4],
  ['about', 0, [0, 0], 0],
])('%s: %d of %j beside %d', (told, value, interval, floor) => {
  expect(beside(value, interval, floor)).toBe(told);
});
