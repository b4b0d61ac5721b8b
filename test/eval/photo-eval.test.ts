import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Encoder, EncoderInput } from '../../src/encode/encoder.ts';
import { floorsOf } from '../../src/eval/floors.ts';
import { photoEvaluation } from '../../src/eval/photo-eval.ts';
import { photoSet } from '../../src/eval/photo-queries.ts';
import type { RetrievalStages } from '../../src/eval/retrieval.ts';
import { FakeEncoder } from '../fakes.ts';

/** A picture is its one byte, and lies on that axis; a text lies on the axis that it ends with. */
class AxisEncoder extends FakeEncoder {
  override async encode(input: EncoderInput, options: Parameters<Encoder['encode']>[1]) {
    const encoded = await super.encode(input, options);
    const vector = new Float32Array(8);
    if (input.pixels) vector[input.pixels.rgb[0]!] = 1;
    if (input.text !== undefined) vector[Number(input.text.at(-1))]! += 2;
    return { ...encoded, vector };
  }
}
const stages = (encoder: Encoder) =>
  ({
    decoder: {
      decode: async (rgb: Uint8Array) => ({
        id: '',
        format: 'jpeg',
        width: 1,
        height: 1,
        picture: { rgb },
        whole: true,
      }),
    },
    renderer: {},
    encoder,
  }) as unknown as RetrievalStages;

