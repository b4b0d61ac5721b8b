import { MargayError } from '../errors.ts';
import { type Asked, ask, isJoint } from './asked.ts';
import type { FloorsOf } from './floors.ts';
import { type FusedInfo, fusionReport } from './fusion-report.ts';
import type { JointTask } from './fusion-sweep.ts';
import type { LabelledQuery } from './labelled.ts';
import { modeReport } from './mode-report.ts';
import { Pace } from './pace.ts';
import type { PhotoSet, PhotoTask } from './photo-queries.ts';
import { type AskedTask, LEGEND, qualityTables } from './quality-table.ts';
import { calibrateAll } from './relevance.ts';
import { relevanceReport } from './relevance-report.ts';
import { LabelledIndex, type RetrievalStages } from './retrieval.ts';
import { type WordStages, withWords } from './word-search.ts';

export interface PhotoEvalOptions {
  readonly floors: FloorsOf;
  /** Queries of a task, spread over it; all where it is undefined. */
  readonly count: number | undefined;
  readonly signal: AbortSignal;
  /** Hears how far it is. */
  tell(text: string): void;
}

/** The two splits of one folder: `train` to choose the weight of the picture by, `eval` to report. */
export interface PhotoSets {
  readonly train: PhotoSet;
  readonly eval: PhotoSet;
}

const ABOUT_PHOTOS = [
  'Descriptions and attributes are in no index, and the color that a product is labeled with is cut out of its title; a product without such a label keeps its words ("Yellow bell pepper").',
  'Floors: R@1 / R@10 of the same task; the color histogram sees the picture alone and is given for all views together, the structure hash sees neither color nor text and is given for both splits together. Where the reference is a catalog photo, the target is the same shot in another color: the other views are the honest ones.',
];
const FLOORS = ['chance', 'color histogram', 'structure hash'];

/**
 * Retrieval quality of an encoder on labelled photos, as Markdown tables: each task, composed ones by reference view and beside their text and their picture
 * alone, with products embedded by pictures alone and with titles; then queries of both as sums of their two vectors. Exact search: an index's recall is not
 * measured here.
 * @throws MargayError BAD_INPUT where there is no query.
 */
export async function photoEvaluation(
  sets: PhotoSets,
  stages: RetrievalStages & Partial<WordStages>,
  options: PhotoEvalOptions,
): Promise<string> {
  const { floors, count, signal, tell } = options;
  const { products, name } = sets.eval;
  const views = sets.eval.tasks.flatMap(byView).map((view) => ({ ...view, queries: spread(view.queries, count) }));
  if (views.length === 0) throw new MargayError('BAD_INPUT', `${name}: there is no query.`);
  const trained = sets.train.tasks.map((task) => ({ ...task, queries: spread(task.queries, count) }));
  const { encoder } = stages;
  const index = await LabelledIndex.make(sets.eval, stages, {
    signal,
    titled: true,
    onProduct: new Pace('Embedding products', products.length, tell).count,
  });
  const all = [...views, ...trained].flatMap(({ queries }) => queries);
  const bar = new Pace('Embedding queries', all.length, tell);
  const asked = new Map<LabelledQuery, Asked>();
  for (const one of await ask(all, stages, { signal, onDone: bar.count })) asked.set(one.query, one);
  const of = (queries: readonly LabelledQuery[]) => queries.map((query) => asked.get(query)!);
  tell('Comparing');
  const tasks = views.map(({ task, source, view, queries }): AskedTask => {
    const { chance, histogram, structure } = floors(task, source, view);
    return { name: nameOf(task, source, view), asked: of(queries), floors: [chance, histogram, structure] };
  });
  const joint = (named: string, queries: readonly LabelledQuery[]): JointTask => ({
    name: named,
    asked: of(queries).filter(isJoint),
  });
  const info: FusedInfo = encoder.info;
  const wholes = [...Map.groupBy(views, ({ task, source }) => nameOf(task, source))].map(([name, some]) => {
    const queries = some.flatMap((view) => view.queries);
    return { name, queries, asked: of(queries) };
  });
  const train = trained.map(({ task, source, queries }) => ({
    name: nameOf(task, source),
    queries,
    asked: of(queries),
  }));
  const modes = await modeTables();
  return [
    `# ${name}: encoder ${encoder.info.name} (${encoder.info.fingerprint.slice(0, 12)}), ${products.length} products`,
    '',
    ...LEGEND,
    ...ABOUT_PHOTOS,
    ...qualityTables(tasks, index, FLOORS),
    ...relevanceReport(wholes, index, [
      { name: "The encoder's own, of model.json", relevance: encoder.info.relevance },
      { name: 'Calibrated on the train split of these photos', relevance: calibrateAll(train, index) },
    ]),
    ...fusionReport(
      {
        train: train.map(({ name, queries }) => joint(name, queries)),
        eval: wholes.map(({ name, queries }) => joint(name, queries)),
        views: views.map(({ task, source, view, queries }) => joint(nameOf(task, source, view), queries)),
      },
      index,
      info,
    ),
    ...modes,
  ].join('\n');

  async function modeTables(): Promise<string[]> {
    const { stores, definition } = stages;
    if (!stores || !definition) return [];
    const splits = [
      { name: 'Train split', tasks: train },
      { name: 'Eval split', tasks: wholes },
    ];
    return withWords({ products }, { stores, definition }, signal, (words, analyzer) =>
      modeReport(splits, index, words, { analyzer, signal }),
    );
  }
}

interface View extends Pick<PhotoTask, 'task' | 'source' | 'queries'> {
  readonly view: string | undefined;
}

const byView = ({ task, source, queries }: PhotoTask): View[] =>
  [...Map.groupBy(queries, ({ view }) => view)].map(([view, some]) => ({ task, source, view, queries: some }));

const nameOf = (...words: readonly (string | undefined)[]) => words.filter((word) => word !== undefined).join(', ');

/** `count` of them at even distances: neighbors are often about one product. */
const spread = <T>(items: readonly T[], count = items.length): readonly T[] =>
  count >= items.length
    ? items
    : Array.from({ length: count }, (_, place) => items[Math.floor((place * items.length) / count)]!);
