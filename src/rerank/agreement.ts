import { createHash } from 'node:crypto';

/**
 * Two votes on nine candidates that agree less than this are not believed, on Kendall's tau in [-1, 1]. Weighed in `npm run bench:rerank`, which sends
 * simulated models through 500 real retrieval results: at .5 a random model still harms 3.5 % of all queries and a weak one 4.8 %; at .6 it is 1.1 % and
 * 1.8 %, so that the 95 % interval ends well below 5 % whatever the luck of the draw, and a good model with little noise keeps nine tenths of its gain;
 * at .7 that is eight tenths, at .8 less than half. What the threshold costs is borne by models that are right about the best and unsteady about the
 * rest: most candidates of a list are equally good, and orders of those count in tau. What it can't do: a model that is wrong in the same way twice
 * agrees with itself. `npm run rerank -- check` tells both.
 */
export const AGREEMENT = 0.6;

/** How often two random orders of fewer candidates may agree enough by chance, where so few can be told from chance at all. */
const CHANCE = 0.02;

/**
 * The agreement from which two votes on `count` candidates are believed: `AGREEMENT` for nine and more, and for fewer what random orders reach as
 * rarely. Of four, three and two candidates even the same order comes by chance in one of 24, 6 and 2 times.
 * @returns in (0, 1]
 */
export function agreementFor(count: number): number {
  if (count >= 9) return AGREEMENT;
  const pairs = (count * (count - 1)) / 2;
  const ways = inversions(count);
  const all = ways.reduce((sum, some) => sum + some, 0);
  let reversed = 0;
  for (let seen = 0; seen + ways[reversed]! <= CHANCE * all; reversed++) seen += ways[reversed]!;
  // From 0 on so many numbers of reversed pairs are rare enough; 0 always is. Worked out as `kendallTau` is, so that equal is equal.
  reversed = Math.max(0, reversed - 1);
  return pairs === 0 ? 1 : (2 * (pairs - reversed)) / pairs - 1;
}

/** How many orders of `count` items have 0, 1, 2, ... pairs reversed (MacMahon's numbers): each further item may reverse up to as many as stand before it. */
function inversions(count: number): number[] {
  let ways = [1];
  for (let before = 1; before < count; before++) {
    const wider = Array.from({ length: ways.length + before }, () => 0);
    for (const [reversed, some] of ways.entries())
      for (let more = 0; more <= before; more++) wider[reversed + more]! += some;
    ways = wider;
  }
  return ways;
}

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
