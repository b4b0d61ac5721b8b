import { drawProduct } from '../demo/product.ts';
import { choosing, seedIn } from '../demo/seeds.ts';
import { drawSubject } from '../demo/subjects.ts';
import { colorsOf, hasNaturalColor, KINDS, PRINTS, type Print } from '../demo/vocabulary.ts';
import { atOnce } from './at-once.ts';
import { DEMO_FLOORS, type DemoFloor } from './demo-floors.ts';
import { SERIES } from './demo-queries.ts';
import { type Measured, measured } from './floors-table.ts';
import { DRAWING } from './labelled.ts';
import { mean } from './metrics.ts';
import { table } from './quality-table.ts';
import { prepared, type RetrievalStages } from './retrieval.ts';

const NATURAL = PRINTS.filter(hasNaturalColor);
const FROM = SERIES.tables + 40;

/** A picture of a natural print by the generator that training never meets, and what the print head says of it. */
export interface Sight {
  readonly print: Print;
  readonly on: 'subject' | 'product';
  /** Whatever its probability. */
  readonly read: string | undefined;
}

/** `each` pictures of every natural print, subjects and products in turn. */
export function unmetSights(
  stages: RetrievalStages,
  each: number,
  { signal, onDone }: { signal: AbortSignal; onDone?: () => void },
): Promise<Sight[]> {
  const { renderer, encoder } = stages;
  const drawn = NATURAL.flatMap((print, row) =>
    Array.from({ length: each }, (_, at) => ({ print, on: at % 2 === 0 ? 'subject' : 'product', row, at }) as const),
  );
  return atOnce(
    drawn,
    async ({ print, on, row, at }, either): Promise<Sight> => {
      const seed = seedIn('evaluation', FROM + row, at);
      const file = await renderer.draw(on === 'subject' ? subject(print, seed) : product(print, seed), DRAWING);
      const { pixels } = await prepared(stages, file, either);
      const { attributes } = await encoder.encode({ pixels }, { signal: either });
      return { print, on, read: attributes.print?.value };
    },
    { signal, ...(onDone && { onDone }) },
  );
}

export const sightsOf = (each: number): number => NATURAL.length * each;

const subject = (print: Print, seed: number) => drawSubject({ print, seed, heldOut: true }).svg;

/** Half of them in the colors that the print has in nature. */
function product(print: Print, seed: number): string {
  const random = choosing(seed);
  const color = random.chance(0.5) ? 'natural' : random.pick(colorsOf(print));
  return drawProduct({ kind: random.pick(KINDS), print, color, seed, style: 'varied', heldOut: true });
}

const right = (sights: readonly Sight[]) => sights.map(({ print, read }) => Number(read === print));

export function unmetRows(sights: readonly Sight[]): Measured[] {
  const row = (name: string, some: readonly Sight[], floor: DemoFloor) =>
    measured({ name: `${name} of the withheld generator`, figure: 'print read', floor }, right(some));
  return [
    row(
      'leopard',
      sights.filter(({ print }) => print === 'leopard'),
      DEMO_FLOORS.unmetLeopard,
    ),
    row('natural prints', sights, DEMO_FLOORS.unmetNatural),
  ];
}

/** Print by print, as Markdown lines. */
export function unmetTable(sights: readonly Sight[]): string[] {
  const rows = NATURAL.map((print) => {
    const some = sights.filter((sight) => sight.print === print);
    const share = (on?: Sight['on']) => mean(right(some.filter((sight) => !on || sight.on === on))).toFixed(2);
    return [print, String(some.length), share(), share('subject'), share('product'), mistaken(some)];
  });
  return table(['print', 'pictures', 'read', 'on subjects', 'on products', 'most often read as'], rows);
}

/** The wrong answer that is most frequent: "giraffe 12". */
function mistaken(sights: readonly Sight[]): string {
  const wrong = Map.groupBy(
    sights.filter(({ print, read }) => read !== print),
    ({ read }) => read ?? 'nothing',
  );
  const [most] = [...wrong].sort((a, b) => b[1].length - a[1].length);
  return most ? `${most[0]} ${most[1].length}` : '';
}
