import { expect, test } from 'vitest';
import type { Kind, Print } from '../../src/demo/vocabulary.ts';
import type { Asked } from '../../src/eval/asked.ts';
import { printRows, printTable } from '../../src/eval/print-floors.ts';

/** A query for a kind in leopard whose right product is found at that place, the first being 0. */
const asked = (kind: Kind, place: number, read: Print = 'leopard'): Asked => ({
  query: {
    text: 'words',
    picture: undefined,
    relevant: new Map([[`p${place}`, 1]]),
    exclude: new Set(),
    about: new Set(),
    asks: { kind, print: 'leopard' },
    shows: { print: 'leopard' },
  },
  vectors: { text: new Float32Array() },
  wanted: {},
  seen: { print: { value: read, probability: 1, confident: true } },
});
const index = {
  best: (_vector: Float32Array, _exclude: ReadonlySet<string>, _by: string, depth: number) =>
    Array.from({ length: depth }, (_, place) => ({ id: `p${place}`, score: 0 })),
};
const [RIGHT, NINTH, BEYOND] = [0, 8, 9];

test.each<[string, Asked[], string]>([
  ['nobody was asked for twice', [asked('mug', NINTH), asked('cap', RIGHT)], '| 2 | 0.50 | 1.00 | 1.00 |  | missed |'],
  [
    'once is chance, twice is a kind',
    [asked('mug', BEYOND), asked('cap', RIGHT), asked('cap', RIGHT), asked('cap', RIGHT, 'cow')],
    '| 4 | 0.75 | 0.75 | 0.75 | cap 3 of 3 | reached |',
  ],
  [
    'the share counts, not how many are right',
    [
      ...[asked('mug', RIGHT), asked('cap', NINTH), asked('cap', NINTH), asked('mug', NINTH)],
      ...[asked('cap', RIGHT), asked('cap', RIGHT), asked('cap', RIGHT)],
    ],
    '| 7 | 0.57 | 1.00 | 1.00 | mug 1 of 2 | missed |',
  ],
  [
    'of as weak ones the first',
    [asked('rug', BEYOND), asked('mug', BEYOND), asked('mug', BEYOND), asked('rug', BEYOND)],
    '| 4 | 0.00 | 0.00 | 1.00 | rug 0 of 2 | missed |',
  ],
])('a print, its kinds and the weakest of them: %s', (_name, queries, row) => {
  const prints = new Map([['leopard', queries]] as const);
  const lines = printTable(prints, index, true);
  expect(lines[0]).toBe('| subject in | queries | P@1 | Hit@9 | print read | weakest kind | at least 0.70 |');
  expect(lines.slice(2)).toEqual([`| leopard ${row}`]);
  // Of another model than the demo's there is no verdict.
  expect(printTable(prints, index, false)[2]).toBe(`| leopard ${row.replace(/(reached|missed) \|$/, '')}`.trimEnd());
});

test('the leopards, and the print that fares worst', () => {
  const prints = new Map<Print, Asked[]>([
    ['leopard', [asked('mug', RIGHT), asked('mug', NINTH)]],
    ['cow', [asked('mug', RIGHT), asked('mug', BEYOND), asked('mug', NINTH)]],
    ['zebra', [asked('mug', RIGHT)]],
  ]);
  expect(printRows([asked('phone case', RIGHT)], prints, index)).toMatchObject([
    { name: 'leopard + "phone case with this"', count: 1, value: 1 },
    { name: 'the weakest print with "X with this": cow', count: 3, value: 1 / 3 },
  ]);
});
