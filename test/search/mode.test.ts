import { expect, test } from 'vitest';
import { modeOf, type RetrievalMode } from '../../src/search/mode.ts';
import { toQuery } from '../../src/search/query.ts';

const picture = async () => new Uint8Array();
const query = (mode: RetrievalMode, given: { text?: string; image?: typeof picture; imageId?: string }) =>
  toQuery({ topK: 9, offset: 0, rerank: true, rerankDepth: 9, mode, ...given });
const OWN = { definition: { analyzer: 'STANDARD' as const }, isDemo: false };
const DEMO = { ...OWN, isDemo: true };
const WORDLESS = { definition: { analyzer: undefined }, isDemo: false };

test.each([
  ['AUTO', { text: 'x' }, OWN, 'HYBRID'],
  ['AUTO', { text: 'x' }, DEMO, 'DENSE'],
  ['AUTO', { text: 'x' }, WORDLESS, 'DENSE'],
  ['AUTO', { text: 'x', image: picture }, OWN, 'DENSE'],
  ['AUTO', { text: 'x', imageId: 'a' }, OWN, 'DENSE'],
  ['AUTO', { image: picture }, OWN, 'DENSE'],
  ['DENSE', { text: 'x' }, OWN, 'DENSE'],
  ['HYBRID', { text: 'x', image: picture }, DEMO, 'HYBRID'],
  ['FULL_TEXT', { text: 'x' }, DEMO, 'FULL_TEXT'],
] as const)('%s of %j where %j: %s', (mode, given, catalog, expected) => {
  expect(modeOf(query(mode, given), catalog)).toBe(expected);
});

test.each([
  ['FULL_TEXT', { image: picture }, OWN],
  ['HYBRID', { imageId: 'a' }, OWN],
  ['FULL_TEXT', { text: 'x' }, WORDLESS],
  ['HYBRID', { text: 'x' }, WORDLESS],
] as const)('%s of %j where %j is BAD_INPUT', (mode, given, catalog) => {
  expect(() => modeOf(query(mode, given), catalog)).toThrow(
    expect.objectContaining({ code: 'BAD_INPUT', argument: 'mode' }),
  );
});
