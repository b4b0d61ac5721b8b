import { expect, test } from 'vitest';
import { DEMO_FLOORS, reaches } from '../../src/eval/demo-floors.ts';
import { figuresTable, floorsTable, measured, verdict } from '../../src/eval/floors-table.ts';

test.each<[string, number, [number, number] | null, { least?: number; most?: number }, string]>([
  ['above', 0.9, [0.85, 0.95], { least: 0.8 }, 'reached'],
  ['at the floor', 0.8, [0.8, 0.8], { least: 0.8 }, 'reached'],
  ['a sum that is off by a bit', 0.1 + 0.7 - 1e-16, null, { least: 0.8 }, 'reached'],
  ['below', 0.7, [0.65, 0.75], { least: 0.8 }, 'missed'],
  ['above, unsure', 0.82, [0.75, 0.88], { least: 0.8 }, 'reached, the interval includes the floor'],
  ['below, unsure', 0.78, [0.7, 0.85], { least: 0.8 }, 'missed, the interval includes the floor'],
  ['a loss within its bound', 0.1, [0.05, 0.14], { most: 0.15 }, 'reached'],
  ['a gain is no loss', -0.1, [-0.2, 0], { most: 0.05 }, 'reached'],
  ['a loss beyond it', 0.3, [0.2, 0.4], { most: 0.15 }, 'missed'],
  ['a loss, unsure', 0.2, [0.1, 0.3], { most: 0.15 }, 'missed, the interval includes the floor'],
  ['nothing measured', Number.NaN, null, { least: 0.8 }, 'missed'],
])('%s', (_name, value, interval, floor, told) => {
  expect(verdict(value, interval, floor)).toBe(told);
});

test('the floors of the issue are those that the table holds against', () => {
  expect(reaches(45 / 50, DEMO_FLOORS.leopard)).toBe(true);
  expect(reaches(44 / 50, DEMO_FLOORS.leopard)).toBe(false);
  expect(reaches(35 / 50, DEMO_FLOORS.everyPrint)).toBe(true);
  expect(reaches(34 / 50, DEMO_FLOORS.everyPrint)).toBe(false);
});

test('rows say what is asked, how much, how sure, and which floors were missed', () => {
  const lines = floorsTable([
    { name: 'text', figure: 'P@1', count: 20, value: 0.95, interval: [0.85, 1], titled: 1, floor: { least: 0.9 } },
    { name: '- of these, others', figure: 'P@1', count: 10, value: 0.5, interval: null },
    { name: 'letters', figure: 'P@1 lost', count: 20, value: 0.2, interval: [0.1, 0.3], floor: { most: 0.05 } },
    { name: 'the graphs', figure: 'MB', value: 4, interval: null, floor: { most: 4 } },
  ]);
  expect(lines.slice(2)).toEqual([
    '| text | P@1 | 20 | 0.950 | [0.850, 1.000] | at least 0.90 | reached, the interval includes the floor | 1.000 |',
    '| - of these, others | P@1 | 10 | 0.500 |  |  |  |  |',
    '| letters | P@1 lost | 20 | 0.200 | [0.100, 0.300] | at most 0.05 | missed |  |',
    '| the graphs | MB |  | 4.000 |  | at most 4.00 | reached |  |',
    '',
    '2 of 3 floors reached. Missed: letters (P@1 lost).',
  ]);
});

test('rows of a model that the floors are not for say how much, and not whether it is enough', () => {
  const lines = figuresTable([
    { name: 'text', figure: 'P@1', count: 20, value: 0.95, interval: [0.85, 1], titled: 1, floor: { least: 0.9 } },
    { name: 'the graphs', figure: 'MB', value: 4, interval: null, floor: { most: 4 } },
  ]);
  expect(lines).toEqual([
    '| what is asked | figure | of | value | 95 % interval | with titles |',
    '|---|---|---|---|---|---|',
    '| text | P@1 | 20 | 0.950 | [0.850, 1.000] | 1.000 |',
    '| the graphs | MB |  | 4.000 |  |  |',
  ]);
});

test('pictures count each by itself, queries by the products they share', () => {
  const values = [1, 1, 1, 1, 0, 0, 0, 0];
  const of = (about?: ReadonlySet<string>[]) => measured({ name: '', figure: '' }, values, about);
  const shared = values.map((value) => new Set([`p${value}`]));
  const [low, high] = of().interval!;
  expect(of()).toMatchObject({ count: 8, value: 0.5 });
  expect([low, high].every((end) => end > 0 && end < 1)).toBe(true);
  // Two products, and each may be drawn twice.
  expect(of(shared).interval).toEqual([0, 1]);
});
