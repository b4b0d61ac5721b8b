import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quote } from '../../src/retrieve/milvus-filter.ts';
import { byId, readId, storedId } from '../../src/retrieve/product-key.ts';
import { byCodePoint, smallest } from '../../src/retrieve/smallest.ts';

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

describe('text in Milvus', () => {
  test('a literal is read back as the text it was made of, whatever the text', () => {
    fc.assert(fc.property(fc.oneof(anyText, nasty), (text) => readLiteral(quote(text)) === text));
  });

  test('stored ids come back, hold no half characters, and sort by code point as ids do by code unit', () => {
    fc.assert(
      fc.property(units, units, (a, b) => {
        expect(readId(storedId(a))).toBe(a);
        expect(storedId(a).isWellFormed()).toBe(true);
        expect(Math.sign(byCodePoint(storedId(a), storedId(b)))).toBe(byId(a, b));
      }),
    );
  });

  test('the smallest of a set, from queries that bring a part of it in no order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.string({ maxLength: 4 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 20 }),
        async (texts, wanted, more) => {
          let queries = 0;
          const found = await smallest(wanted, wanted + more, async (bound) => {
            expect(++queries).toBeLessThan(70);
            return texts.filter((text) => bound === undefined || byCodePoint(text, bound) <= 0).slice(0, wanted + more);
          });
          expect(found).toEqual([...texts].sort(byCodePoint).slice(0, wanted));
        },
      ),
    );
  });
});
