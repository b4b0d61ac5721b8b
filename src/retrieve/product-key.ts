import { faultOfId, type ProductId } from '../catalog/product.ts';
import { MargayError } from '../errors.ts';

/** @throws MargayError BAD_INPUT where a store could not keep the id apart from others. */
export function checkId(id: ProductId, argument = 'id'): void {
  const fault = faultOfId(id);
  if (fault)
    throw new MargayError('BAD_INPUT', `A product id ${fault}.`, {
      argument,
      remedy: 'Send an id as the catalog gave it.',
    });
}

/** From here on code units and code points sort apart: surrogates come before U+E000 by unit and after U+FFFF by point. */
const FIRST_SURROGATE = 0xd800;
const SURROGATES = 0x800;
const MOVED = /[\ud800-\uffff]/;

/**
 * The id as it is stored. Stores sort text by code point, the port by code unit; every unit from U+D800 on moves up by as many places as
 * there are surrogates, so that both orders agree. Ids without such characters (almost all) are stored as they are.
 */
export function storedId(id: ProductId): string {
  if (!MOVED.test(id)) return id;
  let stored = '';
  for (let i = 0; i < id.length; i++) {
    const unit = id.charCodeAt(i);
    stored += String.fromCodePoint(unit < FIRST_SURROGATE ? unit : unit + SURROGATES);
  }
  return stored;
}

/** The inverse of `storedId`. */
export function readId(stored: string): ProductId {
  if (!MOVED.test(stored)) return stored;
  let id = '';
  for (const character of stored) {
    const point = character.codePointAt(0)!;
    id += String.fromCharCode(point < FIRST_SURROGATE ? point : point - SURROGATES);
  }
  return id;
}

/** No two products share a row key: what follows the last `#` is always the ordinal. */
export const rowKey = (stored: string, ordinal: number): string => `${stored}#${ordinal}`;

/** Order of the port: by code unit. */
export const byId = (a: ProductId, b: ProductId): number => (a < b ? -1 : a > b ? 1 : 0);
