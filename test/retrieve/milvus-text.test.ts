import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quote } from '../../src/retrieve/milvus-filter.ts';
import { byId, readId, storedId } from '../../src/retrieve/product-key.ts';

/** Reads a literal as the grammar of Milvus's filters does: what follows a backslash is taken by the table, and a bare quote ends it. */
function readLiteral(literal: string): string | undefined {
  const escapes: Record<string, string> = { '\\': '\\', '"': '"', n: '\n', r: '\r', t: '\t' };
  let text = '';
  for (let i = 1; i < literal.length; i++) {
    const character = literal[i]!;
    if (character === '"') return i === literal.length - 1 ? text : undefined;
    if (character === '\n' || character === '\r') return undefined;
    text += character === '\\' ? (escapes[literal[++i]!] ?? '?') : character;
  }
  return undefined;
}

const anyText = fc.string({ unit: 'binary' });
const nasty = fc
  .array(fc.constantFrom('"', '\\', '\n', '\r', "'", ' or 1==1 or "', 'n', 'a'))
  .map((parts) => parts.join(''));
const units = fc.array(fc.integer({ min: 1, max: 0xffff }), { maxLength: 6 }).map((all) => String.fromCharCode(...all));
const codePoints = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

describe('text in Milvus', () => {
  test('a literal is read back as the text it was made of, whatever the text', () => {
    fc.assert(fc.property(fc.oneof(anyText, nasty), (text) => readLiteral(quote(text)) === text));
  });

  test('stored ids come back, hold no half characters, and sort by code point as ids do by code unit', () => {
    fc.assert(
      fc.property(units, units, (a, b) => {
        expect(readId(storedId(a))).toBe(a);
        expect(storedId(a).isWellFormed()).toBe(true);
        expect(Math.sign(codePoints(storedId(a), storedId(b)))).toBe(byId(a, b));
      }),
    );
  });
});
