import { expect, test, vi } from 'vitest';
import { demoEvaluation, type Graphs, sizeRow } from '../../src/eval/demo-eval.ts';
import { floorsTable } from '../../src/eval/floors-table.ts';
import { FakeReranker } from '../fakes.ts';
import { SeeingEncoder, type Seen, stagesOf } from './seeing-encoder.ts';

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

async function evaluated(
  reranker: FakeReranker | null,
  {
    demo = false,
    see,
    graphs,
    count = COUNT,
  }: { demo?: boolean; see?: () => Seen; graphs?: Graphs; count?: number } = {},
) {
  const encoder = new SeeingEncoder(see);
  Object.assign(encoder.info, { demo });
  const { signal } = new AbortController();
  const text = await demoEvaluation({ ...stagesOf(encoder), reranker }, { count, graphs, signal, tell: () => {} });
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
  // Four of each may by chance look the same backwards.
  const count = 6;
  const { table, encoder } = await evaluated(reranker, { count });
  const alone = table('Products embedded by their pictures alone');
  const titled = table('Products embedded by pictures and titles');
  const reranked = table('The first nine reranked');
  const asked = [
    ...TASKS.slice(0, 4).flatMap((name) =>
      ['text and picture', 'text', 'picture'].map((part) => [name, part, String(count)]),
    ),
    ...TASKS.slice(4).map((name) => [name, name === 'text alone' ? 'text' : 'picture', String(count)]),
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
  expect(reranker.ranked).toHaveLength(TASKS.length * count);
  expect(reranker.ranked.every(({ candidates }) => candidates.length === 9)).toBe(true);
  // It reverses.
  expect(reranked!.slice(1).filter((row) => row[4] !== row[5])).not.toEqual([]);
  // 900 products twice; of each query all that can be asked: the tables', the floors' own and changed, prints and leopards; pictures of natural prints.
  const floors = count * (3 * 3 + 3 + 4 * 3 + 16 * 3) + 10 * 2;
  expect(encoder.calls).toHaveLength(1_800 + count * (4 * 3 + 3) + floors);
});

test('a reranker that leaves the order as it is moves nothing', async () => {
  const same = new FakeReranker();
  same.answer = (candidates) => ({ order: candidates.map(({ id }) => id) });
  const reranked = (await evaluated(same)).table('The first nine reranked');
  for (const [name, first, after, , ndcg, ndcgAfter, helped, harmed] of reranked!.slice(1))
    expect([name, after, ndcgAfter, helped, harmed]).toEqual([name, first, ndcg, '0.00', '0.00']);
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
  expect(other.text).not.toMatch(/\b(reached|missed)\b|at (least|most) \d/);
});

test('heads and graphs have rows of their own, and without a reranker there is nothing of one', async () => {
  const see = () => ({ print: 'leopard' });
  const { table } = await evaluated(null, { demo: true, see, graphs: { bytes: 1_752_947, precision: 'fp32' } });
  expect(table('The first nine reranked')).toBeUndefined();
  const rows = table('Floors')!;
  expect(rows.filter((row) => row[1] === 'true')).toEqual([]);
  // Products are asked with in three tasks, subjects in three.
  const read = rows.filter((row) => / read$/.test(row[1]!));
  expect(read.map((row) => row.slice(0, 3).join(', '))).toEqual([
    'pictures of products, print read, 12',
    'pictures of subjects, print read, 12',
    'pictures of products, kind read, 12',
    'pictures of products, color read, 12',
    'pictures of subjects, color read, 12',
    'leopard of the withheld generator, print read, 2',
    'natural prints of the withheld generator, print read, 20',
  ]);
  // One natural print of ten is the leopard.
  expect(read.slice(2).map((row) => row[3])).toEqual(['0.000', '0.000', '0.000', '1.000', '0.100']);
  const unmet = table('Natural prints of the generator')!.slice(1);
  expect(unmet.map((row) => row[2])).toEqual(['1.00', ...Array(9).fill('0.00')]);
  expect(rows.at(-1)!.slice(0, 7)).toEqual([
    ...['the graphs on disk, fp32, 1,752,947 bytes', 'MB', '', '1.753', '', 'at most 4.00', 'reached'],
  ]);
});

test.each([
  [999, '999', '0.001', 'reached'],
  [4_000_000, '4,000,000', '4.000', 'reached'],
  [4_000_400, '4,000,400', '4.000', 'missed'],
])('megabytes are of 10^6 bytes: %i', (bytes, inWords, value, verdict) => {
  expect(floorsTable([sizeRow({ bytes, precision: 'int8' })])[2]).toBe(
    `| the graphs on disk, int8, ${inWords} bytes | MB |  | ${value} |  | at most 4.00 | ${verdict} |  |`,
  );
});
