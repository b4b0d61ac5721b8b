import { IMAGE, IMAGES, type Row } from '../src/catalog/product.ts';
import type { CatalogStamp } from '../src/retrieve/catalog-stamp.ts';

/** What the vectors are drawn from: unit-norm centers, and around each of them noise whose norm is SIGMA on average. */
export const DIMENSIONS = 256;
export const CLUSTERS = 1_000;
/** Two vectors of one cluster then have a cosine of 1 / (1 + SIGMA²) = .74 on average, two of different clusters 0 ± .06. */
export const SIGMA = 0.6;

/** What a search shows of its hits. */
export const COLUMNS = ['title', 'price', IMAGES, IMAGE];

const CENTERS_SEED = 1;
const STORED_SEED = 2;
const ASKED_SEED = 3;

export const stampOf = (name: string): CatalogStamp => ({
  name,
  dimensions: DIMENSIONS,
  fingerprint: 'drawn vectors',
  schema: {
    analyzer: null,
    fields: [
      { name: 'title', kind: 'String', required: true, fullText: false },
      { name: 'category', kind: 'String', required: false, fullText: false },
      { name: 'color', kind: 'String', required: false, fullText: false },
      { name: 'price', kind: 'Float', required: false, fullText: false },
    ],
  },
});

/** Unit-norm vectors, each a cluster's center plus noise. The clusters are drawn too, so they differ in size; the same ones in every run. */
export const storedVectors = (): Generator<Float32Array, never> => vectors(STORED_SEED);
/** Of the same clusters, and none that is stored. */
export const askedVectors = (): Generator<Float32Array, never> => vectors(ASKED_SEED);

function* vectors(seed: number): Generator<Float32Array, never> {
  const centering = normal(CENTERS_SEED);
  const centers = Array.from({ length: CLUSTERS }, () => unit(Float32Array.from({ length: DIMENSIONS }, centering)));
  const noise = normal(seed);
  const choose = uniform(seed + 100);
  const spread = SIGMA / Math.sqrt(DIMENSIONS);
  for (;;) yield unit(centers[Math.floor(choose() * CLUSTERS)]!.map((x) => x + spread * noise()));
}

export function take<T>(count: number, from: Iterator<T>): T[] {
  return Array.from({ length: count }, () => from.next().value);
}

export const idOf = (place: number): string => `p${String(place).padStart(7, '0')}`;
export const placeOf = (id: string): number => Number(id.slice(1));

/** The row of one product with one picture, texts as long as a shop's. */
export function rowOf(vector: Float32Array, place: number): Row {
  const id = idOf(place);
  const image = {
    id: String(place).padStart(8, '0').repeat(8),
    width: 800,
    height: 600 + (place % 200),
    thumbhash: 'HBkSHYSIeHiPiHh8eJd4eTN0EEQG',
  };
  return {
    productId: id,
    ordinal: 0,
    vector,
    image,
    attributes: { print: { value: 'leopard', probability: 0.75, confident: true } },
    product: {
      id,
      fields: {
        title: `Leopard phone case of soft silicone, number ${place}`,
        category: 'phone case',
        color: 'amber',
        price: (place % 10_000) / 100,
      },
      images: [image],
    },
    source: image.id,
  };
}

function unit(vector: Float32Array): Float32Array {
  let norm = 0;
  for (const x of vector) norm += x * x;
  norm = Math.sqrt(norm);
  for (let i = 0; i < vector.length; i++) vector[i] = vector[i]! / norm;
  return vector;
}

/** Normally distributed numbers, by Box and Muller. */
function normal(seed: number): () => number {
  const random = uniform(seed);
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** Mulberry32. */
function uniform(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
