import type { Embed } from '../encode/encoder.ts';
import { type Asked, PARTS } from './asked.ts';
import { bootstrap, groupsOf, type Interval } from './bootstrap.ts';
import type { Floor } from './floors.ts';
import type { LabelledQuery } from './labelled.ts';
import { gradedNdcg, mean } from './metrics.ts';
import type { LabelledIndex } from './retrieval.ts';

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

/** What a vector finds in answer to a query. */
export function judge(
  index: Pick<LabelledIndex, 'ranking'>,
  { relevant, exclude }: LabelledQuery,
  vector: Float32Array,
  by: Embed,
): Found {
  return found(
    index.ranking(vector, exclude, by).map((id) => relevant.get(id) ?? 0),
    [...relevant].flatMap(([id, grade]) => (exclude.has(id) ? [] : [grade])),
  );
}

export const INDEXES: readonly (readonly [Embed, string])[] = [
  ['image', 'Products embedded by their pictures alone'],
  ['image+title', 'Products embedded by pictures and titles'],
];

/** What the columns mean, for whoever reads the tables. */
export const LEGEND = [
  'R@k: share of queries with a right product among the first k (of the highest grade, as the floors count); MRR: of the first right product; nDCG@10: graded, gains 2^grade - 1.',
  'Brackets: 95 % intervals, bootstrapped by product (queries that share one are drawn together); one of no width means that all fared alike, not that the figure is certain; a single group has none.',
];

/** One task, asked. */
export interface AskedTask {
  readonly name: string;
  readonly asked: readonly Asked[];
  /** In the order of the table's floors. */
  readonly floors: readonly (Floor | undefined)[];
}

/** Two tables of the same rows, with products embedded by pictures alone and with titles. @param floors their names. */
export function qualityTables(
  tasks: readonly AskedTask[],
  index: Pick<LabelledIndex, 'ranking'>,
  floors: readonly string[],
): string[] {
  // Chance alone needs no words.
  const standing = floors.length > 1 ? ['R@1 is'] : [];
  const head = ['task', 'asked with', 'queries', 'groups', 'R@1', 'R@10', 'MRR', 'nDCG@10', ...floors, ...standing];
  return INDEXES.flatMap(([by, title]) => ['', `## ${title}`, '', ...table(head, tasks.flatMap(rowsOf(by)))]);

  function rowsOf(by: Embed): (task: AskedTask) => string[][] {
    return ({ name, asked: all, floors: given }) =>
      PARTS.flatMap((part) => {
        const asked = all.filter(({ vectors }) => vectors[part]);
        if (asked.length === 0) return [];
        const groups = groupsOf(asked.map(({ query }) => query.about));
        const judged = asked.map(({ query, vectors }) => judge(index, query, vectors[part]!, by));
        const counts = [asked.length, groups.length].map(String);
        const told = figures(judged, groups);
        const [first] = told;
        const against = given.flatMap((floor, place) =>
          floor ? [`${beside(...first!, floor.first)} ${floors[place]}`] : [],
        );
        return [
          [
            name,
            part,
            ...counts,
            ...told.map(([value, interval]) => withInterval(value, interval)),
            ...given.map(floorCell),
            ...standing.map(() => against.join(', ')),
          ],
        ];
      });
  }
}

/** R@1, R@10, MRR and nDCG@10 with their intervals. @param groups places in `judged`. */
function figures(judged: readonly Found[], groups: readonly (readonly number[])[]): [number, Interval | null][] {
  return FIGURES.map((name) => {
    const values = judged.map((one) => one[name]);
    return [mean(values), bootstrap(values, groups)];
  });
}
export const FIGURES = ['first', 'ten', 'reciprocal', 'ndcg'] as const satisfies readonly (keyof Found)[];

/** Markdown lines. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)];
}

export const share = (value: number) => value.toFixed(3);

/** "0.500 [0.400, 0.600]" */
export const withInterval = (value: number, interval: Interval | null, told = share) =>
  `${told(value)}${interval ? ` [${interval.map(told).join(', ')}]` : ''}`;

/** Where a figure stands to a floor; only an interval wholly on one side tells. */
export function beside(value: number, interval: Interval | null, floor: number): 'above' | 'below' | 'about' {
  const [low, high] = interval ?? [value, value];
  return low > floor ? 'above' : high < floor ? 'below' : 'about';
}

const floorCell = (floor: Floor | undefined) => (floor ? `${share(floor.first)} / ${share(floor.ten)}` : '');
