import { Random } from './random.ts';

/**
 * Three ranges of seeds that never meet: a picture asked about in a test was never trained on, and the catalog is made of
 * drawings of its own.
 */
export const SEED_RANGES = {
  catalog: [1, 2 ** 24],
  training: [2 ** 24, 2 ** 30],
  evaluation: [2 ** 30, 2 ** 31],
} as const satisfies Record<string, readonly [first: number, end: number]>;

export type SeedRange = keyof typeof SEED_RANGES;

/** The `index`-th seed of series `series`, within the range; series spread over it so that they rarely share a drawing. */
export function seedIn(range: SeedRange, series: number, index: number): number {
  const [first, end] = SEED_RANGES[range];
  // A Weyl step by an odd constant visits every seed of the power-of-two part before any repeats.
  const width = end - first;
  return first + ((((series * 7_919_777 + index * 1_048_583) % width) + width) % width);
}

/**
 * What to draw is chosen by a stream of its own: the drawing begins its own at `seed`, and what it shows must not follow from what was chosen.
 */
export const choosing = (seed: number): Random => new Random(seed + 2 ** 40);
