/** How good a ranking is. All figures in [0, 1]. */
export interface Quality {
  /** Precision at 1. */
  readonly first: number;
  /** Whether one of the first nine is relevant. */
  readonly hit: number;
  /** nDCG at 9 (Järvelin and Kekäläinen 2002). */
  readonly ndcg: number;
}

export const DEPTH = 9;

/** With binary gains. @param ranked whether each of the ranked is relevant, best first. @param total how many relevant there are. */
export const quality = (ranked: readonly boolean[], total: number): Quality =>
  gradedQuality(
    ranked.map(Number),
    Array.from({ length: total }, () => 1),
  );

/**
 * With gains of 2^grade - 1 (Burges et al., Learning to Rank using Gradient Descent, 2005), which are binary ones where no grade is above 1. Only the
 * highest grade there is counts as right at the first place.
 * @param ranked grade of each of the ranked, best first; 0 for what is not relevant. @param relevant all grades above 0 that could be found.
 */
export function gradedQuality(ranked: readonly number[], relevant: readonly number[]): Quality {
  const best = ranked.slice(0, DEPTH);
  const highest = Math.max(1, ...relevant);
  return {
    first: Number(best[0] === highest),
    hit: Number(best.some((grade) => grade > 0)),
    ndcg: gradedNdcg(ranked, relevant, DEPTH),
  };
}

/** nDCG at `depth` with gains of 2^grade - 1, in [0, 1]; 0 where nothing is relevant. Parameters as of `gradedQuality`. */
export function gradedNdcg(ranked: readonly number[], relevant: readonly number[], depth: number): number {
  const gain = (grades: readonly number[]) =>
    grades.slice(0, depth).reduce((sum, grade, place) => sum + (2 ** grade - 1) / Math.log2(place + 2), 0);
  const ideal = gain(relevant.toSorted((a, b) => b - a));
  return ideal === 0 ? 0 : gain(ranked) / ideal;
}

/**
 * How well an order agrees with grades: the pairs of unlike grades that stand the right way round, less those that do not, by their number (Goodman and
 * Kruskal's gamma, 1954: Kendall's tau where nothing is tied).
 * @param grades best first. @returns in [-1, 1]; NaN where all grades are alike.
 */
export function gradeTau(grades: readonly number[]): number {
  let right = 0;
  let unlike = 0;
  for (const [first, before] of grades.entries())
    for (const after of grades.slice(first + 1)) {
      if (before === after) continue;
      unlike += 1;
      if (before > after) right += 1;
    }
  return unlike === 0 ? Number.NaN : (2 * right) / unlike - 1;
}

export const mean = (values: readonly number[]): number =>
  values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;

/** The middle value, the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return mean(sorted.slice(Math.ceil(half) - 1, Math.floor(half) + 1));
}

/** 95 % interval of a share (Wilson 1927): honest where it is near 0 or 1. */
export function wilson(share: number, count: number): readonly [low: number, high: number] {
  const z = 1.96;
  const middle = share + (z * z) / (2 * count);
  const spread = z * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count));
  const scale = 1 + (z * z) / count;
  return [Math.max(0, (middle - spread) / scale), Math.min(1, (middle + spread) / scale)];
}
