import { mkdtemp, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DiskMedia } from '../../src/catalog/disk-media.ts';
import { SharpRenderer } from '../../src/image/sharp-renderer.ts';
import { drawn, mediaStoreContract } from '../contract/media-store.ts';

const renderer = new SharpRenderer();
const { signal } = new AbortController();
afterAll(() => renderer.close());

const makeFolder = () => mkdtemp(join(tmpdir(), 'margay-media-'));
const filesOf = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort();

mediaStoreContract('DiskMedia', async () => {
  const folder = await makeFolder();
  let clock = Date.now();
  const open = () => new DiskMedia({ folder, renderer, now: () => clock });
  const store = open();
  return {
    store,
    reopen: open,
    advance: (milliseconds) => {
      clock += milliseconds;
    },
    dispose: async () => {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
});

describe('files of DiskMedia', () => {
  let folder: string;
  let store: DiskMedia;
  beforeEach(async () => {
    folder = await makeFolder();
    store = new DiskMedia({ folder, renderer });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  test('a picture is a master, a thumbnail and a record; no draft is left', async () => {
    const { id } = await store.put(drawn(500, 300));
    expect(await filesOf(folder)).toEqual([`${id}-336.jpg`, `${id}.jpg`, `${id}.json`]);
  });

  test('widths beyond the picture share one file', async () => {
    const { id } = await store.put(drawn(500, 300));
    for (const width of [512, 768, 1024, 1280]) await store.sized(id, width, 'webp', { signal });
    expect((await filesOf(folder)).filter((name) => name.endsWith('.webp'))).toEqual([`${id}-500.webp`]);
  });

  test('a size is made once, however many ask', async () => {
    const { id } = await store.put(drawn(900, 300));
    const convert = vi.spyOn(renderer, 'convert');
    await Promise.all(Array.from({ length: 20 }, () => store.sized(id, 512, 'avif', { signal })));
    await store.sized(id, 512, 'avif', { signal });
    expect(convert).toHaveBeenCalledTimes(1);
    convert.mockRestore();
  });

  test('what a power cut left half written is made again', async () => {
    const one = drawn(500, 300);
    const { id } = await store.put(one);
    const at = (suffix: string) => join(folder, 'pictures', id.slice(0, 2), `${id}${suffix}`);
    for (const [suffix, length] of [
      ['.json', 5],
      ['.jpg', 0],
    ] as const) {
      await truncate(at(suffix), length);
      await expect(store.picture(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await store.put(one);
      expect((await store.picture(id)).width).toBe(500);
    }
  });

  test('a failing renderer leaves nothing behind', async () => {
    const fail = vi.spyOn(renderer, 'thumbhash').mockRejectedValueOnce(new Error('no'));
    const one = drawn(500, 300);
    await expect(store.put(one)).rejects.toThrow('no');
    await expect(store.picture(one.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    fail.mockRestore();
    expect(await store.put(one)).toMatchObject({ id: one.id });
  });

  test('sweeping takes what a crash left, an hour later', async () => {
    const { image } = await store.putQuery(drawn(50, 30), { size: 1, rgb: new Uint8Array(3) }, 'f1');
    const inside = join(folder, 'queries', image.id.slice(0, 2));
    const orphan = image.id.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    await writeFile(join(inside, `${orphan}.jpg`), 'x');
    await store.sweep();
    expect(await filesOf(folder)).toContain(`${orphan}.jpg`);
    const past = new Date(Date.now() - 2 * 3_600_000);
    await utimes(join(inside, `${orphan}.jpg`), past, past);
    await store.sweep();
    expect(await filesOf(folder)).toEqual([`${image.id}.jpg`, `${image.id}.json`, `${image.id}.pixels`]);
  });

  test('a store over a folder that is not there yet is empty', async () => {
    expect(await new DiskMedia({ folder: join(folder, 'none'), renderer }).sweep()).toBe(0);
  });
});
