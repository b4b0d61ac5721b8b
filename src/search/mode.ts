import type { CatalogDefinition } from '../catalog/definition.ts';
import { MargayError } from '../errors.ts';
import type { Query } from './query.ts';

/** How a search is made. */
export const SEARCH_MODES = ['DENSE', 'FULL_TEXT', 'HYBRID'] as const;
export type Mode = (typeof SEARCH_MODES)[number];
/** What a client may ask for. */
export const RETRIEVAL_MODES = ['AUTO', ...SEARCH_MODES] as const;
export type RetrievalMode = (typeof RETRIEVAL_MODES)[number];

/** What the score of a hit is. */
export const SCORE_KINDS = ['COSINE', 'BM25', 'RRF'] as const;
export type ScoreKind = (typeof SCORE_KINDS)[number];
export const scoreKindOf: Readonly<Record<Mode, ScoreKind>> = { DENSE: 'COSINE', FULL_TEXT: 'BM25', HYBRID: 'RRF' };

/** What a catalog has, as far as the mode depends on it. */
export interface Searched {
  readonly definition: Pick<CatalogDefinition, 'analyzer'>;
  /** The demo's drawings, and not somebody's own products. */
  readonly isDemo: boolean;
}

/** @throws MargayError BAD_INPUT naming `mode`, where there are no words to look for or none to be found. */
export function modeOf(query: Query, { definition: { analyzer }, isDemo }: Searched): Mode {
  const { mode, text } = query;
  if (mode === 'AUTO') return analyzer === undefined || isDemo ? 'DENSE' : autoMode(query);
  if (mode === 'DENSE') return mode;
  if (text === undefined)
    throw refused(`mode ${mode} looks for words, and none were sent.`, 'Send text, or take the mode AUTO or DENSE.');
  if (analyzer === undefined)
    throw refused(
      `mode ${mode} looks for words, and this catalog has no full text.`,
      'Take the mode AUTO or DENSE; full text comes with @fullText in the catalog file and an index made anew.',
    );
  return mode;
}

/**
 * Decided by `npm run eval` (bench/results). On photos words alone find far more by both than by vectors. With a picture they often say what no title does
 * ("in blue", "with this"): fused, that loses what the one joint vector finds. The demo's own drawings its encoder knows better than their titles tell.
 */
const autoMode = ({ text, image, imageId }: Query): Mode =>
  text !== undefined && image === undefined && imageId === undefined ? 'HYBRID' : 'DENSE';

const refused = (message: string, remedy: string) =>
  new MargayError('BAD_INPUT', message, { argument: 'mode', remedy });
