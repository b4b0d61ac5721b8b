import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type MediaStore, WIDTHS } from '../../src/catalog/media-store.ts';
import type { Decoded } from '../../src/image/decoder.ts';

export interface MediaStoreFixture {
  readonly store: MediaStore;
  /** Moves the store's clock on, in milliseconds. */
  readonly advance: (milliseconds: number) => void;
  /** A store over the same files, as after a restart. */
  readonly reopen: () => MediaStore;
  readonly dispose: () => Promise<void>;
}

const HOUR = 3_600_000;
const { signal } = new AbortController();
const unknown = 'f'.repeat(64);

/** A drawn picture of this size, as a decoder gives it: left half red, right half blue. */
export function drawn(width: number, height: number, name = `${width}x${height}`): Decoded {
  const rgb = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at++) rgb.set(at % width < width / 2 ? [220, 30, 30] : [30, 30, 220], at * 3);
  const id = createHash('sha256').update(name).digest('hex');
  return { id, format: 'png', width: width * 3, height: height * 3, picture: { width, height, rgb }, whole: true };
}

const pixels = { size: 4, rgb: Uint8Array.from({ length: 48 }, (_, at) => at * 5) };

export function mediaStoreContract(name: string, make: () => Promise<MediaStoreFixture>): void {
  describe(name, () => {
    let fixture: MediaStoreFixture;
    let store: MediaStore;
    beforeEach(async () => {
      fixture = await make();
      store = fixture.store;
    });
    afterEach(() => fixture.dispose());

    test('keeps a catalog picture: what is known of it, and its pixels', async () => {
      const one = drawn(600, 400);
      const image = await store.put(one);
      expect(image).toEqual({
        id: one.id,
        width: 1800,
        height: 1200,
        thumbhash: expect.stringMatching(/^[A-Za-z0-9+/]{20,}=*$/),
      });
      const { width, height, rgb } = await store.picture(one.id);
      expect([width, height]).toEqual([600, 400]);
      expect(Math.abs(rgb[0]! - 220) + Math.abs(rgb[2]! - 30)).toBeLessThan(8);
    });

    test('the same picture is kept once, and stays over a restart', async () => {
      const one = drawn(400, 300);
      const [first, again] = await Promise.all([store.put(one), store.put(one)]);
      expect(again).toEqual(first);
      const reopened = fixture.reopen();
      expect(await reopened.put(one)).toEqual(first);
      expect((await reopened.picture(one.id)).width).toBe(400);
    });

    test.each(WIDTHS)('width %i in every format, never enlarged, without metadata', async (width) => {
      const one = drawn(700, 350);
      await store.put(one);
      for (const format of ['jpeg', 'webp', 'avif'] as const) {
        const file = await store.sized(one.id, width, format, { signal });
        const metadata = await sharp(file).metadata();
        const served = Math.min(width, 700);
        expect([metadata.width, metadata.height]).toEqual([served, Math.round(served / 2)]);
        expect(metadata.format).toBe(format === 'avif' ? 'heif' : format);
        expect([metadata.exif, metadata.icc, metadata.xmp, metadata.iptc, metadata.comments]).toEqual(
          Array(5).fill(undefined),
        );
        expect(Buffer.from(await store.sized(one.id, width, format, { signal })).equals(Buffer.from(file))).toBe(true);
      }
    });

    test('many asking for one size at once get one file; who leaves does not spoil it', async () => {
      const one = drawn(1280, 900);
      await store.put(one);
      const leaving = new AbortController();
      const asked = [leaving.signal, signal, signal, signal].map((each) =>
        store.sized(one.id, 1024, 'webp', { signal: each }),
      );
      const left = asked[0]!.catch((error) => error.name);
      leaving.abort();
      expect(await left).toBe('AbortError');
      const files = await Promise.all(asked.slice(1));
      for (const file of files) expect(Buffer.from(file).equals(Buffer.from(files[0]!))).toBe(true);
    });

    test('when all who asked have left, the next still gets the file', async () => {
      const one = drawn(1000, 900);
      await store.put(one);
      const leaving = new AbortController();
      const left = store.sized(one.id, 768, 'avif', { signal: leaving.signal }).catch((error) => error.name);
      leaving.abort();
      expect(await left).toBe('AbortError');
      expect((await store.sized(one.id, 768, 'avif', { signal })).length).toBeGreaterThan(100);
    });

    test.each([
      ['unknown', unknown],
      ['empty', ''],
      ['upward', '../'.repeat(8)],
      ['upper case', 'A'.repeat(64)],
      ['too long', `${unknown}/../../x`],
      ['zero byte', `${unknown.slice(1)}\0`],
    ])('an id that is %s is NOT_FOUND, and null as a query', async (_name, id) => {
      await expect(store.picture(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(store.sized(id, 336, 'jpeg', { signal })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await store.query(id, 'f1')).toBeNull();
    });

    test('a picture with an id that is none is not kept', async () => {
      await expect(store.put({ ...drawn(8, 8), id: '../../escaped' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(store.putQuery({ ...drawn(8, 8), id: '../../escaped' }, pixels, 'f1')).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    });

    test('a width off the list is refused', async () => {
      const one = drawn(64, 64);
      await store.put(one);
      await expect(store.sized(one.id, 100, 'jpeg', { signal })).rejects.toMatchObject({
        code: 'BAD_INPUT',
        argument: 'width',
      });
    });

    test('a query picture comes back with what the model saw, for an hour', async () => {
      const one = drawn(300, 200);
      const { image, expiresAt } = await store.putQuery(one, pixels, 'f1');
      expect(image).toMatchObject({ id: one.id, width: 900, height: 600 });
      fixture.advance(HOUR - 1);
      const found = await fixture.reopen().query(one.id, 'f1');
      expect(found).toMatchObject({ image, expiresAt });
      expect(found!.pixels!.size).toBe(4);
      expect([...found!.pixels!.rgb]).toEqual([...pixels.rgb]);
      expect((await store.picture(one.id)).width).toBe(300);
      expect((await store.sized(one.id, 128, 'webp', { signal })).length).toBeGreaterThan(20);
      fixture.advance(1);
      expect(await store.query(one.id, 'f1')).toBeNull();
      await expect(store.picture(one.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(store.sized(one.id, 128, 'webp', { signal })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    test('pixels that are no square keep their shape, also after those of a square', async () => {
      const one = drawn(80, 60);
      const oblong = { size: 2, height: 3, rgb: Uint8Array.from({ length: 18 }, (_, at) => at) };
      for (const [seen, encoder] of [
        [oblong, 'f1'],
        [pixels, 'f2'],
        [oblong, 'f1'],
      ] as const) {
        await store.putQuery(one, seen, encoder);
        const found = (await store.query(one.id, encoder))!.pixels!;
        expect([found.size, found.height]).toEqual([seen.size, 'height' in seen ? seen.height : undefined]);
        expect([...found.rgb]).toEqual([...seen.rgb]);
      }
    });

    test('pixels made for another encoder are not given', async () => {
      const one = drawn(30, 20);
      await store.putQuery(one, pixels, 'f1');
      expect(await store.query(one.id, 'f2')).toMatchObject({ image: { id: one.id }, pixels: null });
      await store.putQuery(one, pixels, 'f2');
      expect((await store.query(one.id, 'f2'))!.pixels).not.toBeNull();
    });

    test('sending it again starts the hour anew', async () => {
      const one = drawn(30, 20);
      const first = await store.putQuery(one, pixels, 'f1');
      fixture.advance(HOUR / 2);
      const again = await store.putQuery(one, pixels, 'f1');
      expect(again.expiresAt.getTime() - first.expiresAt.getTime()).toBe(HOUR / 2);
      fixture.advance(HOUR / 2 + 1);
      expect(await store.query(one.id, 'f1')).not.toBeNull();
    });

    test('sweeping removes what has expired and nothing else', async () => {
      const [old, fresh, kept] = [drawn(30, 20), drawn(40, 20), drawn(50, 20)];
      await store.put(kept);
      await store.putQuery(kept, pixels, 'f1');
      await store.putQuery(old, pixels, 'f1');
      await store.sized(old.id, 64, 'webp', { signal });
      expect(await store.sweep()).toBe(0);
      fixture.advance(HOUR / 2);
      await store.putQuery(fresh, pixels, 'f1');
      fixture.advance(HOUR / 2);
      expect(await store.sweep()).toBe(2);
      expect(await store.sweep()).toBe(0);
      expect(await store.query(old.id, 'f1')).toBeNull();
      expect(await store.query(fresh.id, 'f1')).not.toBeNull();
      expect((await store.picture(kept.id)).width).toBe(50);
    });

    test('a catalog picture is no query: its id alone searches nothing', async () => {
      const one = drawn(30, 20);
      await store.put(one);
      expect(await store.query(one.id, 'f1')).toBeNull();
    });
  });
}
