import type { Attributes } from '../encode/encoder.ts';
import { captionOf, reasonOf } from './pocket-words.ts';
import type { Candidate, Estimate, Ranking, Reranker } from './reranker.ts';
import { isTold } from './told.ts';

/** How much an attribute that agrees or disagrees moves a candidate, in units of cosine similarity. Chosen on drawn queries, `npm run eval`. */
export const WEIGHTS: Readonly<Record<string, number>> = { kind: 0.3, print: 0.3, color: 0.1 };

/** The built-in model is asked once for everything, and counts no tokens. */
const ESTIMATE: Estimate = { calls: 1, promptTokens: null, completionTokens: null };

/**
 * Reorders by what the demo encoder's attribute heads believe: of the query, what is wanted; of each candidate, what its picture shows,
 * as stored when it was indexed. It reads no catalog text, and it is no language model.
 */
export class PocketReranker implements Reranker {
  readonly model = 'pocket';

  estimate(): Estimate {
    return ESTIMATE;
  }

  async rank(...[query, candidates, wanted, { signal, meter }]: Parameters<Reranker['rank']>): Promise<Ranking> {
    signal.throwIfAborted();
    meter.begin();
    const ranked = candidates
      .map((candidate) => ({ candidate, score: candidate.score + agreement(query.wanted, candidate.attributes) }))
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
}

/** How well what is seen meets what is wanted: each attribute adds between -weight and +weight, by how sure both sides are. */
function agreement(wanted: Attributes, seen: Attributes): number {
  let sum = 0;
  for (const [name, weight] of Object.entries(WEIGHTS)) {
    const want = wanted[name];
    const have = seen[name];
    if (!isTold(want) || !have) continue;
    sum += weight * want.probability * have.probability * (want.value === have.value ? 1 : -1);
  }
  return sum;
}
