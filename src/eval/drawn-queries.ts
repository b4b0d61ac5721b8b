import { drawProduct } from '../demo/product.ts';
import type { Random } from '../demo/random.ts';
import { drawSubject } from '../demo/subjects.ts';
import { type Color, colorsOf, isWithheld, KINDS, type Kind, PRINTS, type Print } from '../demo/vocabulary.ts';
import type { DemoQuery } from './demo-queries.ts';
import { filled, RETARGET } from './demo-texts.ts';

/** One query of a task; undefined where chance gave none that fits it. */
export type DrawQuery = (random: Random, seed: number) => DemoQuery | undefined;

export const PATTERNED = PRINTS.filter((print) => print !== 'plain');

function look(random: Random): { kind: Kind; print: Print; color: Color } {
  const print = random.pick(PRINTS);
  return { kind: random.pick(KINDS), print, color: random.pick(colorsOf(print)) };
}

const product = (labels: { kind: Kind; print: Print; color: Color }, seed: number) =>
  drawProduct({ ...labels, seed, style: 'varied' });

/** A subject and another kind of thing that should wear its print. */
export function composed(kind: Kind, print: Print, seed: number, template: string): DemoQuery {
  const { svg, color } = drawSubject({ print, seed });
  return {
    text: filled(template, { kind }),
    svg,
    asks: { kind, print, color },
    shows: { print, color },
    relevant: (p) => p.category === kind && p.print === print,
  };
}

/** @param withheld whether the pair of kind and print is one that training never showed. */
export const subjectQuery =
  (withheld: boolean, templates: readonly string[]): DrawQuery =>
  (random, seed) => {
    const print = random.pick(PATTERNED);
    const kind = random.pick(KINDS);
    return isWithheld(kind, print) === withheld ? composed(kind, print, seed, random.pick(templates)) : undefined;
  };

export const recolorQuery =
  (templates: readonly string[]): DrawQuery =>
  (random, seed) => {
    const shows = look(random);
    const { kind, print } = shows;
    const color = random.pick(colorsOf(print));
    if (color === shows.color || color === 'natural') return undefined;
    return {
      text: filled(random.pick(templates), { color }),
      svg: product(shows, seed),
      asks: { kind, print, color },
      shows,
      relevant: (p) => p.category === kind && p.print === print && p.color === color,
    };
  };

export const retargeted: DrawQuery = (random, seed) => {
  const shows = look(random);
  const { print, color } = shows;
  const kind = random.pick(KINDS);
  if (kind === shows.kind || print === 'plain') return undefined;
  return {
    text: filled(random.pick(RETARGET), { kind }),
    svg: product(shows, seed),
    asks: { kind, print, color },
    shows,
    relevant: (p) => p.category === kind && p.print === print,
  };
};

export const productAlone: DrawQuery = (random, seed) => {
  const shows = look(random);
  const { kind, print } = shows;
  return { svg: product(shows, seed), asks: shows, shows, relevant: (p) => p.category === kind && p.print === print };
};

export const subjectAlone: DrawQuery = (random, seed) => {
  const print = random.pick(PATTERNED);
  const { svg, color } = drawSubject({ print, seed });
  return { svg, asks: { print, color }, shows: { print, color }, relevant: (p) => p.print === print };
};

/** @param written what becomes of the words, @param named what the kind is called. */
export const wordQuery =
  (
    templates: readonly string[],
    written: (text: string, random: Random) => string = polite,
    named: (kind: Kind, random: Random) => string = (kind) => kind,
  ): DrawQuery =>
  (random) => {
    const { kind, print, color } = look(random);
    const tells = color !== 'natural' && random.chance(0.4);
    const words = { kind: named(kind, random), print: tells ? `${color} ${print}` : print };
    return {
      text: written(filled(random.pick(templates), words), random),
      asks: { kind, print, ...(tells && { color }) },
      relevant: (p) => p.category === kind && p.print === print && (!tells || p.color === color),
    };
  };

const polite = (text: string, random: Random) => random.pick([text, `${text} please`, `i am looking for ${text}`]);
