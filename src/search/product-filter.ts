import type { CatalogDefinition } from '../catalog/definition.ts';
import type { Filter } from '../retrieve/filter.ts';
export type FilterInput = Record<string, unknown>;
export function toFilter(_input: FilterInput, _definition: Pick<CatalogDefinition, 'fields'>): Filter {
  throw new Error('stub');
}
