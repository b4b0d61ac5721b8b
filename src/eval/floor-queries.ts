import type { DemoProduct } from '../demo/catalog.ts';
import { Random } from '../demo/random.ts';
import { seedIn } from '../demo/seeds.ts';
import { KINDS, type Print } from '../demo/vocabulary.ts';
import { type DemoQuery, drawnTask, SERIES } from './demo-queries.ts';
import { LETTER, RECOLOR, SUBJECT, WORDS } from './demo-texts.ts';
import { composed, type DrawQuery, PATTERNED, recolorQuery, subjectQuery, wordQuery } from './drawn-queries.ts';
import { mistyped } from './typing.ts';
import { ADJECTIVES, CLOSERS, SYNONYMS } from './unknown-words.ts';

/** Series of seeds behind those of the tables. */
const FROM = SERIES.tables + 20;

/** What floors ask beyond the tables' tasks. */
export const ASKED = ['seen', 'withheld', 'recolor', 'words', 'unknown', 'synonyms'] as const;

const plain = (text: string) => text;
const everyday = (text: string, random: Random) =>
  `${random.pick(ADJECTIVES)} ${mistyped(text, random)} ${random.pick(CLOSERS)}`;

const DRAWN: Readonly<Record<(typeof ASKED)[number], DrawQuery>> = {
  seen: subjectQuery(false, SUBJECT.outside),
  withheld: subjectQuery(true, SUBJECT.outside),
  recolor: recolorQuery(RECOLOR.outside),
  words: wordQuery(WORDS.outside, plain),
  // As often like training's own as not.
  unknown: (...given) =>
    given[0].chance(0.5) ? wordQuery(WORDS.inside, everyday)(...given) : wordQuery(WORDS.outside, everyday)(...given),
  synonyms: wordQuery(WORDS.inside, plain, (kind, random) => random.pick(SYNONYMS[kind])),
};

/** Queries whose sentences, or whose words, training never had: `count` of each. */
export function floorQueries(
  catalog: readonly DemoProduct[],
  count: number,
): Record<(typeof ASKED)[number], readonly DemoQuery[]> {
  const of = (name: (typeof ASKED)[number]) =>
    drawnTask(catalog, name, { series: FROM + ASKED.indexOf(name), count }, DRAWN[name]).queries;
  return {
    seen: of('seen'),
    withheld: of('withheld'),
    recolor: of('recolor'),
    words: of('words'),
    unknown: of('unknown'),
    synonyms: of('synonyms'),
  };
}

/** The same text inside a long and polite letter; which one, chance decides by the query's place. */
export function inLetter(text: string, place: number): string {
  const random = new Random(seedIn('evaluation', FROM + 10, place));
  return `${random.pick(LETTER.openers)}${text}${random.pick(LETTER.closers)}`;
}

/** `count` leopards, each with "phone case with this". */
export const leopardQueries = (count: number): DemoQuery[] =>
  Array.from({ length: count }, (_, at) =>
    composed('phone case', 'leopard', seedIn('evaluation', FROM + 11, at), '{k} with this'),
  );

/** Of every print a subject on every kind that carries it in the catalog, in turn, `each` or a few more: in whole rounds, where they go round once. */
export function printQueries(catalog: readonly DemoProduct[], each: number): Map<Print, DemoQuery[]> {
  return new Map(
    PATTERNED.map((print, row) => {
      const kinds = KINDS.filter((kind) => catalog.some((p) => p.category === kind && p.print === print));
      const count = each < kinds.length ? each : Math.ceil(each / kinds.length) * kinds.length;
      return [
        print,
        Array.from({ length: count }, (_, at) =>
          composed(
            kinds[at % kinds.length]!,
            print,
            seedIn('evaluation', FROM + 12, row * 1_000 + at),
            '{k} with this',
          ),
        ),
      ];
    }),
  );
}
