import type { ProductId } from '../catalog/product.ts';
import { demoCatalog } from '../demo/catalog.ts';
import type { Reranker } from '../rerank/reranker.ts';
import { type Asked, ask } from './asked.ts';
import { DEMO_FLOORS } from './demo-floors.ts';
import type { Labels } from './demo-queries.ts';
import { chanceOf } from './floors.ts';
import { floorsReport } from './floors-report.ts';
import type { Measured } from './floors-table.ts';
import { demoSet } from './labelled.ts';
import { modeReport } from './mode-report.ts';
import { Pace } from './pace.ts';
import { LEGEND, qualityTables, table } from './quality-table.ts';
import { type RerankedTask, rationaleReport, rationaleRows } from './rationale-report.ts';
import { relevanceReport } from './relevance-report.ts';
import { RERANKED_HEAD, rerankedRow, rerankedTask } from './reranked.ts';
import { LabelledIndex, type RetrievalStages } from './retrieval.ts';
import { type WordStages, withWords } from './word-search.ts';

export interface EvalStages extends RetrievalStages, Partial<WordStages> {
  /** Null leaves the order as it is. */
  readonly reranker: Reranker | null;
}

/** A model's graphs on disk. */
export interface Graphs {
  readonly bytes: number;
  /** "int8". */
  readonly precision: string;
}

export interface DemoEvalOptions {
  /** Queries a task. */
  readonly count: number;
  /** Undefined where the model is elsewhere. */
  readonly graphs?: Graphs | undefined;
  readonly signal: AbortSignal;
  /** Hears how far it is. */
  tell(text: string): void;
}

/**
 * Retrieval quality of an encoder on drawings that it never saw, as Markdown tables: first the floors, then the demo catalog embedded by pictures alone and
 * with titles, each task beside the same query without its picture and without its text, and what the reranker does to the first nine. Exact search: an
 * index's recall is not measured here.
 */
export async function demoEvaluation(
  stages: EvalStages,
  { count, graphs, signal, tell }: DemoEvalOptions,
): Promise<string> {
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
  const reranked: RerankedTask[] = [];
  const shown = labels();
  if (reranker)
    for (const task of asked)
      reranked.push({
        ...task,
        reranked: await rerankedTask(task.asked, { index, reranker, labels: shown }, signal),
      });
  const more = [...(reranker ? rationaleRows(reranked) : []), ...(graphs ? [sizeRow(graphs)] : [])];
  const floors = await floorsReport({ stages, index, tasks: asked, count, more, signal, tell });
  const modes = await modeTables();
  return [
    `# ${name}: encoder ${encoder.info.name} (${encoder.info.fingerprint.slice(0, 12)}), ${products.length} products`,
    ...floors,
    '',
    '## How to read the other tables',
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
          ...table(
            RERANKED_HEAD,
            reranked.map((task) => rerankedRow(task.name, task.reranked)),
          ),
          ...rationaleReport(reranked),
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
}

const labels = (): ReadonlyMap<ProductId, Labels> =>
  new Map(demoCatalog().map(({ id, category, print, color }) => [id, { kind: category, print, color }]));

/** What the graphs take. */
export const sizeRow = ({ bytes, precision }: Graphs): Measured => ({
  name: `the graphs on disk, ${precision}, ${bytes.toLocaleString('en')} bytes`,
  figure: 'MB',
  value: bytes / 1e6,
  interval: null,
  floor: DEMO_FLOORS.megabytes,
});
