import type { Attributes } from '../encode/encoder.ts';
import { atOnce } from './at-once.ts';
import type { LabelledQuery } from './labelled.ts';
import { prepared, type RetrievalStages } from './retrieval.ts';

/** What of a query is asked with; a query of both is also asked without its picture and without its text. */
export const PARTS = ['text and picture', 'text', 'picture'] as const;
export type Part = (typeof PARTS)[number];

/** A query with the vectors of all that can be asked of it. */
export interface Asked {
  readonly query: LabelledQuery;
  readonly vectors: Readonly<Partial<Record<Part, Float32Array>>>;
  /** What the encoder believes is asked for by the whole query. */
  readonly wanted: Attributes;
  /** What it sees in the picture alone. */
  readonly seen?: Attributes;
}

/** The vector of all that the query asks with. */
export const whole = ({ vectors }: Pick<Asked, 'vectors'>): Float32Array =>
  (vectors['text and picture'] ?? vectors.text ?? vectors.picture)!;

/** Of words and a picture: the query's one vector and those of its two halves. */
export interface AskedJointly extends Asked {
  readonly vectors: Readonly<Record<Part, Float32Array>>;
}

export const isJoint = (asked: Asked): asked is AskedJointly => asked.vectors['text and picture'] !== undefined;

/** Embeds queries, several at a time, in their order. */
export function ask(
  queries: readonly LabelledQuery[],
  stages: RetrievalStages,
  options: { signal: AbortSignal; onDone?: () => void },
): Promise<Asked[]> {
  const { encoder } = stages;
  return atOnce(
    queries,
    async (query, signal) => {
      const { text, picture } = query;
      const { pixels } = picture ? await prepared(stages, await picture(), signal) : {};
      const words = text === undefined ? undefined : await encoder.encode({ text }, { signal });
      const seen = pixels && (await encoder.encode({ pixels }, { signal }));
      const both = words && seen && (await encoder.encode({ text, pixels }, { signal }));
      return {
        query,
        vectors: {
          ...(both && { 'text and picture': both.vector }),
          ...(words && { text: words.vector }),
          ...(seen && { picture: seen.vector }),
        },
        wanted: (both ?? words ?? seen)?.attributes ?? {},
        ...(seen && { seen: seen.attributes }),
      };
    },
    options,
  );
}
