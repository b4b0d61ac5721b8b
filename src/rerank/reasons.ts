import { isBlank } from './plain-text.ts';
import { ownValue, tileNumber } from './tile-lists.ts';

const REASON_KEYS = ['reason', 'rationale', 'explanation', 'why'];

/** Of each reason the place of its tile on the sheet, undefined where that can't be told; places may be none of a tile. */
export type Reasons = readonly (readonly [place: number | undefined, reason: unknown])[];

/**
 * Reasons as `{"1": "..."}`, as `[{"tile": 1, "reason": "..."}]`, in that form in the order itself, or as a list in the order's order.
 * @param value what the answer has for reasons. @param ids the order's elements. @param places of those. @param fromZero whether the order counts from 0.
 */
export function reasonsIn(
  value: unknown,
  ids: readonly unknown[],
  places: readonly number[],
  fromZero: boolean,
): Reasons {
  const own = (item: unknown) => (typeof item === 'object' && item !== null ? ownValue(item, REASON_KEYS) : item);
  if (isBlank(value)) return ids.map((id, at) => [places[at], typeof id === 'object' ? own(id) : undefined]);
  if (typeof value !== 'object') return [[undefined, value]];
  const items: readonly (readonly [unknown, unknown])[] = Array.isArray(value)
    ? value.map((item) => [item, own(item)])
    : Object.entries(value!).map(([key, item]) => [key, own(item) ?? item]);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return value.map((reason, at) => [value.length === ids.length ? places[at] : undefined, reason]);
  const numbers = items.map(([key]) => tileNumber(key));
  // Keys and order that do not count from the same number: whose reason is whose can't be told.
  const told = numbers.includes(0) === fromZero;
  return items.map(([, reason], at) => [told ? placeOf(numbers[at], fromZero) : undefined, reason]);
}

const placeOf = (number: number | undefined, fromZero: boolean): number | undefined =>
  number === undefined || fromZero ? number : number - 1;
