import type { FieldKind } from '../catalog/definition.ts';
import { fieldColumn } from './stored-row.ts';

/** Values of one kind, as stored: DateTime is milliseconds since 1970. */
export type FilterValue = string | number | boolean;

/**
 * Which products are meant. Every test is about one field, and a value that is not there passes `isNull` alone; so each test holds or does
 * not, and `not` is the complement of the set. `and` of nothing is everything, `or` of nothing is nothing.
 * `field` is a field of the catalog's definition, or `id`.
 */
export type Filter =
  | { readonly op: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly op: 'not'; readonly filter: Filter }
  | FilterTest;

export type FilterTest =
  /** Any kind but lists. */
  | { readonly op: 'eq' | 'ne'; readonly field: FilterField; readonly value: FilterValue }
  | { readonly op: 'in'; readonly field: FilterField; readonly values: readonly FilterValue[] }
  /** Numbers and times alone. */
  | { readonly op: 'lt' | 'lte' | 'gt' | 'gte'; readonly field: FilterField; readonly value: number }
  /** Texts alone. Case counts. */
  | { readonly op: 'startsWith'; readonly field: FilterField; readonly value: string }
  /** Lists alone: one of the values is exactly this text. */
  | { readonly op: 'has'; readonly field: FilterField; readonly value: string }
  | { readonly op: 'isNull'; readonly field: FilterField; readonly value: boolean };

/** A field by name, with its kind, so that a translator needs no definition. The product's id is `{ name: 'id', kind: 'ID' }`. */
export interface FilterField {
  readonly name: string;
  readonly kind: FieldKind;
}

export const isProductId = (field: FilterField): boolean => field.name === 'id';
/** The stored column. Fields of the catalog have a prefix, so that none has the name of a column of ours or of a keyword. */
export const columnOf = (field: FilterField): string => (isProductId(field) ? 'product_id' : fieldColumn(field.name));
