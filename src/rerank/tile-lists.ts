import { tilesNamed } from './tile-names.ts';

const ID =
  /^[\s"'`*([#]{0,6}(?:(?:tile|image|picture|photo|product|item|result|option|candidate|doc|document|number|no|nr)s?(?!\p{L})\.?[\s:#_*]{0,4})?[[(#]?\s?(\d{1,9})(?:\.0+)?(?![\d.]*\d)(?:$|[^\p{L}\d][\s\S]*$)/iu;
const ID_KEYS = ['tile', 'id', 'index', 'number', 'item', 'tile_id', 'tile_number', 'tilenumber'];

/**
 * The number by which an element of an order, or a key of the reasons, means a tile: 3, "3", "[3]", "tile 3", "#3", {"tile": 3}. Undefined for whatever
 * means none; whether there is such a tile is not looked at.
 */
export function tileNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value === 'string') {
    const [, digits] = ID.exec(value.slice(0, 200).normalize('NFKC').trim()) ?? [];
    return digits === undefined ? undefined : Number(digits);
  }
  const inner = Array.isArray(value) && value.length === 1 ? value[0] : ownValue(value, ID_KEYS);
  return typeof inner === 'number' || typeof inner === 'string' ? tileNumber(inner) : undefined;
}

/** What stands under the first of these names that an object has, in any case. */
export function ownValue(value: unknown, names: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const entries = new Map(Object.entries(value).map(([key, own]) => [key.toLowerCase().trim(), own]));
  return entries.get(names.find((name) => entries.has(name)) ?? '');
}

/**
 * The lists of tiles that a text may hold, as numbers as they are written, in three groups, the surest first: one tile per line, numbers in a row, names
 * anywhere in the prose.
 * @param cut whether the text may end in the middle of a number.
 */
export function listsIn(text: string, cut: boolean): number[][][] {
  const folded = text.normalize('NFKC').replaceAll('**', '');
  const whole = cut ? folded.replace(/(?<!\d)\d{1,9}$/, '') : folded;
  return [lined(whole), runs(whole), mentioned(whole)];
}

const NUMBER = /(?<![\p{L}\d.-])\d{1,9}(?![\p{L}\d]|\.\d)/gu;
// What may stand between two numbers of one list: "3, 1", "[3] > [1]", "3 1", "'3', '1'", "3 -> 1 and then 2".
const GAP =
  /^(?:["'*`)\]]{0,3}\s{0,3}(?:[,;>≻→|/&]|[-=]>|,?\s?(?:and|then)\b)|\]|\s)(?:\s{0,3}(?:and|then)\b)?["'*`([#\s]{0,6}$/iu;

/** "3, 1, 2" and the like. */
function runs(text: string): number[][] {
  const found: number[][] = [];
  let run: number[] = [];
  let end = 0;
  for (const match of text.matchAll(NUMBER)) {
    const gap = text.slice(end, match.index);
    if (run.length === 0 || gap.length > 16 || !GAP.test(gap)) {
      run = [];
      found.push(run);
    }
    run.push(Number(match[0]));
    end = match.index + match[0].length;
  }
  return found.filter(({ length }) => length > 1);
}

/** A line's tile stands at its beginning, after its rank or a label at most; elsewhere it is only spoken of. */
const BEFORE = /^(?:[^\p{L}]*|[\s\S]{0,30}[:)–—-][^\p{L}\d]*)$/u;
const RANKED = /^[\s>*•#_-]{0,6}(?:(?:rank|place)\s?)?\d{1,3}(?:st|nd|rd|th)?[*_]{0,2}\s?[.):\]]/iu;
const RANK_AND_NUMBER = /^[\s>*•_-]{0,6}\d{1,3}[*_]{0,2}\s?[.):][\s*_]{0,4}(\d{1,9})\s?(?:$|[.:,;)–—-](?!\d)|\()/u;
const NUMBER_ALONE = /^[\s>*•_-]{0,6}(\d{1,9})[*_]{0,2}\s?(?:$|[.:)–—-](?![\d>]))/u;

/** One tile per line: "1. Tile 3", "1) [3] because", "Tile 3: ...", "Doc: 3, Relevance: 9", "3: ...". */
function lined(text: string): number[][] {
  const tiles: number[] = [];
  const alone: number[] = [];
  let ranked = false;
  for (const line of text.split('\n')) {
    const start = line.slice(0, 200);
    const names = tilesNamed(start).filter(({ at }) => at <= 40 && BEFORE.test(start.slice(0, at)));
    const name = names.find(({ noun }) => noun) ?? names[0];
    const second = RANK_AND_NUMBER.exec(line)?.[1];
    if (name) tiles.push(name.number);
    else if (second !== undefined) tiles.push(Number(second));
    else {
      const [, first] = NUMBER_ALONE.exec(line) ?? [];
      if (first !== undefined) alone.push(Number(first));
      continue;
    }
    ranked ||= RANKED.test(line);
  }
  // One line is no list by lines.
  const listed = ranked || tiles.length > 1 ? tiles : [];
  return [ranked ? listed : notCounted(listed), notCounted(alone)].filter(({ length }) => length > 0);
}

/** Tiles named in prose, each where it is named first. */
function mentioned(text: string): number[][] {
  const names = tilesNamed(text);
  const nouns = names.filter(({ noun }) => noun);
  const numbers = [...new Set((nouns.length > 0 ? nouns : names).map(({ number }) => number))];
  return [notCounted(numbers)].filter(({ length }) => length > 0);
}

/** 1, 2, 3 ... is how lines are numbered and tiles described one by one: it says nothing of an order. */
const notCounted = (numbers: number[]): number[] =>
  numbers.length > 1 && numbers.every((number, place) => number === place + 1) ? [] : numbers;
