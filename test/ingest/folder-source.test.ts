import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { folderSource, titleOf } from '../../src/ingest/folder-source.ts';
import { isFault, type SourceProduct } from '../../src/ingest/source.ts';

import { DEMO_DEFINITION } from '../demo-definition.ts';

let folder: string;
const FILES = [
  'a.jpg',
  'b.txt',
  'nested/deep/c.PNG',
  'odd #1 [x] {y} $z.jpg',
  '猫と豹.jpg',
  'a\u0308.jpg',
  `${'long'.repeat(40)}.jpg`,
  'no-extension',
];
const HIDDEN = ['.DS_Store', '.git/config', 'nested/.cache/d.jpg'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'margay-folder-'));
  for (const name of [...FILES, ...HIDDEN]) {
    await mkdir(join(folder, dirname(name)), { recursive: true });
    await writeFile(join(folder, name), name);
  }
  await symlink(join(folder, 'a.jpg'), join(folder, 'link.jpg'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('every file below is a product, and every link to a file; hidden ones are not', async () => {
  const source = await folderSource(folder, DEMO_DEFINITION);
  const items = [...(source.items() as Iterable<never>)];
  expect(source.total).toBe(FILES.length + 1);
  expect(items).toHaveLength(FILES.length + 1);
  const names = [];
  for await (const item of source.items()) {
    if (isFault(item)) throw new Error(item.reason);
    const [image] = item.images;
    expect(Buffer.from(await image!.read()).toString()).toBe(image!.name === 'link.jpg' ? 'a.jpg' : image!.name);
    expect(item.id).toBe(image!.name);
    expect(String(item.fields.title).trim()).not.toBe('');
    names.push(image!.name);
  }
  expect(names).toEqual([...FILES, 'link.jpg'].sort());
});

test('an empty folder has nothing, one that is not there is an error', async () => {
  const empty = await mkdtemp(join(tmpdir(), 'margay-empty-'));
  expect((await folderSource(empty, DEMO_DEFINITION)).total).toBe(0);
  await rm(empty, { recursive: true });
  await expect(folderSource(empty, DEMO_DEFINITION)).rejects.toThrow();
});

test('a path too long for an id has one made of its hash', async () => {
  const deep = join(folder, 'nested', ...Array(5).fill('x'.repeat(120)));
  await mkdir(deep, { recursive: true });
  await writeFile(join(deep, 'y.jpg'), 'y');
  const items = [...((await folderSource(join(folder, 'nested'), DEMO_DEFINITION)).items() as Iterable<SourceProduct>)];
  expect(items.find(({ fields }) => fields.title === 'y')?.id).toMatch(/^[0-9a-f]{64}$/);
  await rm(join(folder, 'nested', 'x'.repeat(120)), { recursive: true });
});

test('a file that has gone meanwhile, and a link that leads nowhere, are read when they are there', async () => {
  const own = await mkdtemp(join(tmpdir(), 'margay-gone-'));
  await writeFile(join(own, 'x.jpg'), 'x');
  await symlink(join(own, 'nowhere'), join(own, 'y.jpg'));
  const source = await folderSource(own, DEMO_DEFINITION);
  expect(source.total).toBe(2);
  await rm(own, { recursive: true });
  for await (const item of source.items()) {
    if (isFault(item)) throw new Error(item.reason);
    await expect(item.images[0]!.read()).rejects.toMatchObject({ code: 'NOT_FOUND', message: 'It cannot be opened.' });
  }
});

test.each([
  ['red-polka_dot mug.jpg', 'red polka dot mug'],
  ['a/b/leopard.case.JPEG', 'leopard.case'],
  ['---.jpg', '---'],
  ['猫.png', '猫'],
  ['  spaced  .jpg', 'spaced'],
])('%j is titled %j', (name, title) => {
  expect(titleOf(name)).toBe(title);
});
