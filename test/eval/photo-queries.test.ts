import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { photoSet } from '../../src/eval/photo-queries.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'margay-photos-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const photo = (id: string, more: object = {}) => ({
  id,
  file: `${id}.jpg`,
  label: `label-${id}`,
  category_path: ['Apparel', 'Men', 'Shorts'],
  title: `Short ${id} - blue`,
  attributes: { color: 'blue' },
  role: 'catalogue',
  ...more,
});
const task = (more: object = {}) => ({
  task: 'composed',
  source: 'luma',
  split: 'train',
  query_image: 'q',
  query_text: 'this but blue',
  relevant: { a: 2, b: 1 },
  ...more,
});

async function written(photos: readonly object[], tasks: readonly object[]) {
  const lines = (rows: readonly object[]) => `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;
  await writeFile(join(folder, 'photos.jsonl'), lines(photos));
  await writeFile(join(folder, 'tasks.jsonl'), lines(tasks));
  return (await photoSet(folder, 'train'))!;
}

test('the train split alone is asked, and only the catalog is found', async () => {
  await writeFile(join(folder, 'q.jpg'), 'pixels');
  const set = await written(
    [photo('a'), photo('b'), photo('q', { role: 'query' })],
    [
      task(),
      task({ split: 'eval', relevant: { secret: 1 } }),
      task({ task: 'text', query_image: null, exclude: ['b'], query_text: 'shorts' }),
    ],
  );
  expect(set.products.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(set.tasks.map(({ name, queries }) => [name, queries.length])).toEqual([
    ['composed, luma', 1],
    ['text, luma', 1],
  ]);
  const [composed, text] = set.tasks.map(({ queries }) => queries[0]!);
  expect(composed).toMatchObject({
    text: 'this but blue',
    relevant: new Map([
      ['a', 2],
      ['b', 1],
    ]),
  });
  expect(Buffer.from(await composed!.picture!()).toString()).toBe('pixels');
  expect(text).toMatchObject({ picture: undefined, exclude: new Set(['b']) });
});

test.each([
  ['the color that queries ask for', {}, 'Short a', 'Shorts'],
  ['and nothing else', { attributes: { color: 'red' } }, 'Short a - blue', 'Shorts'],
  ['a color within', { title: 'Light Blue short', attributes: { color: 'light blue' } }, 'short', 'Shorts'],
  ['no part of a word', { title: 'Redwood short', attributes: { color: 'red' } }, 'Redwood short', 'Shorts'],
  ['a title that is the description', { description: 'Short a - blue' }, '', 'Shorts'],
  ['or says it in other letters', { description: 'SHORT A, blue.', title: 'short-a: BLUE!' }, '', 'Shorts'],
  ['or has it within', { description: 'Very short.', title: 'Very SHORT shorts - blue' }, 'shorts', 'Shorts'],
  ['nothing without a color', { attributes: {} }, 'Short a - blue', 'Shorts'],
  [
    'a category that is the product',
    { category_path: ['Grocery', 'Packages', 'Juice', 'label-a'] },
    'Short a',
    'Juice',
  ],
])('cut off: %s', async (_name, more, title, category) => {
  const { products } = await written([photo('a', more), photo('b'), photo('q')], [task()]);
  expect(products[0]).toMatchObject({ title, category });
});

test('the eval split, with views and the products concerned', async () => {
  await written(
    [photo('a'), photo('b', { product_id: 'p' }), photo('q', { role: 'query', product_id: 'p' })],
    [task(), task({ split: 'eval', reference_view: 'back photo', relevant: { a: 2 }, exclude: ['b'] })],
  );
  const set = (await photoSet(folder, 'eval'))!;
  expect(set.tasks).toMatchObject([
    { task: 'composed', source: 'luma', queries: [{ view: 'back photo', about: new Set(['p', 'a']) }] },
  ]);
});

test.each([
  ['a photo that is not there', { query_image: 'nowhere' }, '"nowhere"'],
  ['an answer that is not there', { relevant: { a: 1, lost: 1 } }, '"lost"'],
  ['an answer that only asks', { relevant: { q: 2 } }, '"q"'],
  ['a part of the catalog', { gallery: 'luma' }, 'Line 1 of tasks.jsonl'],
  ['a text to be kept out that nobody knows', { index_must_not_contain: 'smell' }, 'Line 1 of tasks.jsonl'],
])('refused: %s', async (_name, more, says) => {
  const photos = [photo('a'), photo('b'), photo('q', { role: 'query' })];
  await expect(written(photos, [task(more)])).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining(says),
  });
});

test('a folder without tasks has no photos for us', async () => {
  expect(await photoSet(folder, 'train')).toBeNull();
});

test.each([
  ['no JSON', '{"id": '],
  ['another form', '{"task": 1}'],
])('%s is told with its line', async (_name, line) => {
  await written([photo('a'), photo('b'), photo('q')], [task()]);
  await writeFile(join(folder, 'tasks.jsonl'), `${JSON.stringify(task())}\n\n${line}\n`);
  await expect(photoSet(folder, 'train')).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining('Line 3 of tasks.jsonl'),
  });
});
