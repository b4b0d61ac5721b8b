import type { Column } from '../catalog/product.ts';
import { MargayError } from '../errors.ts';
import type { Filter } from '../retrieve/filter.ts';
import type { RetrievalMode } from './mode.ts';

/** Longest text accepted, in characters; models read far fewer tokens. */
export const MAX_TEXT = 2_000;
export const MAX_TOP_K = 100;
export const MAX_DEPTH = 1_000;
export const MAX_RERANK_DEPTH = 9;

/** What is asked for, checked. At least one of text, image and imageId. */
export interface Query {
  readonly text: string | undefined;
  /** Reads the bytes that were sent; at most once. */
  readonly image: (() => Promise<Uint8Array>) | undefined;
  readonly imageId: string | undefined;
  readonly topK: number;
  readonly offset: number;
  readonly rerank: boolean;
  readonly rerankDepth: number;
  /** Only products that match. */
  readonly filter?: Filter | undefined;
  readonly mode: RetrievalMode;
}

/** What the client selected of the answer, and so what it pays for. */
export interface Plan {
  /** Hits are shown, at once or deferred. */
  readonly hits: boolean;
  /** What is shown of each product. */
  readonly columns: readonly Column[];
  /** One of `reranked`, `rationale`, `reason`. */
  readonly ranking: boolean;
  readonly rationale: boolean;
  readonly reasons: boolean;
  readonly caption: boolean;
}

export interface QueryArguments {
  readonly text?: string | null | undefined;
  readonly image?: (() => Promise<Uint8Array>) | undefined;
  readonly imageId?: string | null | undefined;
  readonly topK: number;
  readonly offset: number;
  readonly rerank: boolean;
  readonly rerankDepth: number;
  /** Only products that match. */
  readonly filter?: Filter | undefined;
  readonly mode: RetrievalMode;
}

function within(argument: string, value: number, min: number, max: number): number {
  if (value >= min && value <= max) return value;
  throw new MargayError('BAD_INPUT', `${argument} is ${value}, outside ${min} to ${max}.`, {
    argument,
    remedy: `Send ${argument} between ${min} and ${max}.`,
  });
}

/** @throws MargayError BAD_INPUT naming the argument. */
export function toQuery(given: QueryArguments): Query {
  const text = given.text?.normalize('NFC').trim();
  const imageId = given.imageId ?? undefined;
  if (given.image && imageId !== undefined)
    throw new MargayError('BAD_INPUT', 'Both image and imageId were sent.', {
      argument: 'imageId',
      remedy: 'Send the picture itself or the id of one that was sent before, not both.',
    });
  if (!text && !given.image && imageId === undefined)
    throw new MargayError('BAD_INPUT', given.text == null ? 'Nothing to search for was sent.' : 'text is blank.', {
      argument: 'text',
      remedy: 'Send text, image, or both.',
    });
  if (text && text.length > MAX_TEXT)
    throw new MargayError('BAD_INPUT', `text is ${text.length} characters long, more than ${MAX_TEXT}.`, {
      argument: 'text',
      remedy: `Send at most ${MAX_TEXT} characters.`,
    });
  const topK = within('topK', given.topK, 1, MAX_TOP_K);
  return {
    text: text || undefined,
    image: given.image,
    imageId,
    topK,
    offset: within('offset', given.offset, 0, MAX_DEPTH - topK),
    rerank: given.rerank,
    filter: given.filter,
    mode: given.mode,
    rerankDepth: within('rerankDepth', given.rerankDepth, 2, MAX_RERANK_DEPTH),
  };
}
