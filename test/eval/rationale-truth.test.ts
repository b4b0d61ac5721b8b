import { expect, test } from 'vitest';
import { reaches } from '../../src/eval/demo-floors.ts';
import type { Labels } from '../../src/eval/demo-queries.ts';
import { rationaleReport, rationaleRows } from '../../src/eval/rationale-report.ts';
import { type Claim, claimsIn, isTrue } from '../../src/eval/rationale-truth.ts';
import type { Checked, Reranked } from '../../src/eval/reranked.ts';
import { reasonOf } from '../../src/rerank/pocket-words.ts';

const seen = (labels: Labels) =>
  Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [name, { value, probability: 0.9, confident: true }]),
  );
const said = (wanted: Labels, candidate: Labels) =>
  claimsIn(reasonOf(seen(wanted), seen(candidate)) ?? '')
    .map(({ as, attribute, value }) => `${as} ${attribute} ${value}`)
    .join(', ');

test.each<[string, Labels, Labels, string]>([
  [
    'all of it',
    { kind: 'phone case', print: 'polka dot', color: 'red' },
    { kind: 'phone case', print: 'polka dot', color: 'red' },
    'met kind phone case, met print polka dot, met color red',
  ],
  [
    'what differs',
    { kind: 'mug', print: 'plain', color: 'blue' },
    { kind: 'mug', print: 'tropical leaves', color: 'orange' },
    'met kind mug, instead print tropical leaves, instead color orange, missed print plain, missed color blue',
  ],
  [
    'another kind',
    { kind: 'cap', print: 'cow' },
    { kind: 'backpack', print: 'cow' },
    'met print cow, instead kind backpack, missed kind cap',
  ],
  ['a color alone', { color: 'orange' }, { color: 'orange', kind: 'plate' }, 'met color orange'],
  [
    'no name for nature',
    { print: 'marble', color: 'natural' },
    { print: 'marble', color: 'natural' },
    'met print marble',
  ],
  ['plain', { print: 'plain', color: 'gray' }, { print: 'plain', color: 'gray' }, 'met print plain, met color gray'],
  ['a t-shirt is no shirt', { kind: 't-shirt' }, { kind: 't-shirt' }, 'met kind t-shirt'],
  ['nothing', { kind: 'mug' }, { kind: 'plate' }, ''],
])('what a reason names: %s', (_name, wanted, candidate, named) => {
  expect(said(wanted, candidate)).toBe(named);
});

test('a sentence that is made otherwise names nothing that could be checked', () => {
  expect(claimsIn('It fits.')).toEqual([]);
  expect(claimsIn('A red mug with leopard pattern.')).toEqual([]);
});

test.each<[Claim['as'], string, Labels, Labels, boolean]>([
  ['met', 'mug', { kind: 'mug' }, { kind: 'mug' }, true],
  ['met', 'mug', { kind: 'mug' }, { kind: 'plate' }, false],
  ['met', 'mug', { kind: 'plate' }, { kind: 'mug' }, false],
  ['met', 'mug', {}, { kind: 'mug' }, false],
  ['instead', 'mug', { kind: 'plate' }, { kind: 'mug' }, true],
  ['instead', 'mug', { kind: 'mug' }, { kind: 'mug' }, false],
  ['instead', 'mug', { kind: 'plate' }, { kind: 'vase' }, false],
  ['missed', 'mug', { kind: 'mug' }, { kind: 'plate' }, true],
  ['missed', 'mug', { kind: 'plate' }, { kind: 'plate' }, false],
  ['missed', 'mug', { kind: 'mug' }, { kind: 'mug' }, false],
])('%s "%s" where %j is asked and %j is there: %s', (as, value, asks, shows, truth) => {
  expect(isTrue({ as, value, attribute: 'kind' }, asks, shows)).toBe(truth);
});

test('a color that is named of a natural print is false', () => {
  const brown: Claim = { as: 'met', attribute: 'color', value: 'brown' };
  expect(isTrue(brown, { color: 'brown' }, { color: 'natural' })).toBe(false);
});

test('shares are of all that is named, and of each attribute', () => {
  const check = (attribute: Checked['attribute'], right: boolean): Checked => ({ attribute, right });
  const quality = { first: 1, hit: 1, ndcg: 1 };
  const one = (id: string, rationale: Checked[], reasons: Checked[]): Reranked => ({
    ...{ about: new Set([id]), before: quality, after: quality, rationale, reasons },
  });
  const reranked = [
    one('a', [check('kind', true), check('print', true)], [check('kind', true), check('color', false)]),
    one('b', [check('kind', true)], []),
    one('c', [check('print', false)], [check('color', true), check('color', true)]),
  ];
  const [first, nine] = rationaleRows([{ name: 'task', reranked }]);
  expect(first).toMatchObject({ count: 4, value: 0.75, floor: { least: 0.95 } });
  expect(first!.interval![0]).toBeLessThan(0.75);
  expect(nine).toMatchObject({ count: 4, value: 0.75 });
  const rows = rationaleReport([{ name: 'task', reranked }]).filter((line) => line.startsWith('| task |'));
  expect(rows.map((row) => row.replace(/ \[.*?\]/g, ''))).toEqual([
    '| task | named of | kind | print | color | together |',
    '| task | first hit (rationale) | 1.000 of 2 | 0.500 of 2 | none | 0.750 of 4 |',
    '| task | all nine (reasons) | 1.000 of 1 | none | 0.667 of 3 | 0.750 of 4 |',
  ]);
  // Who says nothing true reaches no floor.
  for (const row of rationaleRows([{ name: 'silent', reranked: [one('a', [], [])] }])) {
    expect(row.count).toBe(0);
    expect(reaches(row.value, row.floor!)).toBe(false);
  }
  expect(rationaleReport([{ name: 'silent', reranked: [one('a', [], [])] }])).toEqual([]);
});
