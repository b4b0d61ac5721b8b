import type { Embed } from '../encode/encoder.ts';
import { fuse } from '../encode/fusion.ts';
import type { Asked, AskedJointly } from './asked.ts';
import { groupsOf, type Interval, interval, resamples } from './bootstrap.ts';
import { mean } from './metrics.ts';
import { FIGURES, type Found, judge } from './quality-table.ts';
import type { LabelledIndex } from './retrieval.ts';

/** Shares of the picture that are tried. */
export const WEIGHTS = Array.from({ length: 11 }, (_, tenth) => tenth / 10);

/** Queries by task, of words and a picture where nothing else is said. */
export interface JointTask<T extends Asked = AskedJointly> {
  readonly name: string;
  readonly asked: readonly T[];
}

export interface Figure {
  readonly mean: number;
  /** 95 %; null where there are too few products to tell. */
  readonly interval: Interval | null;
}
export type Figures = Readonly<Record<keyof Found, Figure>>;

/** Judgments of the queries of several tasks, whose mean is that of the tasks' means: a task of many queries counts as much as one of few. */
export class JointTasks<T extends Asked = AskedJointly> {
  readonly tasks: readonly JointTask<T>[];
  readonly asked: readonly T[];
  readonly groups: readonly (readonly number[])[];
  readonly #taskOf: readonly number[];
  /** Places of the queries drawn, draw by draw. Null where there are too few products to tell. */
  readonly #draws: readonly (readonly number[])[] | null;

  /** Tasks without queries do not count. */
  constructor(tasks: readonly JointTask<T>[]) {
    this.tasks = tasks.filter(({ asked }) => asked.length > 0);
    this.asked = this.tasks.flatMap(({ asked }) => asked);
    this.#taskOf = this.tasks.flatMap(({ asked }, task) => asked.map(() => task));
    this.groups = groupsOf(this.asked.map(({ query }) => query.about));
    const touched = (group: readonly number[]) => [...new Set(group.map((place) => this.#taskOf[place]))].sort().join();
    // Drawn by the tasks they belong to, so that no draw is without a task.
    const strata = [...Map.groupBy(this.groups, touched).values()];
    this.#draws = strata.every((groups) => groups.length < 2) ? null : resamples(strata);
  }

  /** What the vectors made of the queries find. */
  judge(index: Pick<LabelledIndex, 'ranking'>, by: Embed, vectorOf: (vectors: T['vectors']) => Float32Array): Found[] {
    return this.asked.map(({ query, vectors }) => judge(index, query, vectorOf(vectors), by));
  }

  /** @param judged of each query. */
  figures(judged: readonly Found[]): Figures {
    return Object.fromEntries(FIGURES.map((name) => [name, this.figure(judged.map((one) => one[name]))])) as Figures;
  }

  figure(values: readonly number[]): Figure {
    const drawn = this.draws(values);
    return { mean: this.#mean(values, [...values.keys()]), interval: drawn && interval(drawn) };
  }

  /** The mean, draw by draw; null where there are too few products to tell. */
  draws(values: readonly number[]): number[] | null {
    return this.#draws?.map((places) => this.#mean(values, places)) ?? null;
  }

  #mean(values: readonly number[], places: readonly number[]): number {
    const sums = this.tasks.map(() => 0);
    const counts = this.tasks.map(() => 0);
    for (const place of places) {
      const task = this.#taskOf[place]!;
      sums[task]! += values[place]!;
      counts[task]! += 1;
    }
    return mean(sums.map((sum, task) => sum / counts[task]!));
  }
}

export interface Sweep {
  /** In the order of WEIGHTS. */
  readonly figures: readonly Figures[];
  readonly best: number;
  /** Among which weights the best one is in 95 % of the draws; null where there are too few products to tell. */
  readonly interval: Interval | null;
}

/**
 * How a normalized weighted sum of a query's two vectors fares, by the picture's weight. The best is that of the highest nDCG@10, of equal ones the
 * nearest to even shares.
 */
export function sweep(tasks: JointTasks, index: Pick<LabelledIndex, 'ranking'>, by: Embed): Sweep {
  const judged = WEIGHTS.map((weight) => tasks.judge(index, by, ({ text, picture }) => fuse(text, picture, weight)));
  const figures = judged.map((one) => tasks.figures(one));
  const draws = judged.map((one) => tasks.draws(one.map(({ ndcg }) => ndcg)));
  const bests = draws[0]?.map((_, draw) => bestOf(draws.map((one) => one![draw]!)));
  return {
    figures,
    best: bestOf(figures.map(({ ndcg }) => ndcg.mean)),
    interval: bests ? interval(bests) : null,
  };
}

/** Differences below this are rounding. */
const SAME = 1e-9;

function bestOf(means: readonly number[]): number {
  const highest = Math.max(...means);
  const best = WEIGHTS.filter((_, place) => means[place]! > highest - SAME);
  return best.reduce((a, b) => (Math.abs(b - 0.5) < Math.abs(a - 0.5) ? b : a));
}
