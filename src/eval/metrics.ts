/** Places of the relevant among the ranked, best first. All figures in [0, 1]. */
export interface Quality {
  /** Precision at 1. */
  readonly first: number;
  /** Whether one of the first nine is relevant. */
  readonly hit: number;
  /** nDCG at 9 with binary gains (Järvelin and Kekäläinen 2002). */
  readonly ndcg: number;
}

const DEPTH = 9;

/** @param ranked whether each of the ranked is relevant, best first. @param total how many relevant there are. */
export function quality(ranked: readonly boolean[], total: number): Quality {
  const best = ranked.slice(0, DEPTH);
  const gain = best.reduce((sum, relevant, place) => sum + (relevant ? discount(place) : 0), 0);
  let ideal = 0;
  for (let place = 0; place < Math.min(DEPTH, total); place += 1) ideal += discount(place);
  return { first: Number(best[0] ?? false), hit: Number(best.includes(true)), ndcg: ideal === 0 ? 0 : gain / ideal };
}

const discount = (place: number) => 1 / Math.log2(place + 2);

export const mean = (values: readonly number[]): number =>
  values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;

/** 95 % interval of a share (Wilson 1927): honest where it is near 0 or 1. */
export function wilson(share: number, count: number): readonly [low: number, high: number] {
  const z = 1.96;
  const middle = share + (z * z) / (2 * count);
  const spread = z * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count));
  const scale = 1 + (z * z) / count;
  return [Math.max(0, (middle - spread) / scale), Math.min(1, (middle + spread) / scale)];
}
