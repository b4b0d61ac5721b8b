import { MargayError } from '../errors.ts';
import { bootstrap, groupsOf } from './bootstrap.ts';
import type { Floor, FloorsOf } from './floors.ts';
import { gradedNdcg, mean } from './metrics.ts';
import type { PhotoQuery, PhotoSet, PhotoTask } from './photo-queries.ts';
import { type Embedded, LabelledIndex, type RetrievalStages } from './retrieval.ts';

export interface PhotoEvalOptions {
  readonly floors: FloorsOf;
  /** Queries of a task, spread over it; all where it is undefined. */
  readonly count: number | undefined;
  readonly signal: AbortSignal;
  /** Hears how far it is. */
  tell(text: string): void;
}

/** How good a ranking is. All figures in [0, 1]; what is right is what has the highest grade there is. */
export interface Found {
  /** Whether something right is at the first place, and among the first ten. */
  readonly first: number;
  readonly ten: number;
  /** One by the place of the first that is right. */
  readonly reciprocal: number;
  /** Graded nDCG at 10. */
  readonly ndcg: number;
}

/** @param ranked grade of each of the ranked, all of them, best first. @param relevant all grades above 0 that could be found. */
export function found(ranked: readonly number[], relevant: readonly number[]): Found {
  const place = ranked.indexOf(Math.max(1, ...relevant));
  return {
    first: Number(place === 0),
    ten: Number(place >= 0 && place < 10),
    reciprocal: place < 0 ? 0 : 1 / (place + 1),
    ndcg: gradedNdcg(ranked, relevant, 10),
  };
}

/** What of a query is asked with; a query of both is also asked without its picture and without its text. */
const PARTS: readonly (readonly [string, (query: PhotoQuery) => Asked | undefined])[] = [
  ['text and picture', ({ text, picture }) => (text !== undefined && picture ? { text, picture } : undefined)],
  ['text', ({ text }) => (text === undefined ? undefined : { text, picture: undefined })],
  ['picture', ({ picture }) => picture && { text: undefined, picture }],
];
type Asked = Pick<PhotoQuery, 'text' | 'picture'>;

const INDEXES: readonly (readonly [Embedded, string])[] = [
  ['image', 'Products embedded by their pictures alone'],
  ['image+title', 'Products embedded by pictures and titles'],
];

/** What the columns mean, for whoever reads the tables. */
const LEGEND = [
  'R@k: share of queries with a right product among the first k (of the highest grade, as the floors count); MRR: of the first right product; nDCG@10: graded, gains 2^grade - 1.',
  'Brackets: 95 % intervals, bootstrapped by product (queries that share one are drawn together); one of no width means that all fared alike, not that the figure is certain; a single group has none.',
  'Descriptions and attributes are in no index, and the color that a product is labeled with is cut out of its title; a product without such a label keeps its words ("Yellow bell pepper").',
  'Floors: R@1 / R@10 of the same task; the color histogram sees the picture alone and is given for all views together, the structure hash sees neither color nor text and is given for both splits together. Where the reference is a catalog photo, the target is the same shot in another color: the other views are the honest ones.',
];

/**
 * Retrieval quality of an encoder on labelled photos, as Markdown tables: each task, composed ones by reference view and beside their text and their picture
 * alone, with products embedded by pictures alone and with titles. Exact search: an index's recall is not measured here.
 * @throws MargayError BAD_INPUT where there is no query.
 */
export async function photoEvaluation(
  set: PhotoSet,
  stages: RetrievalStages,
  options: PhotoEvalOptions,
): Promise<string> {
  const { floors, count, signal, tell } = options;
  const tasks = set.tasks.flatMap(byView);
  if (tasks.length === 0) throw new MargayError('BAD_INPUT', `${set.name}: there is no query.`);
  const index = await LabelledIndex.make(set, stages, {
    signal,
    titled: true,
    onProduct: (done) => {
      if (done % 200 === 0) tell(`${done} of ${set.products.length} products embedded`);
    },
  });
  const rows: Record<Embedded, string[]> = { image: [], 'image+title': [] };
  for (const { task, source, view, queries: all } of tasks) {
    const queries = spread(all, count);
    const name = [task, source, view].filter((word) => word !== undefined).join(', ');
    tell(`${name}: ${queries.length} queries`);
    const floor = floors(task, source, view);
    const given = [floor.chance, floor.histogram, floor.structure].map(shares);
    for (const [part, of] of PARTS) {
      const asked = queries.flatMap((query) => {
        const input = of(query);
        return input ? [{ query, input }] : [];
      });
      if (asked.length === 0) continue;
      const groups = groupsOf(asked.map(({ query }) => query.about));
      const vectors: Float32Array[] = [];
      for (const { input } of asked) vectors.push(await index.embed(input, { signal }));
      for (const [by] of INDEXES) {
        const judged = asked.map(({ query: { relevant, exclude } }, place) =>
          found(
            index.ranking(vectors[place]!, exclude, by).map((id) => relevant.get(id) ?? 0),
            [...relevant].flatMap(([id, grade]) => (exclude.has(id) ? [] : [grade])),
          ),
        );
        const figures = (['first', 'ten', 'reciprocal', 'ndcg'] as const).map((name) => {
          const values = judged.map((one) => one[name]);
          const interval = bootstrap(values, groups);
          return `${share(mean(values))}${interval ? ` [${interval.map(share).join(', ')}]` : ''}`;
        });
        const cells = [name, part, asked.length, groups.length, ...figures, ...given];
        rows[by].push(`| ${cells.join(' | ')} |`);
      }
    }
  }
  const { name, fingerprint } = stages.encoder.info;
  return [
    `# ${set.name}: encoder ${name} (${fingerprint.slice(0, 12)}), ${set.products.length} products`,
    '',
    ...LEGEND,
    ...INDEXES.flatMap(([by, title]) => ['', `## ${title}`, '', ...HEAD, ...rows[by]]),
  ].join('\n');
}

const HEAD = [
  '| task | asked with | queries | groups | R@1 | R@10 | MRR | nDCG@10 | chance | color histogram | structure hash |',
  '|---|---|---|---|---|---|---|---|---|---|---|',
];

const share = (value: number) => value.toFixed(3);
const shares = (floor: Floor | undefined) => (floor ? `${share(floor.first)} / ${share(floor.ten)}` : '');

interface View extends Pick<PhotoTask, 'task' | 'source' | 'queries'> {
  readonly view: string | undefined;
}

const byView = ({ task, source, queries }: PhotoTask): View[] =>
  [...Map.groupBy(queries, ({ view }) => view)].map(([view, some]) => ({ task, source, view, queries: some }));

/** `count` of them at even distances: neighbors are often about one product. */
const spread = <T>(items: readonly T[], count = items.length): readonly T[] =>
  count >= items.length
    ? items
    : Array.from({ length: count }, (_, place) => items[Math.floor((place * items.length) / count)]!);