let folder: string;
let encoder: AxisEncoder;
let told: string[];
beforeEach(async () => {
  told = [];
  folder = await mkdtemp(join(tmpdir(), 'margay-photo-eval-'));
  encoder = new AxisEncoder();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Products on the axes 0 to 3, with titles on the next axis and the labels of secrets, and two photos to ask with. */
async function data(tasks: readonly object[], more: (axis: number) => object = () => ({})): Promise<void> {
  const photos = [0, 1, 2, 3, 10, 11].map((axis) => ({
    id: `p${axis}`,
    product_id: `product ${axis % 10}`,
    file: `${axis}.jpg`,
    label: '',
    category_path: [],
    title: `Secret thing ${(axis + 1) % 4}`,
    description: 'SECRET',
    attributes: { color: 'secret' },
    role: axis < 10 ? 'catalogue' : 'query',
    ...more(axis),
  }));
  const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
  await writeFile(join(folder, 'photos.jsonl'), lines(photos));
  await writeFile(join(folder, 'tasks.jsonl'), lines(tasks));
  for (const axis of [0, 1, 2, 3, 10, 11]) await writeFile(join(folder, `${axis}.jpg`), Uint8Array.of(axis % 10, 0, 0));
}
const task = (more: object) => ({
  task: 'text_to_product',
  source: 's',
  split: 'eval',
  query_image: null,
  query_text: null,
  relevant: { p0: 2 },
  ...more,
});
const TASKS = [
  task({ query_text: 'find 0', index_must_not_contain: 'description' }),
  task({ query_text: 'find 1', relevant: { p2: 2 } }),
  task({ query_text: 'trained 3', relevant: { p2: 2 }, split: 'train' }),
  task({ task: 'composed', query_image: 'p11', query_text: 'but 2', relevant: { p2: 2 }, reference_view: 'back' }),
  task({
    task: 'composed',
    query_image: 'p10',
    query_text: 'but 3',
    relevant: { p1: 2 },
    reference_view: 'back',
    exclude: ['p3', 'p0'],
  }),
  task({ task: 'composed', query_image: 'p10', query_text: 'but 3', relevant: { p3: 2 }, reference_view: 'alt' }),
];

async function evaluated(count?: number): Promise<string> {
  const { signal } = new AbortController();
  const sets = { train: (await photoSet(folder, 'train'))!, eval: (await photoSet(folder, 'eval'))! };
  const floors = await floorsOf(folder);
  return photoEvaluation(sets, stages(encoder), { floors, count, signal, tell: (line) => told.push(line) });
}

/** The rows of the two tables of the eval split, without their heads. */
async function table(count?: number): Promise<string[][]> {
  const [tables] = (await evaluated(count)).split('\n## Relevant or not');
  return tables!
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| task |'))
    .map((line) => line.slice(2, -2).split(' | '));
}
const figure = (cell: string) => Number(cell.split(' ')[0]);

test('tasks by view and by what is asked with, twice: without and with titles', async () => {
  await data(TASKS);
  const rows = await table();
  const names = [
    ['text_to_product, s', 'text', '2'],
    ...['text and picture', 'text', 'picture'].map((part) => ['composed, s, back', part, '2']),
    ...['text and picture', 'text', 'picture'].map((part) => ['composed, s, alt', part, '1']),
  ];
  expect(rows.map((row) => row.slice(0, 3))).toEqual([...names, ...names]);
  // By pictures p0, and p2 behind p1 and p0; by titles too p0 behind p3, which is titled for 0, and p2 behind p0 and p1.
  expect(rows[0]!.slice(4, 7).map(figure)).toEqual([0.5, 1, 0.667]);
  expect(rows[7]!.slice(4, 7).map(figure)).toEqual([0, 1, 0.417]);
  // Excluded ones are not in the way: what is left for "but 3" is p1 before p2.
  expect(figure(rows[1]![4]!)).toBe(1);
  expect(rows[4]!.slice(3, 7)).toEqual(['1', '1.000', '1.000', '1.000']);
  const asked = encoder.calls.map(({ text = '' }) => text);
  expect(asked.filter((text) => /secret/i.test(text))).toEqual([]);
  expect(asked).toContain('thing 1');
});

test.each<[string, (axis: number) => object]>([
  ['in another case', (axis) => ({ title: `THING ${axis} - sECRET` })],
  ['with punctuation', (axis) => ({ title: `Thing: "secret"... ${axis}` })],
  ['in pieces', (axis) => ({ title: `Thing se-CRET, ${axis}`, attributes: { color: 'se cret' } })],
  ['joined', (axis) => ({ title: `Thing TopSecret ${axis}`, attributes: { color: 'top secret' } })],
  ['in the description', (axis) => ({ title: `Thing (very, very; SECRET) ${axis}`, description: 'Very very secret!' })],
  ['as the description', (axis) => ({ title: `secret ${axis}`, description: `Secret, ${axis}.` })],
  ['in the description and by color', (axis) => ({ title: `Thing secret me ${axis}`, description: 'Me secret' })],
])('what must not be in the index never comes to the encoder with a title: %s', async (_name, more) => {
  await data(TASKS, more);
  await evaluated();
  const indexed = encoder.calls.filter(({ text, pixels }) => pixels && !/^but/.test(text ?? ''));
  expect(indexed.length).toBeGreaterThanOrEqual(4);
  expect(indexed.filter(({ text = '' }) => /s\W*e\W*c\W*r\W*e\W*t/i.test(text))).toEqual([]);
});

test('many are under way at once, products as an ingest has them, and the tables are those of one at a time', async () => {
  await data(TASKS);
  const alone = await evaluated();
  let [running, most] = [0, 0];
  const priorities = new Map<string | undefined, number>();
  encoder = new (class extends AxisEncoder {
    override async encode(...[input, options]: Parameters<Encoder['encode']>) {
      priorities.set(options.priority, (priorities.get(options.priority) ?? 0) + 1);
      running += 1;
      most = Math.max(most, running);
      // The first ones take longest.
      for (let turns = 40 - this.calls.length; turns > 0; turns -= 1) await turn();
      running -= 1;
      return super.encode(input, options);
    }
  })();
  expect(await evaluated()).toBe(alone);
  expect(most).toBeGreaterThan(2);
  // Four products with and without titles; three texts and three queries of both, each asked in three ways.
  expect([...priorities]).toEqual([
    ['index', 8],
    [undefined, 12],
  ]);
  expect(told).toContainEqual(expect.stringMatching(/^Embedding products: 4 of 4 in /));
  expect(told).toContainEqual(expect.stringMatching(/^Embedding queries: 6 of 6 in /));
});

test('how often relevant is wrong: by the encoder, where it says so, and by what the train split gives', async () => {
  await data(TASKS);
  Object.assign(encoder, { info: { ...encoder.info, relevance: { image: { text: 0.5 } } } });
  const [, report] = (await evaluated()).split('\n## Relevant or not');
  const [, own, train] = report!.split(/\n### .*\n/).map((part) =>
    part
      .split('\n## ')[0]!
      .split('\n')
      .filter((line) => line.startsWith('| ') && !line.startsWith('| task |'))
      .map((line) => line.slice(2, -2).split(' | ')),
  );
  // "find 1" finds p1, which is wrong; "find 0" finds p0. All else is at right angles.
  expect(own![0]!.map((cell) => cell.split(' [')[0])).toEqual([
    ...['text_to_product, s', 'text', 'image', '0.500', '8', '2', '0.167', '0.500'],
  ]);
  expect(own!.slice(1).map((row) => row[3])).toEqual(['none', 'none', 'none']);
  // Of the one text for training nothing right is found before what is wrong: the threshold lies below all of them.
  expect(train!.map((row) => row.slice(1, 4))).toEqual([
    ['text', 'image', expect.stringMatching(/^-?[01]\.\d{3}$/)],
    ['text and picture', 'image', 'none'],
    ['text', 'image+title', expect.stringMatching(/^-?[01]\.\d{3}$/)],
    ['text and picture', 'image+title', 'none'],
  ]);
});

test('floors stand beside, each where it is given', async () => {
  await data(TASKS);
  const baselines = {
    tasks: {
      'composed/s/eval': { 'chance@1': 0.25, 'chance@10': 1, 'hist@1': 0.5, 'hist@10': 0.75 },
      'composed/s/train': {},
    },
    structure_only: { 'composed/s/back': { 'dhash@1': 0.125, 'dhash@10': 0.5 } },
  };
  await writeFile(join(folder, 'baselines.json'), JSON.stringify(baselines));
  const rows = await table();
  expect([rows[0]!, rows[1]!, rows[4]!].map((row) => row.slice(8, 11))).toEqual([
    ['', '', ''],
    ['0.250 / 1.000', '0.500 / 0.750', '0.125 / 0.500'],
    ['0.250 / 1.000', '0.500 / 0.750', ''],
  ]);
  const told = '(above|about|below)';
  expect(rows[0]![11]).toBe('');
  expect(rows[1]![11]).toMatch(new RegExp(`^${told} chance, ${told} color histogram, ${told} structure hash$`));
  expect(rows[4]![11]).toMatch(new RegExp(`^${told} chance, ${told} color histogram$`));
});

test('fewer queries a task, and the same tables from the same data', async () => {
  await data(TASKS);
  expect((await table(1)).map((row) => row[2])).toEqual(Array.from({ length: 14 }, () => '1'));
  expect(await table()).toEqual(await table());
});

test.each([
  ['no query of the split', [task({ split: 'train' })], '{"tasks": {}}', 'no query'],
  ['floors of another form', TASKS, '{"tasks": {"a/b/eval": {"chance@1": 7}}}', 'baselines.json'],
])('refused: %s', async (_name, tasks, baselines, says) => {
  await data(tasks);
  await writeFile(join(folder, 'baselines.json'), baselines);
  await expect(table()).rejects.toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining(says) });
});
