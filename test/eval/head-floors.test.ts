import { expect, test } from 'vitest';
import { ask } from '../../src/eval/asked.ts';
import { DEMO_FLOORS } from '../../src/eval/demo-floors.ts';
import type { Labels } from '../../src/eval/demo-queries.ts';
import { headRows } from '../../src/eval/head-floors.ts';
import { SeeingEncoder, type Seen, stagesOf } from './seeing-encoder.ts';

/** A picture is what is seen in it, as JSON. */
const encoder = new SeeingEncoder((picture) => JSON.parse(picture) as Seen);

const query = (shows?: Labels, seen: Seen = {}) => ({
  text: 'words',
  picture: shows && (async () => Buffer.from(JSON.stringify(seen))),
  relevant: new Map([['p', 1]]),
  exclude: new Set<string>(),
  about: new Set(['p']),
  ...(shows && { shows }),
});

const MUG = { kind: 'mug', print: 'leopard', color: 'red' } as const;
const FUR = { print: 'leopard', color: 'natural' } as const;
const words = query();
const mug = (wrong: Seen = {}) => query(MUG, { ...MUG, ...wrong });
const fur = (wrong: Seen = {}) => query(FUR, { ...FUR, ...wrong });

/** Of products the print, of subjects the print, of products the kind and the color, of subjects the color. */
type Read = [print: string, subjectPrint: string, kind: string, color: string, subjectColor: string];

test.each<[string, ReturnType<typeof query>[], Read]>([
  ['words alone show nothing', [words], ['NaN of 0', 'NaN of 0', 'NaN of 0', 'NaN of 0', 'NaN of 0']],
  [
    'each head is judged by itself, on pictures alone',
    [mug(), mug({ print: 'cow', color: 'blue' }), mug({ kind: 'cap', color: 'teal' }), words, mug({ color: 'pink' })],
    ['0.75 of 4', 'NaN of 0', '0.75 of 4', '0.25 of 4', 'NaN of 0'],
  ],
  [
    'what is of no kind is a subject, whichever kind is seen in it',
    [mug(), fur(), fur({ kind: 'mug', print: 'cow' }), fur({ print: 'tiger' }), fur({ print: 'cow', color: 'red' })],
    ['1 of 1', '0.25 of 4', '1 of 1', '1 of 1', '0.75 of 4'],
  ],
  ['heads that say nothing are wrong', [query(MUG), query(FUR)], ['0 of 1', '0 of 1', '0 of 1', '0 of 1', '0 of 1']],
])('%s', async (_name, queries, read) => {
  const { signal } = new AbortController();
  const rows = headRows(await ask(queries, stagesOf(encoder), { signal }));
  expect(rows.map(({ name, figure, floor }) => [name, figure, floor])).toEqual([
    ['pictures of products', 'print read', DEMO_FLOORS.printOfProducts],
    ['pictures of subjects', 'print read', DEMO_FLOORS.printOfSubjects],
    ['pictures of products', 'kind read', undefined],
    ['pictures of products', 'color read', undefined],
    ['pictures of subjects', 'color read', undefined],
  ]);
  expect(rows.map(({ value, count }) => `${value} of ${count}`)).toEqual(read);
});
