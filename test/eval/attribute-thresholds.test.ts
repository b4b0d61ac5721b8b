import { expect, test } from 'vitest';
import type { Asked } from '../../src/eval/asked.ts';
import { attributeThresholds, lowestThreshold, type Told } from '../../src/eval/attribute-thresholds.ts';
import type { Labels } from '../../src/eval/demo-queries.ts';

/** `+.8` is right, `-.3` wrong. */
const told = (...words: string[]): Told[] =>
  words.map((word) => ({ right: word[0] === '+', probability: Number(word.slice(1)) }));

test.each<[string, Told[], number | undefined]>([
  ['all right', told('+.51', '+.9'), 0.5],
  ['wrong ones below', told('-.52', '-.61', '+.7', '+.9'), 0.65],
  ['right often enough', told(...Array<string>(96).fill('+.9'), ...Array<string>(4).fill('-.9')), 0.5],
  ['not quite', told(...Array<string>(95).fill('+.9'), ...Array<string>(5).fill('-.9')), 1],
  ['only the surest', told('-.94', '+.97'), 0.95],
  ['never', told('-.99'), 1],
  ['not above, though below together', told(...Array<string>(60).fill('+.6'), '-.97', '+.98'), 1],
  ['nothing told', [], undefined],
])('the lowest threshold: %s', (_name, some, threshold) => {
  expect(lowestThreshold(some, 1)).toBe(threshold);
});

test('what a few would tell is no threshold', () => {
  expect(lowestThreshold(told(...Array<string>(29).fill('+.9')))).toBe(1);
  expect(lowestThreshold(told(...Array<string>(30).fill('+.9')))).toBe(0.5);
});

const heads = (labels: Partial<Record<keyof Labels, string>>, probability: number) =>
  Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, { value, probability, confident: true }]));
const asked = (given: { asks: Labels; shows?: Labels; text?: string }, seen: Asked['seen'], wanted = {}): Asked => ({
  query: {
    ...{ text: given.text, picture: undefined, relevant: new Map(), exclude: new Set(), about: new Set() },
    asks: given.asks,
    ...(given.shows && { shows: given.shows }),
  },
  vectors: {},
  wanted,
  ...(seen && { seen }),
});

test('the highest of what products, subjects and queries with words want', () => {
  const mug = { kind: 'mug', print: 'cow', color: 'red' } as const;
  const cow = { print: 'cow', color: 'natural' } as const;
  const found = attributeThresholds(
    [
      asked({ asks: mug, shows: mug }, heads(mug, 0.55)),
      asked({ asks: mug, shows: mug }, heads({ ...mug, kind: 'cap' }, 0.52)),
      // A subject has no kind: what is said of it does not count, nor "none" and "natural".
      asked({ asks: cow, shows: cow }, heads({ kind: 'mug', print: 'tiger', color: 'natural' }, 0.7)),
      asked({ asks: cow, shows: cow }, heads({ kind: 'none', print: 'cow', color: 'natural' }, 0.8)),
      // A text that names no color.
      asked({ text: 'cow mug', asks: { kind: 'mug', print: 'cow' } }, undefined, heads({ ...mug, color: 'red' }, 0.6)),
      asked({ text: 'red cow mug', asks: mug }, undefined, heads(mug, 0.9)),
    ],
    1,
  );
  expect(found).toEqual({
    kind: {
      threshold: 0.55,
      pools: { products: { threshold: 0.55, told: 0.5 }, queries: { threshold: 0.5, told: 1 } },
    },
    print: {
      threshold: 0.75,
      pools: {
        products: { threshold: 0.5, told: 0 },
        subjects: { threshold: 0.75, told: 0.5 },
        queries: { threshold: 0.5, told: 0.5 },
      },
    },
    color: {
      threshold: 0.65,
      pools: { products: { threshold: 0.5, told: 0 }, queries: { threshold: 0.65, told: 0.5 } },
    },
  });
});
