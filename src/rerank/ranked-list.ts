import { answerText, jsonValue } from './answer-text.ts';
import { lenientValues } from './lenient-json.ts';
import { listsIn, ownValue, tileNumber } from './tile-lists.ts';

export interface RankedList {
  /** The list's elements, as they are written. */
  readonly ids: readonly unknown[];
  /** Objects that the list stands in, and beside which other parts of the answer may stand; the innermost first. */
  readonly beside: readonly unknown[];
}

const ORDER_KEYS = ['order', 'ranking', 'ranked', 'ranked_list', 'rank', 'ids', 'list', 'results', 'tiles', 'answer'];
/** A list lies in the answer's object, or in an object or a list in that. */
const MAX_DEPTH = 2;

/**
 * The list of tiles in an answer, wherever it stands and however it is written; empty where there is none.
 * @returns `formed` where it is a list in an answer that is JSON as a whole.
 */
export function rankedList(content: unknown, cutOff: boolean, tiles: number): RankedList & { formed: boolean } {
  const { text, cut } = answerText(content, cutOff);
  if (text === '') {
    // Not as the API has it, but the answer all the same: parsed already.
    const list = typeof content === 'object' ? listIn(content, tiles) : undefined;
    const isList = list !== undefined && known(list.ids, tiles) > 0;
    return { ...(isList ? list : { ids: [], beside: [content] }), formed: false };
  }
  const value = cutOff ? undefined : jsonValue(text);
  if (typeof value === 'object') {
    const list = listIn(value, tiles);
    if (list) return { ids: list.ids, beside: list.beside, formed: !list.words };
    return { ids: tileNumber(value) === undefined ? [] : [value], beside: [value], formed: false };
  }
  return { ...inText(typeof value === 'string' ? value : text, cut, tiles), formed: false };
}

/** @returns `words` where the list is text in an object. */
function listIn(value: unknown, tiles: number, depth = 0): (RankedList & { words: boolean }) | undefined {
  if (Array.isArray(value)) {
    const inner = depth < MAX_DEPTH ? value.filter(isObject).map((item) => listIn(item, tiles, depth + 1)) : [];
    const [only] = value;
    return (
      inner.findLast((list) => list !== undefined) ?? {
        ids: value.length === 1 && Array.isArray(only) ? only : value,
        beside: [],
        words: false,
      }
    );
  }
  if (!isObject(value)) return undefined;
  const named = ORDER_KEYS.map((key) => ownValue(value, [key]));
  for (const own of named) {
    if (typeof own === 'string') {
      const numbers = likeliest(listsIn(own, false), tiles);
      if (numbers.length > 1) return { ids: numbers, beside: [value], words: true };
    } else if (Array.isArray(own) || depth < MAX_DEPTH - 1) {
      const list = listIn(own, tiles, depth + 1);
      if (list) return { ...list, beside: [...list.beside, value] };
    }
  }
  if (depth >= MAX_DEPTH - 1) return undefined;
  for (const own of Object.values(value)) {
    const list = isObject(own) ? listIn(own, tiles, depth + 1) : undefined;
    if (list) return { ...list, beside: [...list.beside, value] };
  }
  return undefined;
}

/** JSON in the text goes before lists in words, and what an object's text says of tiles is no list. */
function inText(text: string, cut: boolean, tiles: number): RankedList {
  const found = lenientValues(text, cut);
  const holders = found.filter(({ value }) => isObject(value) || (Array.isArray(value) && value.some(isObject)));
  const objects = holders.map(({ value }) => value);
  const items = objects.filter((value) => tileNumber(value) !== undefined);
  const lists = objects.map((value) => listIn(value, tiles)).filter((list) => list !== undefined);
  const best = fullest([{ ids: items, beside: [] }, ...lists], tiles);
  if (known(best.ids, tiles) > 0) return { ids: cut ? wholeOnes(best.ids) : best.ids, beside: best.beside };

  const arrays = found.map(({ value }) => value).filter((value) => Array.isArray(value) && value.length > 1);
  let rest = '';
  let end = 0;
  for (const holder of holders) {
    rest += `${text.slice(end, holder.start)}\n`;
    end = holder.end;
  }
  rest += text.slice(end);
  const ids = likeliest([arrays as unknown[][], ...listsIn(withoutTitles(rest), cut)], tiles);
  return { ids: cut ? wholeOnes(ids) : ids, beside: objects };
}

/** Without a last one that was cut off before it said a tile. */
const wholeOnes = (ids: readonly unknown[]): readonly unknown[] =>
  tileNumber(ids.at(-1)) === undefined ? ids.slice(0, -1) : ids;

const QUOTED = /["“]([^"“”\n]{0,300})["”]/g;
const TILE_IN_QUOTES = /^\s*(?:tile\s*)?[[#(]?\d+[\])]?\s*$/i;

/** Titles that a model quotes ("Set of mugs, item 9") have numbers of their own. */
const withoutTitles = (text: string): string =>
  text.replace(QUOTED, (quotation, inner: string) =>
    /\p{L}/u.test(inner) && !TILE_IN_QUOTES.test(inner) ? ' ' : quotation,
  );

/** Of groups of lists, the surest first: the first one that is a list and names half of the tiles, else the one that names most. */
function likeliest<Id>(groups: readonly Id[][][], tiles: number): readonly Id[] {
  const best = groups.map((lists) => fullest([{ ids: [] }, ...lists.map((ids) => ({ ids }))], tiles).ids);
  const whole = best.find((ids) => ids.length > 1 && 2 * known(ids, tiles) >= tiles);
  return (
    whole ??
    fullest(
      best.reverse().map((ids) => ({ ids })),
      tiles,
    ).ids
  );
}

/** The one that names most tiles; of several, the last: models correct themselves. */
function fullest<List extends { readonly ids: readonly unknown[] }>(lists: readonly List[], tiles: number): List {
  const counted = lists.map((list) => ({ list, count: known(list.ids, tiles) }));
  return counted.reduce((best, next) => (next.count >= best.count ? next : best)).list;
}

function known(ids: readonly unknown[], tiles: number): number {
  const numbers = new Set(ids.map(tileNumber));
  return Array.from({ length: tiles }, (_, place) => place + 1).filter((tile) => numbers.has(tile)).length;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
