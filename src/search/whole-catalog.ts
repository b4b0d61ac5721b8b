import type { CatalogDefinition } from '../catalog/definition.ts';
import type { Filter, FilterTest } from '../retrieve/filter.ts';

/**
 * Whether a filter says nothing: {}, a test without a value (as a variable that was not sent leaves), or what comes to the same.
 * What is true of every product by its values alone is not seen.
 */
export function matchesAll(filter: Filter, { fields }: Pick<CatalogDefinition, 'fields'>): boolean {
  const always = new Set(['id', ...fields.filter(({ required }) => required).map(({ name }) => name)]);
  return truth(filter, (test) => truthOf(test, always)) === true;
}

/** True or false of every product, or undefined where it depends. */
function truth(filter: Filter, ofTest: (test: FilterTest) => boolean | undefined): boolean | undefined {
  switch (filter.op) {
    case 'and':
    case 'or': {
      const absorbing = filter.op === 'or';
      const parts = filter.filters.map((each) => truth(each, ofTest));
      if (parts.includes(absorbing)) return absorbing;
      return parts.includes(undefined) ? undefined : !absorbing;
    }
    case 'not': {
      const inner = truth(filter.filter, ofTest);
      return inner === undefined ? undefined : !inner;
    }
    default:
      return ofTest(filter);
  }
}

function truthOf(test: FilterTest, always: ReadonlySet<string>): boolean | undefined {
  if (test.op === 'in' && test.values.length === 0) return false;
  if (!always.has(test.field.name)) return undefined;
  if (test.op === 'isNull') return !test.value;
  return test.op === 'startsWith' && test.value === '' ? true : undefined;
}
