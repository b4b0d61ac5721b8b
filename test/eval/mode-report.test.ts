import { expect, test } from 'vitest';
import type { Asked } from '../../src/eval/asked.ts';
import { modeReport } from '../../src/eval/mode-report.ts';
import { withWords } from '../../src/eval/word-search.ts';
import { MemoryStores } from '../fakes.ts';

const { signal } = new AbortController();
const vector = Float32Array.of(1);

/** A query that `right` answers. */
const asked = (text: string | undefined, right: string, picture: boolean, exclude: string[] = []): Asked => ({
  query: {
    text,
    picture: picture ? async () => new Uint8Array() : undefined,
    relevant: new Map([[right, 1]]),
    exclude: new Set(exclude),
    about: new Set([right]),
  },
  vectors: {
    ...(text !== undefined && { text: vector }),
    ...(picture && { picture: vector }),
    ...(text !== undefined && picture && { 'text and picture': vector }),
  },
  wanted: {},
});

/** Always the same order, whatever is asked. */
const index = {
  ranking: (_: Float32Array, exclude: ReadonlySet<string>) => ['a', 'b', 'c', 'd'].filter((id) => !exclude.has(id)),
};
const words = async (text: string) => text.split(' ');

function rows(lines: readonly string[]): string[][] {
  return lines
    .filter((line) => line.startsWith('| ') && !line.startsWith('| asked'))
    .map((line) =>
      line
        .slice(2, -2)
        .split(' | ')
        .map((cell) => cell.replace(/ \[.*/, '')),
    );
}

test('each mode is judged by what it finds: ranks fused as a search fuses them, the excluded left out', async () => {
  const tasks = [
    { name: 'one', asked: [asked('c b', 'c', false), asked('x d', 'a', false, ['b'])] },
    { name: 'two', asked: [asked('d', 'd', true), asked(undefined, 'a', true)] },
  ];
  const lines = await modeReport([{ name: 'Train split', tasks }], index, words, { analyzer: 'STANDARD', signal });
  const [alone, titled] = lines.join('\n').split('### ').slice(1);
  expect(alone).toMatch(/^Train split: Products embedded by their pictures alone\n/);
  expect(titled).toMatch(/^Train split: Products embedded by pictures and titles\n/);
  expect(rows(alone!.split('\n'))).toEqual([
    // Vectors find c third and words first: fused it is before b, twice second. Of the other query words find d, which is then before a, the right one.
    ['words alone', 'one', 'DENSE', '2', '2', '0.500', '1.000', '0.667', '0.750'],
    ['words alone', 'one', 'FULL_TEXT', '2', '2', '0.500', '0.500', '0.500', '0.500'],
    ['words alone', 'one', 'HYBRID', '2', '2', '0.500', '1.000', '0.750', '0.815'],
    ['words and a picture', 'two', 'DENSE', '1', '1', '0.000', '1.000', '0.250', '0.431'],
    ['words and a picture', 'two', 'FULL_TEXT', '1', '1', '1.000', '1.000', '1.000', '1.000'],
    ['words and a picture', 'two', 'HYBRID', '1', '1', '1.000', '1.000', '1.000', '1.000'],
  ]);
  expect(alone).toMatch(/- words and a picture, .* against DENSE: HYBRID \+0\.569, FULL_TEXT \+0\.569/);
});

test('a store without full text has one mode, and the report says so', async () => {
  expect((await modeReport([], index, null, { analyzer: 'STANDARD', signal })).join('\n')).toMatch(
    /no full text by STANDARD/,
  );
});

test('titles are searched in a catalog of the store’s own, dropped afterwards, also where the work fails', async () => {
  const stores = new MemoryStores();
  const products = ['red mug', 'blue mug', 'red sofa'].map((title, n) => ({
    id: `p${n}`,
    title,
    category: '',
    file: async () => new Uint8Array(),
  }));
  const look = withWords(
    { products },
    { stores, definition: { analyzer: undefined } },
    signal,
    async (find, analyzer) => {
      expect(analyzer).toBe('STANDARD');
      expect(stores.stored?.schema.fields).toEqual([{ name: 'title', kind: 'String', required: true, fullText: true }]);
      return find!('red mug');
    },
  );
  expect(await look).toEqual(['p0', 'p1', 'p2']);
  expect(stores.stored).toBeNull();
  const failing = withWords({ products }, { stores, definition: { analyzer: 'ENGLISH' } }, signal, async () => {
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(stores.stored).toBeNull();
  stores.has = [];
  expect(
    await withWords({ products }, { stores, definition: { analyzer: 'CHINESE' } }, signal, async (find) => find),
  ).toBeNull();
});
