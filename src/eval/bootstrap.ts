import { Random } from '../demo/random.ts';
import { mean } from './metrics.ts';

const RESAMPLES = 2_000;
const SEED = 20;

export type Interval = readonly [low: number, high: number];

/**
 * Groups what has to do with the same products, directly or through others.
 * @param about ids of products, of each. @returns places in `about`, group by group.
 */
export function groupsOf(about: readonly ReadonlySet<string>[]): number[][] {
  const parent = about.map((_, place) => place);
  const root = (place: number): number => {
    let at = place;
    while (parent[at] !== at) at = parent[at]!;
    return at;
  };
  const first = new Map<string, number>();
  for (const [place, ids] of about.entries())
    for (const id of ids) {
      const other = first.get(id);
      if (other === undefined) first.set(id, place);
      else parent[root(place)] = root(other);
    }
  return [...Map.groupBy(parent.keys(), root).values()];
}

/**
 * Draws whole groups with replacement, as many as there are of each stratum (the cluster bootstrap of Davison and Hinkley, Bootstrap Methods and their
 * Application, 1997, 3.8). The same groups give the same draws on every machine, so that figures of the same queries can be compared draw by draw.
 * @param strata groups of places. @returns the places drawn, draw by draw.
 */
export function resamples(strata: readonly (readonly (readonly number[])[])[]): number[][] {
  const random = new Random(SEED);
  return Array.from({ length: RESAMPLES }, () => strata.flatMap((groups) => groups.flatMap(() => random.pick(groups))));
}

/** The middle 95 % of what draws came to. */
export function interval(drawn: readonly number[]): Interval {
  const sorted = drawn.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  return [at(0.025), at(0.975)];
}

/**
 * 95 % percentile interval of a mean whose values are not independent within groups.
 * @param groups places in `values`, group by group. @returns null of fewer than two groups.
 */
export function bootstrap(values: readonly number[], groups: readonly (readonly number[])[]): Interval | null {
  if (groups.length < 2) return null;
  return interval(resamples([groups]).map((places) => mean(places.map((place) => values[place]!))));
}

/** A share whose whole is counted too: of each what is meant, and of how much. */
export interface Portion {
  readonly part: number;
  readonly whole: number;
}

/** Of all together; NaN of nothing. */
export function shareOf(portions: readonly Portion[]): number {
  const sum = (of: keyof Portion) => portions.reduce((total, portion) => total + portion[of], 0);
  return sum('part') / sum('whole');
}

/** 95 % percentile interval of `shareOf`, whole groups drawn; null of fewer than two groups, or of nothing. */
export function bootstrapShare(portions: readonly Portion[], groups: readonly (readonly number[])[]): Interval | null {
  if (groups.length < 2) return null;
  const drawn = resamples([groups]).map((places) => shareOf(places.map((place) => portions[place]!)));
  const told = drawn.filter((value) => !Number.isNaN(value));
  return told.length === 0 ? null : interval(told);
}
