import type { Column, Product, ProductId, Row, StoredImage } from '../catalog/product.ts';
import type { Attributes, Embedding } from '../encode/encoder.ts';

/** A product found by its best picture. */
export interface Hit {
  readonly productId: ProductId;
  /** Cosine similarity in [-1, 1]. */
  readonly score: number;
  readonly product: Product;
  /** With column `image`. */
  readonly image?: StoredImage;
  /** With column `attributes`. */
  readonly attributes?: Attributes;
}

export interface SearchOptions {
  /** Products wanted, 1 to 1,000 together with `offset`. */
  readonly topK: number;
  /** Products passed over, default 0. */
  readonly offset?: number;
  /** Only these columns are read; the id always comes. */
  readonly columns: readonly Column[];
  /** Products left out: the one that `similar` starts from. One list for each query vector. */
  readonly exclude?: readonly (ProductId | undefined)[];
  readonly signal: AbortSignal;
}

/** What the stored vectors are. Written when a catalog is made, compared before every use. */
export interface CatalogStamp {
  readonly name: string;
  readonly dimensions: number;
  /** The encoder's fingerprint and what is embedded of a product. */
  readonly fingerprint: string;
}

export interface ProductPage {
  readonly products: readonly Product[];
  readonly hasNext: boolean;
}

/**
 * Nearest-neighbor search over one catalog's rows, and the products themselves.
 *
 * Errors, on every call: BAD_INPUT (dimension, non-finite vector, malformed id), STORE_UNAVAILABLE (unreachable, dropped), DEADLINE_EXCEEDED.
 * An aborted signal rejects with its reason. What a resolved `upsert` or `remove` wrote is seen by this store's next call, and by
 * other processes within seconds.
 */
export interface VectorStore {
  /** "lancedb" or "milvus". */
  readonly kind: string;
  readonly dimensions: number;
  /** For each query vector its products, best first, ties by product id ascending; each product once, by its best picture. */
  search(vectors: readonly Embedding[], options: SearchOptions): Promise<Hit[][]>;
  /** Products by id, absent ones missing from the map. */
  get(
    ids: readonly ProductId[],
    options: { columns: readonly Column[]; signal: AbortSignal },
  ): Promise<Map<ProductId, Product>>;
  /** The stored vector of each product's main picture. */
  vectors(ids: readonly ProductId[], options: { signal: AbortSignal }): Promise<Map<ProductId, Embedding>>;
  /** For each product known its `source` hash. */
  sources(ids: readonly ProductId[], options: { signal: AbortSignal }): Promise<Map<ProductId, string>>;
  /** Products in ascending order of id (by code unit), those after `after`. */
  page(options: {
    first: number;
    after?: ProductId;
    columns: readonly Column[];
    signal: AbortSignal;
  }): Promise<ProductPage>;
  /** Number of products. */
  count(options: { signal: AbortSignal }): Promise<number>;
  /** Adds or replaces whole products: all rows of a product come together, and rows it no longer has are gone. */
  upsert(rows: readonly Row[], options: { signal: AbortSignal }): Promise<void>;
  /** @returns how many products went. */
  remove(ids: readonly ProductId[], options: { signal: AbortSignal }): Promise<number>;
  /** Compacts and (re)builds the index where the size asks for it. Off the request path. */
  optimize(options: { signal: AbortSignal }): Promise<void>;
  /** Answers while searches can be answered, else throws. */
  ping(options: { signal: AbortSignal }): Promise<void>;
  close(): Promise<void>;
}

/** How stores come to be: a catalog is opened by name. */
export interface StoreFactory {
  readonly kind: string;
  /** The stamp of a stored catalog, or null where there is none. */
  stamp(name: string, options: { signal: AbortSignal }): Promise<CatalogStamp | null>;
  /** Opens a catalog, made empty with this stamp where there is none; throws CATALOG_MISMATCH where another stamp stands. */
  open(stamp: CatalogStamp, options: { signal: AbortSignal }): Promise<VectorStore>;
  /** Drops a catalog; nothing happens where there is none. */
  drop(name: string, options: { signal: AbortSignal }): Promise<void>;
  close(): Promise<void>;
}
