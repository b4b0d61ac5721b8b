import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { demoCatalog } from '../../src/demo/catalog.ts';
import { Random } from '../../src/demo/random.ts';
import { KINDS, PRINTS } from '../../src/demo/vocabulary.ts';
import { filled, LETTER, RECOLOR, RETARGET, SUBJECT, WORDS } from '../../src/eval/demo-texts.ts';
import { floorQueries, leopardQueries, printQueries } from '../../src/eval/floor-queries.ts';
import { mistyped } from '../../src/eval/typing.ts';
import { ADJECTIVES, CLOSERS, SYNONYMS } from '../../src/eval/unknown-words.ts';

const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const trained = ['templates', 'texts', 'lexicon'].map((name) => file(`training/${name}.py`)).join('\n');
const composed = [...trained.matchAll(/"([^"\n]+)"/g)].map(([, text]) => text!.trim());

test('sentences are in or out of what training composes, as they say', () => {
  const inside = [...SUBJECT.inside, ...RECOLOR.inside, ...RETARGET, ...WORDS.inside];
  expect(inside.filter((text) => !composed.includes(text))).toEqual([]);
  const others = [SUBJECT, RECOLOR, WORDS].map(({ outside }) => outside);
  expect(others.map((texts) => texts.length >= 15)).toEqual([true, true, true]);
  const letters = [...LETTER.openers, ...LETTER.closers].map((text) => text.trim());
  expect([...others.flat(), ...letters].filter((text) => composed.includes(text))).toEqual([]);
});

test('unknown words are in no list of training, and enough of them', () => {
  const known = new Set(`${trained}\n${file('src/demo/titles.ts')}`.toLowerCase().match(/[a-z]+/g));
  const glue = new Set('a as be for must my not our the to too under with similar'.split(' '));
  const words = [...ADJECTIVES, ...CLOSERS, ...Object.values(SYNONYMS).flat()].flatMap((text) => text.split(' '));
  expect(words.filter((word) => known.has(word) && !glue.has(word))).toEqual([]);
  expect(new Set(ADJECTIVES).size + new Set(CLOSERS).size).toBe(60);
});

test('a template is filled with its article', () => {
  expect(filled('{a} in {p}, {k}, {c}', { kind: 'umbrella', print: 'cow', color: 'red' })).toBe(
    'an umbrella in cow, umbrella, red',
  );
  expect(['sunglasses', 'dress', 'mug'].map((kind) => filled('{a}', { kind }))).toEqual([
    'sunglasses',
    'a dress',
    'a mug',
  ]);
});

test('a slip changes one word of four letters or more, and little of it', () => {
  for (let seed = 0; seed < 200; seed += 1) {
    const before = 'a red leopard umbrella';
    const after = mistyped(before, new Random(seed)).split(' ');
    const changed = before.split(' ').flatMap((word, at) => (word === after[at] ? [] : [[word, after[at]!] as const]));
    expect(changed.length).toBeLessThanOrEqual(1);
    for (const [word, typed] of changed) {
      expect(['leopard', 'umbrella']).toContain(word);
      expect(Math.abs(typed.length - word.length)).toBeLessThanOrEqual(1);
      expect(typed[0]).toBe(word[0]);
    }
  }
  expect(mistyped('a red mug', new Random(1))).toBe('a red mug');
});

test('what the floors ask: labels that its answers have, words that say so, prints on every kind that carries them', () => {
  const catalog = demoCatalog();
  const asked = floorQueries(catalog, 6);
  for (const query of Object.values(asked).flat()) {
    const answer = catalog.find((product) => query.relevant(product))!;
    expect({ kind: answer.category, print: answer.print }).toEqual({ kind: query.asks.kind, print: query.asks.print });
  }
  for (const { text, asks, shows } of asked.recolor) {
    expect(text).toContain(asks.color);
    expect(shows!.color).not.toBe(asks.color);
  }
  for (const { text, asks } of asked.synonyms) expect(text).not.toContain(asks.kind);
  for (const { text } of asked.unknown) expect(ADJECTIVES.some((word) => text!.startsWith(`${word} `))).toBe(true);
  expect(leopardQueries(3).map(({ text, asks }) => [text, asks.kind, asks.print])).toEqual(
    Array(3).fill(['phone case with this', 'phone case', 'leopard']),
  );
  const prints = printQueries(catalog, KINDS.length);
  expect([...prints.keys()]).toEqual(PRINTS.filter((print) => print !== 'plain'));
  for (const queries of prints.values()) {
    expect(queries).toHaveLength(KINDS.length);
    expect(new Set(queries.map(({ asks }) => asks.kind)).size).toBe(KINDS.length);
    expect(new Set(queries.map(({ svg }) => svg)).size).toBe(queries.length);
  }
});
