import { Random } from '../demo/random.ts';
import { mean } from './metrics.ts';

const RESAMPLES = 2_000;
const SEED = 20;

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
 * 95 % percentile interval of a mean whose values are not independent within groups: whole groups are drawn with replacement (the cluster bootstrap of
 * Davison and Hinkley, Bootstrap Methods and their Application, 1997, 3.8). The same input gives the same interval on every machine.
 * @param groups places in `values`, group by group. @returns null of fewer than two groups.
 */
export function bootstrap(
  values: readonly number[],
  groups: readonly (readonly number[])[],
): readonly [low: number, high: number] | null {
  if (groups.length < 2) return null;
  const random = new Random(SEED);
  const drawn = groups.map((places) => places.map((place) => values[place]!));
  const means = Array.from({ length: RESAMPLES }, () => mean(drawn.flatMap(() => random.pick(drawn))));
  means.sort((a, b) => a - b);
  const at = (share: number) => means[Math.round(share * (RESAMPLES - 1))]!;
  return [at(0.025), at(0.975)];
}
