import type { Row } from '../catalog/product.ts';
import { MargayError } from '../errors.ts';
import type { StoredSchema } from './catalog-stamp.ts';

/** What is found of a product by its words, in bytes of UTF-8; what lies behind is stored and shown, but not found. Milvus holds no longer text. */
export const MAX_FULL_TEXT_BYTES = 65_535;

const NO_WORD = /[^\p{L}\p{N}\p{M}]+/gu;

/**
 * The words alone, one space between them, `''` where there is none. What is stored and what is asked are both read so: tokenizers differ in what
 * they make of apostrophes, points and underscores, and no sign is left that a query language could take for an operator.
 */
export const wordsOf = (text: string): string => text.normalize('NFC').replace(NO_WORD, ' ').trim();

/**
 * The document that full text finds a product by: the words of all fields with full text, a line each. Only the main picture's row has one, so that a
 * product with many pictures is not many documents; `''` for all others and where there is no word.
 */
export function fullTextOf({ ordinal, product }: Pick<Row, 'ordinal' | 'product'>, { fields }: StoredSchema): string {
  if (ordinal !== 0) return '';
  const lines = fields.flatMap(({ name, fullText }) => {
    const value = fullText ? product.fields[name] : null;
    if (value === null || value === undefined) return [];
    return wordsOf(typeof value === 'object' ? value.join('\n') : String(value)) || [];
  });
  return cut(lines.join('\n'), MAX_FULL_TEXT_BYTES);
}

/** At most so many bytes, up to a whole character. */
function cut(text: string, bytes: number): string {
  const all = Buffer.from(text);
  if (all.length <= bytes) return text;
  let end = bytes;
  // Bytes 10xxxxxx go on with a character.
  while ((all[end]! & 0xc0) === 0x80) end -= 1;
  return all.toString('utf8', 0, end);
}

/** @throws MargayError BAD_INPUT where the catalog has no full text. */
export function checkHasText({ analyzer }: StoredSchema): void {
  if (analyzer !== null) return;
  throw new MargayError('BAD_INPUT', 'The catalog has no full text.', {
    argument: 'text',
    remedy: 'Write @fullText beside a field of the catalog file, and index again.',
  });
}
