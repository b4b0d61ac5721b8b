import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FieldDefinition, FieldKind, FieldValue } from '../../src/catalog/definition.ts';
import { countFacets, facetFields, MAX_FACET_VALUES } from '../../src/search/facets.ts';

const field = (name: string, kind: FieldKind, facet = true): FieldDefinition => ({
  ...{ name, kind, facet, required: false, description: undefined, filter: false, fullText: false },
});
const products = (name: string, values: readonly FieldValue[]) =>
  values.map((value, place) => ({ id: `p${place}`, fields: { [name]: value } }));

test.each<[string, FieldKind, FieldValue[], [string, number][]]>([
  [
    'most frequent first, then by code unit',
    'String',
    ['b', 'a', 'ä', 'B', 'b', ''],
    [
      ['b', 2],
      ['', 1],
      ['B', 1],
      ['a', 1],
      ['ä', 1],
    ],
  ],
  ['a null counts nowhere', 'String', [null, 'a', null], [['a', 1]]],
  [
    'of a list each text once',
    'StringList',
    [['x', 'x', 'y'], [], ['y', 'z'], null],
    [
      ['y', 2],
      ['x', 1],
      ['z', 1],
    ],
  ],
  [
    'numbers by size, not as texts',
    'Int',
    [10, 9, -1, 100, 9],
    [
      ['9', 2],
      ['-1', 1],
      ['10', 1],
      ['100', 1],
    ],
  ],
  [
    'truth as text',
    'Boolean',
    [true, false],
    [
      ['false', 1],
      ['true', 1],
    ],
  ],
  [
    'names of no meaning',
    'ID',
    ['__proto__', 'constructor', '__proto__'],
    [
      ['__proto__', 2],
      ['constructor', 1],
    ],
  ],
  ['no value at all', 'String', [null], []],
])('%s', (_name, kind, values, expected) => {
  expect(countFacets(products('f', values), [field('f', kind)])).toEqual([
    { field: 'f', values: expected.map(([value, count]) => ({ value, count })) },
  ]);
});

test('fields in the order of the definition, and no others', () => {
  const fields = [field('z', 'String'), field('m', 'String', false), field('a', 'Int')];
  const counted = countFacets([{ id: 'p', fields: { a: 1, m: 'm', z: 'z' } }], facetFields({ fields }));
  expect(counted.map(({ field: name }) => name)).toEqual(['z', 'a']);
});

test('at most 100 values, the most frequent, whatever their number', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 250 }), { maxLength: 1_000 }), (values) => {
      const [{ values: told } = { values: [] }] = countFacets(products('f', values), [field('f', 'Int')]);
      const count = (value: number) => values.filter((one) => one === value).length;
      const all = [...new Set(values)].sort((a, b) => count(b) - count(a) || a - b);
      expect(told).toEqual(
        all.slice(0, MAX_FACET_VALUES).map((value) => ({ value: String(value), count: count(value) })),
      );
    }),
    { numRuns: 50 },
  );
});
