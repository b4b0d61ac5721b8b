import type { FieldValue } from '../../src/catalog/definition.ts';
import type { Product, ProductId, Row, StoredImage } from '../../src/catalog/product.ts';

import type { CatalogStamp, StoredSchema } from '../../src/retrieve/catalog-stamp.ts';

/** What these rows hold. */
export const SHOP: StoredSchema = {
  analyzer: null,
  fields: [
    { name: 'title', kind: 'String', required: true, fullText: false },
    { name: 'category', kind: 'String', required: false, fullText: false },
    { name: 'price', kind: 'Float', required: false, fullText: false },
    { name: 'stock', kind: 'Int', required: false, fullText: false },
    { name: 'used', kind: 'Boolean', required: false, fullText: false },
    { name: 'since', kind: 'DateTime', required: false, fullText: false },
    { name: 'tags', kind: 'StringList', required: false, fullText: false },
  ],
};

export const stampOf = (name: string, dimensions = 4): CatalogStamp => ({
  name,
  dimensions,
  fingerprint: 'encoder-a image',
  schema: SHOP,
});

/** A picture that only this product and place have. */
export const pictureOf = (id: ProductId, ordinal: number): StoredImage => ({
  id: Buffer.from(`${id}/${ordinal}`).toString('hex').padEnd(64, '0').slice(0, 64),
  width: 640 + ordinal,
  height: 480,
  thumbhash: 'HBkSHYSIeHiPiHh8eJd4eTN0EEQG',
});

/** All rows of one product, a picture for each vector. */
export function rowsOf(
  id: ProductId,
  vectors: readonly (readonly number[])[],
  shown: Record<string, FieldValue> = {},
  source = `source of ${id}`,
): Row[] {
  const product: Required<Product> = {
    id,
    fields: {
      title: `Title of ${id}`,
      category: 'phone case',
      price: 12.5,
      stock: -3,
      used: false,
      since: Date.UTC(2026, 10, 25),
      tags: ['old', 'a "b"'],
      ...shown,
    },
    images: vectors.map((_, ordinal) => pictureOf(id, ordinal)),
  };
  return vectors.map((vector, ordinal) => ({
    productId: id,
    ordinal,
    vector: Float32Array.from(vector),
    image: pictureOf(id, ordinal),
    attributes: { print: { value: `print ${ordinal}`, probability: 0.75, confident: true } },
    product,
    source,
  }));
}

export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  return dot / Math.sqrt(aa * bb);
}

/** A repeatable stream of vectors. */
export function* randomVectors(dimensions: number, seed: number): Generator<number[], never> {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  for (;;) yield Array.from({ length: dimensions }, next);
}
