import { describe, expect, test } from 'vitest';
import { bootstrap, groupsOf } from '../../src/eval/bootstrap.ts';
import { mean } from '../../src/eval/metrics.ts';

test.each<[string, string[], number[][]]>([
  ['none', [], []],
  ['strangers', ['a', 'b', 'c'], [[0], [1], [2]]],
  ['one shared', ['a b', 'c', 'b d'], [[0, 2], [1]]],
  ['through others', ['a', 'c', 'a b', 'b c', 'x'], [[0, 1, 2, 3], [4]]],
  ['no product at all', ['', 'a', ''], [[0], [1], [2]]],
])('groups of products: %s', (_name, about, expected) => {
  const groups = groupsOf(about.map((ids) => new Set(ids.split(' ').filter(Boolean))));
  expect(groups.map((group) => group.toSorted()).sort()).toEqual(expected);
});

describe('the interval of a mean', () => {
  const values = Array.from({ length: 100 }, (_, place) => Number(place % 10 < 3));
  const alone = values.map((_, place) => [place]);

  test('is that of the normal approximation where all are independent', () => {
    const [low, high] = bootstrap(values, alone)!;
    const spread = 1.96 * Math.sqrt((0.3 * 0.7) / 100);
    expect(low).toBeCloseTo(0.3 - spread, 1);
    expect(high).toBeCloseTo(0.3 + spread, 1);
  });

  test('is wider where tens stand and fall together', () => {
    const sorted = values.toSorted();
    const tens = Array.from({ length: 10 }, (_, ten) => Array.from({ length: 10 }, (_none, at) => 10 * ten + at));
    const [low, high] = bootstrap(sorted, tens)!;
    const [near, far] = bootstrap(sorted, alone)!;
    expect(high - low).toBeGreaterThan(2 * (far - near));
  });

  test('weighs groups by their size', () => {
    const [low, high] = bootstrap([1, 1, 1, 0], [[0, 1, 2], [3]])!;
    expect([low, high]).toEqual([0, 1]);
    expect(mean([low, high])).toBe(0.5);
  });

  test('is the same every time', () => {
    expect(bootstrap(values, alone)).toEqual(bootstrap(values, alone));
  });

  test.each([
    ['none', [], []],
    ['one group', [1, 0], [[0, 1]]],
  ])('is not there of %s', (_name, some, groups) => {
    expect(bootstrap(some, groups)).toBeNull();
  });
});
