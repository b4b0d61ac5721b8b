import type { CatalogDefinition } from '../catalog/definition.ts';
import type { ProductId } from '../catalog/product.ts';
import { MargayError } from '../errors.ts';
import { abortable, withDeadline } from '../policy/deadline.ts';
import { Meter, type Usage } from '../rerank/meter.ts';
import type { Candidate, Estimate, Ranking, Repair, Reranker, RerankQuery } from '../rerank/reranker.ts';
import type { Hit } from '../retrieve/vector-store.ts';
import type { Caller } from './caller.ts';
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
  /** Seconds after which the same pass may be made, where that is known. */
  readonly retryAfter: number | null;
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
const NOTHING_ASKED: Estimate = { calls: 0, promptTokens: 0, completionTokens: 0 };

type Told = Pick<CatalogDefinition, 'title' | 'category'>;

interface Inputs {
  hits(): Promise<readonly Hit[]>;
  rerankQuery(): Promise<RerankQuery>;
  /** Whether the hits' scores are cosines. */
  readonly isCosine: boolean;
}

interface Settings {
  /** Which fields the reranker is told of. */
  readonly definition: Told;
  readonly reranker: Reranker | null;
  readonly rerankTimeoutMs: number;
  /** Hears why a model could not be asked: clients only see that it was not. */
  readonly report: (error: unknown) => void;
}

/** What the pass of a plan would take with nothing cached: known before anything runs. */
export function estimatePass(query: Query, plan: Plan, reranker: Reranker | null): Estimate {
  const picture = query.image !== undefined || query.imageId !== undefined;
  const isAsked = plan.ranking || (plan.caption && picture);
  if (!query.rerank || !reranker || !isAsked) return NOTHING_ASKED;
  const candidates = plan.ranking ? Math.min(query.rerankDepth, query.topK) : 0;
  return reranker.estimate({ text: query.text, picture, candidates, wanted: wantedOf(plan, picture) });
}

/** Makes the one pass that the plan asks for, or none; a failing model never fails the search. */
export async function runPass(
  query: Query,
  plan: Plan,
  inputs: Inputs,
  { definition, reranker, rerankTimeoutMs, report }: Settings,
  caller: Caller,
): Promise<Pass> {
  const hits = plan.hits || plan.ranking ? await inputs.hits() : [];
  const untouched = (status: PassStatus, told: Partial<Report> = {}): Pass => ({
    report: {
      status,
      fallback: null,
      model: null,
      repairs: [],
      usage: NOTHING_SPENT,
      milliseconds: null,
      retryAfter: null,
      ...told,
    },
    order: hits.map((_hit, place) => place),
    reasons: new Map(),
    rationale: null,
    caption: null,
  });

  if (!query.rerank || !reranker) return untouched('OFF');
  if (!plan.ranking && !plan.caption) return untouched('NOT_SELECTED');
  const started = performance.now();
  const meter = new Meter(caller.allowance);
  const spent = () => {
    const usage = meter.usage();
    return {
      usage,
      model: usage.calls > 0 || usage.cached ? reranker.model : null,
      milliseconds: Math.round(performance.now() - started),
    };
  };
  using signal = withDeadline(caller.signal, rerankTimeoutMs, 'The rerank pass');
  const options = { signal, meter };
  let picture: string | undefined;
  try {
    const about = await inputs.rerankQuery();
    picture = about.picture?.id;
    if (!plan.ranking || hits.length === 0) {
      const status = plan.ranking ? 'APPLIED' : 'NOT_SELECTED';
      if (!plan.caption || !about.picture) return untouched(status);
      const caption = await abortable(reranker.caption(about, options), signal);
      return { ...untouched(status, spent()), caption };
    }
    const candidates = hits.slice(0, query.rerankDepth).map((hit) => candidate(hit, definition, inputs.isCosine));
    const wanted = wantedOf(plan, about.picture !== undefined);
    const ranking = await abortable(reranker.rank(about, candidates, wanted, options), signal);
    const { caption } = ranking;
    if (ranking.verdict === 'REJECTED') return { ...untouched('REJECTED', spent()), caption };
    if (ranking.verdict === 'UNUSABLE')
      return { ...untouched('FELL_BACK', { ...spent(), fallback: 'UNUSABLE_ANSWER' }), caption };
    const { order, rationale, repairs } = whole(ranking, candidates);
    const status = repairs.some((repair) => repair !== 'RATIONALE_DROPPED') ? 'REPAIRED' : 'APPLIED';
    return {
      ...untouched(status, { ...spent(), repairs }),
      order: [...order, ...hits.keys().drop(candidates.length)],
      reasons: ranking.reasons,
      rationale,
      caption,
    };
  } catch (error) {
    caller.signal.throwIfAborted();
    // An adapter that was cut off may throw anything.
    const cause: unknown = signal.aborted ? signal.reason : error;
    const fallback = fallbackOf(cause);
    if (fallback === 'UNAVAILABLE') report(cause);
    const retryAfter = (cause instanceof MargayError && cause.retryAfter) || null;
    // It was paid for, though the ranking behind it failed.
    const caption = plan.caption && picture ? reranker.captionKept(picture) : null;
    return { ...untouched('FELL_BACK', { ...spent(), fallback, retryAfter }), caption };
  } finally {
    meter.close();
  }
}

const wantedOf = ({ caption, rationale, reasons }: Plan, picture: boolean) => ({
  caption: caption && picture,
  rationale,
  reasons,
});

function candidate(hit: Hit, definition: Told, isCosine: boolean): Candidate {
  const textOf = (name: string | undefined) =>
    name === undefined ? undefined : ((hit.product.fields[name] as string | null | undefined) ?? undefined);
  if (!hit.image) throw new MargayError('INTERNAL', 'A rerank pass was planned without the column "image".');
  return {
    id: hit.productId,
    score: hit.score,
    ...(!isCosine && { isCosine }),
    image: hit.image,
    attributes: hit.attributes ?? {},
    title: textOf(definition.title),
    category: textOf(definition.category),
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
