import type { DemoProduct } from '../demo/catalog.ts';
import { drawProduct } from '../demo/product.ts';
import { Random } from '../demo/random.ts';
import { seedIn } from '../demo/seeds.ts';
import { drawSubject } from '../demo/subjects.ts';
import { type Color, colorsOf, isWithheld, KINDS, type Kind, PRINTS, type Print } from '../demo/vocabulary.ts';

/** A query with the products that answer it. `svg` is a drawing that was never trained on. */
export interface DemoQuery {
  readonly text?: string;
  readonly svg?: string;
  relevant(product: DemoProduct): boolean;
}

export interface DemoTask {
  readonly name: string;
  readonly queries: readonly DemoQuery[];
}

/** Series of evaluation seeds: of the tables, and of what is calibrated, so that neither asks what the other did. scripts/leopard.ts has its own. */
export const SERIES = { tables: 500, calibration: 700 } as const;

/** The tasks of the demo's evaluation, `count` queries each, every one with an answer in the catalog. */
export function demoTasks(catalog: readonly DemoProduct[], count: number, from: number = SERIES.tables): DemoTask[] {
  const make = (
    name: string,
    series: number,
    one: (random: Random, seed: number) => DemoQuery | undefined,
  ): DemoTask => {
    const queries: DemoQuery[] = [];
    for (let at = 0; queries.length < count; at += 1) {
      const seed = seedIn('evaluation', from + series, at);
      const query = one(new Random(seed), seed);
      if (query && catalog.some((product) => query.relevant(product))) queries.push(query);
    }
    return { name, queries };
  };
  return [
    make('subject + "X with this", seen pairs', 0, (random, seed) => subject(random, seed, false)),
    make('subject + "X with this", withheld pairs', 1, (random, seed) => subject(random, seed, true)),
    make('product + "in COLOR"', 2, recolored),
    make('product + "this as X"', 3, retargeted),
    make('text alone', 4, (random) => words(random)),
    make('product picture alone', 5, (random, seed) => {
      const { kind, print, color } = look(random);
      return { svg: product(kind, print, color, seed), relevant: (p) => p.category === kind && p.print === print };
    }),
    make('subject picture alone', 6, (random, seed) => {
      const print = random.pick(PATTERNED);
      return { svg: drawSubject({ print, seed }).svg, relevant: (p) => p.print === print };
    }),
  ];
}

const PATTERNED = PRINTS.filter((print) => print !== 'plain');

function look(random: Random): { kind: Kind; print: Print; color: Color } {
  const print = random.pick(PRINTS);
  return { kind: random.pick(KINDS), print, color: random.pick(colorsOf(print)) };
}

const product = (kind: Kind, print: Print, color: Color, seed: number) =>
  drawProduct({ kind, print, color, seed, style: 'varied' });

function subject(random: Random, seed: number, withheld: boolean): DemoQuery | undefined {
  const print = random.pick(PATTERNED);
  const kind = random.pick(KINDS);
  if (isWithheld(kind, print) !== withheld) return undefined;
  const text = random.pick([`${kind} with this`, `a ${kind} in this pattern`, `this print on a ${kind}`]);
  return { text, svg: drawSubject({ print, seed }).svg, relevant: (p) => p.category === kind && p.print === print };
}

function recolored(random: Random, seed: number): DemoQuery | undefined {
  const { kind, print, color } = look(random);
  const other = random.pick(colorsOf(print));
  if (other === color || other === 'natural') return undefined;
  const text = random.pick([`in ${other}`, `the same in ${other}`, `the ${other} version`]);
  return {
    text,
    svg: product(kind, print, color, seed),
    relevant: (p) => p.category === kind && p.print === print && p.color === other,
  };
}

function retargeted(random: Random, seed: number): DemoQuery | undefined {
  const { kind, print, color } = look(random);
  const other = random.pick(KINDS);
  if (other === kind || print === 'plain') return undefined;
  const text = random.pick([`this as a ${other}`, `same pattern but a ${other}`, `${other} with this pattern`]);
  return { text, svg: product(kind, print, color, seed), relevant: (p) => p.category === other && p.print === print };
}

function words(random: Random): DemoQuery {
  const { kind, print, color } = look(random);
  const named = color !== 'natural' && random.chance(0.4);
  const text = [named ? color : '', print, kind].filter(Boolean).join(' ');
  return {
    text: random.pick([text, `${text} please`, `i am looking for a ${text}`]),
    relevant: (p) => p.category === kind && p.print === print && (!named || p.color === color),
  };
}
