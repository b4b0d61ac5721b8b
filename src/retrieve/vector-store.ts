import type { Analyzer } from '../catalog/definition.ts';
import type { Column, Product, ProductId, Row, StoredImage } from '../catalog/product.ts';
import type { Attributes, Embedding } from '../encode/encoder.ts';
import type { CatalogStamp } from './catalog-stamp.ts';
import type { Filter } from './filter.ts';

/** A product found by its best picture. */
export interface Hit {
  readonly productId: ProductId;
  /** 0-based place of the picture that matched among the product's; by words always 0, the main one. */
  readonly ordinal: number;
  /** Cosine similarity in [-1, 1]; by words BM25, above 0. */
  readonly score: number;
  readonly product: Product;
  /** With column `@image`. */
  readonly image?: StoredImage;
  /** With column `@attributes`. */
  readonly attributes?: Attributes;
}

/** What of which products is read. */
export interface ReadOptions {
  /** Only these columns are read; the id always comes. */
  readonly columns: readonly Column[];
  readonly signal: AbortSignal;
}

export interface FoundOptions extends ReadOptions {
  /** Products wanted, 1 to 1,000 together with `offset`. */
  readonly topK: number;
  /** Products passed over, default 0. */
  readonly offset?: number;
  /** Only products that match. */
  readonly filter?: Filter | undefined;
}

export interface SearchOptions extends FoundOptions {
  /** Products left out: the one that `similar` starts from. One list for each query vector. */
  readonly exclude?: readonly (ProductId | undefined)[];
}

/** One row of the store: a picture of a product. */
export interface RowPlace {
  readonly productId: ProductId;
  readonly ordinal: number;
}

export interface ProductPage {
  readonly products: readonly Product[];
  readonly hasNext: boolean;
}

/**
 * Nearest-neighbor search over one catalog's rows, and the products themselves.
 *
 * Errors, on every call: BAD_INPUT (dimension, non-finite vector, malformed id), STORE_UNAVAILABLE (unreachable, dropped), DEADLINE_EXCEEDED.
 * CATALOG_MISMATCH where the catalog was dropped and made anew for other rows: on every write, and on reads within a second.
 * An aborted signal rejects with its reason. What a resolved `upsert` or `remove` wrote is seen by this store's next call, and by
 * other processes within seconds.
 */
export interface VectorStore {
  /** "lancedb" or "milvus". */
  readonly kind: string;
  readonly dimensions: number;
  /** For each query vector its products, best first, ties by product id ascending; each product once, by its best picture. */
  search(vectors: readonly Embedding[], options: SearchOptions): Promise<Hit[][]>;
  /**
   * The products whose full text has words of this one, by BM25, best first, ties by id. No word is an operator.
   * @throws MargayError BAD_INPUT where the catalog has no full text.
   */
  searchText(text: string, options: FoundOptions): Promise<Hit[]>;
  /** These rows, as hits without a score (0), in no order; absent ones are missing. */
  rows(places: readonly RowPlace[], options: ReadOptions): Promise<Hit[]>;
  /** Products by id, absent ones missing from the map. */
  get(ids: readonly ProductId[], options: ReadOptions): Promise<Map<ProductId, Product>>;
  /** The stored vector of each product's main picture. */
  vectors(ids: readonly ProductId[], options: { signal: AbortSignal }): Promise<Map<ProductId, Embedding>>;
  /** For each product known its `source` hash. */
  sources(ids: readonly ProductId[], options: { signal: AbortSignal }): Promise<Map<ProductId, string>>;
  /** Products in ascending order of id (by code unit), those after `after`. */
  page(
    options: ReadOptions & { first: number; after?: ProductId | undefined; filter?: Filter | undefined },
  ): Promise<ProductPage>;
  /** Number of products. */
  count(options: { filter?: Filter | undefined; signal: AbortSignal }): Promise<number>;
  /** Adds or replaces whole products: all rows of a product come together, and rows it no longer has are gone. */
  upsert(rows: readonly Row[], options: { signal: AbortSignal }): Promise<void>;
  /** @returns how many products went. */
  remove(ids: readonly ProductId[], options: { signal: AbortSignal }): Promise<number>;
  /** Removes the products that match. @returns how many went. */
  removeWhere(filter: Filter, options: { signal: AbortSignal }): Promise<number>;
  /** Compacts and (re)builds the index where the size asks for it. Off the request path. */
  optimize(options: { signal: AbortSignal }): Promise<void>;
  /** Answers while searches can be answered, else throws. */
  ping(options: { signal: AbortSignal }): Promise<void>;
  close(): Promise<void>;
}

/** How stores come to be: a catalog is opened by name. */
export interface StoreFactory {
  readonly kind: string;
  /** Analyzers of full text that this store really has; empty where it has no full text. */
  analyzers(options: { signal: AbortSignal }): Promise<readonly Analyzer[]>;
  /** The stamp of a stored catalog, or null where there is none. */
  stamp(name: string, options: { signal: AbortSignal }): Promise<CatalogStamp | null>;
  /**
   * Opens a catalog, made empty with this stamp where there is none. Fields that the stored rows lack are added where they can be.
   * @throws MargayError CATALOG_MISMATCH where the stored rows are not what the stamp says, and can't be made so.
   */
  open(stamp: CatalogStamp, options: { signal: AbortSignal }): Promise<VectorStore>;
  /** Drops a catalog; nothing happens where there is none. */
  drop(name: string, options: { signal: AbortSignal }): Promise<void>;
  close(): Promise<void>;
}
