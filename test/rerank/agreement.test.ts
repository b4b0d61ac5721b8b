import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AGREEMENT, agreementFor, kendallTau, rearranged } from '../../src/rerank/agreement.ts';

const permutation = (min: number) =>
  fc.integer({ min, max: 9 }).chain((count) => {
    const places = Array.from({ length: count }, (_, place) => place);
    return fc.shuffledSubarray(places, { minLength: count, maxLength: count });
  });
const inOrder = (count: number) => Array.from({ length: count }, (_, place) => place);

function* ordersOf(items: readonly number[]): Generator<number[]> {
  if (items.length === 0) yield [];
  for (const first of items)
    for (const rest of ordersOf(items.filter((item) => item !== first))) yield [first, ...rest];
}

describe('Kendall tau', () => {
  test.each<[string, number[], number[], number]>([
    ['the same order', [3, 1, 2], [3, 1, 2], 1],
    ['the reverse', [3, 1, 2], [2, 1, 3], -1],
    ['one of three pairs turned round', [1, 2, 3], [2, 1, 3], 1 / 3],
    ['the last of four first', [1, 2, 3, 4], [4, 1, 2, 3], 0],
    ['one item', [1], [1], 1],
    ['none', [], [], 1],
  ])('%s', (_name, a, b, tau) => {
    expect(kendallTau(a, b)).toBeCloseTo(tau, 12);
  });

  test('is symmetric, bounded, 1 with itself and of the other sign when one order is turned round', () => {
    fc.assert(
      fc.property(permutation(2), (order) => {
        const other = inOrder(order.length);
        const tau = kendallTau(order, other);
        expect(tau).toBeCloseTo(kendallTau(other, order), 12);
        expect(Math.abs(tau)).toBeLessThanOrEqual(1);
        expect(kendallTau(order, order)).toBe(1);
        expect(kendallTau(order.toReversed(), other)).toBeCloseTo(-tau, 12);
      }),
    );
  });
});

describe('the arrangement of the second vote', () => {
  test('is a permutation, the same for the same seed, never along the first', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9 }), fc.string(), (count, seed) => {
        const places = rearranged(count, seed);
        expect(places.toSorted((a, b) => a - b)).toEqual(inOrder(count));
        expect(rearranged(count, seed)).toEqual(places);
        if (count > 1) expect(kendallTau(places, inOrder(count))).toBeLessThanOrEqual(0);
      }),
    );
  });

  test('is another for most other seeds', () => {
    const seen = new Set(Array.from({ length: 200 }, (_, seed) => rearranged(9, String(seed)).join()));
    expect(seen.size).toBeGreaterThan(190);
  });
});

describe('the agreement that is believed', () => {
  test.each([6, 7, 8, 9])('is reached by at most 2 of 100 random orders of %i', (count) => {
    let all = 0;
    let enough = 0;
    for (const order of ordersOf(inOrder(count))) {
      all += 1;
      if (kendallTau(order, inOrder(count)) >= agreementFor(count)) enough += 1;
    }
    expect(enough / all).toBeLessThanOrEqual(0.02);
    expect(enough).toBeGreaterThan(1);
  });

  test.each([0, 1, 2, 3, 4, 5])('is the same order of %i', (count) => {
    expect(agreementFor(count)).toBe(kendallTau(inOrder(count), inOrder(count)));
  });

  test('of nine is the one that was weighed', () => {
    expect(agreementFor(9)).toBe(AGREEMENT);
  });
});
