import { columnOf, type Filter, type FilterField, type FilterTest, type FilterValue, isProductId } from './filter.ts';
import { double, filterText } from './filter-text.ts';
import { storedId } from './product-key.ts';

/**
 * The filter as a condition of LanceDB's SQL, in brackets, true or false of every row and never null, so that NOT is the complement.
 * Columns: texts and ids Utf8, Int Int32, Float Float64, Boolean Int8, DateTime Int64 (ms since 1970), lists List<Utf8>; all may be null.
 */
export const lanceFilter = (filter: Filter): string =>
  filterText(filter, { everything: 'true', nothing: 'false', and: 'AND', or: 'OR', not: 'NOT', test });

/** Text as a literal of SQL, in which nothing of it has a meaning. */
export const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const COMPARED = { eq: '=', ne: '!=', lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;

function test(test: FilterTest): string {
  // Bare names would be read in lower case.
  const column = `\`${columnOf(test.field)}\``;
  const there = `${column} IS NOT NULL`;
  switch (test.op) {
    case 'isNull':
      return test.value ? `${column} IS NULL` : there;
    case 'in':
      if (test.values.length === 0) return 'false';
      return `${there} AND ${column} IN (${test.values.flatMap((value) => zeros(test.field, value)).join()})`;
    case 'startsWith':
      return `${there} AND starts_with(${column}, ${literal(test.field, test.value)})`;
    case 'has':
      return `${there} AND array_has(${column}, ${quote(test.value)})`;
    default:
      return `${there} AND ${column} ${COMPARED[test.op]} ${literal(test.field, test.value)}`;
  }
}

/** In lists -0 and 0 are two. */
const zeros = (field: FilterField, value: FilterValue): string[] =>
  field.kind === 'Float' && value === 0 ? ['0.0', '-0.0'] : [literal(field, value)];

function literal(field: FilterField, value: FilterValue): string {
  if (typeof value === 'string') return quote(isProductId(field) ? storedId(value) : value);
  return typeof value === 'number' && field.kind === 'Float' ? double(value) : String(Number(value));
}
