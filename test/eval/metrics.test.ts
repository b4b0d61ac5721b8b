import { describe, expect, test } from 'vitest';
import { mean, quality, wilson } from '../../src/eval/metrics.ts';

const T = true;
const F = false;

describe('quality of a ranking', () => {
  test.each([
    ['the only relevant one first', [T, F, F], 1, { first: 1, hit: 1, ndcg: 1 }],
    ['second', [F, T, F], 1, { first: 0, hit: 1, ndcg: 1 / Math.log2(3) }],
    ['behind the nine', [F, F, F, F, F, F, F, F, F, T], 1, { first: 0, hit: 0, ndcg: 0 }],
    ['two of two', [T, T, F], 2, { first: 1, hit: 1, ndcg: 1 }],
    ['one of two found', [T, F, F], 2, { first: 1, hit: 1, ndcg: 1 / (1 + 1 / Math.log2(3)) }],
    ['nothing ranked', [], 3, { first: 0, hit: 0, ndcg: 0 }],
    ['nothing relevant', [F, F], 0, { first: 0, hit: 0, ndcg: 0 }],
  ])('%s', (_name, ranked, total, expected) => {
    const { first, hit, ndcg } = quality(ranked, total);
    expect({ first, hit }).toEqual({ first: expected.first, hit: expected.hit });
    expect(ndcg).toBeCloseTo(expected.ndcg, 10);
  });
});

test('mean', () => {
  expect(mean([1, 2, 6])).toBe(3);
  expect(mean([])).toBeNaN();
});

test.each([
  // Wilson 1927, z = 1.96; worked by hand.
  [0.5, 100, 0.4038, 0.5962],
  [1, 50, 0.9287, 1],
  [0, 50, 0, 0.0713],
])('the interval of a share of %f among %i', (share, count, low, high) => {
  const [from, to] = wilson(share, count);
  expect(from).toBeCloseTo(low, 3);
  expect(to).toBeCloseTo(high, 3);
});
