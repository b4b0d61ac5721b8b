import type { ProductId, StoredImage } from '../catalog/product.ts';
import type { Attributes } from '../encode/encoder.ts';
import type { Picture } from '../image/decoder.ts';

export interface RerankQuery {
  readonly text: string | undefined;
  readonly picture: { readonly id: string; load(): Promise<Picture> } | undefined;
  /** What the encoder believes is asked for, and what it sees in the picture alone. */
  readonly wanted: Attributes;
  readonly seen: () => Promise<Attributes>;
}

export interface Candidate {
  readonly id: ProductId;
  /** Retrieval score, cosine in [-1, 1]. */
  readonly score: number;
  readonly image: StoredImage;
  readonly attributes: Attributes;
  readonly title: string | undefined;
  readonly category: string | undefined;
}

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

/** What the model was asked and what it took. */
export interface Usage {
  readonly calls: number;
  readonly cached: boolean;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
}

export interface Ranking {
  /** A permutation of the candidates' ids, best first. */
  readonly order: readonly ProductId[];
  /** Why `order[0]` fits best; null when the model gave no usable reason for that very candidate. */
  readonly rationale: string | null;
  readonly reasons: ReadonlyMap<ProductId, string>;
  readonly caption: string | null;
  readonly repairs: readonly Repair[];
  readonly usage: Usage;
}

/**
 * Reorders the first hits of a search and says why.
 * @throws MargayError DEADLINE_EXCEEDED, OVERLOADED, ENCODER_UNAVAILABLE: the search falls back to the retrieval order.
 */
export interface Reranker {
  /** The name reported to clients. */
  readonly model: string;
  rank(
    query: RerankQuery,
    candidates: readonly Candidate[],
    wanted: Wanted,
    options: { signal: AbortSignal },
  ): Promise<Ranking>;
  /** What is seen in the query picture; null where the model is not confident. */
  caption(query: RerankQuery, options: { signal: AbortSignal }): Promise<{ caption: string | null; usage: Usage }>;
}
