import { Meter } from '../rerank/meter.ts';
import type { Reranker } from '../rerank/reranker.ts';
import { type Asked, ask } from './asked.ts';
import { chanceOf } from './floors.ts';
import { demoSet } from './labelled.ts';
import { gradedQuality, mean, type Quality } from './metrics.ts';
import { modeReport } from './mode-report.ts';
import { Pace } from './pace.ts';
import { LEGEND, qualityTables, table } from './quality-table.ts';
import { relevanceReport } from './relevance-report.ts';
import { LabelledIndex, type RetrievalStages } from './retrieval.ts';
import { type WordStages, withWords } from './word-search.ts';

export interface EvalStages extends RetrievalStages, Partial<WordStages> {
  /** Null leaves the order as it is. */
  readonly reranker: Reranker | null;
}

export interface DemoEvalOptions {
  /** Queries a task. */
  readonly count: number;
  readonly signal: AbortSignal;
  /** Hears how far it is. */
  tell(text: string): void;
}

const DEPTH = 9;

/**
 * Retrieval quality of an encoder on drawings that it never saw, as Markdown tables: the demo catalog embedded by pictures alone and with titles, each task
 * beside the same query without its picture and without its text, and what the reranker does to the first nine. Exact search: an index's recall is not
 * measured here.
 */
export async function demoEvaluation(stages: EvalStages, { count, signal, tell }: DemoEvalOptions): Promise<string> {
  const { encoder, reranker } = stages;
  const { name, products, tasks } = demoSet(stages.renderer, count);
  const index = await LabelledIndex.make({ name, products, tasks }, stages, {
    signal,
    titled: true,
    onProduct: new Pace('Embedding products', products.length, tell).count,
  });
  const ids = products.map(({ id }) => id);
  const bar = new Pace('Embedding queries', count * tasks.length, tell);
  const asked: { name: string; asked: Asked[] }[] = [];
  for (const { name, queries } of tasks)
    asked.push({ name, asked: await ask(queries, stages, { signal, onDone: bar.count }) });
  const rows = asked.map((task, place) => ({ ...task, floors: [chanceOf(tasks[place]!.queries, ids)] }));
  const reranked: string[][] = [];
  if (reranker) for (const task of asked) reranked.push(await rerankedRow(task.name, task.asked, reranker));
  const modes = await modeTables();
  return [
    `# ${name}: encoder ${encoder.info.name} (${encoder.info.fingerprint.slice(0, 12)}), ${products.length} products`,
    '',
    ...LEGEND,
    'Several products answer most queries. A query of words and picture is also asked without either. Chance: R@1 / R@10 of random orders.',
    ...qualityTables(rows, index, ['chance']),
    ...relevanceReport(asked, index, [{ name: "The encoder's own, of model.json", relevance: encoder.info.relevance }]),
    ...modes,
    ...(reranker
      ? [
          '',
          `## The first nine reranked by ${reranker.model}, products embedded by their pictures alone`,
          '',
          'P@1 is R@1; helped and harmed: share of queries whose first hit became right or wrong.',
          '',
          ...table(['task', 'P@1', 'reranked P@1', 'Hit@9', 'nDCG@9', 'reranked nDCG@9', 'helped', 'harmed'], reranked),
        ]
      : []),
  ].join('\n');

  async function modeTables(): Promise<string[]> {
    const { stores, definition } = stages;
    if (!stores || !definition) return [];
    return withWords({ products }, { stores, definition }, signal, async (words, analyzer) =>
      modeReport([{ name: '', tasks: asked }], index, words, { analyzer, signal }),
    );
  }

  async function rerankedRow(name: string, queries: readonly Asked[], reranker: Reranker): Promise<string[]> {
    const found: { before: Quality; after: Quality }[] = [];
    for (const { query, vectors, wanted } of queries) {
      const vector = vectors['text and picture'] ?? vectors.text ?? vectors.picture!;
      const hits = index.hits(vector, query.exclude, DEPTH);
      const { order } = await reranker.rank(
        { text: query.text, picture: undefined, wanted, seen: async () => ({}) },
        hits.map(({ productId: id, score, image, attributes }) => ({
          id,
          score,
          image: image!,
          attributes: attributes ?? {},
          title: undefined,
          category: undefined,
        })),
        { caption: false, rationale: false, reasons: false },
        { signal, meter: new Meter() },
      );
      const graded = (ranked: readonly string[]) =>
        gradedQuality(
          ranked.map((id) => query.relevant.get(id) ?? 0),
          [...query.relevant.values()],
        );
      found.push({ before: graded(hits.map(({ productId }) => productId)), after: graded(order) });
    }
    const share = (value: number) => value.toFixed(2);
    const of = (side: 'before' | 'after', figure: keyof Quality) => share(mean(found.map((one) => one[side][figure])));
    const moved = (by: number) =>
      share(mean(found.map(({ before, after }) => Number(after.first - before.first === by))));
    return [
      name,
      ...[of('before', 'first'), of('after', 'first'), of('before', 'hit'), of('before', 'ndcg'), of('after', 'ndcg')],
      ...[moved(1), moved(-1)],
    ];
  }
}
