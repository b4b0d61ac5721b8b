import type { Attribute as Seen } from '../encode/encoder.ts';
import type { Asked } from './asked.ts';
import type { Labels } from './demo-queries.ts';
import { mean } from './metrics.ts';
import type { Attribute } from './rationale-truth.ts';

/** Of what is told at least so much is right; a little more than the floor of what the reranker may say. */
const RIGHT = 0.96;
/** Fewer than that say nothing of how often. */
const ENOUGH = 30;
/** The probabilities tried: .5, .55 ... .95. */
const TRIED = Array.from({ length: 10 }, (_, step) => (10 + step) / 20);
/** A head that is never right often enough says nothing. */
const SILENT = 1;
/** Labels that are never told: there is no such attribute, or it has no name. */
const UNTOLD: ReadonlySet<string> = new Set(['none', 'natural']);

/** Something that a head would tell. */
export interface Told {
  readonly probability: number;
  readonly right: boolean;
}

/** The lowest probability tried from which on what is told is right often enough, there and above; 1 where there is none, undefined where nothing would be told. */
export function lowestThreshold(told: readonly Told[], enough = ENOUGH): number | undefined {
  if (told.length === 0) return undefined;
  let found = SILENT;
  for (const threshold of TRIED.toReversed()) {
    const sure = told.filter(({ probability }) => probability >= threshold);
    if (sure.length < enough) continue;
    if (sure.filter(({ right }) => right).length / sure.length < RIGHT) break;
    found = threshold;
  }
  return found;
}

/** What heads are judged on, each by itself: they are told of all three. */
const POOLS = ['products', 'subjects', 'queries'] as const;

/** A head's `threshold` for model.json, and how it came about. */
export interface HeadThreshold {
  readonly threshold: number;
  /** What each pool alone would want, and the share of it of which something is told at `threshold`. */
  readonly pools: Readonly<
    Partial<Record<(typeof POOLS)[number], { readonly threshold: number; readonly told: number }>>
  >;
}

/**
 * The threshold of each head by queries that are not reported, the highest of those that suit products' pictures, subjects' pictures (but for the kind, which
 * they have none of) and queries with words, where the head says what is asked for.
 */
export function attributeThresholds(asked: readonly Asked[], enough = ENOUGH): Record<Attribute, HeadThreshold> {
  const pictures = asked.filter(({ seen, query }) => seen && query.shows);
  const isProduct = ({ query }: Asked) => query.shows!.kind !== undefined;
  const of = (head: Attribute): HeadThreshold => {
    const shown = (some: readonly Asked[]) =>
      some.flatMap(({ seen, query }) => toldOf(seen![head], query.shows!, head));
    const drawn: Record<(typeof POOLS)[number], readonly Told[]> = {
      products: shown(pictures.filter(isProduct)),
      subjects: head === 'kind' ? [] : shown(pictures.filter((one) => !isProduct(one))),
      queries: asked.flatMap(({ wanted, query }) =>
        query.text && query.asks ? toldOf(wanted[head], query.asks, head) : [],
      ),
    };
    const found = POOLS.flatMap((pool) => {
      const threshold = lowestThreshold(drawn[pool], enough);
      return threshold === undefined ? [] : [{ pool, threshold }];
    });
    const highest = found.length === 0 ? SILENT : Math.max(...found.map(({ threshold }) => threshold));
    const told = (pool: (typeof POOLS)[number]) =>
      Number(mean(drawn[pool].map(({ probability }) => Number(probability >= highest))).toFixed(3));
    return {
      threshold: highest,
      pools: Object.fromEntries(found.map(({ pool, threshold }) => [pool, { threshold, told: told(pool) }])),
    };
  };
  return { kind: of('kind'), print: of('print'), color: of('color') };
}

const toldOf = (seen: Seen | undefined, labels: Labels, head: Attribute): Told[] =>
  seen === undefined || UNTOLD.has(seen.value)
    ? []
    : [{ probability: seen.probability, right: seen.value === labels[head] }];
