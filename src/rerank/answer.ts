import { isBlank, plainSentence } from './plain-text.ts';
import { rankedList } from './ranked-list.ts';
import { reasonsIn } from './reasons.ts';
import { REPAIRS, type Repair } from './reranker.ts';
import { ownValue, tileNumber } from './tile-lists.ts';
import { namesAnother } from './tile-names.ts';

/** The classes of rank_llm's response analysis (castorini), and two that it does not tell apart. */
export type AnswerKind = 'ok' | 'wrong_format' | 'repetition' | 'missing' | 'unknown_id' | 'truncated';

export interface Answer {
  /** The worst that applies: truncated, then wrong_format, unknown_id, repetition, missing, ok. */
  readonly kind: AnswerKind;
  /** Distinct tiles that were named, as places on the sheet from 0, best first; not filled up. */
  readonly order: readonly number[];
  readonly repairs: readonly Repair[];
  /** Why `order[0]` fits best; only if asked for. */
  readonly rationale: string | null;
  /** By place on the sheet; only if asked for. */
  readonly reasons: ReadonlyMap<number, string>;
  /** Only if asked for. */
  readonly caption: string | null;
  /** Every number that was named, 1 being the first tile, as far as `describeFault` tells them. */
  readonly named?: readonly number[];
}

export interface AnswerAsked {
  /** 1 to 9. */
  readonly tiles: number;
  readonly rationale: boolean;
  readonly reasons: boolean;
  readonly caption: boolean;
}

/** Longest texts, in characters. */
const MAX_RATIONALE = 300;
const MAX_REASON = 200;
const MAX_CAPTION = 300;

const RATIONALE_KEYS = ['rationale', 'reason', 'explanation', 'justification'];
const MAX_NAMED = 64;

/**
 * Reads a ranking from whatever a model answered: JSON, JSON in fences or in prose, or a list in words. Never throws; linear in the answer's length,
 * of which the first 64 ki are read.
 * @param finish the API's `finish_reason`; an answer that ended at the token limit is taken for cut off, however whole it looks.
 */
export function readAnswer(content: unknown, finish: string | null, asked: AnswerAsked): Answer {
  const { tiles } = asked;
  const cutOff = finish === 'length';
  const { ids, beside, formed } = rankedList(content, cutOff, tiles);
  const written = ids.map(tileNumber);
  const fromZero = countsFromZero(written, tiles);
  const places = written.map((number) => (number === undefined ? -1 : fromZero ? number : number - 1));
  const isTile = (place: number) => place >= 0 && place < tiles;
  const known = places.filter(isTile);
  const order = [...new Set(known)];
  const repairs = new Set<Repair>();
  if (order.length < tiles) repairs.add('MISSING_IDS');
  if (known.length > order.length) repairs.add('DUPLICATE_IDS');
  if (known.length < places.length) repairs.add('UNKNOWN_IDS');
  if (cutOff || !formed || fromZero) repairs.add('MALFORMED_ANSWER');

  /** What is left of a text about the tile at `place`. */
  const told = (value: unknown, place: number | undefined, max: number): string | null => {
    if (isBlank(value)) return null;
    const text = plainSentence(value, max);
    // Nobody knows from where such an answer's texts count.
    const own = fromZero || place === undefined ? null : place + 1;
    if (text !== null && place !== undefined && isTile(place) && !namesAnother(text, own)) return text;
    repairs.add('RATIONALE_DROPPED');
    return null;
  };
  const part = (keys: readonly string[]) =>
    beside.map((value) => ownValue(value, keys)).find((own) => own !== undefined);
  // Its first one may be no tile: what was said of that one is said of no other.
  const first = order.length > 0 && places[0] === order[0] ? order[0] : undefined;
  const rationale = asked.rationale ? told(part(RATIONALE_KEYS), first, MAX_RATIONALE) : null;
  const reasons = new Map<number, string>();
  if (asked.reasons)
    for (const [place, value] of reasonsIn(part(['reasons']), ids, places, fromZero)) {
      const text = told(value, place, MAX_REASON);
      if (text !== null && !reasons.has(place!)) reasons.set(place!, text);
    }
  return {
    kind: kindOf(repairs, cutOff),
    order,
    repairs: REPAIRS.filter((repair) => repairs.has(repair)),
    rationale,
    reasons,
    caption: asked.caption ? plainSentence(part(['caption']), MAX_CAPTION) : null,
    named: written
      .flatMap((number) => (number === undefined ? [] : fromZero ? number + 1 : number))
      .slice(0, MAX_NAMED),
  };
}

/** Whether exactly the numbers below `tiles` are named, 0 among them. */
function countsFromZero(numbers: readonly (number | undefined)[], tiles: number): boolean {
  const set = new Set(numbers);
  return set.size === tiles && Array.from({ length: tiles }, (_, place) => place).every((place) => set.has(place));
}

function kindOf(repairs: ReadonlySet<Repair>, cutOff: boolean): AnswerKind {
  if (cutOff) return 'truncated';
  if (repairs.has('MALFORMED_ANSWER')) return 'wrong_format';
  if (repairs.has('UNKNOWN_IDS')) return 'unknown_id';
  if (repairs.has('DUPLICATE_IDS')) return 'repetition';
  return repairs.has('MISSING_IDS') ? 'missing' : 'ok';
}

/** Whether at least half of the tiles are named. */
export const isUsable = ({ order }: Answer, tiles: number): boolean => order.length > 0 && 2 * order.length >= tiles;

/** The whole permutation: what is missing comes last, in the order of the sheet. */
export function filledUp(order: readonly number[], tiles: number): number[] {
  return [...new Set([...order, ...Array.from({ length: tiles }, (_, place) => place)])];
}

/** What was wrong, as a sentence for the model that is asked again: "it named 2 of 9 tiles, tile 3 twice, and 12, which is no tile." */
export function describeFault({ kind, order, repairs, named = [] }: Answer, tiles: number): string {
  const counts = Map.groupBy(named, (number) => number);
  const isTile = (number: number) => number >= 1 && number <= tiles;
  const strangers = [...counts.keys()].filter((number) => !isTile(number) && Math.abs(number) < 10_000);
  const names = [`${order.length || 'none'} of ${tiles === 1 ? '1 tile' : `${tiles} tiles`}`];
  for (const [number, { length }] of counts)
    if (isTile(number) && length > 1) names.push(`tile ${number} ${length === 2 ? 'twice' : `${length} times`}`);
  if (strangers.length > 0)
    names.push(`${strangers.slice(0, 3).join(', ')}, which ${strangers.length === 1 ? 'is no tile' : 'are no tiles'}`);
  else if (repairs.includes('UNKNOWN_IDS')) names.push('something that is no tile number');
  const last = names.pop();
  const form =
    kind === 'truncated'
      ? 'was cut off before its end and '
      : kind === 'wrong_format'
        ? 'was not in the form asked for and '
        : '';
  return `it ${form}named ${names.length > 0 ? `${names.join(', ')}, and ${last}` : last}.`;
}
