import type { Attributes } from '../encode/encoder.ts';
import { isTold } from './told.ts';

/** A print's own coloring has no name. */
const NATURAL = 'natural';

interface Look {
  kind?: string | undefined;
  print?: string | undefined;
  color?: string | undefined;
}

/** Only what the heads are sure of: whatever is named here was seen nine times in ten. */
function look(attributes: Attributes): Look {
  const told = (name: string) => (isTold(attributes[name]) ? attributes[name].value : undefined);
  const color = told('color');
  return { kind: told('kind'), print: told('print'), color: color === NATURAL ? undefined : color };
}

const article = (words: string) => (/^[aeiou]/i.test(words) ? `an ${words}` : `a ${words}`);
const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);
const pattern = (print: string) => (print === 'plain' ? 'no pattern' : `${print} pattern`);

/** What is seen in a picture: "A red mug with polka dot pattern." Null where nothing is sure. */
export function captionOf(attributes: Attributes): string | null {
  const { kind, print, color } = look(attributes);
  if (kind) {
    const noun = article([color, kind].filter(Boolean).join(' '));
    return `${capital(print ? `${noun} with ${pattern(print)}` : noun)}.`;
  }
  if (print && print !== 'plain') return `${capital([color, pattern(print)].filter(Boolean).join(' '))}.`;
  return color ? `Something ${color}.` : null;
}

/** Why a candidate fits: what was wanted and is seen, then what differs. Null where nothing that is wanted is sure to be seen. */
export function reasonOf(wanted: Attributes, seen: Attributes): string | null {
  const want = look(wanted);
  const have = look(seen);
  const met: string[] = [];
  const missed: string[] = [];
  if (want.kind && have.kind) {
    if (want.kind === have.kind) met.push(article(have.kind));
    else missed.push(`${article(have.kind)}, not ${article(want.kind)}`);
  }
  if (want.print && have.print) {
    if (want.print === have.print) met.push(pattern(have.print));
    else missed.push(`${pattern(have.print)}, not ${pattern(want.print)}`);
  }
  if (want.color && have.color) {
    if (want.color === have.color) met.push(have.color);
    else missed.push(`${have.color}, not ${want.color}`);
  }
  if (met.length === 0) return null;
  const fits = `Looks like ${joined(met)}, as asked`;
  return missed.length > 0 ? `${fits}; but ${joined(missed)}.` : `${fits}.`;
}

const joined = (words: readonly string[]) =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
