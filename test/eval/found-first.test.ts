import { expect, test } from 'vitest';
import type { Asked } from '../../src/eval/asked.ts';
import { found, lostRow, taskRows } from '../../src/eval/found-first.ts';

/** A query that finds products in the order of `order`; `right` answers it. */
const asked = (order: string, right: string): Asked => ({
  query: {
    text: 'words',
    picture: undefined,
    relevant: new Map([[right, 1]]),
    exclude: new Set(),
    about: new Set([right]),
  },
  vectors: { text: Float32Array.from(order, (letter) => letter.charCodeAt(0)) },
  wanted: {},
});
/** The vector is the ranking; with titles everything is found. */
const index = {
  best: (vector: Float32Array, _exclude: ReadonlySet<string>, by: string, depth: number) => {
    const ids = [...vector].map((code) => String.fromCharCode(code));
    return (by === 'image' ? ids : ids.toReversed()).slice(0, depth).map((id) => ({ id, score: 0 }));
  },
};

test('the first hit, and the first nine', () => {
  const queries = [asked('abc', 'a'), asked('bac', 'a'), asked('bcdefghija', 'a')];
  expect(found(queries, index).map(({ first, hit }) => [first, hit])).toEqual([
    [1, 1],
    [0, 1],
    [0, 0],
  ]);
  const rows = taskRows('task', queries, index, { first: { least: 0.8 }, nine: 'no floor' });
  expect(rows.map(({ figure, count, value, titled, floor }) => [figure, count, value, titled, floor])).toEqual([
    ['P@1', 3, 1 / 3, 1 / 3, { least: 0.8 }],
    ['Hit@9', 3, 2 / 3, 1, undefined],
  ]);
});

test('what is lost is counted query by query', () => {
  const plain = [asked('ab', 'a'), asked('bc', 'b'), asked('xc', 'c'), asked('de', 'd')];
  // One is lost, one is won, two stay.
  const changed = [asked('ba', 'a'), asked('bc', 'b'), asked('cx', 'c'), asked('de', 'd')];
  const row = (after: Asked[]) => lostRow('task, changed', { plain, changed: after, floor: { most: 0.15 } }, index);
  expect(row(changed)).toMatchObject({ name: 'task, changed', figure: 'P@1 lost', count: 4, value: 0 });
  const [low, high] = row(changed).interval!;
  expect(low).toBeLessThan(0);
  expect(high).toBeGreaterThan(0);
  expect(row(plain)).toMatchObject({ value: 0, interval: [0, 0] });
  expect(row([changed[0]!, ...plain.slice(1)])).toMatchObject({ value: 0.25, titled: -0.25 });
});
