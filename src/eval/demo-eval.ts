import { type DemoProduct, demoCatalog } from '../demo/catalog.ts';
import type { Attributes, ModelPixels } from '../encode/encoder.ts';
import { Meter } from '../rerank/meter.ts';
import type { Reranker } from '../rerank/reranker.ts';
import { type DemoQuery, type DemoTask, demoTasks } from './demo-queries.ts';
import { DRAWING } from './labelled.ts';
import { mean, type Quality, quality, wilson } from './metrics.ts';
import { dot, prepared, type RetrievalStages } from './retrieval.ts';

export interface EvalStages extends RetrievalStages {
  /** Null leaves the order as it is. */
  readonly reranker: Reranker | null;
}

interface Indexed {
  readonly product: DemoProduct;
  /** By the picture alone, and by picture and title. */
  readonly alone: Float32Array;
  readonly titled: Float32Array;
  readonly attributes: Attributes;
}

const DEPTH = 9;

/**
 * Retrieval quality of an encoder on drawings that it never saw, as Markdown tables: the demo catalog embedded by pictures alone
 * and with titles, each task beside the same query without its picture and without its text, and what the reranker does to the
 * first nine. Exact search: an index's recall is not measured here.
 */
export async function demoEvaluation(
  stages: EvalStages,
  { count, signal }: { count: number; signal: AbortSignal },
): Promise<string> {
  const { encoder, reranker } = stages;
  const see = async (svg: string): Promise<ModelPixels> =>
    (await prepared(stages, await stages.renderer.draw(svg, DRAWING), signal)).pixels;
  const catalog = demoCatalog();
  const indexed: Indexed[] = [];
  for (const product of catalog) {
    const pixels = await see(product.svg());
    const { vector: alone, attributes } = await encoder.encode({ pixels }, { signal });
    const { vector: titled } = await encoder.encode({ pixels, text: product.title }, { signal });
    indexed.push({ product, alone, titled, attributes });
  }

  const lines = [
    `Encoder ${encoder.info.name} (${encoder.info.fingerprint.slice(0, 12)}), ${catalog.length} products, ${count} queries a task; brackets: 95 % intervals.`,
    '',
    '| query | P@1, pictures alone | Hit@9 | nDCG@9 | P@1, image+title | P@1 without picture | P@1 without text | reranked P@1 | reranked nDCG@9 | helped | harmed |',
    '|---|---|---|---|---|---|---|---|---|---|---|',
  ];
  for (const task of demoTasks(catalog, count)) lines.push(await row(task));
  return lines.join('\n');

  async function row({ name, queries }: DemoTask): Promise<string> {
    const found: { alone: Quality; titled: Quality; noPicture?: Quality; noText?: Quality; reranked: Quality }[] = [];
    for (const query of queries) {
      const pixels = query.svg === undefined ? undefined : await see(query.svg);
      const { vector, attributes } = await encoder.encode({ text: query.text, pixels }, { signal });
      const best = nearest(indexed, vector, 'alone');
      const joint = pixels !== undefined && query.text !== undefined;
      found.push({
        alone: judge(best, query),
        titled: judge(nearest(indexed, vector, 'titled'), query),
        ...(joint && {
          noPicture: judge(await lookup({ text: query.text }), query),
          noText: judge(await lookup({ pixels }), query),
        }),
        reranked: judge(await reorder(best, query, attributes), query),
      });
    }
    const of = (part: 'alone' | 'titled' | 'noPicture' | 'noText' | 'reranked', figure: keyof Quality) =>
      mean(found.flatMap((one) => (one[part] ? [one[part][figure]] : [])));
    const share = (value: number) => (Number.isNaN(value) ? '' : value.toFixed(2));
    const first = of('alone', 'first');
    const [low, high] = wilson(first, found.length);
    const moved = (by: number) => share(mean(found.map((one) => Number(one.reranked.first - one.alone.first === by))));
    const cells = [
      `${share(first)} [${share(low)}, ${share(high)}]`,
      ...[of('alone', 'hit'), of('alone', 'ndcg'), of('titled', 'first')].map(share),
      ...[of('noPicture', 'first'), of('noText', 'first')].map(share),
      ...[of('reranked', 'first'), of('reranked', 'ndcg')].map(share),
      moved(1),
      moved(-1),
    ];
    return `| ${name} | ${cells.join(' | ')} |`;
  }

  async function lookup(input: { text?: string | undefined; pixels?: ModelPixels | undefined }): Promise<Scored[]> {
    return nearest(indexed, (await encoder.encode(input, { signal })).vector, 'alone');
  }

  /** The first nine in the reranker's order, the others behind them. */
  async function reorder(best: readonly Scored[], query: DemoQuery, wanted: Attributes): Promise<readonly Scored[]> {
    if (!reranker) return best;
    const candidates = best.slice(0, DEPTH).map(({ item, score }) => ({
      id: item.product.id,
      score,
      image: { id: '', ...DRAWING, thumbhash: '' },
      attributes: item.attributes,
      title: undefined,
      category: undefined,
    }));
    const about = { text: query.text, picture: undefined, wanted, seen: async () => ({}) };
    const { order } = await reranker.rank(
      about,
      candidates,
      { caption: false, rationale: false, reasons: false },
      { signal, meter: new Meter() },
    );
    const places = new Map(order.map((id, place) => [id, place]));
    const head = best.slice(0, DEPTH).sort((a, b) => places.get(a.item.product.id)! - places.get(b.item.product.id)!);
    return [...head, ...best.slice(DEPTH)];
  }

  function judge(ranked: readonly Scored[], query: DemoQuery): Quality {
    const relevant = ranked.map(({ item }) => query.relevant(item.product));
    return quality(relevant, relevant.filter(Boolean).length);
  }
}

interface Scored {
  readonly item: Indexed;
  readonly score: number;
}

function nearest(indexed: readonly Indexed[], query: Float32Array, by: 'alone' | 'titled'): Scored[] {
  return indexed.map((item) => ({ item, score: dot(item[by], query) })).sort((a, b) => b.score - a.score);
}
