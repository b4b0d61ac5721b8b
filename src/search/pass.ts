import type { ProductId } from '../catalog/product.ts';
import { MargayError } from '../errors.ts';
import { abortable, withDeadline } from '../policy/deadline.ts';
import type { Candidate, Ranking, Repair, Reranker, RerankQuery, Usage } from '../rerank/reranker.ts';
import type { Hit } from '../retrieve/vector-store.ts';
import type { Plan, Query } from './query.ts';

export type PassStatus = 'NOT_SELECTED' | 'OFF' | 'APPLIED' | 'REPAIRED' | 'REJECTED' | 'FELL_BACK';
export type Fallback = 'TIMEOUT' | 'UNAVAILABLE' | 'BUSY' | 'BUDGET' | 'UNUSABLE_ANSWER';

export interface Report {
  readonly status: PassStatus;
  readonly fallback: Fallback | null;
  readonly model: string | null;
  readonly repairs: readonly Repair[];
  readonly usage: Usage;
  readonly milliseconds: number | null;
}

/** The rerank pass of one search: a whole permutation of the hits, whatever happened. */
export interface Pass {
  readonly report: Report;
  /** Places into `hits`, best first. */
  readonly order: readonly number[];
  readonly reasons: ReadonlyMap<ProductId, string>;
  readonly rationale: string | null;
  readonly caption: string | null;
}

const NOTHING_SPENT: Usage = { calls: 0, cached: false, promptTokens: null, completionTokens: null };

interface Inputs {
  hits(): Promise<readonly Hit[]>;
  rerankQuery(): Promise<RerankQuery>;
}

interface Settings {
  readonly reranker: Reranker | null;
  readonly rerankTimeoutMs: number;
}

/** Makes the one pass that the plan asks for, or none; a failing model never fails the search. */
export async function runPass(
  query: Query,
  plan: Plan,
  inputs: Inputs,
  { reranker, rerankTimeoutMs }: Settings,
  caller: AbortSignal,
): Promise<Pass> {
  const hits = plan.hits || plan.ranking ? await inputs.hits() : [];
  const untouched = (status: PassStatus, report: Partial<Report> = {}): Pass => ({
    report: { status, fallback: null, model: null, repairs: [], usage: NOTHING_SPENT, milliseconds: null, ...report },
    order: hits.map((_hit, place) => place),
    reasons: new Map(),
    rationale: null,
    caption: null,
  });

  if (!query.rerank || !reranker) return untouched('OFF');
  if (!plan.ranking && !plan.caption) return untouched('NOT_SELECTED');
  const started = performance.now();
  const { model } = reranker;
  const spent = (usage: Usage) => ({
    usage,
    model: usage.calls > 0 || usage.cached ? model : null,
    milliseconds: Math.round(performance.now() - started),
  });
  using signal = withDeadline(caller, rerankTimeoutMs, 'The rerank pass');
  try {
    const about = await inputs.rerankQuery();
    if (!plan.ranking || hits.length === 0) {
      const status = plan.ranking ? 'APPLIED' : 'NOT_SELECTED';
      if (!plan.caption || !about.picture) return untouched(status);
      const { caption, usage } = await abortable(reranker.caption(about, { signal }), signal);
      return { ...untouched(status, spent(usage)), caption };
    }
    const candidates = hits.slice(0, query.rerankDepth).map(candidate);
    const wanted = {
      caption: plan.caption && about.picture !== undefined,
      rationale: plan.rationale,
      reasons: plan.reasons,
    };
    const ranking = await abortable(reranker.rank(about, candidates, wanted, { signal }), signal);
    const { order, rationale, repairs } = whole(ranking, candidates);
    const status = repairs.some((repair) => repair !== 'RATIONALE_DROPPED') ? 'REPAIRED' : 'APPLIED';
    return {
      ...untouched(status, { ...spent(ranking.usage), repairs }),
      order: [...order, ...hits.keys().drop(candidates.length)],
      reasons: ranking.reasons,
      rationale,
      caption: ranking.caption,
    };
  } catch (error) {
    caller.throwIfAborted();
    return untouched('FELL_BACK', {
      // An adapter that was cut off may throw anything.
      fallback: fallbackOf(signal.aborted ? signal.reason : error),
      model,
      milliseconds: Math.round(performance.now() - started),
    });
  }
}

function candidate(hit: Hit): Candidate {
  if (!hit.image) throw new MargayError('INTERNAL', 'A rerank pass was planned without the column "image".');
  return {
    id: hit.productId,
    score: hit.score,
    image: hit.image,
    attributes: hit.attributes ?? {},
    title: hit.product.title,
    category: hit.product.category ?? undefined,
  };
}

interface Whole {
  /** Places of all candidates, best first. */
  readonly order: readonly number[];
  readonly rationale: string | null;
  readonly repairs: readonly Repair[];
}

/** Holds the promise that `reranked` is a whole permutation of `hits` even if an adapter breaks its own, and says that it had to. */
function whole(ranking: Ranking, candidates: readonly Candidate[]): Whole {
  const places = new Map(candidates.map(({ id }, place) => [id, place]));
  const order = new Set<number>();
  const repairs = new Set(ranking.repairs);
  for (const id of ranking.order) {
    const place = places.get(id);
    if (place === undefined) repairs.add('UNKNOWN_IDS');
    else if (order.has(place)) repairs.add('DUPLICATE_IDS');
    else order.add(place);
  }
  if (order.size < candidates.length) repairs.add('MISSING_IDS');
  for (const place of candidates.keys()) order.add(place);
  // The rationale speaks of the adapter's first, which may not be ours.
  const [first] = order;
  const kept = ranking.order[0] === candidates[first!]?.id;
  if (ranking.rationale !== null && !kept) repairs.add('RATIONALE_DROPPED');
  return { order: [...order], rationale: kept ? ranking.rationale : null, repairs: [...repairs] };
}

function fallbackOf(error: unknown): Fallback {
  switch (error instanceof MargayError ? error.code : undefined) {
    case 'DEADLINE_EXCEEDED':
      return 'TIMEOUT';
    case 'OVERLOADED':
      return 'BUSY';
    case 'RATE_LIMITED':
      return 'BUDGET';
    default:
      return 'UNAVAILABLE';
  }
}
