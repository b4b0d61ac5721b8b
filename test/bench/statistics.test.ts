import { expect, test } from 'vitest';
import { median, quantile, ratio, slope } from '../../bench/statistics.ts';

test.each([
  ['one value', [7], 0.95, 7],
  ['an odd number, in any order', [9, 1, 5], 0.5, 5],
  ['an even number: between the middle two', [1, 2, 10, 4], 0.5, 3],
  ['numbers, not their spelling', [100, 9, 20], 0.5, 20],
  ['p95 between neighbors', [0, 10], 0.95, 9.5],
  ['the ends', [3, 1, 2], 1, 3],
])('quantile of %s', (_name, values, q, expected) => {
  expect(quantile(values, q)).toBeCloseTo(expected, 12);
});

test('no values have no median', () => {
  expect(() => median([])).toThrow(RangeError);
});

test('a ratio of medians whose interval shrinks to it where all rounds agree', () => {
  const same = { a: [2, 4, 6], b: [1, 2, 3] };
  expect(ratio([same, same, same])).toEqual({ a: 4, b: 2, ratio: 2, low: 2, high: 2 });
});

test('rounds that differ widen the interval around the ratio, the same in every run', () => {
  const rounds = [1, 2, 3, 4, 5].map((x) => ({ a: [x, x + 1, 2 * x], b: [1, 1.5, 2] }));
  const found = ratio(rounds);
  expect(found.low).toBeLessThan(found.ratio);
  expect(found.high).toBeGreaterThan(found.ratio);
  expect(ratio(rounds)).toEqual(found);
});

test('the slope of a line with a step beside it', () => {
  expect(slope([0, 1, 2, 3].map((x) => [x, 5 - 2 * x] as const))).toBeCloseTo(-2, 12);
  expect(slope([[0, 1], [1, 0], [2, 0], [3, 1]])).toBeCloseTo(0, 12); // biome-ignore format: a row of points
});
