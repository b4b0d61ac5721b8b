import type { CatalogDefinition } from '../catalog/definition.ts';
import type { QueryPicture } from '../catalog/media-store.ts';
import { ATTRIBUTES, type Column, IMAGE } from '../catalog/product.ts';
import type { Attributes, Encoded, ModelPixels } from '../encode/encoder.ts';
import { within } from '../policy/deadline.ts';
import { once } from '../policy/once.ts';
import type { Estimate, Look, Reranker, RerankQuery } from '../rerank/reranker.ts';
import type { Hit, VectorStore } from '../retrieve/vector-store.ts';
import type { Caller } from './caller.ts';
import { countFacets, FACET_DEPTH, type Facet, facetFields } from './facets.ts';
import { modeOf, type ScoreKind, scoreKindOf } from './mode.ts';
import { estimatePass, type Pass, type Report, runPass } from './pass.ts';
import type { Plan, Query } from './query.ts';
import { type RelevanceStages, relevantFrom } from './relevance.ts';
import { retrieval } from './retrieval.ts';
import { type Sight, type SightStages, seeKept, seeSent } from './sight.ts';

export interface Stages extends SightStages, Pick<RelevanceStages, 'embed'> {
  readonly definition: CatalogDefinition;
  /** The demo's drawings are served, and not somebody's own products. */
  readonly isDemo: boolean;
  /** Throws CATALOG_MISMATCH where the stored vectors are another model's. */
  readonly store: () => VectorStore;
  /** Null when the pass is switched off. */
  readonly reranker: Reranker | null;
  readonly timeoutMs: number;
  readonly rerankTimeoutMs: number;
  /** Hears of faults that no client sees. */
  readonly report: (error: unknown) => void;
}

/** A search under way. Each part is computed when first asked for, and once, however many fields ask. */
export interface Search {
  readonly query: Query;
  /** What the scores of the hits are. */
  readonly scoreKind: ScoreKind;
  /** What the pass would take with nothing cached. */
  readonly price: Estimate;
  hits(): Promise<readonly Hit[]>;
  /** Counts over the best 1,000 products that match, whatever page is asked for: a search of its own. */
  facets(): Promise<readonly Facet[]>;
  /** The least score of what counts as relevant; undefined where that is not known. */
  readonly relevantFrom: number | undefined;
  /** What the rerank pass did; started by whoever asks first, once. */
  pass(): Promise<Pass>;
  /** What the pass took; null until it is over, and where nobody asked for it. */
  report(): Report | null;
  /** Whether the text was longer than the encoder reads, so that its end did not count; false until it is embedded. */
  truncated(): boolean;
  /** The query picture, kept for an hour; null without one. */
  image(): Promise<QueryPicture | null>;
}

/**
 * The product, as one readable function: picture -> embedding -> hits, and on demand the reranked order.
 * Rejects with what the client did wrong before anything is spent.
 */
export async function search(query: Query, plan: Plan, stages: Stages, caller: Caller): Promise<Search> {
  const { encoder, timeoutMs, definition } = stages;
  const mode = modeOf(query, stages);
  const store = stages.store();
  const seen = await within(caller.signal, timeoutMs, 'Reading the picture', (signal) => see(query, stages, signal));

  const encode = (input: { text?: string | undefined; pixels?: ModelPixels | undefined }) =>
    within(caller.signal, timeoutMs, 'Embedding the query', (signal) =>
      encoder.encode(input, { signal, priority: 'query' }),
    );
  let truncated = false;
  const encoded = once<Encoded>(async () => {
    const answer = await encode({ text: query.text, pixels: seen?.pixels });
    truncated = answer.truncated;
    return answer;
  });
  // What is shown, and what the pass looks at.
  const ranked =
    plan.ranking && query.rerank
      ? (stages.reranker?.looksAt ?? []).flatMap((look) => columnOf(look, stages.definition))
      : [];
  const columns = [...new Set([...plan.columns, ...ranked])];
  const find = retrieval(query, {
    mode,
    store,
    vector: async () => (await encoded()).vector,
    within: (call) => within(caller.signal, timeoutMs, 'The search', call),
  });
  const hits = once(() => find(query, columns));
  const facets = once<readonly Facet[]>(async () => {
    const counted = facetFields(definition);
    if (counted.length === 0) return [];
    const best = await find(
      { topK: FACET_DEPTH, offset: 0 },
      counted.map(({ name }) => name),
    );
    return countFacets(
      best.map(({ product }) => product),
      counted,
    );
  });
  // Words are found without an embedding: it is made only for a reranker that compares attributes.
  const describes = mode !== 'FULL_TEXT' || stages.reranker?.looksAt.includes('attributes');
  const alone = once<Attributes>(async () => {
    if (!seen) return {};
    return query.text ? (await encode({ pixels: seen.pixels })).attributes : (await encoded()).attributes;
  });
  const rerankQuery = once<RerankQuery>(async () => ({
    text: query.text,
    picture: seen && { id: seen.id, load: seen.load },
    // A caption is of the picture alone: what is asked for need not be embedded.
    wanted: plan.ranking && describes ? (await encoded()).attributes : {},
    seen: alone,
  }));

  let report: Report | null = null;
  return {
    query,
    scoreKind: scoreKindOf[mode],
    price: estimatePass(query, plan, stages.reranker),
    hits,
    facets,
    relevantFrom:
      mode === 'DENSE'
        ? relevantFrom(stages, { text: query.text !== undefined, picture: seen !== undefined })
        : undefined,
    pass: once(async () => {
      const pass = await runPass(query, plan, { hits, rerankQuery, isCosine: mode === 'DENSE' }, stages, caller);
      report = pass.report;
      return pass;
    }),
    report: () => report,
    truncated: () => truncated,
    image: once(async () => (seen ? seen.keep() : null)),
  };
}

function columnOf(look: Look, { title, category }: CatalogDefinition): Column[] {
  switch (look) {
    case 'image':
      return [IMAGE];
    case 'attributes':
      return [ATTRIBUTES];
    case 'title':
      return [title];
    case 'category':
      return category === undefined ? [] : [category];
  }
}

async function see(query: Query, stages: Stages, signal: AbortSignal): Promise<Sight | undefined> {
  if (query.imageId !== undefined) return seeKept(query.imageId, stages, signal);
  return query.image && seeSent(await query.image(), 'image', stages, signal);
}
