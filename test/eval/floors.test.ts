import { expect, test } from 'vitest';
import { chanceOf } from '../../src/eval/floors.ts';
import type { LabelledQuery } from '../../src/eval/labelled.ts';

const products = Array.from({ length: 20 }, (_, place) => `p${place}`);
const query = (relevant: Record<string, number>, exclude: string[] = []): LabelledQuery => ({
  text: 'x',
  picture: undefined,
  relevant: new Map(Object.entries(relevant)),
  exclude: new Set(exclude),
  about: new Set(),
});

test.each<[string, LabelledQuery[], number, number]>([
  ['one of twenty', [query({ p0: 1 })], 1 / 20, 10 / 20],
  // 1 - (18 choose 10) / (20 choose 10)
  ['two of twenty', [query({ p0: 2, p1: 2 })], 2 / 20, 1 - (10 * 9) / (20 * 19)],
  ['only the highest grade is right', [query({ p0: 2, p1: 1 })], 1 / 20, 10 / 20],
  ['what is taken out is not ranked', [query({ p0: 1, p1: 2 }, ['p1', 'p2'])], 1 / 18, 10 / 18],
  ['more right than can be missed', [query(Object.fromEntries(products.slice(5).map((id) => [id, 1])))], 15 / 20, 1],
  ['the mean of queries', [query({ p0: 1 }), query({})], 1 / 40, 10 / 40],
])('the floor of chance: %s', (_name, queries, first, ten) => {
  const chance = chanceOf(queries, products);
  expect(chance.first).toBeCloseTo(first, 12);
  expect(chance.ten).toBeCloseTo(ten, 12);
});
