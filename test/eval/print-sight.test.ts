import { expect, test } from 'vitest';
import { hasNaturalColor, PRINTS, type Print } from '../../src/demo/vocabulary.ts';
import { DEMO_FLOORS } from '../../src/eval/demo-floors.ts';
import { type Sight, sightsOf, unmetRows, unmetSights, unmetTable } from '../../src/eval/print-sight.ts';
import { SeeingEncoder, type Seen, stagesOf } from './seeing-encoder.ts';

const NATURAL = PRINTS.filter(hasNaturalColor);

/** Of one print, what was read of its subjects and of its products. */
const sights = (print: Print, subjects: (string | undefined)[], products: (string | undefined)[] = []): Sight[] => [
  ...subjects.map((read) => ({ print, on: 'subject', read }) as const),
  ...products.map((read) => ({ print, on: 'product', read }) as const),
];

const cellsOf = (print: Print, some: readonly Sight[]) =>
  unmetTable(some)
    .find((line) => line.startsWith(`| ${print} |`))!
    .slice(2, -2)
    .split(' | ')
    .slice(1);

test.each<[string, Sight[], string[]]>([
  ['all right', sights('cow', ['cow'], ['cow']), ['2', '1.00', '1.00', '1.00', '']],
  ['half of the products', sights('cow', ['cow', 'cow'], ['cow', 'zebra']), ['4', '0.75', '1.00', '0.50', 'zebra 1']],
  ['mostly one mistake', sights('cow', ['zebra'], ['marble', 'marble']), ['3', '0.00', '0.00', '0.00', 'marble 2']],
  ['of as many the first', sights('cow', ['zebra'], ['marble']), ['2', '0.00', '0.00', '0.00', 'zebra 1']],
  ['a head that says nothing', sights('cow', [undefined], ['cow']), ['2', '0.50', '0.00', '1.00', 'nothing 1']],
  [
    'other prints are told by themselves',
    sights('cow', ['cow'], ['cow']).concat(sights('tiger', ['cow'])),
    [...['2', '1.00', '1.00', '1.00', '']],
  ],
])('a print of the table: %s', (_name, some, expected) => {
  expect(cellsOf('cow', some)).toEqual(expected);
});

test('leopards, and all natural prints together, are held against floors', () => {
  const some = sights('leopard', ['leopard', 'leopard', 'cow'], ['leopard']).concat(sights('cow', ['cow'], ['zebra']));
  // 3 of 4 leopards; of both prints 4 of 6.
  expect(unmetRows(some)).toMatchObject([
    { name: 'leopard of the withheld generator', count: 4, value: 3 / 4, floor: DEMO_FLOORS.unmetLeopard },
    { name: 'natural prints of the withheld generator', count: 6, value: 4 / 6, floor: DEMO_FLOORS.unmetNatural },
  ]);
});

test.each<[string, Seen, Record<'leopard' | 'natural' | 'mistaken', number | string>]>([
  ['sees leopards everywhere', { print: 'leopard' }, { leopard: 1, natural: 1 / 10, mistaken: 'leopard 2' }],
  ['sees kinds alone', { kind: 'mug' }, { leopard: 0, natural: 0, mistaken: 'nothing 2' }],
])('an encoder that %s', async (_name, seen, { leopard, natural, mistaken }) => {
  const drawings: string[] = [];
  const encoder = new SeeingEncoder((picture) => {
    drawings.push(picture);
    return seen;
  });
  const { signal } = new AbortController();
  const found = await unmetSights(stagesOf(encoder), 2, { signal });
  expect(found).toHaveLength(sightsOf(2));
  expect(found.map(({ print, on }) => `${print} ${on}`)).toEqual(
    NATURAL.flatMap((print) => [`${print} subject`, `${print} product`]),
  );
  expect(new Set(drawings).size).toBe(sightsOf(2));
  // The generator that training never meets draws with pixels.
  expect(drawings.filter((svg) => !svg.includes('<image'))).toEqual([]);
  expect(unmetRows(found).map(({ value }) => value)).toEqual([leopard, natural]);
  expect(cellsOf('zebra', found)).toEqual(['2', '0.00', '0.00', '0.00', mistaken]);
});
