import type { Attributes } from '../encode/encoder.ts';
import { captionOf, reasonOf } from './pocket-words.ts';
import type { Candidate, Estimate, Ranking, Reranker } from './reranker.ts';
import { isTold } from './told.ts';

/**
 * How far a candidate that shows another kind or print than is wanted is set back for each, in units of cosine similarity. Swept
 * over drawn queries that `npm run eval` does not ask, 800 of each of its tasks: from .02 to .08 P@1 and nDCG@9 of every task gain,
 * at .1 nDCG@9 of one falls; .05 makes the first hit worse for at most 7 queries in 1,000 of a task, .08 for 11. Rewarding
 * agreement as well harmed more for the same gain, and judging color harmed at any weight: retrieval follows it better than its head.
 */
const SETBACK = 0.05;
const JUDGED = ['kind', 'print'];

/**
 * By how much the cosines of neighbors among the first nine hits differ: mean over 200 drawn queries with words. BM25 and fused ranks mean nothing beside a
 * cosine, so they are drawn out to as much.
 */
const STEP = 0.02;

/** The built-in model is asked once for everything, and counts no tokens. */
const ESTIMATE: Estimate = { calls: 1, promptTokens: null, completionTokens: null };

/**
 * Sets back what the demo encoder's attribute heads take for something else than is wanted: of the query they say what is wanted,
 * of each candidate what its picture shows, as stored when it was indexed. A lead of `2 * SETBACK` always stands. It reads no
 * catalog text, and it is no language model.
 */
export class PocketReranker implements Reranker {
  readonly model = 'pocket';
  readonly looksAt = ['image', 'attributes'] as const;

  estimate(): Estimate {
    return ESTIMATE;
  }

  async rank(...[query, candidates, wanted, { signal, meter }]: Parameters<Reranker['rank']>): Promise<Ranking> {
    signal.throwIfAborted();
    meter.begin();
    const scores = cosines(candidates);
    const ranked = candidates
      .map((candidate, place) => ({ candidate, score: scores[place]! - setback(query.wanted, candidate.attributes) }))
      // Equal scores keep the retrieval order: sort is stable.
      .sort((a, b) => b.score - a.score)
      .map(({ candidate }) => candidate);
    const reasons = new Map<string, string>();
    if (wanted.reasons)
      for (const candidate of ranked) {
        const reason = reasonOf(query.wanted, candidate.attributes);
        if (reason) reasons.set(candidate.id, reason);
      }
    const [best] = ranked;
    return {
      verdict: 'BELIEVED',
      order: ranked.map(({ id }: Candidate) => id),
      rationale: wanted.rationale && best ? reasonOf(query.wanted, best.attributes) : null,
      reasons,
      caption: wanted.caption && query.picture ? captionOf(await query.seen()) : null,
      repairs: [],
    };
  }

  async caption(...[query, { signal, meter }]: Parameters<Reranker['caption']>): ReturnType<Reranker['caption']> {
    signal.throwIfAborted();
    meter.begin();
    return query.picture ? captionOf(await query.seen()) : null;
  }

  captionKept(): null {
    return null;
  }
}

/** The candidates' scores in units of cosine: those of another kind keep their proportions, and ties stay ties. */
function cosines(candidates: readonly Candidate[]): number[] {
  const scores = candidates.map(({ score }) => score);
  if (candidates.every(({ isCosine = true }) => isCosine)) return scores;
  const [most, least] = [Math.max(...scores), Math.min(...scores)];
  if (most === least) return scores.map(() => 0);
  const span = STEP * (scores.length - 1);
  return scores.map((score) => (span * (score - least)) / (most - least));
}

/** In [0, 2 * SETBACK]: the surer both sides are of what differs, the more. The query's must be told, the candidate's need not be. */
function setback(wanted: Attributes, seen: Attributes): number {
  let sum = 0;
  for (const name of JUDGED) {
    const want = wanted[name];
    const have = seen[name];
    if (isTold(want) && have && want.value !== have.value) sum += SETBACK * want.probability * have.probability;
  }
  return sum;
}
