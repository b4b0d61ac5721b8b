import type { DemoProduct } from '../demo/catalog.ts';
import { choosing, seedIn } from '../demo/seeds.ts';
import type { Color, Kind, Print } from '../demo/vocabulary.ts';
import { RECOLOR, SUBJECT, WORDS } from './demo-texts.ts';
import {
  type DrawQuery,
  productAlone,
  recolorQuery,
  retargeted,
  subjectAlone,
  subjectQuery,
  wordQuery,
} from './drawn-queries.ts';

/** What something is, or is asked to be, in the vocabulary of the demo; open where it is not said. */
export interface Labels {
  readonly kind?: Kind;
  readonly print?: Print;
  readonly color?: Color;
}

/** A query with the products that answer it. `svg` is a drawing that was never trained on. */
export interface DemoQuery {
  readonly text?: string;
  readonly svg?: string;
  /** Kind of the text, else of the picture; print of the picture or the text; color of the text where it names one, else of the picture. */
  readonly asks: Labels;
  /** What the picture shows. */
  readonly shows?: Labels;
  relevant(product: DemoProduct): boolean;
}

export interface DemoTask {
  readonly name: string;
  readonly queries: readonly DemoQuery[];
}

/** Series of evaluation seeds: of the tables, and of what is calibrated, so that neither asks what the other did. scripts/leopard.ts has its own. */
export const SERIES = { tables: 500, calibration: 700 } as const;

/** `count` queries of one series of evaluation seeds, each with an answer in the catalog. */
export function drawnTask(
  catalog: readonly DemoProduct[],
  name: string,
  { series, count }: { series: number; count: number },
  draw: DrawQuery,
): DemoTask {
  const queries: DemoQuery[] = [];
  for (let at = 0; queries.length < count; at += 1) {
    const seed = seedIn('evaluation', series, at);
    const query = draw(choosing(seed), seed);
    if (query && catalog.some((product) => query.relevant(product))) queries.push(query);
  }
  return { name, queries };
}

/** The names that tables and floors share. */
export const TASK = {
  seen: 'subject + "X with this", seen pairs',
  withheld: 'subject + "X with this", withheld pairs',
  recolor: 'product + "in COLOR"',
  retarget: 'product + "this as X"',
  words: 'text alone',
  product: 'product picture alone',
  subject: 'subject picture alone',
} as const;

/** The tasks of the demo's evaluation, `count` queries each, every one with an answer in the catalog. Texts are as training composes them. */
export function demoTasks(catalog: readonly DemoProduct[], count: number, from: number = SERIES.tables): DemoTask[] {
  const draws: readonly (readonly [string, DrawQuery])[] = [
    [TASK.seen, subjectQuery(false, SUBJECT.inside)],
    [TASK.withheld, subjectQuery(true, SUBJECT.inside)],
    [TASK.recolor, recolorQuery(RECOLOR.inside)],
    [TASK.retarget, retargeted],
    [TASK.words, wordQuery(WORDS.inside)],
    [TASK.product, productAlone],
    [TASK.subject, subjectAlone],
  ];
  return draws.map(([name, draw], place) => drawnTask(catalog, name, { series: from + place, count }, draw));
}
