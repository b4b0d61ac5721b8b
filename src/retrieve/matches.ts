import type { FieldValue } from '../catalog/definition.ts';
import type { Filter, FilterField, FilterTest } from './filter.ts';

/** Brings a row's value of a field; of `id`, the product's id. */
export type FieldReader = (field: FilterField) => FieldValue;

/** The filter for rows in memory, made once and asked row by row. */
export function predicate(filter: Filter): (read: FieldReader) => boolean {
  switch (filter.op) {
    case 'and': {
      const all = filter.filters.map(predicate);
      return (read) => all.every((holds) => holds(read));
    }
    case 'or': {
      const any = filter.filters.map(predicate);
      return (read) => any.some((holds) => holds(read));
    }
    case 'not': {
      const holds = predicate(filter.filter);
      return (read) => !holds(read);
    }
    case 'isNull':
      return (read) => (read(filter.field) === null) === filter.value;
    default: {
      const holds = ofValue(filter);
      return (read) => {
        const value = read(filter.field);
        return value !== null && holds(value);
      };
    }
  }
}

function ofValue(test: Exclude<FilterTest, { op: 'isNull' }>): (value: NonNullable<FieldValue>) => boolean {
  switch (test.op) {
    case 'eq':
      return (value) => value === test.value;
    case 'ne':
      return (value) => value !== test.value;
    case 'in': {
      const values = new Set<unknown>(test.values);
      return (value) => values.has(value);
    }
    case 'lt':
      return (value) => (value as number) < test.value;
    case 'lte':
      return (value) => (value as number) <= test.value;
    case 'gt':
      return (value) => (value as number) > test.value;
    case 'gte':
      return (value) => (value as number) >= test.value;
    case 'startsWith':
      return (value) => (value as string).startsWith(test.value);
    case 'has':
      return (value) => (value as readonly string[]).includes(test.value);
    default:
      throw new Error(`Unknown test: ${test satisfies never}.`);
  }
}
