import { drawProduct } from './product.ts';
import { Random } from './random.ts';
import { seedIn } from './seeds.ts';
import { priceOf, titleOf } from './titles.ts';
import { type Color, colorsOf, hasNaturalColor, KINDS, type Kind, PRINTS, type Print } from './vocabulary.ts';

export interface DemoProduct {
  /** `demo-0001` and on, in catalog order. */
  readonly id: string;
  readonly title: string;
  readonly category: Kind;
  readonly print: Print;
  readonly color: Color;
  readonly price: number;
  /** The picture, drawn anew at each call: a square SVG document. */
  svg(): string;
}

/** The `count` products of the demo shop: every kind in every print before any pair comes again, in random order. */
export function demoCatalog(seed = 1, count = 900): DemoProduct[] {
  const random = new Random(seedIn('catalog', seed, 0));
  const pairs = KINDS.flatMap((kind) => PRINTS.map((print) => ({ kind, print })));
  const rounds: typeof pairs = [];
  while (rounds.length < count) rounds.push(...spread(random.shuffled(pairs), count - rounds.length));
  return rounds.map(({ kind, print }, index) => {
    // The first of each pair is as one expects it, the later ones come in any color.
    const expected = hasNaturalColor(print) && (index < pairs.length || random.chance(0.4));
    const color = expected ? 'natural' : random.pick(colorsOf(print));
    const drawing = { kind, print, color, seed: seedIn('catalog', seed, index + 1), style: 'studio' } as const;
    return {
      id: `demo-${String(index + 1).padStart(4, '0')}`,
      title: titleOf(kind, print, color, random),
      category: kind,
      print,
      color,
      price: priceOf(kind, random),
      svg: () => drawProduct(drawing),
    };
  });
}

/** At most `limit` of the pairs, so that each kind is left out equally often. */
function spread<T extends { kind: Kind }>(pairs: readonly T[], limit: number): T[] {
  if (pairs.length <= limit) return [...pairs];
  const taken = new Map<Kind, number>();
  const ranked = pairs.map((pair) => {
    const rank = taken.get(pair.kind) ?? 0;
    taken.set(pair.kind, rank + 1);
    return { pair, rank };
  });
  return ranked
    .sort((a, b) => a.rank - b.rank)
    .slice(0, limit)
    .map(({ pair }) => pair);
}
