import type { CatalogDefinition } from '../catalog/definition.ts';
import type { Facet as Counted, FacetValue as CountedValue } from '../search/facets.ts';
import { RETRIEVAL_MODES, SCORE_KINDS } from '../search/mode.ts';
import type { Report } from '../search/pass.ts';
import { toFilter } from '../search/product-filter.ts';
import { toQuery } from '../search/query.ts';
import { type Search, search } from '../search/search.ts';
import { seeSent } from '../search/sight.ts';
import type { Builder } from './builder.ts';
import type { ImageTypes } from './image.ts';
import { hitImage, type PlacedHit, type ProductTypes, place } from './product.ts';
import { facetsAtOnce, hitsAtOnce, searchPlan } from './selection.ts';

interface Reranked extends PlacedHit {
  readonly position: number;
  readonly reason: string | null;
}

const placed = async (found: Search) => place(await found.hits(), found.query.offset, found.relevantFrom);

/** `Query.search` and `Mutation.uploadImage`. */
export function searchTypes(
  builder: Builder,
  definition: CatalogDefinition,
  { Image, QueryImage }: ImageTypes,
  { Product, Hit, Filter }: ProductTypes,
): void {
  const ScoreKind = builder.enumType('ScoreKind', { values: SCORE_KINDS });
  const RetrievalMode = builder.enumType('RetrievalMode', { values: RETRIEVAL_MODES });
  const RerankStatus = builder.enumType('RerankStatus', {
    values: ['NOT_SELECTED', 'OFF', 'APPLIED', 'REPAIRED', 'REJECTED', 'FELL_BACK'] as const,
  });
  const RerankFallback = builder.enumType('RerankFallback', {
    values: ['TIMEOUT', 'UNAVAILABLE', 'BUSY', 'BUDGET', 'UNUSABLE_ANSWER'] as const,
  });
  const RerankRepair = builder.enumType('RerankRepair', {
    values: ['MISSING_IDS', 'DUPLICATE_IDS', 'UNKNOWN_IDS', 'MALFORMED_ANSWER', 'RATIONALE_DROPPED'] as const,
  });

  const RerankReport = builder.objectRef<Report>('RerankReport').implement({
    fields: (t) => ({
      status: t.expose('status', { type: RerankStatus }),
      fallback: t.expose('fallback', { type: RerankFallback, nullable: true }),
      model: t.exposeString('model', { nullable: true }),
      repairs: t.field({ type: [RerankRepair], resolve: ({ repairs }) => [...repairs] }),
      calls: t.int({ resolve: ({ usage }) => usage.calls }),
      cached: t.boolean({ resolve: ({ usage }) => usage.cached }),
      promptTokens: t.int({ nullable: true, resolve: ({ usage }) => usage.promptTokens }),
      completionTokens: t.int({ nullable: true, resolve: ({ usage }) => usage.completionTokens }),
      milliseconds: t.exposeInt('milliseconds', { nullable: true }),
    }),
  });

  const FacetValue = builder.objectRef<CountedValue>('FacetValue').implement({
    fields: (t) => ({ value: t.exposeString('value'), count: t.exposeInt('count') }),
  });

  const Facet = builder.objectRef<Counted>('Facet').implement({
    fields: (t) => ({
      field: t.exposeString('field'),
      values: t.field({ type: [FacetValue], resolve: ({ values }) => [...values] }),
    }),
  });

  const RankedHit = builder.objectRef<Reranked>('RankedHit').implement({
    fields: (t) => ({
      product: t.field({ type: Product, resolve: ({ hit }) => hit.product }),
      image: t.field({ type: Image, resolve: hitImage }),
      score: t.float({ resolve: ({ hit }) => hit.score }),
      rank: t.exposeInt('rank'),
      position: t.exposeInt('position'),
      reason: t.exposeString('reason', { nullable: true }),
    }),
  });

  const SearchResult = builder.objectRef<Search>('SearchResult').implement({
    fields: (t) => ({
      image: t.field({ type: QueryImage, nullable: true, resolve: (found) => found.image() }),
      hits: t.field({ type: [Hit], resolve: placed }),
      scoreKind: t.field({ type: ScoreKind, resolve: ({ scoreKind }) => scoreKind }),
      reranked: t.field({
        type: [RankedHit],
        resolve: async (found): Promise<Reranked[]> => {
          const hits = await placed(found);
          const { order, reasons } = await found.pass();
          return order.map((from, index) => {
            const hit = hits[from]!;
            return { ...hit, position: index + 1, reason: reasons.get(hit.hit.productId) ?? null };
          });
        },
      }),
      rationale: t.string({ nullable: true, resolve: async (found) => (await found.pass()).rationale }),
      queryCaption: t.string({ nullable: true, resolve: async (found) => (await found.pass()).caption }),
      rerank: t.field({ type: RerankReport, resolve: async (found) => (await found.pass()).report }),
      facets: t.field({ type: [Facet], nullable: true, resolve: async (found) => [...(await found.facets())] }),
    }),
  });

  builder.queryFields((t) => ({
    search: t.field({
      type: SearchResult,
      nullable: true,
      args: {
        text: t.arg.string(),
        image: t.arg({ type: 'Upload' }),
        imageId: t.arg.id(),
        topK: t.arg.int({ required: true, defaultValue: 9 }),
        rerank: t.arg.boolean({ required: true, defaultValue: true }),
        rerankDepth: t.arg.int({ required: true, defaultValue: 9 }),
        filter: t.arg({ type: Filter }),
        mode: t.arg({ type: RetrievalMode, required: true, defaultValue: 'AUTO' }),
        offset: t.arg.int({ required: true, defaultValue: 0 }),
      },
      resolve: async (_root, { image, filter, ...args }, { stages, signal, allowance, cost, readPicture }, info) => {
        const priced = cost.open(info.path.key);
        const query = toQuery({
          ...args,
          filter: filter == null ? undefined : toFilter(filter, definition.fields),
          image: image == null ? undefined : () => readPicture(image, 'image'),
        });
        const found = await search(query, searchPlan(info.fieldNodes, info, definition), stages, { signal, allowance });
        priced(found);
        // Beside the page's search, not after it. Whoever asks for them hears of a failure.
        if (facetsAtOnce(info.fieldNodes, info)) void found.facets().catch(() => {});
        // A failed retrieval is an error of `search`, not of a field deep in it.
        if (hitsAtOnce(info.fieldNodes, info)) await found.hits();
        return found;
      },
    }),
  }));

  builder.mutationFields((t) => ({
    uploadImage: t.field({
      type: QueryImage,
      args: { image: t.arg({ type: 'Upload', required: true }) },
      resolve: async (_root, { image }, { stages, signal, readPicture }) => {
        const sight = await seeSent(await readPicture(image, 'image'), 'image', stages, signal);
        return sight.keep();
      },
    }),
  }));
}
