import type { ProductId } from '../catalog/product.ts';
import { columnOf, type Filter, type FilterField, type FilterTest, type FilterValue, isProductId } from './filter.ts';
import { double, filterText } from './filter-text.ts';
import { missing, stored } from './milvus-values.ts';
import { storedId } from './product-key.ts';

const ESCAPES: Record<string, string> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text as a literal of Milvus's filter language, in which nothing of it has a meaning. `\u` is no escape on Milvus Lite. */
export const quote = (text: string): string => `"${text.replace(/[\\"\n\r\t]/g, (character) => ESCAPES[character]!)}"`;

export const among = (column: string, texts: readonly string[]): string =>
  `${column} in [${texts.map(quote).join(', ')}]`;

export const amongProducts = (ids: readonly ProductId[]): string => among('product_id', ids.map(storedId));

/** Milvus 2.3 takes no constants. */
const EVERYTHING = 'ordinal >= 0';
const NOTHING = 'ordinal < 0';

/** The filter as an expression of Milvus, in brackets, over cells as milvus-values.ts stores them. */
export const milvusFilter = (filter: Filter): string =>
  filterText(filter, { everything: EVERYTHING, nothing: NOTHING, and: '&&', or: '||', not: 'not', test });

const COMPARED = { eq: '==', ne: '!=', lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;

function test(test: FilterTest): string {
  const { field } = test;
  const column = columnOf(field);
  // The id is in every row, whatever it is.
  const none = isProductId(field) ? undefined : print(field, missing(field.kind));
  const there = none === undefined ? EVERYTHING : `${column} != ${none}`;
  switch (test.op) {
    case 'isNull': {
      if (none === undefined) return test.value ? NOTHING : EVERYTHING;
      if (field.kind !== 'StringList') return test.value ? `${column} == ${none}` : there;
      const lacks = `array_contains(${column}, ${none})`;
      return test.value ? lacks : `not ${lacks}`;
    }
    case 'in': {
      // The lowest double is no value here: it would find the rows without one.
      const values = test.values.map((value) => literal(field, value)).filter((value) => value !== none);
      return values.length === 0 ? NOTHING : `${column} in [${values.join(', ')}]`;
    }
    case 'has':
      return `array_contains(${column}, ${literal(field, test.value)})`;
    case 'startsWith':
      return test.value === '' ? there : between(column, String(cellOf(field, test.value)));
    default:
      return `${there} && ${column} ${COMPARED[test.op]} ${literal(field, test.value)}`;
  }
}

/** Texts that begin so: as stores compare text by code point, they lie together. The wildcards of LIKE differ between servers. */
function between(column: string, prefix: string): string {
  const from = `${column} >= ${quote(prefix)}`;
  const points = Array.from(prefix, (character) => character.codePointAt(0)!);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return from;
  // There are no characters among the surrogates.
  const next = last === 0xd7ff ? 0xe000 : last + 1;
  return `${from} && ${column} < ${quote(String.fromCodePoint(...points, next))}`;
}

const literal = (field: FilterField, value: FilterValue): string => print(field, cellOf(field, value));

const cellOf = (field: FilterField, value: FilterValue): string | number =>
  isProductId(field) ? storedId(String(value)) : stored(value);

function print(field: FilterField, cell: string | number): string {
  if (typeof cell === 'string') return quote(cell);
  return field.kind === 'Float' ? double(cell) : String(cell);
}
