import { describe, expect, test } from 'vitest';
import type { FieldDefinition, FieldKind } from '../../src/catalog/definition.ts';
import type { Filter } from '../../src/retrieve/filter.ts';
import { MAX_FILTER_LEVELS, MAX_FILTER_TESTS, MAX_IN_VALUES, toFilter } from '../../src/search/product-filter.ts';

const field = (name: string, kind: FieldKind, filter = true): FieldDefinition => ({
  name,
  kind,
  filter,
  required: false,
  description: undefined,
  facet: false,
  fullText: false,
});
const FIELDS = [
  field('category', 'String'),
  field('count', 'Int'),
  field('price', 'Float'),
  field('flag', 'Boolean'),
  field('at', 'DateTime'),
  field('tags', 'StringList'),
  field('hidden', 'String', false),
];
const of = (name: string) => {
  const { kind } = FIELDS.find((one) => one.name === name)!;
  return { name, kind };
};
const ID = { name: 'id', kind: 'ID' };
type Input = Record<string, unknown>;

describe('a filter that was sent', () => {
  test.each<[string, Input, unknown]>([
    ['nothing is everything', {}, { op: 'and', filters: [] }],
    ['of a field too', { price: {} }, { op: 'and', filters: [] }],
    ['one test', { category: { eq: 'x' } }, { op: 'eq', field: of('category'), value: 'x' }],
    ['an id', { id: { in: ['1', '2'] } }, { op: 'in', field: ID, values: ['1', '2'] }],
    ['a list of none', { category: { in: [] } }, { op: 'in', field: of('category'), values: [] }],
    ['a start', { category: { startsWith: '' } }, { op: 'startsWith', field: of('category'), value: '' }],
    ['an element', { tags: { has: '' } }, { op: 'has', field: of('tags'), value: '' }],
    ['a boolean', { flag: { eq: false } }, { op: 'eq', field: of('flag'), value: false }],
    ['no value', { flag: { isNull: false } }, { op: 'isNull', field: of('flag'), value: false }],
    ['a time', { at: { lt: new Date(86_400_000) } }, { op: 'lt', field: of('at'), value: 86_400_000 }],
    ['a variable left out', { price: { gt: undefined }, category: undefined }, { op: 'and', filters: [] }],
    [
      'several operators and fields',
      { price: { gte: 1, lt: 2.5 }, id: { eq: 'a' } },
      {
        op: 'and',
        filters: [
          { op: 'gte', field: of('price'), value: 1 },
          { op: 'lt', field: of('price'), value: 2.5 },
          { op: 'eq', field: ID, value: 'a' },
        ],
      },
    ],
    [
      'and, or, not',
      { or: [{ count: { eq: 1 } }, { and: [] }], not: { or: [] } },
      {
        op: 'and',
        filters: [
          {
            op: 'or',
            filters: [
              { op: 'eq', field: of('count'), value: 1 },
              { op: 'and', filters: [] },
            ],
          },
          { op: 'not', filter: { op: 'or', filters: [] } },
        ],
      },
    ],
  ])('%s', (_, input, filter) => {
    expect(toFilter(input, FIELDS)).toEqual(filter);
  });

  const levels = (count: number): Input => (count === 0 ? {} : { not: levels(count - 1) });
  const tests = (count: number) => ({ or: Array.from({ length: count }, (_, n) => ({ count: { eq: n } })) });
  const values = (count: number) => Array.from({ length: count }, (_, n) => String(n));

  test.each<[string, Input, string, string?]>([
    ['null for a value', { price: { eq: null } }, 'filter.price.eq', 'isNull: true'],
    ['null for a list', { category: { in: null } }, 'filter.category.in', 'isNull: true'],
    ['null for isNull', { price: { isNull: null } }, 'filter.price.isNull', 'Leave isNull out.'],
    ['null for a field', { price: null }, 'filter.price', 'price: { isNull: true }'],
    ['null for and', { and: null }, 'filter.and', 'Leave and out.'],
    ['null for not', { not: null }, 'filter.not', 'Leave not out.'],
    ['null deep inside', { or: [{}, { not: { price: { lte: null } } }] }, 'filter.or[1].not.price.lte'],
    ['a field that is not there', { size: { eq: 1 } }, 'filter.size', 'price'],
    ['a field without @filter', { hidden: { eq: 'x' } }, 'filter.hidden'],
    ['a test that is not there', { flag: { lt: true } }, 'filter.flag.lt', 'eq, isNull'],
    ['a number that is none', { price: { eq: Number.NaN } }, 'filter.price.eq'],
    ['a number without end', { price: { lt: Number.POSITIVE_INFINITY } }, 'filter.price.lt'],
    ['an Int of more than 32 bits', { count: { eq: 2 ** 31 } }, 'filter.count.eq'],
    ['half an Int', { count: { eq: 0.5 } }, 'filter.count.eq'],
    ['a time that is none', { at: { gt: new Date(Number.NaN) } }, 'filter.at.gt'],
    ['a long text', { category: { eq: 'a'.repeat(2001) } }, 'filter.category.eq', '2000'],
    ['half a character', { category: { in: ['a', '\ud83d'] } }, 'filter.category.in[1]'],
    ['a long list', { category: { in: values(MAX_IN_VALUES + 1) } }, 'filter.category.in'],
    ['too many tests', tests(MAX_FILTER_TESTS + 1), 'filter'],
    ['too many filters of nothing', { and: Array.from({ length: MAX_FILTER_TESTS + 1 }, () => ({})) }, 'filter'],
    ['too many levels', levels(MAX_FILTER_LEVELS + 1), 'filter', 'smaller'],
    ['too many values', { and: Array.from({ length: 6 }, () => ({ category: { in: values(1000) } })) }, 'filter'],
  ])('%s is refused by its path', (_, input, argument, remedy = '') => {
    expect(() => toFilter(input, FIELDS)).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT', argument, remedy: expect.stringContaining(remedy) }),
    );
  });

  test.each<[string, Input]>([
    ['levels', levels(MAX_FILTER_LEVELS)],
    ['tests', tests(MAX_FILTER_TESTS)],
    ['values', { category: { in: values(MAX_IN_VALUES) } }],
    ['text', { category: { eq: 'a'.repeat(2000) } }],
  ])('as many %s as may be', (_, input) => {
    expect((toFilter(input, FIELDS) satisfies Filter).op).toBeDefined();
  });

  test('paths begin with what the client calls it', () => {
    expect(() => toFilter({ price: { eq: null } }, FIELDS, 'where.filter')).toThrow(
      expect.objectContaining({ argument: 'where.filter.price.eq' }),
    );
  });
});
