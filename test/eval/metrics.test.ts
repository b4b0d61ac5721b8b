import { describe, expect, test } from 'vitest';
import { gradedQuality, gradeTau, mean, median, quality, wilson } from '../../src/eval/metrics.ts';

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

describe('quality of a graded ranking', () => {
  // Gains 2^grade - 1: 3 for grade 2, 1 for grade 1; discounts 1, 1 / log2 3, 1 / 2.
  test.each([
    ['the best order', [2, 1, 0], [1, 2], { first: 1, hit: 1, ndcg: 1 }],
    [
      'the lesser first',
      [1, 2, 0],
      [2, 1],
      { first: 0, hit: 1, ndcg: (1 + 3 / Math.log2(3)) / (3 + 1 / Math.log2(3)) },
    ],
    ['only the lesser found', [0, 0, 1], [2, 1], { first: 0, hit: 1, ndcg: 0.5 / (3 + 1 / Math.log2(3)) }],
    ['nothing better there than the lesser', [1, 0, 0], [1], { first: 1, hit: 1, ndcg: 1 }],
    ['nothing relevant', [0, 0], [], { first: 0, hit: 0, ndcg: 0 }],
  ])('%s', (_name, ranked, relevant, expected) => {
    const { first, hit, ndcg } = gradedQuality(ranked, relevant);
    expect({ first, hit }).toEqual({ first: expected.first, hit: expected.hit });
    expect(ndcg).toBeCloseTo(expected.ndcg, 10);
  });
});

test.each([
  ['the true order', [3, 2, 1], 1],
  ['the reverse', [0, 1, 2], -1],
  ['alike ones count for nothing', [1, 0, 0, 0], 1],
  ['one pair of three', [1, 0, 2], -1 / 3],
])('how an order agrees with grades: %s', (_name, grades, tau) => {
  expect(gradeTau(grades)).toBeCloseTo(tau, 12);
});

test('grades that are all alike agree with nothing', () => {
  expect(gradeTau([1, 1, 1])).toBeNaN();
});

test.each([
  [[5], 5],
  [[9, 1, 2], 2],
  [[4, 1, 2, 100], 3],
])('the median of %j', (values, middle) => {
  expect(median(values)).toBe(middle);
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
