import { createHash } from 'node:crypto';
import type { ModelServer } from '../../src/rerank/vision-reranker.ts';

/**
 * What a simulated model goes by. All are weights of terms of one score for each tile, and the tiles are answered by falling score:
 *
 *     gain * grade  +  taste * T(model, tile)  +  noise * N(model, prompt, tile)  +  bias * (place on the sheet, 1 for the first to 0 for the last)
 *
 * `grade`, 0 to 3, is how well the tile really answers the query. T and N are standard normal. T is the same whenever the model sees the tile again:
 * what it prefers for reasons that have nothing to do with the query. N is drawn anew when anything in the prompt is other than before.
 * How accurate such a model is follows from the weights, and is measured, not set.
 */
export interface Leanings {
  readonly gain: number;
  readonly taste: number;
  readonly noise: number;
  readonly bias: number;
}

const of = (given: Partial<Leanings>): Leanings => ({ gain: 0, taste: 0, noise: 0, bias: 0, ...given });

/** From chance to the best order there is, and those that err in a way of their own. */
export const MODELS = {
  random: of({ noise: 1 }),
  'nearly random': of({ gain: 0.15, taste: 0.3, noise: 1, bias: 0.5 }),
  weak: of({ gain: 0.4, taste: 0.3, noise: 0.8, bias: 0.5 }),
  fair: of({ gain: 0.5, taste: 0.4, noise: 0.4, bias: 0.4 }),
  good: of({ gain: 0.7, taste: 0.4, noise: 0.15, bias: 0.2 }),
  'very good': of({ gain: 1, taste: 0.35, noise: 0.1, bias: 0.1 }),
  perfect: of({ gain: 1, taste: 0.1 }),
  /** Never wrong, but what is equally good comes in another order each time. */
  'perfect, unsteady': of({ gain: 1, noise: 0.05 }),
  'position-bound': of({ bias: 1 }),
  /** Steady, and blind for what is asked. */
  opinionated: of({ taste: 1, noise: 0.1 }),
  /** Sees exactly what is asked and answers the worst first. */
  reversing: of({ gain: -1, taste: 0.1 }),
} as const satisfies Record<string, Leanings>;

export type ModelName = keyof typeof MODELS;

/** A title that tells a simulated model which candidate it sees. */
export const titleOf = (query: number, place: number, grade: number) => `product ${query}-${place} of grade ${grade}`;

const TILE = /^\d+: "(product \S+ of grade (-?\d+))"/gm;

/** A model behind the port of the vision server that sees nothing and knows the grades from the titles. The same prompt gets the same answer. */
export function simulatedModel(leanings: Leanings, seed: number): ModelServer {
  const { gain, taste, noise, bias } = leanings;
  return {
    model: 'simulated',
    async ask({ text }, { signal, meter }) {
      signal.throwIfAborted();
      meter.begin();
      meter.took(0, 0);
      const tiles = [...text.matchAll(TILE)];
      const scores = tiles.map(
        ([, title, grade], place) =>
          gain * Number(grade) +
          taste * normal(seed, 'taste', title!) +
          noise * normal(seed, text, title!) +
          bias * (1 - place / Math.max(1, tiles.length - 1)),
      );
      const order = scores.map((_score, place) => place + 1).sort((a, b) => scores[b - 1]! - scores[a - 1]!);
      return { content: JSON.stringify({ order }), finish: 'stop', retried: false };
    },
  };
}

/** A standard normal number that belongs to its arguments (Box and Muller 1958). */
function normal(...parts: readonly (string | number)[]): number {
  const bytes = createHash('sha256').update(JSON.stringify(parts)).digest();
  const uniform = (at: number) => (bytes.readUInt32BE(at) + 0.5) / 2 ** 32;
  return Math.sqrt(-2 * Math.log(uniform(0))) * Math.cos(2 * Math.PI * uniform(4));
}
