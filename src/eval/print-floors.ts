import type { Kind, Print } from '../demo/vocabulary.ts';
import type { Asked } from './asked.ts';
import { DEMO_FLOORS, reaches } from './demo-floors.ts';
import { type Measured, measured } from './floors-table.ts';
import { found } from './found-first.ts';
import { mean } from './metrics.ts';
import { table } from './quality-table.ts';
import type { LabelledIndex } from './retrieval.ts';

type Index = Pick<LabelledIndex, 'best'>;
type Prints = ReadonlyMap<Print, readonly Asked[]>;

const firstOf = (asked: readonly Asked[], index: Index) => found(asked, index).map(({ first }) => first);

/** The leopards, and of all prints the one that fares worst. Subjects are drawn one for each query: each counts by itself. */
export function printRows(leopards: readonly Asked[], prints: Prints, index: Index): Measured[] {
  const told = [...prints].map(([print, asked]) =>
    measured(
      { name: `the weakest print with "X with this": ${print}`, figure: 'P@1', floor: DEMO_FLOORS.everyPrint },
      firstOf(asked, index),
    ),
  );
  const weakest = told.reduce((least, one) => (one.value < least.value ? one : least));
  return [
    measured(
      { name: 'leopard + "phone case with this"', figure: 'P@1', floor: DEMO_FLOORS.leopard },
      firstOf(leopards, index),
    ),
    weakest,
  ];
}

/** Print by print, over all kinds that carry it, as Markdown lines. @param held whether the floors are for the model that was asked. */
export function printTable(prints: Prints, index: Index, held: boolean): string[] {
  const rows = [...prints].map(([print, asked]) => {
    const all = found(asked, index);
    const first = mean(all.map((one) => one.first));
    const head = asked.map(({ query, seen }) => Number(seen?.print?.value === query.shows?.print));
    return [
      print,
      String(asked.length),
      first.toFixed(2),
      mean(all.map(({ hit }) => hit)).toFixed(2),
      mean(head).toFixed(2),
      weakestKind(all.map((one, place) => ({ kind: asked[place]!.query.asks?.kind, first: one.first }))),
      ...(held ? [reaches(first, DEMO_FLOORS.everyPrint) ? 'reached' : 'missed'] : []),
    ];
  });
  const least = `at least ${DEMO_FLOORS.everyPrint.least.toFixed(2)}`;
  const head = ['subject in', 'queries', 'P@1', 'Hit@9', 'print read', 'weakest kind', ...(held ? [least] : [])];
  return table(head, rows);
}

/** One query of a kind shows chance, not the kind. */
const ENOUGH = 2;

/** "mug 1 of 3", of several that are as weak the first; empty where no kind was asked for often enough. */
function weakestKind(asked: readonly { kind: Kind | undefined; first: number }[]): string {
  const kinds = [...Map.groupBy(asked, ({ kind }) => kind)]
    .filter(([kind, of]) => kind !== undefined && of.length >= ENOUGH)
    .map(([kind, of]) => ({ kind, right: of.filter(({ first }) => first === 1).length, count: of.length }));
  const [weakest] = kinds.sort((a, b) => a.right / a.count - b.right / b.count);
  return weakest ? `${weakest.kind} ${weakest.right} of ${weakest.count}` : '';
}
