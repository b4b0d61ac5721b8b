import { ANALYZERS } from '../src/catalog/definition.ts';
import type { Column, Product } from '../src/catalog/product.ts';
import type { Encoded, Encoder, ModelPixels } from '../src/encode/encoder.ts';
import type { CatalogStamp } from '../src/retrieve/catalog-stamp.ts';
import type { Hit, SearchOptions, StoreFactory, VectorStore } from '../src/retrieve/vector-store.ts';

const DIMENSIONS = 128;
const VECTOR = new Float32Array(DIMENSIONS).fill(DIMENSIONS ** -0.5);
const IMAGE = { id: 'a'.repeat(64), width: 512, height: 512, thumbhash: '1QcSHQRnh493V4dIh4eXh1h4kJUI' };

/** Answers at once: what is left is the gateway's own work. */
export class NoopEncoder implements Encoder {
  readonly info = {
    name: 'noop',
    dimensions: DIMENSIONS,
    fingerprint: 'noop',
    joint: 'NATIVE',
    attributes: [],
    demo: false,
    license: 'Apache-2.0',
  } as const;
  async prepare(): Promise<ModelPixels> {
    return { size: 1, rgb: new Uint8Array(3) };
  }
  async encode(): Promise<Encoded> {
    return { vector: VECTOR, attributes: {}, truncated: false };
  }
  async close(): Promise<void> {}
}

const productAt = (place: number): Product => ({
  id: `demo-${String(place + 1).padStart(4, '0')}`,
  fields: {
    title: `Leopard print phone case ${place}`,
    category: 'phone case',
    print: 'leopard',
    color: 'natural',
    price: 19.9 + place,
  },
  images: [IMAGE],
});

/** The same hits for whatever is asked. */
class NoopStore implements VectorStore {
  readonly kind = 'noop';
  readonly dimensions = DIMENSIONS;
  async search(vectors: readonly Float32Array[], { topK }: SearchOptions): Promise<Hit[][]> {
    return vectors.map(() =>
      Array.from({ length: topK }, (_, place) => {
        const product = productAt(place);
        return { productId: product.id, ordinal: 0, score: 1 - place / 100, product, image: IMAGE, attributes: {} };
      }),
    );
  }
  async searchText(): Promise<Hit[]> {
    return [];
  }
  async rows(): Promise<Hit[]> {
    return [];
  }
  async get(): Promise<Map<string, Product>> {
    return new Map();
  }
  async vectors(): Promise<Map<string, Float32Array>> {
    return new Map();
  }
  async sources(): Promise<Map<string, string>> {
    return new Map();
  }
  async page(_: { columns: readonly Column[] }) {
    return { products: [], hasNext: false };
  }
  /** Enough for nobody to prepare a demo. */
  async count(): Promise<number> {
    return Number.MAX_SAFE_INTEGER;
  }
  async upsert(): Promise<void> {}
  async remove(): Promise<number> {
    return 0;
  }
  async removeWhere(): Promise<number> {
    return 0;
  }
  async optimize(): Promise<void> {}
  async ping(): Promise<void> {}
  async close(): Promise<void> {}
}

export class NoopStores implements StoreFactory {
  readonly kind = 'noop';
  async analyzers() {
    return ANALYZERS;
  }
  async stamp(): Promise<CatalogStamp | null> {
    return null;
  }
  async open(): Promise<VectorStore> {
    return new NoopStore();
  }
  async drop(): Promise<void> {}
  async close(): Promise<void> {}
}

/** What bare node:http answers a search with. */
export const bareHits = (topK: number) =>
  Array.from({ length: topK }, (_, place) => {
    const {
      id,
      fields: { title, category, price },
    } = productAt(place);
    return { rank: place + 1, score: 1 - place / 100, product: { id, title, category, price } };
  });
