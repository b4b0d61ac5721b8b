/** A string that the end of the text cut off. */
export class CutString {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export interface Found {
  /** As of `JSON.parse`, or a CutString. */
  readonly value: unknown;
  /** Where it stands in the text, end exclusive. */
  readonly start: number;
  readonly end: number;
}

/** Nested deeper, brackets are characters like others. */
const MAX_DEPTH = 8;
const NOTHING = Symbol('cut off, or no value');

const OPENING = /[{[]/g;
const BETWEEN = /[\s,;>|]*/y;
const COLON = /\s*(?:[:=]>?)\s*/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?=[\s,;>|\]}]|$)/y;
const BARE_KEY = /[^\s:=,{}[\]"']+/y;
const NO_VALUE: ReadonlySet<string | undefined> = new Set([undefined, ',', '}']);
const BARE_WORDS = /[^,\]}[{"\n]+/y;
const LITERALS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ...['null', 'None', 'undefined', 'NaN', 'Infinity', '-Infinity'].map((word) => [word, null] as const),
]);

/**
 * The objects and lists in a text, outermost ones in their order, read as forgivingly as possible: trailing and missing commas, single quotes, bare
 * keys and words, NaN, brackets that the end of the text leaves open. Never throws; linear in the text's length.
 * @param cut whether the text may end in the middle of a word or a number: one that runs into the end is left out.
 */
export function lenientValues(text: string, cut: boolean): Found[] {
  const reader = new Reader(text, cut);
  const found: Found[] = [];
  for (let start = next(text, 0); start >= 0; start = next(text, reader.at)) {
    reader.at = start;
    found.push({ value: reader.value(0), start, end: reader.at });
  }
  return found;
}

function next(text: string, from: number): number {
  OPENING.lastIndex = from;
  return OPENING.exec(text)?.index ?? -1;
}

class Reader {
  at = 0;
  readonly #text: string;
  readonly #cut: boolean;

  constructor(text: string, cut: boolean) {
    this.#text = text;
    this.#cut = cut;
  }

  /** What stands here, past which `at` moves by one character at least. */
  value(depth: number): unknown {
    const first = this.#text[this.at];
    if (first === '{' || first === '[') {
      this.at++;
      if (depth >= MAX_DEPTH) return null;
      return first === '{' ? this.#object(depth) : this.#list(depth);
    }
    if (first === '"' || first === "'") return this.#string(first);
    const number = this.#match(NUMBER);
    if (number) return this.#isCutOff() ? NOTHING : Number(number);
    const words = this.#match(BARE_WORDS).trim();
    if (words && this.#isCutOff()) return NOTHING;
    if (words) return LITERALS.has(words) ? LITERALS.get(words) : words;
    this.at++;
    return NOTHING;
  }

  #list(depth: number): unknown[] {
    const items: unknown[] = [];
    for (;;) {
      this.#match(BETWEEN);
      if (this.#closes(']')) return items;
      const item = this.value(depth + 1);
      if (item !== NOTHING) items.push(item);
    }
  }

  #object(depth: number): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    for (;;) {
      this.#match(BETWEEN);
      // Own properties, whatever their names are.
      if (this.#closes('}')) return Object.fromEntries(entries);
      const key = this.#key();
      if (key === undefined || !this.#match(COLON)) continue;
      if (NO_VALUE.has(this.#text[this.at])) continue;
      const value = this.value(depth + 1);
      if (value !== NOTHING) entries.push([key, value]);
    }
  }

  #key(): string | undefined {
    const first = this.#text[this.at];
    if (first === '"' || first === "'") {
      const key = this.#string(first);
      return typeof key === 'string' ? key : undefined;
    }
    const key = this.#match(BARE_KEY);
    if (!key) this.at++;
    return key || undefined;
  }

  #string(quote: '"' | "'"): string | CutString {
    const start = ++this.at;
    for (; this.at < this.#text.length; this.at++) {
      const character = this.#text[this.at];
      if (character === '\\') this.at++;
      else if (character === quote) return unescaped(this.#text.slice(start, this.at++));
    }
    this.at = this.#text.length;
    // An escape that was cut off goes.
    return new CutString(unescaped(this.#text.slice(start).replace(/\\(?:u[\da-f]{0,3})?$/i, '')));
  }

  /** Whether a container ends here: by its bracket, or with the text. */
  #closes(bracket: string): boolean {
    if (this.at >= this.#text.length) return true;
    if (this.#text[this.at] !== bracket) return false;
    this.at++;
    return true;
  }

  #isCutOff(): boolean {
    return this.#cut && this.at >= this.#text.length;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const [matched = ''] = pattern.exec(this.#text) ?? [];
    this.at += matched.length;
    return matched;
  }
}

const ESCAPE = /\\(?:u([\da-f]{4})|([\s\S]))/gi;
const BLANK_ESCAPES = new Set(['n', 'r', 't', 'b', 'f']);

const unescaped = (inner: string): string =>
  inner.replace(ESCAPE, (_all, code: string | undefined, character: string) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    return BLANK_ESCAPES.has(character) ? ' ' : character;
  });
