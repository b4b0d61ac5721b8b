import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import type { CatalogDefinition, FieldKind } from '../../src/catalog/definition.ts';
import { readDefinition } from '../../src/catalog/read-definition.ts';
import { BOOKS, fileAt, PHOTOS } from './definitions.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/catalogs/', import.meta.url));
type Line = Record<string, unknown>;
const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

const IS: Readonly<Record<FieldKind, (value: unknown) => boolean>> = {
  ID: (value) => typeof value === 'string',
  String: (value) => typeof value === 'string',
  Int: Number.isInteger,
  Float: Number.isFinite,
  Boolean: (value) => typeof value === 'boolean',
  DateTime: (value) => typeof value === 'string' && new Date(value).toISOString().replace('.000', '') === value,
  StringList: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
};

/** What of a line the definition does not say, or says otherwise. */
const strays = ({ fields, images }: CatalogDefinition, { id, ...line }: Line): string[] => [
  ...(typeof id === 'string' && id !== '' ? [] : ['id']),
  ...(IS.StringList(line[images]) && (line[images] as string[]).length > 0 ? [] : [images]),
  ...fields
    .filter(({ name, kind, required }) => !(line[name] == null ? !required : IS[kind](line[name])))
    .map(({ name }) => name),
  ...Object.keys(line).filter((name) => name !== images && !fields.some((field) => field.name === name)),
];

test('the books are of their definition, each with a cover that is a picture', async () => {
  const definition = readDefinition(BOOKS, 'books.graphql');
  const books = linesOf(fileAt('examples/catalogs/books.jsonl'));
  expect(books.map((book) => strays(definition, book))).toEqual(books.map(() => []));
  expect(new Set(books.map(({ id }) => id)).size).toBe(12);
  // Every value somewhere, and every value that may be missing missing somewhere, but for texts.
  for (const { name, required, kind } of definition.fields) {
    expect([name, books.some((book) => book[name] != null)]).toEqual([name, true]);
    if (!required && !['String', 'StringList'].includes(kind))
      expect([name, books.some((book) => book[name] === null)]).toEqual([name, true]);
  }
  for (const { covers } of books)
    for (const cover of covers as string[])
      expect(await sharp(join(EXAMPLES, cover)).metadata()).toMatchObject({ width: 120, height: 180 });
});

const photo = (fields: Line) => ({
  product_id: 'luma:hood',
  category_path: ['Apparel', 'Men'],
  title: 'Hoodie&trade;, Light Blue',
  label: 'hood',
  description: 'Warm.',
  attributes: { color: 'light blue', material: ['Wool&reg;', '&trade;'], pattern: '' },
  role: 'catalogue',
  licence: 'MIT',
  ...fields,
});

test.each([
  [[], { description: 'Warm.', color: 'light blue' }],
  [['--for-tasks'], {}],
])('photos are turned into lines of their definition %j', async (flags, told) => {
  const folder = await mkdtemp(join(tmpdir(), 'margay-photos-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'photos', 'luma'), { recursive: true });
  const photos = [
    photo({ id: 'a', file: 'photos/luma/a.jpg' }),
    photo({ id: 'b', file: 'photos/luma/b.jpg', role: 'query' }),
    photo({ id: 'c', file: 'photos/luma/c.jpg', title: 'Warm', attributes: { kids: false } }),
  ];
  await writeFile(join(folder, 'photos.jsonl'), photos.map((one) => `${JSON.stringify(one)}\n`).join(''));
  await writeFile(join(folder, 'photos', 'luma', 'a.jpg'), '');
  await mkdir(join(folder, 'out'));
  const output = join(folder, 'out', 'photos-out.jsonl');
  await promisify(execFile)(process.execPath, [`${EXAMPLES}photos-jsonl.ts`, folder, output, ...flags], {
    timeout: 60_000,
  });
  const lines = linesOf(await readFile(output, 'utf8'));
  const definition = readDefinition(PHOTOS, 'photos.graphql');
  expect(lines.map((line) => strays(definition, line))).toEqual([[], []]);
  expect(lines[0]).toEqual({
    id: 'a',
    title: 'Hoodie',
    category: 'Apparel / Men',
    source: 'luma',
    label: 'hood',
    product: 'luma:hood',
    ...told,
    pattern: null,
    materials: ['Wool'],
    kids: null,
    view: null,
    license: 'MIT',
    images: ['../photos/luma/a.jpg'],
  });
  expect(existsSync(join(folder, 'out', (lines[0]!.images as string[])[0]!))).toBe(true);
  // A title of which nothing may be told gives way to the name of its kind.
  expect(lines[1]).toMatchObject({ id: 'c', title: 'hood', kids: false });
});
