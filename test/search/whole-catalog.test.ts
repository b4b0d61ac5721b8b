import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FieldDefinition } from '../../src/catalog/definition.ts';
import type { Filter, FilterTest } from '../../src/retrieve/filter.ts';
import { predicate } from '../../src/retrieve/matches.ts';
import { matchesAll } from '../../src/search/whole-catalog.ts';

const field = (name: string, required: boolean): FieldDefinition => ({
  name,
  kind: 'String',
  required,
  filter: true,
  description: undefined,
  facet: false,
  fullText: false,
});
const definition = { fields: [field('title', true), field('color', false)] };
const title = { name: 'title', kind: 'String' } as const;
const color = { name: 'color', kind: 'String' } as const;
const id = { name: 'id', kind: 'ID' } as const;
const everything: Filter = { op: 'and', filters: [] };
const nothing: Filter = { op: 'or', filters: [] };
const red: FilterTest = { op: 'eq', field: color, value: 'red' };

describe('a filter that says nothing is seen', () => {
  test.each<[Filter, boolean]>([
    [everything, true],
    [nothing, false],
    [red, false],
    [{ op: 'and', filters: [everything, everything] }, true],
    [{ op: 'and', filters: [everything, red] }, false],
    [{ op: 'or', filters: [red, everything] }, true],
    [{ op: 'or', filters: [red, nothing] }, false],
    [{ op: 'not', filter: nothing }, true],
    [{ op: 'not', filter: everything }, false],
    [{ op: 'not', filter: red }, false],
    [{ op: 'not', filter: { op: 'in', field: color, values: [] } }, true],
    [{ op: 'isNull', field: title, value: false }, true],
    [{ op: 'isNull', field: title, value: true }, false],
    [{ op: 'isNull', field: color, value: false }, false],
    [{ op: 'isNull', field: id, value: false }, true],
    [{ op: 'startsWith', field: title, value: '' }, true],
    [{ op: 'startsWith', field: color, value: '' }, false],
  ])('%j: %j', (filter, expected) => expect(matchesAll(filter, definition)).toBe(expected));
});

const word = fc.constantFrom('', 'r', 'red');
const tests = fc.oneof(
  fc.record({ op: fc.constantFrom('eq' as const, 'ne' as const), field: fc.constantFrom(title, color), value: word }),
  fc.record({ op: fc.constant('in' as const), field: fc.constantFrom(title, color), values: fc.array(word) }),
  fc.record({ op: fc.constant('startsWith' as const), field: fc.constantFrom(title, color), value: word }),
  fc.record({ op: fc.constant('isNull' as const), field: fc.constantFrom(title, color, id), value: fc.boolean() }),
);
const { filter: filters } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4 },
    tests,
    fc.record({
      op: fc.constantFrom('and' as const, 'or' as const),
      filters: fc.array(tie('filter'), { maxLength: 3 }),
    }),
    fc.record({ op: fc.constant('not' as const), filter: tie('filter') }),
  ),
}));

test('what is said to match all does match every product', () => {
  const products = ['', 'r', 'red', 'blue'].flatMap((name) =>
    [null, '', 'r', 'red'].map((shade) => ({ id: 'p', title: name, color: shade })),
  );
  let seen = 0;
  fc.assert(
    fc.property(filters, (filter) => {
      if (!matchesAll(filter, definition)) return;
      seen += 1;
      const accepts = predicate(filter);
      for (const product of products) expect(accepts(({ name }) => product[name as keyof typeof product])).toBe(true);
    }),
    { numRuns: 2_000 },
  );
  expect(seen).toBeGreaterThan(50);
});
