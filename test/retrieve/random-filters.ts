import fc from 'fast-check';
import type { FieldDefinition, FieldValue } from '../../src/catalog/definition.ts';
import type { Filter, FilterField, FilterTest } from '../../src/retrieve/filter.ts';

/** Random products and filters of one catalog, and a reading of filters that shares nothing with the stores'. */

export interface FilteredProduct {
  readonly id: string;
  /** By the names of FILTER_FIELDS. */
  readonly fields: Readonly<Record<string, FieldValue>>;
}

const field = (name: string, kind: FieldDefinition['kind']): FieldDefinition => ({
  name,
  kind,
  required: false,
  description: undefined,
  filter: true,
  facet: false,
  fullText: false,
});
/** A field of each kind; names that are words of SQL, of Milvus or of our own columns, in upper and lower case. */
export const FILTER_FIELDS: readonly FieldDefinition[] = [
  field('Category', 'String'),
  field('key', 'String'),
  field('author', 'ID'),
  field('count', 'Int'),
  field('price', 'Float'),
  field('true', 'Boolean'),
  field('at', 'DateTime'),
  field('in', 'StringList'),
];
export const ID: FilterField = { name: 'id', kind: 'ID' };

/** Whatever has a meaning to somebody, and what differs by one such thing. No lone surrogates: they are no text. */
export const NASTY: readonly string[] = [
  '',
  ' ',
  'a',
  'A',
  'ab',
  'a%',
  'a%b',
  'a_b',
  'a*b',
  '%',
  '_',
  '"',
  "'",
  '`',
  '\\',
  '\\\\',
  '\\"',
  "\\'",
  '\\n',
  '\n',
  '\r\n',
  '\t',
  '\\u0001',
  '\u0001',
  '\u0001\u0001',
  '\u0001a',
  '\u0002',
  '\u001b[0m',
  '\u007f',
  '{x}',
  '{}',
  '$x',
  ':x',
  '?',
  '[1, 2]',
  'null',
  'NULL',
  'true',
  '0',
  '" or 1==1 or "',
  "' OR 1=1 --",
  "'; DROP TABLE t; --",
  '" || ordinal >= 0 || "',
  'f_key',
  '/* */',
  '--',
  'é',
  'e\u0301',
  'ß',
  'İ',
  'ÿ',
  '\u00a0',
  '\u2028',
  '\ud7ff',
  '\ud7ffa',
  '\ue000',
  '\ufeff',
  '\ufffd',
  '\uffff',
  '😀',
  '😀😀',
  '👩‍👩‍👧',
  '\u{10000}',
  '\u{10ffff}',
  '\u{10ffff}\u{10ffff}',
  'a\u{10ffff}',
  'a\u{10ffff}b',
  'b',
  '漢字',
];
const INTS = [0, 1, -1, 7, 255, 2 ** 31 - 1, -(2 ** 31), 2 ** 24 + 1];
const FLOATS = [
  ...[0, -0, 1, -1, 0.1, 0.1 + 0.2, 1e-7, -1e-7, 1e21, 123_456_789_012_345_680_000, 2 ** 53, 2 ** 53 + 2, 12.5],
  ...[1e308, Number.MAX_VALUE, 5e-324, -5e-324, 2.2250738585072014e-308, -1.7976931348623155e308, 16_777_217],
];
const TIMES = [0, -1, 1, 1_764_000_000_000, 1_764_000_000_001, 8.64e15, -8.64e15];

const text = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...NASTY) }, fc.string({ unit: 'binary', maxLength: 3 }));
const id = text.filter((made) => made !== '' && !made.includes('\0'));
const int = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...INTS) }, fc.integer());
const float = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...FLOATS) },
  // Milvus can't hold the lowest one.
  fc.double({ noDefaultInfinity: true, noNaN: true }).filter((made) => made !== -Number.MAX_VALUE),
);
const time = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...TIMES) }, fc.integer({ min: -8.64e15, max: 8.64e15 }));

function anyOf(kind: FieldDefinition['kind']): fc.Arbitrary<NonNullable<FieldValue>> {
  switch (kind) {
    case 'Int':
      return int;
    case 'Float':
      return float;
    case 'Boolean':
      return fc.boolean();
    case 'DateTime':
      return time;
    case 'StringList':
      return fc.array(text, { maxLength: 4 });
    default:
      return text;
  }
}

