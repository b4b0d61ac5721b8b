import type { Product, ProductId, Row, StoredImage } from '../../src/catalog/product.ts';

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
  shown: Partial<Product> = {},
  source = `source of ${id}`,
): Row[] {
  const product: Required<Product> = {
    title: `Title of ${id}`,
    category: 'phone case',
    print: 'leopard',
    color: 'amber',
    price: 12.5,
    ...shown,
    id,
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
