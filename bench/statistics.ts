/** One round of an interleaved comparison: what either side measured in it. */
export interface Round {
  readonly a: readonly number[];
  readonly b: readonly number[];
}

export interface Ratio {
  readonly a: number;
  readonly b: number;
  /** a / b, with the 95 % interval of a bootstrap over whole rounds: requests of one round share its weather. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 1_000;

/** The value below which a share `q` of the values lies, between neighbors by interpolation. */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) throw new RangeError('No values to take a quantile of.');
  const sorted = [...values].sort((x, y) => x - y);
  const place = q * (sorted.length - 1);
  const below = sorted[Math.floor(place)]!;
  const above = sorted[Math.ceil(place)]!;
  return below + (above - below) * (place - Math.floor(place));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Ratio of the medians of both sides. */
export function ratio(rounds: readonly Round[]): Ratio {
  const a = median(rounds.flatMap((round) => round.a));
  const b = median(rounds.flatMap((round) => round.b));
  const random = uniform(1);
  const ratios = Array.from({ length: RESAMPLES }, () => {
    const drawn = rounds.map(() => rounds[Math.floor(random() * rounds.length)]!);
    return median(drawn.flatMap((round) => round.a)) / median(drawn.flatMap((round) => round.b));
  });
  return { a, b, ratio: a / b, low: quantile(ratios, 0.025), high: quantile(ratios, 0.975) };
}

/** Least-squares slope of y over x. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: 0 | 1) => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const over = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return over / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}

/** The same numbers in every run, so that a table can be computed again from its measurements (mulberry32). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
