import type { ProductId } from '../catalog/product.ts';
import { Meter } from '../rerank/meter.ts';
import type { Reranker } from '../rerank/reranker.ts';
import { type Asked, whole } from './asked.ts';
import type { Labels } from './demo-queries.ts';
import { DEPTH, gradedQuality, mean, type Quality } from './metrics.ts';
import { type Attribute, type Claim, claimsIn, isTrue } from './rationale-truth.ts';
import type { LabelledIndex } from './retrieval.ts';

/** What the reranker made of one query, and what it said. */
export interface Reranked {
  readonly about: ReadonlySet<string>;
  readonly before: Quality;
  readonly after: Quality;
  /** Named of the product that it puts first, and of all nine. */
  readonly rationale: readonly Checked[];
  readonly reasons: readonly Checked[];
}

export interface Checked {
  readonly attribute: Attribute;
  readonly right: boolean;
}

/** @param labels of the products, by their ids. */
export async function rerankedTask(
  asked: readonly Asked[],
  { index, reranker, labels }: { index: LabelledIndex; reranker: Reranker; labels: ReadonlyMap<ProductId, Labels> },
  signal: AbortSignal,
): Promise<Reranked[]> {
  const done: Reranked[] = [];
  for (const one of asked) {
    const { query, wanted } = one;
    const hits = index.hits(whole(one), query.exclude, DEPTH);
    const { order, rationale, reasons } = await reranker.rank(
      { text: query.text, picture: undefined, wanted, seen: async () => ({}) },
      hits.map(({ productId: id, score, image, attributes }) => ({
        id,
        score,
        image: image!,
        attributes: attributes ?? {},
        title: undefined,
        category: undefined,
      })),
      { caption: false, rationale: true, reasons: true },
      { signal, meter: new Meter() },
    );
    const graded = (ranked: readonly ProductId[]) =>
      gradedQuality(
        ranked.map((id) => query.relevant.get(id) ?? 0),
        [...query.relevant.values()],
      );
    const check = (id: ProductId, reason: string) =>
      claimsIn(reason).map((claim: Claim) => ({
        attribute: claim.attribute,
        right: isTrue(claim, query.asks ?? {}, labels.get(id) ?? {}),
      }));
    done.push({
      about: query.about,
      before: graded(hits.map(({ productId }) => productId)),
      after: graded(order),
      rationale: rationale === null ? [] : check(order[0]!, rationale),
      reasons: [...reasons].flatMap(([id, reason]) => check(id, reason)),
    });
  }
  return done;
}

export const RERANKED_HEAD = [
  ...['task', 'P@1', 'reranked P@1', 'Hit@9', 'nDCG@9', 'reranked nDCG@9', 'helped', 'harmed'],
];

export function rerankedRow(name: string, found: readonly Reranked[]): string[] {
  const share = (value: number) => value.toFixed(2);
  const of = (side: 'before' | 'after', figure: keyof Quality) => share(mean(found.map((one) => one[side][figure])));
  const moved = (by: number) =>
    share(mean(found.map(({ before, after }) => Number(after.first - before.first === by))));
  return [
    name,
    ...[of('before', 'first'), of('after', 'first'), of('before', 'hit'), of('before', 'ndcg'), of('after', 'ndcg')],
    ...[moved(1), moved(-1)],
  ];
}
