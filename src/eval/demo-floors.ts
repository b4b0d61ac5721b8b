/** A share or a loss that is to be reached: no less than, or no more than that. */
export interface DemoFloor {
  readonly least?: number;
  readonly most?: number;
}

/** Below which the demo's model is not good enough for anybody to believe the rest. The one place for these numbers. */
export const DEMO_FLOORS = {
  /** Subject + "X with this": first, and among the first nine. */
  composed: { least: 0.8 },
  composedNine: { least: 0.97 },
  recolor: { least: 0.8 },
  words: { least: 0.9 },
  unknown: { least: 0.5 },
  product: { least: 0.6 },
  /** The print head on pictures alone. */
  printOfProducts: { least: 0.8 },
  printOfSubjects: { least: 0.92 },
  /** The same where the print is drawn by the generator that training never meets. */
  unmetLeopard: { least: 0.7 },
  unmetNatural: { least: 0.8 },
  /** Of P@1 lost by what a camera does, and by long polite sentences. */
  fault: { most: 0.15 },
  letter: { most: 0.05 },
  /** 45 of 50 leopards; of every print 35 of 50, whatever carries it. */
  leopard: { least: 0.9 },
  /** Phone cases among the nine hits of a leopard, on average. */
  casesAmongNine: { least: 7 },
  everyPrint: { least: 0.7 },
  /** Of the attributes that the reranker names. */
  rationale: { least: 0.95 },
  /** Of the graphs, in megabytes (10^6). */
  megabytes: { most: 4 },
} as const satisfies Record<string, DemoFloor>;

/** Shares are sums of ones by a count: .7 may be a little less. */
const SAME = 1e-9;

export const reaches = (figure: number, { least, most }: DemoFloor): boolean =>
  (least === undefined || figure >= least - SAME) && (most === undefined || figure <= most + SAME);
