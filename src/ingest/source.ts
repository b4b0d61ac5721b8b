import type { FieldValue } from '../catalog/definition.ts';
import type { ProductId } from '../catalog/product.ts';

/** A picture yet to be read. `name` is what reports call it. */
export interface SourceImage {
  readonly name: string;
  read(): Promise<Uint8Array>;
}

/** A product on its way into the catalog. */
export interface SourceProduct {
  readonly id: ProductId;
  /** By the names of the catalog's definition; what is not there counts as null. */
  readonly fields: Readonly<Record<string, FieldValue>>;
  readonly images: readonly SourceImage[];
}

/** A line or a file that could not become a product. */
export interface SourceFault {
  readonly name: string;
  readonly reason: string;
}

export interface Source {
  /** How many items there are, for progress; known before the first is read. */
  readonly total: number;
  items(): AsyncIterable<SourceProduct | SourceFault> | Iterable<SourceProduct | SourceFault>;
}

export const isFault = (item: SourceProduct | SourceFault): item is SourceFault => 'reason' in item;
