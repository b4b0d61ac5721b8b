import { createHash } from 'node:crypto';

/**
 * Two votes that agree less than this are not believed, on Kendall's tau in [-1, 1]. Chosen by `npm run bench:rerank`, which prints what other
 * thresholds would have harmed and kept.
 */
export const AGREEMENT = 0.5;

/**
 * Kendall's rank correlation of two orders of the same items (M. G. Kendall, A New Measure of Rank Correlation, 1938): the share of pairs that
 * stand the same way round in both, less the share that does not.
 * @param a a permutation, best first. @param b a permutation of the same items.
 * @returns in [-1, 1]; 1 where there are fewer than two items.
 */
export function kendallTau(a: readonly number[], b: readonly number[]): number {
  const place = new Map(b.map((item, at) => [item, at]));
  let agreeing = 0;
  let pairs = 0;
  for (let first = 0; first < a.length; first++)
    for (let second = first + 1; second < a.length; second++) {
      pairs++;
      if (place.get(a[first]!)! < place.get(a[second]!)!) agreeing++;
    }
  return pairs === 0 ? 1 : (2 * agreeing) / pairs - 1;
}

/**
 * Another arrangement of `count` places, the same for the same seed (Fisher and Yates). It runs rather against the first arrangement than along it, so
 * that a reader who prefers a place on the sheet, and not what is shown there, contradicts himself.
 */
export function rearranged(count: number, seed: string): number[] {
  const random = createHash('sha256').update(seed).digest();
  const places = Array.from({ length: count }, (_, place) => place);
  for (let last = count - 1; last > 0; last--) {
    const other = random.readUInt16BE((last % 16) * 2) % (last + 1);
    [places[last], places[other]] = [places[other]!, places[last]!];
  }
  return kendallTau(places, [...places.keys()]) > 0 ? places.reverse() : places;
}
