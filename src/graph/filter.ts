import type { CatalogDefinition, FieldKind } from '../catalog/definition.ts';
import { OPERATORS } from '../search/product-filter.ts';
import type { Builder } from './builder.ts';

/** Name of the input type that tests a field of a kind. */
const NAMES: Readonly<Record<FieldKind, string>> = {
  ID: 'IdFilter',
  String: 'StringFilter',
  Int: 'IntFilter',
  Float: 'FloatFilter',
  Boolean: 'BooleanFilter',
  DateTime: 'DateTimeFilter',
  StringList: 'StringListFilter',
};

/** The filter of a catalog's type, `ProductFilter` in the demo: the id and each field with `@filter`. */
export function filterType(builder: Builder, { type, fields }: CatalogDefinition) {
  const made = new Map<FieldKind, ReturnType<typeof testsOf>>();
  const tests = (kind: FieldKind) => {
    const known = made.get(kind) ?? testsOf(builder, kind);
    made.set(kind, known);
    return known;
  };
  const ref = builder.inputRef<Record<string, unknown>>(`${type}Filter`);
  ref.implement({
    fields: (t) => ({
      and: t.field({ type: [ref] }),
      or: t.field({ type: [ref] }),
      not: t.field({ type: ref }),
      id: t.field({ type: tests('ID') }),
      ...Object.fromEntries(
        fields.filter(({ filter }) => filter).map(({ name, kind }) => [name, t.field({ type: tests(kind) })]),
      ),
    }),
  });
  return ref;
}

function testsOf(builder: Builder, kind: FieldKind) {
  // biome-ignore lint/suspicious/noExplicitAny: which tests there are depends on the kind; toFilter reads them by name.
  const ref = builder.inputRef<any>(NAMES[kind]);
  const type = kind === 'StringList' ? 'String' : kind;
  ref.implement({
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    fields: (t): any =>
      Object.fromEntries(
        OPERATORS[kind].map((operator) => [
          operator,
          operator === 'isNull' ? t.boolean() : t.field({ type: operator === 'in' ? [type] : type }),
        ]),
      ),
  });
  return ref;
}
