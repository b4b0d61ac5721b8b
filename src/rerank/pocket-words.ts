import type { Attributes } from '../encode/encoder.ts';
import { isTold } from './told.ts';

/** A print's own coloring has no name. */
const NATURAL = 'natural';

interface Look {
  kind?: string | undefined;
  print?: string | undefined;
  color?: string | undefined;
}

/** Only what the heads are sure of. */
function look(attributes: Attributes): Look {
  const told = (name: string) => (isTold(attributes[name]) ? attributes[name].value : undefined);
  const color = told('color');
  return { kind: told('kind'), print: told('print'), color: color === NATURAL ? undefined : color };
}

/** Kinds such as "sunglasses" come in pairs; "dress" does not. */
const isPlural = (words: string) => /[^s]s$/.test(words);
const article = (words: string) => (isPlural(words) ? words : /^[aeiou]/i.test(words) ? `an ${words}` : `a ${words}`);
const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);
const pattern = (print: string) => (print === 'plain' ? 'no pattern' : `${print} pattern`);

/** "a red mug with polka dot pattern", "red leopard pattern", "blue"; empty for nothing. */
function phrase({ kind, print, color }: Look): string {
  const thing = kind && article(color ? `${color} ${kind}` : kind);
  if (!print) return thing ?? color ?? '';
  if (thing) return `${thing} with ${pattern(print)}`;
  if (!color) return pattern(print);
  return print === 'plain' ? `${color} with no pattern` : `${color} ${pattern(print)}`;
}

/** What is seen in a picture: "A red mug with polka dot pattern." Null where nothing is sure. */
export function captionOf(attributes: Attributes): string | null {
  const { kind, print, color } = look(attributes);
  if (kind || (print && print !== 'plain')) return `${capital(phrase({ kind, print, color }))}.`;
  return color ? `Something ${color}.` : null;
}

/** Why a candidate fits: what was wanted and is seen, then what differs. Null where nothing that is wanted is sure to be seen. */
export function reasonOf(wanted: Attributes, seen: Attributes): string | null {
  const want = look(wanted);
  const have = look(seen);
  const met: Look = {};
  const missed: Look = {};
  const instead: Look = {};
  for (const name of ['kind', 'print', 'color'] as const) {
    if (!want[name] || !have[name]) continue;
    if (want[name] === have[name]) {
      met[name] = have[name];
    } else {
      missed[name] = want[name];
      instead[name] = have[name];
    }
  }
  const fits = phrase(met);
  if (!fits) return null;
  const differs = phrase(missed) && `, but ${phrase(instead)} instead of ${phrase(missed)}`;
  return `${capital(fits)}, as asked${differs}.`;
}
