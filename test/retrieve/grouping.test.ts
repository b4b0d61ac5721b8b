import { describe, expect, test } from 'vitest';
import { type Candidate, Crowding, firstProducts, MOST_ROWS } from '../../src/retrieve/grouping.ts';

const row = (productId: string, ordinal: number, score: number): Candidate<undefined> => ({
  productId,
  ordinal,
  score,
  place: undefined,
});

/** Searches these rows, best first, and tells how many were asked for each time. */
function searched(rows: readonly Candidate<undefined>[]) {
  const limits: number[] = [];
  const nearest = async (queries: readonly number[], limit: number) => {
    limits.push(limit);
    return queries.map(() => rows.slice(0, limit));
  };
  return { limits, nearest };
}

describe('crowding', () => {
  test('a product of fifty like pictures does not make the next deep search ask for fifty times its products', async () => {
    const crowding = new Crowding();
    const { nearest } = searched([
      ...Array.from({ length: 50 }, (_, ordinal) => row('crowd', ordinal, 1)),
      row('b', 0, 0.5),
      row('c', 0, 0.4),
    ]);
    const [found] = await firstProducts(1, [undefined], crowding, nearest);
    expect(found!.map(({ productId }) => productId)).toEqual(['crowd']);
    await firstProducts(2, ['crowd'], crowding, nearest);
    expect(crowding.rowsFor(1000)).toBeLessThanOrEqual(4001);
  });

  test('what is learned is asked for at once the next time', async () => {
    const crowding = new Crowding();
    const rows = Array.from({ length: 400 }, (_, n) => row(`p${Math.floor(n / 3)}`, n % 3, 1 - n / 1000));
    const first = searched(rows);
    await firstProducts(20, [undefined], crowding, first.nearest);
    const second = searched(rows);
    await firstProducts(20, [undefined], crowding, second.nearest);
    expect([first.limits.length, second.limits.length]).toEqual([2, 1]);
  });
});

test('a catalog of equals is not read whole: those read come by id', async () => {
  const rows = Array.from({ length: 2 * MOST_ROWS }, (_, n) => row(`p${String(99_999 - n)}`, 0, 1));
  const { limits, nearest } = searched(rows);
  const [found] = await firstProducts(3, [undefined], new Crowding(1), nearest);
  expect(Math.max(...limits)).toBe(MOST_ROWS);
  const first = 99_999 - MOST_ROWS + 1;
  expect(found!.map(({ productId }) => productId)).toEqual([`p${first}`, `p${first + 1}`, `p${first + 2}`]);
});