/** A third of the values is not there. */
export const randomProducts = (count: number, seed: number): FilteredProduct[] =>
  fc
    .sample(
      fc.uniqueArray(
        fc.record({
          id,
          fields: fc.record(
            Object.fromEntries(
              FILTER_FIELDS.map(({ name, kind }) => [name, fc.option<FieldValue>(anyOf(kind), { freq: 3 })]),
            ),
          ),
        }),
        { minLength: count, maxLength: count, selector: (product) => product.id, size: 'max' },
      ),
      { numRuns: 1, seed },
    )
    .flat();

/** The first code points of a text. */
const start = fc.tuple(text, fc.nat(3)).map(([whole, length]) => Array.from(whole).slice(0, length).join(''));

function testsOf(about: FilterField): fc.Arbitrary<FilterTest>[] {
  const { name, kind } = about;
  const field = { name, kind };
  const isNull = fc.boolean().map((value): FilterTest => ({ op: 'isNull', field, value }));
  if (kind === 'StringList') return [isNull, text.map((value): FilterTest => ({ op: 'has', field, value }))];
  const value = (
    name === 'id' ? id : kind === 'Float' ? fc.oneof(float, fc.constant(-Number.MAX_VALUE)) : anyOf(kind)
  ) as fc.Arbitrary<string | number | boolean>;
  const equal = fc
    .tuple(fc.constantFrom('eq' as const, 'ne' as const), value)
    .map(([op, value]): FilterTest => ({ op, field, value }));
  const among = fc.array(value, { maxLength: 6 }).map((values): FilterTest => ({ op: 'in', field, values }));
  if (kind === 'Boolean') return [isNull, equal, among];
  if (kind === 'ID' || kind === 'String')
    return [isNull, equal, among, start.map((value): FilterTest => ({ op: 'startsWith', field, value }))];
  const compared = fc
    .tuple(fc.constantFrom('lt' as const, 'lte' as const, 'gt' as const, 'gte' as const), value)
    .map(([op, value]): FilterTest => ({ op, field, value: value as number }));
  return [isNull, equal, among, compared, compared];
}

const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 5, depthSize: 'large' },
    fc.oneof(...[ID, ...FILTER_FIELDS].flatMap(testsOf)),
    fc.record({
      op: fc.constantFrom('and' as const, 'or' as const),
      filters: fc.array(tie('filter'), { maxLength: 4 }),
    }),
    fc.record({ op: fc.constant('not' as const), filter: tie('filter') }),
  ),
}));

export const randomFilters = (count: number, seed: number): Filter[] => fc.sample(filter, { numRuns: count, seed });

/** Ids of the products that are meant, by the algebra of sets. */
export function meant(products: readonly FilteredProduct[], filter: Filter): Set<string> {
  const ids = products.map(({ id }) => id);
  switch (filter.op) {
    case 'and':
    case 'or': {
      const sets = filter.filters.map((part) => meant(products, part));
      const found = (id: string) => sets.filter((set) => set.has(id)).length;
      return new Set(ids.filter((id) => (filter.op === 'or' ? found(id) > 0 : found(id) === sets.length)));
    }
    case 'not': {
      const others = meant(products, filter.filter);
      return new Set(ids.filter((id) => !others.has(id)));
    }
    default: {
      const { name } = filter.field;
      return new Set(
        products
          .filter(({ id, fields }) => passes(name === 'id' ? id : (fields[name] ?? null), filter))
          .map(({ id }) => id),
      );
    }
  }
}

function passes(value: FieldValue, test: FilterTest): boolean {
  if (test.op === 'isNull') return test.value ? value === null : value !== null;
  if (value === null) return false;
  if (Array.isArray(value)) return test.op === 'has' && value.some((one) => one === test.value);
  if (test.op === 'in') return test.values.some((one) => one === value);
  if (test.op === 'startsWith') return String(value).slice(0, test.value.length) === test.value;
  const order = Number(value) - Number((test as { value: number }).value);
  const is = { eq: value === test.value, ne: value !== test.value, has: false };
  const by = { lt: order < 0, lte: order <= 0, gt: order > 0, gte: order >= 0 };
  return { ...is, ...by }[test.op];
}
