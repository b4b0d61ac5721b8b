import { describe, expect, test } from 'vitest';
import { found } from '../../src/eval/quality-table.ts';

describe('what a query found', () => {
  const log = Math.log2;
  test.each<[string, number[], number[], { first: number; ten: number; reciprocal: number; ndcg: number }]>([
    ['the best order', [2, 1, 0], [1, 2], { first: 1, ten: 1, reciprocal: 1, ndcg: 1 }],
    [
      'the lesser first',
      [1, 2],
      [2, 1],
      { first: 0, ten: 1, reciprocal: 0.5, ndcg: (1 + 3 / log(3)) / (3 + 1 / log(3)) },
    ],
    ['the tenth', [...zeros(9), 2], [2], { first: 0, ten: 1, reciprocal: 0.1, ndcg: 1 / log(11) }],
    ['the eleventh', [...zeros(10), 2], [2], { first: 0, ten: 0, reciprocal: 1 / 11, ndcg: 0 }],
    [
      'two alike',
      [0, 2, 2],
      [2, 2],
      { first: 0, ten: 1, reciprocal: 0.5, ndcg: (1 / log(3) + 0.5) / (1 + 1 / log(3)) },
    ],
    ['nothing right there', [0, 0], [], { first: 0, ten: 0, reciprocal: 0, ndcg: 0 }],
  ])('%s', (_name, ranked, relevant, { ndcg, ...exact }) => {
    const { ndcg: got, ...rest } = found(ranked, relevant);
    expect(rest).toEqual(exact);
    expect(got).toBeCloseTo(ndcg, 12);
  });
});
function zeros(length: number): number[] {
  return Array.from({ length }, () => 0);
}
