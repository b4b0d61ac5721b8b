/** So much of a text is looked at, in UTF-16 units; whatever is kept of it is far shorter. */
const MAX_LOOKED_AT = 4_096;

// What is not seen but turns, hides or carries text: zero-width and bidi characters, tags, variation selectors, controls that are no blanks.
const UNSEEN = /[\p{Cf}\p{DI}\p{Co}\p{Cs}]|(?![\s\x85])\p{Cc}/gu;
const BLANKS = /[\s\x85]+/gu;
const EMPHASIS = /\*\*|__|`+/g;
const READABLE = /[\p{L}\p{N}]/u;

/**
 * Never passed on: somebody's page might run or follow it, or it is no text. Looked for in NFKC, so that wide forms hide nothing. They rather drop a
 * sentence too many ("leopard.The print", "color:red") than keep a list of the domains and schemes that there are this year.
 */
const ACTIVE: readonly RegExp[] = [
  // Markup, entities, Markdown links, templates, attributes.
  /</,
  /&(?:#|[a-z][a-z\d]{0,30};|lt|gt|quot|amp)/i,
  /\][([]/,
  /[{}]/,
  /[a-z]\s?=\s?["']|\b(?:on[a-z]{2,30}|style|href|src|srcdoc|srcset|action|formaction)\s?=/i,
  // Schemes; whatever is a link even with a blank.
  /[a-z][\d+.-]{0,30}:\S/i,
  /(?:java|vb|live)\s?script\s?:/i,
  /\bdata\s?:\s?[a-z]+\//i,
  /\b(?:mailto|tel|sms)\s?:/i,
  // Hosts and addresses. Chinese and Japanese sentences follow a 。 without a blank.
  /[^\s.。]\.[\p{L}\p{M}]{2}/u,
  /[^\s.。]。(?:(?![\p{sc=Han}\p{sc=Hira}\p{sc=Kana}])\p{L}){2}/u,
  /\bwww\./i,
  /\d[.。]\d{1,3}[.。]\d{1,3}[.。]\d/,
  /[\\/]{2}/,
  /\S@\S/,
  // Bytes that were no character: small models break off within one, and go on with anything.
  /\ufffd/,
];

/** Whether there is nothing to read: null, undefined, or a text without a letter or a digit ("..." as well as ""). */
export const isBlank = (value: unknown): boolean =>
  value === null || value === undefined || (typeof value === 'string' && !READABLE.test(shown(value)));

/**
 * A sentence for clients from what a model wrote: NFC, in one line, without control, bidi and zero-width characters and emphasis marks, at most `max`
 * characters (code points, 2 or more), cut after a word with "…". Null when nothing is left to read, and when it carries markup, links or scripts.
 */
export function plainSentence(value: unknown, max: number): string | null {
  if (typeof value !== 'string') return null;
  const text = shown(value);
  const folded = text.normalize('NFKC');
  if (!READABLE.test(text) || ACTIVE.some((pattern) => pattern.test(folded))) return null;
  const short = shortened(text, max);
  return READABLE.test(short) ? short : null;
}

// Scripts that put no blanks between their words: any character may be the last one.
const UNSPACED = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]$/u;

/** What is whole of a text that was cut off somewhere: up to the last word that something follows, and "…" in place of the rest. */
export function wholeWords(text: string): string {
  const head = shown(text);
  if (/[.!?…。！？]$/u.test(head)) return head;
  const ended = /[\s,;:]$/u.test(text) || UNSPACED.test(head);
  const kept = ended ? head : head.slice(0, Math.max(0, head.lastIndexOf(' ')));
  return kept && ellipsis(kept);
}

const shown = (text: string): string =>
  text.slice(0, MAX_LOOKED_AT).replace(UNSEEN, '').replace(EMPHASIS, '').normalize('NFC').replace(BLANKS, ' ').trim();

function shortened(text: string, max: number): string {
  const characters = [...text];
  if (characters.length <= max) return text;
  const head = characters.slice(0, max - 1).join('');
  const end = characters[max - 1] === ' ' ? head.length : head.lastIndexOf(' ');
  return ellipsis(end > 0 ? head.slice(0, end) : head);
}

const ellipsis = (text: string): string => `${text.replace(/[\s,;:–—-]+$/u, '')}…`;
