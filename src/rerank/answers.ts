import { createHash } from 'node:crypto';
import { Kept } from '../policy/kept.ts';
import { PROMPT_VERSION } from './prompt.ts';
import type { Repair, Wanted } from './reranker.ts';

/** One reading of the sheet, in places of the candidates. */
export interface Vote {
  readonly usable: boolean;
  /** Whether the pictures of all tiles were there. */
  readonly sawAll: boolean;
  readonly order: readonly number[];
  readonly rationale: string | null;
  readonly reasons: ReadonlyMap<number, string>;
  readonly caption: string | null;
  readonly repairs: readonly Repair[];
}

/** What was answered before: the same picture, words, candidates and model cost nothing again. */
export class Answers {
  static readonly #LIFE_MS = 3_600_000;
  readonly captions = new Kept<{ readonly caption: string | null }>({
    max: 20_000,
    maxSize: 8_000_000,
    sizeOf: ({ caption }) => 200 + 2 * (caption?.length ?? 0),
    ttlMs: Answers.#LIFE_MS,
    keeps: ({ caption }) => caption !== null,
  });
  readonly votes = new Kept<Vote>({
    max: 20_000,
    maxSize: 16_000_000,
    sizeOf: ({ reasons, rationale }) => 600 + 2 * [...reasons.values(), rationale ?? ''].join('').length,
    ttlMs: Answers.#LIFE_MS,
    keeps: ({ usable, sawAll }) => usable && sawAll,
  });
}

/** The parts wanted, and every larger set: an answer that brings more serves as well. */
export function wider({ caption, rationale, reasons }: Wanted): Wanted[] {
  const both = (chosen: boolean) => (chosen ? [true] : [false, true]);
  return both(reasons).flatMap((withReasons) =>
    both(rationale).flatMap((withRationale) =>
      both(caption).map((withCaption) => ({ caption: withCaption, rationale: withRationale, reasons: withReasons })),
    ),
  );
}

/** A key that two questions share only where they are the same in all parts. */
export const keyOf = (...parts: readonly unknown[]): string =>
  createHash('sha256')
    .update(JSON.stringify([PROMPT_VERSION, ...parts]))
    .digest('base64');
