import type { CatalogDefinition, FieldDefinition } from '../catalog/definition.ts';
import type { Product } from '../catalog/product.ts';

/** Products whose values are counted: the best ones of a search. */
export const FACET_DEPTH = 1_000;
/** Values told of one field, the most frequent ones. */
export const MAX_FACET_VALUES = 100;

export interface FacetValue {
  /** As text: `true`, `12`. */
  readonly value: string;
  /** Products that have it, 1 to 1,000. */
  readonly count: number;
}

export interface Facet {
  readonly field: string;
  /** By count descending, then by value ascending: numbers by size, texts by code unit, false before true. */
  readonly values: readonly FacetValue[];
}

/** The fields that are counted, in the order of the definition. */
export const facetFields = ({ fields }: Pick<CatalogDefinition, 'fields'>): FieldDefinition[] =>
  fields.filter(({ facet }) => facet);

/**
 * How many of the products have each value of these fields. Of a list each distinct text counts once; a value that is not there counts
 * nowhere. A field that no product has is there without values.
 */
export const countFacets = (products: readonly Product[], fields: readonly FieldDefinition[]): Facet[] =>
  fields.map(({ name }) => ({ field: name, values: countValues(products, name) }));

type Counted = string | number | boolean;

function countValues(products: readonly Product[], name: string): FacetValue[] {
  const counts = new Map<Counted, number>();
  const count = (value: Counted) => counts.set(value, (counts.get(value) ?? 0) + 1);
  for (const { fields } of products) {
    const value = fields[name] ?? null;
    if (value === null) continue;
    if (typeof value === 'object') for (const one of new Set(value)) count(one);
    else count(value);
  }
  return [...counts]
    .sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
    .slice(0, MAX_FACET_VALUES)
    .map(([value, times]) => ({ value: String(value), count: times }));
}
