import { expect, test, vi } from 'vitest';
import { demoEvaluation } from '../../src/eval/demo-eval.ts';
import type { RetrievalStages } from '../../src/eval/retrieval.ts';
import { FakeEncoder, FakeReranker } from '../fakes.ts';

const TASKS = [
  'subject + "X with this", seen pairs',
  'subject + "X with this", withheld pairs',
  'product + "in COLOR"',
  'product + "this as X"',
  'text alone',
  'product picture alone',
  'subject picture alone',
];
const COUNT = 4;
// Each draws the catalog.
vi.setConfig({ testTimeout: 120_000 });

async function evaluated(reranker: FakeReranker | null, { demo = false } = {}) {
  const encoder = new FakeEncoder();
  Object.assign(encoder.info, { demo });
  const stages = {
    // A drawing is its own text; the encoder makes something of every letter.
    renderer: {
      draw: async (svg: string) => Buffer.from(svg),
      read: async (rgb: Uint8Array) => ({ width: Math.floor(rgb.length / 3), height: 1, rgb }),
      write: async ({ rgb }: { rgb: Uint8Array }) => rgb,
      compose: async (parts: readonly { source: { rgb: Uint8Array } }[]) => parts[1]!.source.rgb,
    },
    decoder: { decode: async (rgb: Uint8Array) => ({ id: '', picture: { rgb }, whole: true }) },
    encoder: Object.assign(encoder, { prepare: async (picture: { rgb: Uint8Array }) => ({ size: 1, ...picture }) }),
  } as unknown as RetrievalStages;
  const { signal } = new AbortController();
  const text = await demoEvaluation({ ...stages, reranker }, { count: COUNT, signal, tell: () => {} });
  /** Rows of the table under a heading that begins so. */
  const table = (heading: string) => {
    const part = text.split(/\n##+ /).find((one) => one.startsWith(heading));
    return part
      ?.split('\n')
      .filter((line) => line.startsWith('| '))
      .map((line) => line.slice(2, -2).split(' | '));
  };
  return { text, table, encoder };
}

test('every task as photos have it, with and without titles, beside chance, and what the reranker does', async () => {
  const reranker = new FakeReranker();
  const { table, encoder } = await evaluated(reranker);
  const alone = table('Products embedded by their pictures alone');
  const titled = table('Products embedded by pictures and titles');
  const reranked = table('The first nine reranked');
  const asked = [
    ...TASKS.slice(0, 4).flatMap((name) => ['text and picture', 'text', 'picture'].map((part) => [name, part, '4'])),
    ...TASKS.slice(4).map((name) => [name, name === 'text alone' ? 'text' : 'picture', '4']),
  ];
  for (const shown of [alone!, titled!]) {
    expect(shown[0]).toEqual(['task', 'asked with', 'queries', 'groups', 'R@1', 'R@10', 'MRR', 'nDCG@10', 'chance']);
    expect(shown.slice(1).map((row) => row.slice(0, 3))).toEqual(asked);
    for (const row of shown.slice(1)) for (const cell of row.slice(4, 8)) expect(cell).toMatch(/^[01]\.\d{3}( \[|$)/);
  }
  expect(titled).not.toEqual(alone);
  // Products of a print are some sixty of 900.
  expect(alone!.at(-1)![8]).toMatch(/^0\.0[4-9]\d \/ 0\.[3-6]\d\d$/);
  expect(reranked!.slice(1).map(([name]) => name)).toEqual(TASKS);
  expect(reranker.ranked).toHaveLength(TASKS.length * COUNT);
  expect(reranker.ranked.every(({ candidates }) => candidates.length === 9)).toBe(true);
  // It reverses.
  expect(reranked!.slice(1).filter((row) => row[4] !== row[5])).not.toEqual([]);
  // 900 products twice; of each query all that can be asked: the tables', the floors' own and changed, prints and leopards; pictures of natural prints.
  const floors = COUNT * (3 * 3 + 3 + 4 * 3 + 16 * 3) + 10 * 2;
  expect(encoder.calls).toHaveLength(1_800 + COUNT * (4 * 3 + 3) + floors);
});

test('a reranker that leaves the order as it is moves nothing, and without one there is no such table', async () => {
  const same = new FakeReranker();
  same.answer = (candidates) => ({ order: candidates.map(({ id }) => id) });
  const reranked = (await evaluated(same)).table('The first nine reranked');
  for (const [name, first, after, , ndcg, ndcgAfter, helped, harmed] of reranked!.slice(1))
    expect([name, after, ndcgAfter, helped, harmed]).toEqual([name, first, ndcg, '0.00', '0.00']);
  expect((await evaluated(null)).table('The first nine reranked')).toBeUndefined();
});

test('floors come first, each figure with its interval and whether it is enough; heads that are not there have none', async () => {
  const { text, table } = await evaluated(new FakeReranker(), { demo: true });
  expect(text.indexOf('## Floors')).toBeLessThan(text.indexOf('## Products embedded'));
  const [head, ...rows] = table('Floors')!;
  expect(head).toEqual(['what is asked', 'figure', 'of', 'value', '95 % interval', 'floor', '', 'with titles']);
  expect(rows.slice(0, 2).map((row) => row.slice(0, 3))).toEqual([
    ['subject + "X with this", seen pairs', 'P@1', '8'],
    ['subject + "X with this", seen pairs', 'Hit@9', '8'],
  ]);
  const held = rows.filter((row) => row[5]);
  expect(held.map((row) => row[5])).toHaveLength(16);
  for (const row of held) expect(row[6]).toMatch(/^(reached|missed)(, the interval includes the floor)?$/);
  expect(rows.filter((row) => / read$/.test(row[1]!))).toEqual([]);
  // Its reasons name nothing, which is no truth.
  expect(rows.filter((row) => row[1] === 'true').map((row) => row.slice(2, 4))).toEqual([
    ['0', 'none'],
    ['0', 'none'],
  ]);
  const prints = table('"X with this", by the print')!;
  expect(prints).toHaveLength(16);

  // The floors are the demo model's: another has the same figures without them.
  const other = await evaluated(new FakeReranker());
  expect(other.table('Floors')).toBeUndefined();
  expect(other.table('Figures')).toEqual([head!, ...rows].map((row) => row.toSpliced(5, 2)));
  expect(other.table('"X with this", by the print')).toEqual(prints.map((row) => row.slice(0, -1)));
  expect(other.text).toContain("\nNo floors: they are the demo model's. ");
  expect(other.text).not.toMatch(/\b(reached|missed|at least|at most)\b/i);
});
