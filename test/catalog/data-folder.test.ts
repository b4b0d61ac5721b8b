import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeDataFolder } from '../../src/catalog/data-folder.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'margay-data-folder-'));
  await writeFile(join(folder, 'file'), '');
});
afterAll(() => rm(folder, { recursive: true }));

test.each(['new', 'a/b/c', '.'])('%s is made, and may be there already', async (path) => {
  await makeDataFolder(join(folder, path));
  await makeDataFolder(join(folder, path));
  expect((await stat(join(folder, path))).isDirectory()).toBe(true);
});

test.each([
  ['a file', () => join(folder, 'file')],
  ['below a file', () => join(folder, 'file/x')],
  ['below /proc, where Node would try for ever', () => '/proc/margay/x'],
])('%s is refused, naming the setting', async (_name, path) => {
  await expect(makeDataFolder(path())).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining('MARGAY_DATA'),
  });
});
