import type { Embed, EncoderInfo, Thresholds } from '../encode/encoder.ts';
import { type Asked, whole } from './asked.ts';
import { groupsOf, type Interval, interval, resamples } from './bootstrap.ts';
import { mean } from './metrics.ts';
import type { LabelledIndex } from './retrieval.ts';

/** Hits of a query that are judged: a page. */
export const JUDGED = 9;

export type Kind = keyof Thresholds;

/** One task's queries, each with the cosines of its first hits, and whether they are right. */
export interface JudgedTask {
  readonly name: string;
  readonly kind: Kind;
  readonly queries: readonly { readonly hits: readonly JudgedHit[]; readonly about: ReadonlySet<string> }[];
}

export interface JudgedHit {
  readonly score: number;
  /** Of any grade. */
  readonly right: boolean;
}

/** What the whole query of `asked` finds, by how products are embedded. A task of several kinds becomes several. */
export function judgeTask(
  { name, asked }: { name: string; asked: readonly Asked[] },
  index: Pick<LabelledIndex, 'best'>,
  by: Embed,
): JudgedTask[] {
  return [...Map.groupBy(asked, kindOf)].map(([kind, some]) => ({
    name,
    kind,
    queries: some.map((one) => ({
      about: one.query.about,
      hits: index
        .best(whole(one), one.query.exclude, by, JUDGED)
        .map(({ id, score }) => ({ score, right: (one.query.relevant.get(id) ?? 0) > 0 })),
    })),
  }));
}

const kindOf = ({ vectors }: Asked): Kind =>
  vectors['text and picture'] ? 'joint' : vectors.text ? 'text' : 'picture';

/** Of the wrong hits the share that clears a threshold, of the right ones the share that does not; NaN of none. */
export interface ErrorRates {
  readonly falseAccept: number;
  readonly falseReject: number;
}

export function errorRates(hits: readonly JudgedHit[], threshold: number): ErrorRates {
  let [wrong, accepted, right, rejected] = [0, 0, 0, 0];
  for (const hit of hits)
    if (hit.right) {
      right += 1;
      if (hit.score < threshold) rejected += 1;
    } else {
      wrong += 1;
      if (hit.score >= threshold) accepted += 1;
    }
  return { falseAccept: accepted / wrong, falseReject: rejected / right };
}

/** 95 % intervals of both, bootstrapped by product; null of one group. */
export function errorIntervals({ queries }: JudgedTask, threshold: number): Record<keyof ErrorRates, Interval | null> {
  const groups = groupsOf(queries.map(({ about }) => about));
  if (groups.length < 2) return { falseAccept: null, falseReject: null };
  const drawn = resamples([groups]).map((places) =>
    errorRates(
      places.flatMap((place) => queries[place]!.hits),
      threshold,
    ),
  );
  const of = (rate: keyof ErrorRates) => interval(drawn.map((rates) => rates[rate]).filter((value) => value >= 0));
  return { falseAccept: of('falseAccept'), falseReject: of('falseReject') };
}

/** Steps of a threshold. */
const STEPS = 1_000;

/**
 * The threshold with the least mean of false accepts and false rejects, each the mean of the tasks' own, so that no task counts more for
 * being larger; in the middle where many are as good. In thousandths. Undefined where nothing is right, or nothing wrong.
 */
export function calibrate(tasks: readonly JudgedTask[]): number | undefined {
  const judged = tasks.map(({ queries }) => queries.flatMap(({ hits }) => hits));
  let least = Number.POSITIVE_INFINITY;
  let [from, to] = [0, 0];
  for (let step = 1 - STEPS; step < STEPS; step += 1) {
    const rates = judged.map((hits) => errorRates(hits, step / STEPS));
    const of = (rate: keyof ErrorRates) => mean(rates.map((one) => one[rate]).filter((value) => value >= 0));
    const error = of('falseAccept') + of('falseReject');
    if (error < least) [least, from, to] = [error, step, step];
    else if (error === least && step === to + 1) to = step;
  }
  return least === Number.POSITIVE_INFINITY ? undefined : Math.round((from + to) / 2) / STEPS;
}

/** The thresholds of each kind of query that the tasks hold, for both ways to embed products: what model.json takes as `relevance`. */
export function calibrateAll(
  tasks: readonly { name: string; asked: readonly Asked[] }[],
  index: Pick<LabelledIndex, 'best'>,
): NonNullable<EncoderInfo['relevance']> {
  const of = (by: Embed): Thresholds => {
    const kinds = Map.groupBy(
      tasks.flatMap((task) => judgeTask(task, index, by)),
      ({ kind }) => kind,
    );
    const found = (['text', 'picture', 'joint'] as const).map((kind) => [kind, calibrate(kinds.get(kind) ?? [])]);
    return Object.fromEntries(found.filter(([, threshold]) => threshold !== undefined));
  };
  return { image: of('image'), 'image+title': of('image+title') };
}
