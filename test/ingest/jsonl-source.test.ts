import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jsonlSource } from '../../src/ingest/jsonl-source.ts';
import { isFault, type SourceFault, type SourceProduct } from '../../src/ingest/source.ts';

import { DEMO_DEFINITION } from '../demo-definition.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'margay-jsonl-'));
  await writeFile(join(folder, 'a.jpg'), 'A');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(text: string | Buffer): Promise<{ total: number; items: (SourceProduct | SourceFault)[] }> {
  const file = join(folder, 'shop.jsonl');
  await writeFile(file, text);
  const source = await jsonlSource(file, DEMO_DEFINITION);
  const items = [];
  for await (const item of source.items()) items.push(item);
  return { total: source.total, items };
}

const line = (fields: Record<string, unknown>) => JSON.stringify({ id: 'x', title: 'T', images: ['a.jpg'], ...fields });

test('a line is a product, its pictures beside the file', async () => {
  const { total, items } = await read(line({ id: 'a', category: 'mug', price: 1.5, stock: 3, color: null }));
  expect([total, items.length]).toEqual([1, 1]);
  const [product] = items as SourceProduct[];
  expect(product).toMatchObject({
    id: 'a',
    fields: { title: 'T', category: 'mug', print: null, price: 1.5, color: null },
  });
  expect(product!.fields).not.toHaveProperty('stock');
  expect(Buffer.from(await product!.images[0]!.read()).toString()).toBe('A');
});

const [A, B] = [line({ id: 'a' }), line({ id: 'b' })];
test.each<[string, string]>([
  ['LF', `${A}\n${B}\n`],
  ['CRLF', `${A}\r\n${B}\r\n`],
  ['no end of line', `${A}\n${B}`],
  ['blank lines', `\n\n${A}\n   \n\t\n${B}\n\n`],
  ['a byte order mark', `\ufeff${A}\n${B}`],
  ['a byte order mark and CRLF', `\ufeff${A}\r\n${B}\r\n`],
])('%s', async (_name, text) => {
  const { total, items } = await read(text);
  expect(total).toBe(2);
  expect(items.map((item) => !isFault(item) && item.id)).toEqual(['a', 'b']);
});

test('a separator of lines within a string does not end the line', async () => {
  const { total, items } = await read(`{"id":"a","title":"one\u2028two\u2029three\u0085","images":["a.jpg"]}\n${B}`);
  expect(total).toBe(2);
  expect(items.map((item) => !isFault(item) && item.fields.title)).toEqual(['one\u2028two\u2029three\u0085', 'T']);
});

test('letters that lie across two reads stay whole', async () => {
  const title = '猫🐆'.repeat(140);
  const { items } = await read(Array.from({ length: 200 }, (_, place) => line({ id: `p${place}`, title })).join('\n'));
  expect(new Set(items.map((item) => !isFault(item) && item.fields.title))).toEqual(new Set([title]));
});

test.each<[string, string, RegExp]>([
  ['no JSON', '{"id": "a"', /^It is not JSON\.$/],
  ['a list', '[]', /^line: /],
  ['null', 'null', /^line: /],
  ['no id', '{"title":"T","images":["a.jpg"]}', /^id: /],
  ['a blank id', line({ id: ' ' }), /^id: /],
  ['an id too long', line({ id: 'x'.repeat(513) }), /^id: has more than 512 bytes/],
  ['an id with a NUL', line({ id: 'a\0' }), /^id: holds a character/],
  ['an id with half a letter', String.raw`{"id":"\ud800","title":"T","images":["a.jpg"]}`, /^id: holds a character/],
  ['a title with a NUL', line({ title: 'a\0' }), /^title holds a character/],
  ['no title', line({ title: undefined }), /^title is (missing|empty)/],
  ['a blank title', line({ title: '' }), /^title is (missing|empty)/],
  ['no pictures', line({ images: [] }), /^images: /],
  ['a picture that is no list', line({ images: 'a.jpg' }), /^images: /],
  ['too many pictures', line({ images: Array(51).fill('a.jpg') }), /^images: /],
  ['a price in words', line({ price: '12' }), /^price is no number/],
  ['several faults', line({ id: undefined, price: '12' }), /^id: .*; price /],
])('%s is a fault with its line and its reason, and the next one is read', async (_name, text, reason) => {
  const { total, items } = await read(`${A}\n\n${text}\n${B}`);
  expect(total).toBe(3);
  expect(items).toHaveLength(3);
  expect(items[1]).toMatchObject({ name: 'line 3', reason: expect.stringMatching(reason) });
  expect(items[2]).toMatchObject({ id: 'b' });
});

test('numbers are ids as they are written', async () => {
  const { items } = await read([line({ id: 7 }), line({ id: '007' }), line({ id: -1.5 })].join('\n'));
  expect(items.map((item) => !isFault(item) && item.id)).toEqual(['7', '007', '-1.5']);
});

test('an id that was there before is a fault: else each run would index both anew', async () => {
  const { items } = await read([line({ id: 1 }), line({ id: ' 1 ', title: 'Again' }), line({ id: 2 })].join('\n'));
  expect(items).toMatchObject([
    { id: '1', fields: { title: 'T' } },
    { name: 'line 2', reason: expect.stringContaining('line 1') },
    { id: '2' },
  ]);
});

test.each([
  ['missing', 'nobody.jpg', 'NOT_FOUND', 'cannot be opened'],
  ['a folder', '.', 'BAD_IMAGE', 'not a file'],
  ['a device without end', '/dev/zero', 'BAD_IMAGE', 'not a file'],
  ['on the web', 'https://shop.example/a.jpg', 'NOT_FOUND', 'URLs are not fetched'],
])('a picture that is %s says so', async (_name, path, code, message) => {
  const { items } = await read(line({ images: [path] }));
  const [product] = items as SourceProduct[];
  await expect(product!.images[0]!.read()).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  expect(product!.images[0]!.name).toBe(path);
});

test('a file that is not there is an error, not a crash', async () => {
  await expect(jsonlSource(join(folder, 'nobody.jsonl'), DEMO_DEFINITION)).rejects.toMatchObject({ code: 'ENOENT' });
});
