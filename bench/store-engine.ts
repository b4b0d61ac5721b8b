import type { Row } from '../src/catalog/product.ts';
import type { VectorStore } from '../src/retrieve/vector-store.ts';

/** One store, as the gateway calls it and as one would by hand. */
export interface Engine {
  readonly name: string;
  /** A catalog, made empty. */
  open(name: string): Promise<Held>;
  drop(name: string): Promise<void>;
  /** Resident bytes of the server and its children; 0 where there is none. */
  serverMemory(): number;
  /** After so many milliseconds reads cost what they do when nobody writes. */
  readonly settleMs: number;
  close(): Promise<void>;
}

export interface Held {
  readonly store: VectorStore;
  /** A search by hand for the same hits, over the same rows and index, with the same columns: their ids. */
  bare(vector: Float32Array, wanted: number): Promise<string[]>;
  /** Writes rows by hand, replacing those of the same key. */
  bareUpsert(rows: readonly Row[]): Promise<void>;
  /** What is indexed and how it is searched. */
  index(): Promise<string>;
}
