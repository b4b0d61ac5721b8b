import type { ProductId, StoredImage } from '../catalog/product.ts';
import type { Attributes } from '../encode/encoder.ts';
import type { Picture } from '../image/decoder.ts';
import type { Meter } from './meter.ts';

export interface RerankQuery {
  readonly text: string | undefined;
  readonly picture: { readonly id: string; load(): Promise<Picture> } | undefined;
  /** What the encoder believes is asked for, and what it sees in the picture alone. */
  readonly wanted: Attributes;
  readonly seen: () => Promise<Attributes>;
}

export interface Candidate {
  readonly id: ProductId;
  /** Retrieval score: cosine in [-1, 1], or what falls along the list in units of its own. */
  readonly score: number;
  /** Default true. */
  readonly isCosine?: boolean;
  readonly image: StoredImage;
  readonly attributes: Attributes;
  readonly title: string | undefined;
  /** What kind of thing it is, where the catalog says so. */
  readonly category: string | undefined;
}

/** What a reranker can look at. */
export type Look = 'image' | 'attributes' | 'title' | 'category';

/** What the client selected of a ranking: the answer asked for is never larger. */
export interface Wanted {
  readonly caption: boolean;
  readonly rationale: boolean;
  readonly reasons: boolean;
}

export const REPAIRS = [
  'MISSING_IDS',
  'DUPLICATE_IDS',
  'UNKNOWN_IDS',
  'MALFORMED_ANSWER',
  'RATIONALE_DROPPED',
] as const;
export type Repair = (typeof REPAIRS)[number];

/**
 * Whether the model's order stands: BELIEVED whole; REJECTED, its answers disagreed with each other too much; UNUSABLE, none of them
 * could be read. It is never blended with the retrieval order, which stands in its place where it is not believed.
 */
export type Verdict = 'BELIEVED' | 'REJECTED' | 'UNUSABLE';

export interface Ranking {
  readonly verdict: Verdict;
  /** A permutation of the candidates' ids, best first. */
  readonly order: readonly ProductId[];
  /** Why `order[0]` fits best; null when the model gave no usable reason for that very candidate. */
  readonly rationale: string | null;
  readonly reasons: ReadonlyMap<ProductId, string>;
  readonly caption: string | null;
  readonly repairs: readonly Repair[];
  /** Kendall's tau in [-1, 1] between the model's answers, where it was asked twice. */
  readonly agreement?: number;
}

/** What a pass is going to be asked, as far as its price depends on it. */
export interface Asked {
  readonly text: string | undefined;
  readonly picture: boolean;
  /** How many are ranked; 0 where a caption is all that is asked. */
  readonly candidates: number;
  readonly wanted: Wanted;
}

/** What a pass takes when nothing of it is cached and nothing has to be asked twice: prompt tokens by formula, completion tokens at most. Null where the model counts none. */
export interface Estimate {
  readonly calls: number;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
}

export interface PassOptions {
  readonly signal: AbortSignal;
  /** Told of every call when it is made, so that a pass that was cut off is counted too. */
  readonly meter: Meter;
}

/**
 * Reorders the first hits of a search and says why.
 * @throws MargayError DEADLINE_EXCEEDED, OVERLOADED (busy), RATE_LIMITED (the client's budget), INTERNAL (the model can't be asked): the search
 * falls back to the retrieval order.
 */
export interface Reranker {
  /** The name reported to clients. */
  readonly model: string;
  /** What of the candidates it looks at: only that is read from the store. */
  readonly looksAt: readonly Look[];
  estimate(asked: Asked): Estimate;
  rank(query: RerankQuery, candidates: readonly Candidate[], wanted: Wanted, options: PassOptions): Promise<Ranking>;
  /** What is seen in the query picture; null where the model is not confident. */
  caption(query: RerankQuery, options: PassOptions): Promise<string | null>;
  /** What was seen in a picture before, by its id; null where nothing was. Costs nothing. */
  captionKept(id: string): string | null;
}
