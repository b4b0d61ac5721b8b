import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FieldValue } from '../../src/catalog/definition.ts';
import { fullTextOf, MAX_FULL_TEXT_BYTES, wordsOf } from '../../src/retrieve/full-text.ts';
import { analyzersOf } from '../../src/retrieve/milvus-text.ts';
import { rowsOf } from './rows.ts';

const SCHEMA = {
  analyzer: 'STANDARD' as const,
  fields: [
    { name: 'title', kind: 'String' as const, required: true, fullText: true },
    { name: 'price', kind: 'Float' as const, required: false, fullText: false },
    { name: 'tags', kind: 'StringList' as const, required: false, fullText: true },
  ],
};
const [main, second] = rowsOf('a', [[1], [1]]);
const textOf = (fields: Record<string, FieldValue>, row = main!) =>
  fullTextOf({ ...row, product: { ...row.product, fields } }, SCHEMA);

test.each<[Record<string, FieldValue>, string]>([
  [{ title: 'A red-fox, "here"', price: 3, tags: ['one', 'two words'] }, 'A red fox here\none two words'],
  [{ title: 'x', price: 3, tags: null }, 'x'],
  [{ title: '…', price: 3, tags: [] }, ''],
  [{ title: '', tags: ['?', 'b'] }, 'b'],
])('%j: %j', (fields, text) => {
  expect(textOf(fields)).toBe(text);
});

test('only the main picture’s row has words', () => {
  expect(textOf({ title: 'x' }, second!)).toBe('');
});

test('a text that is too long ends with a whole character', () => {
  fc.assert(
    fc.property(fc.nat(8), fc.constantFrom('a', 'é', '商', '𠀀'), (before, letter) => {
      const text = textOf({ title: 'x'.repeat(before) + letter.repeat(MAX_FULL_TEXT_BYTES) });
      const bytes = Buffer.byteLength(text);
      expect(bytes).toBeLessThanOrEqual(MAX_FULL_TEXT_BYTES);
      expect(bytes).toBeGreaterThan(MAX_FULL_TEXT_BYTES - 4);
      expect(text.isWellFormed()).toBe(true);
      expect(new Set(text.replaceAll('x', ''))).toEqual(new Set([letter]));
    }),
  );
});

test('words are letters, digits and marks, composed, with single spaces', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const words = wordsOf(text);
      expect(words).toMatch(/^([\p{L}\p{N}\p{M}]+( [\p{L}\p{N}\p{M}]+)*)?$/u);
      expect(wordsOf(words)).toBe(words);
    }),
  );
});

test.each([
  ['milvus_lite-3.2.0', ['STANDARD', 'CHINESE']],
  ['v2.3.5', []],
  ['v2.3.5-lite', []],
  ['v2.4.23', []],
  ['v2.5.0', ['STANDARD', 'ENGLISH', 'CHINESE']],
  ['2.6.11-gpu', ['STANDARD', 'ENGLISH', 'CHINESE']],
  ['v3.0.1', ['STANDARD', 'ENGLISH', 'CHINESE']],
  ['Zilliz Cloud Vector Database(Compatible with Milvus 2.5)', ['STANDARD', 'ENGLISH', 'CHINESE']],
  ['', []],
])('Milvus %j has %j', (version, analyzers) => {
  expect(analyzersOf(version)).toEqual(analyzers);
});
