import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { withProfile } from '../../src/image/color-profile.ts';
import { SharpDecoder } from '../../src/image/sharp-decoder.ts';
import { sharp as guarded } from '../../src/image/vips.ts';

vi.mock(import('../../src/image/vips.ts'), async (original) => {
  const { sharp } = await original();
  return { sharp: Object.assign(vi.fn(sharp), sharp) };
});

const data = '../shared/data';
const absent = !existsSync(join(data, 'camera.json'));
const { signal } = new AbortController();
const decoder = new SharpDecoder({ deadlineMs: 60_000 });
afterAll(() => decoder.close());

const square = (side: number, background = '#c83232') =>
  sharp({ create: { width: side, height: side, channels: 3, background } });
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error) => error,
  );

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');

describe('SVG', () => {
  test.each<[string, Uint8Array]>([
    ['plain', Buffer.from(SVG)],
    ['byte order mark', Buffer.from(`\ufeff${SVG}`)],
    ['white space', Buffer.from(`\n\t   ${SVG}`)],
    ['comment', Buffer.from(`<!-- ${'x'.repeat(900)} -->${SVG}`)],
    ['XML prolog', Buffer.from(`<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE svg>${SVG}`)],
    ['UTF-16, little end first', utf16(SVG)],
    ['UTF-16, big end first', utf16(SVG).swap16()],
    ['UTF-16 without a mark', utf16(SVG).subarray(2)],
    ['namespace prefix', Buffer.from(SVG.replace('<svg', '<s:svg').replace('xmlns', 'xmlns:s'))],
    ['gzip (svgz)', gzipSync(SVG)],
  ])('%s: refused before libvips sees it', async (_name, bytes) => {
    vi.mocked(guarded).mockClear();
    expect(await refusal(decoder.decode(bytes, { signal }))).toMatchObject({
      code: 'UNSUPPORTED_IMAGE',
      remedy: expect.stringContaining('JPEG'),
    });
    expect(guarded).not.toHaveBeenCalled();
  });

  test.each([
    ['WebP', `RIFF\xff\0\0\0WEBP${SVG}`],
    ['GIF', `GIF89a${SVG}`],
    ['JPEG', `\xff\xd8\xff${SVG}`],
    ['PNG', `\x89PNG\r\n\x1a\n${SVG}`],
    ['HEIF', `\0\0\0\x18ftypmif1\0\0\0\0mif1heic${SVG}`],
  ])('behind the signature of a %s: the loader is blocked as well', async (_name, text) => {
    expect(await refusal(decoder.decode(Buffer.from(text, 'latin1'), { signal }))).toMatchObject({ code: 'BAD_IMAGE' });
  });

  test('the wall stands by itself: this process cannot load SVG, nor any path', async () => {
    await expect(guarded(Buffer.from(SVG)).metadata()).rejects.toThrow(/unsupported/i);
    await expect(guarded('package.json').metadata()).rejects.toThrow();
  });
});

describe('other files', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['PDF', Buffer.from('%PDF-1.7\n'), /PDF/],
    ['ZIP', Buffer.from(`PK\x03\x04${'\0'.repeat(60)}`, 'latin1'), /ZIP/],
    ['HTML', Buffer.from('<!DOCTYPE html><p>hi'), /HTML page/],
    ['text', Buffer.from('hello there'), /text/],
    ['noise', Buffer.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 250]), /unknown data/],
    ['BMP', Buffer.from(`BM${'\0'.repeat(60)}`), /BMP/],
    ['MP4', Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42', 'latin1'), /MP4|video/i],
  ])('%s is named', async (_name, bytes, message) => {
    const error = await refusal(decoder.decode(bytes, { signal }));
    expect(error).toMatchObject({ code: 'UNSUPPORTED_IMAGE', message: expect.stringMatching(message) });
  });
});

describe('limits', () => {
  test('bytes, at the limit and one over', async () => {
    const png = await square(8).png().toBuffer();
    const strict = new SharpDecoder({ maxBytes: png.length });
    expect(await strict.decode(png, { signal })).toMatchObject({ width: 8 });
    expect(await refusal(strict.decode(Buffer.concat([png, Buffer.alloc(1)]), { signal }))).toMatchObject({
      code: 'IMAGE_TOO_LARGE',
    });
  });

  test.each(['jpeg', 'png', 'webp', 'avif', 'gif'] as const)(
    'pixels of a %s, at the limit and one over',
    async (format) => {
      const strict = new SharpDecoder({ maxPixels: 64 * 64 });
      expect(await strict.decode(await square(64).toFormat(format).toBuffer(), { signal })).toMatchObject({ format });
      const over = await square(64).extend({ right: 1, background: '#000' }).toFormat(format).toBuffer();
      expect(await refusal(strict.decode(over, { signal }))).toMatchObject({
        code: 'IMAGE_TOO_LARGE',
        message: expect.stringContaining('65 x 64'),
      });
    },
  );

  test('a deadline', async () => {
    const hasty = new SharpDecoder({ deadlineMs: 1 });
    const avif = await square(2500).avif({ effort: 0 }).toBuffer();
    expect(await refusal(hasty.decode(avif, { signal }))).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  test('an abort, before and during', async () => {
    const avif = await square(2500).avif({ effort: 0 }).toBuffer();
    const controller = new AbortController();
    const work = refusal(decoder.decode(avif, { signal: controller.signal }));
    setTimeout(() => controller.abort(), 5);
    expect((await work).name).toBe('AbortError');
    expect((await refusal(decoder.decode(avif, { signal: controller.signal }))).name).toBe('AbortError');
  });

  test('more work than the memory budget holds waits; more than may wait is refused', async () => {
    const avif = await square(1200).avif({ effort: 0 }).toBuffer();
    const narrow = new SharpDecoder({ memoryBudget: 1, maxWaiting: 2, maxWaitMs: 60_000, deadlineMs: 60_000 });
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => refusal(narrow.decode(avif, { signal }))));
    expect(outcomes.map((error) => error?.code ?? 'ok').sort()).toEqual(['OVERLOADED', 'OVERLOADED', 'ok', 'ok', 'ok']);
    expect(outcomes.find(Boolean)).toMatchObject({ retryAfter: expect.any(Number) });
  });

  test.skipIf(absent)('bombs cost no memory (skipped where ../shared/data is absent)', async () => {
    const camera = (name: string) => join(data, 'camera', name);
    // The first two warm the decoders up: what they load is not the bombs' doing.
    const bombs = [
      'bomb_1bit.png',
      'bomb_header.png',
      'bomb_header.jpg',
      'bomb_screen.gif',
      'bomb_frames.gif',
      'bomb_ztxt.png',
      'pillow_text_bomb.png',
    ];
    const files = ['plain.webp', 'palette.png', ...bombs].map(camera);
    const { stdout } = await promisify(execFile)(process.execPath, ['test/image/peak-memory.ts', ...files]);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { outcome: string; before: number; after: number; ms: number });
    expect(rows.map(({ outcome }) => outcome).slice(2, 6)).toEqual(Array(4).fill('IMAGE_TOO_LARGE'));
    for (const [at, { before, after, ms }] of rows.entries()) {
      expect(after - before, `megabytes for ${files[at]}`).toBeLessThan(64);
      expect(ms).toBeLessThan(5_000);
    }
  });
});

describe('pixels', () => {
  test('the id is the hash of the bytes sent', async () => {
    const png = await square(8).png().toBuffer();
    expect((await decoder.decode(png, { signal })).id).toBe(createHash('sha256').update(png).digest('hex'));
  });

  test('transparency on white', async () => {
    const clear = await sharp({
      create: { width: 4, height: 4, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    expect([...(await decoder.decode(clear, { signal })).picture.rgb.subarray(0, 3)]).toEqual([255, 255, 255]);
  });

  test('raw pixels with a profile put on become the same sRGB as a file that came with it', async () => {
    const p3 = await square(8).withIccProfile('p3').png().toBuffer();
    const { icc } = await sharp(p3).metadata();
    const naked = await sharp(p3, { ignoreIcc: true }).raw().toBuffer({ resolveWithObject: true });
    const dressed = withProfile(await sharp(naked.data, { raw: naked.info }).png().toBuffer(), icc!);
    const pixel = async (bytes: Uint8Array) => [
      ...(await decoder.decode(bytes, { signal })).picture.rgb.subarray(0, 3),
    ];
    expect(await pixel(dressed)).toEqual(await pixel(p3));
    expect([...naked.data.subarray(0, 3)]).not.toEqual(await pixel(p3));
    for (const [channel, value] of (await pixel(dressed)).entries())
      expect(Math.abs(value - [200, 50, 50][channel]!)).toBeLessThan(3);
  });

  test('resize stretches to exactly the size asked for; the same size costs nothing', async () => {
    const { picture } = await decoder.decode(await square(100).png().toBuffer(), { signal });
    const small = await decoder.resize(picture, { width: 30, height: 20, kernel: 'cubic' }, { signal });
    expect([small.width, small.height, small.rgb.length]).toEqual([30, 20, 1800]);
    expect([...small.rgb.subarray(0, 3)]).toEqual([200, 50, 50]);
    expect(await decoder.resize(picture, { width: 100, height: 100, kernel: 'cubic' }, { signal })).toBe(picture);
  });

  test.each([
    ['landscape', 400, 300, undefined, 128, 96, false],
    ['portrait', 300, 401, undefined, 96, 128, false],
    ['lying on its side', 400, 300, 6, 96, 128, false],
    ['longer than the working side', 3000, 200, undefined, 1440, 96, false],
    ['just as small', 96, 300, undefined, 96, 300, true],
    ['tiny', 8, 5, undefined, 8, 5, true],
  ])(
    'asked for a short side of 96: %s, %i x %i',
    async (_name, width, height, orientation, toWidth, toHeight, whole) => {
      const background = '#c83232';
      const jpeg = await sharp({ create: { width, height, channels: 3, background } })
        .jpeg()
        .withMetadata(orientation ? { orientation } : {})
        .toBuffer();
      const decoded = await decoder.decode(jpeg, { signal, needs: { shortSide: 96 } });
      const { picture } = decoded;
      expect([picture.width, picture.height, picture.rgb.length, decoded.whole]).toEqual([
        toWidth,
        toHeight,
        toWidth * toHeight * 3,
        whole,
      ]);
      expect([decoded.width, decoded.height]).toEqual(orientation ? [height, width] : [width, height]);
      for (const [channel, value] of picture.rgb.subarray(-3).entries())
        expect(Math.abs(value - [200, 50, 50][channel]!)).toBeLessThan(4);
    },
  );

  test.each([
    ['larger than the working size', 1500, 1000, undefined, false],
    ['lying on its side', 1500, 1000, 6, false],
    ['no larger than the working size', 1280, 90, undefined, true],
    ['tiny', 3, 2, 6, true],
  ])('asked for every pixel: %s, %i x %i', async (_name, width, height, orientation, whole) => {
    const rgb = Uint8Array.from({ length: width * height * 3 }, (_, at) => Math.imul(at, 40_503) >>> 8);
    const png = await sharp(rgb, { raw: { width, height, channels: 3 } })
      .png({ compressionLevel: 1 })
      .withMetadata(orientation ? { orientation } : {})
      .toBuffer();
    const decoded = await decoder.decode(png, { signal, needs: 'every pixel' });
    const { picture } = decoded;
    expect([picture.width, picture.height]).toEqual(orientation ? [height, width] : [width, height]);
    expect([picture.rgb.length, decoded.whole]).toEqual([rgb.length, whole]);
    // Orientation 6: the first column, from below, is the first row.
    const turned = (x: number, y: number) => (orientation ? [y, height - 1 - x] : [x, y]) as [number, number];
    for (let y = 0; y < picture.height; y += Math.ceil(picture.height / 50))
      for (let x = 0; x < picture.width; x += Math.ceil(picture.width / 50)) {
        const [fromX, fromY] = turned(x, y);
        const at = (fromY * width + fromX) * 3;
        const found = (y * picture.width + x) * 3;
        expect([...picture.rgb.subarray(found, found + 3)]).toEqual([...rgb.subarray(at, at + 3)]);
      }
  });

  test.skipIf(absent)('asked for every pixel of a HEIC (skipped where ../shared/data is absent)', async () => {
    const heic = await readFile(join(data, 'camera/iphone13.heic'));
    const { picture, width, height, whole } = await decoder.decode(heic, { signal, needs: 'every pixel' });
    expect([picture.width, picture.height, picture.rgb.length]).toEqual([width, height, width * height * 3]);
    expect([Math.max(width, height), whole]).toEqual([4032, false]);
  });

  test('a picture of every pixel takes more room than one at working size', async () => {
    const png = await square(300).png().toBuffer();
    const decode = (needs?: 'every pixel') => {
      // Room for two at 4 bytes a pixel, and for one at 4 + 7.
      const narrow = new SharpDecoder({ memoryBudget: 300 * 300 * 12, maxWaiting: 0, deadlineMs: 60_000 });
      return Promise.all([1, 2].map(() => refusal(narrow.decode(png, { signal, needs }))));
    };
    expect((await decode()).map((error) => error?.code)).toEqual([undefined, undefined]);
    expect((await decode('every pixel')).map((error) => error?.code).sort()).toEqual(['OVERLOADED', undefined]);
  });

  test('a small picture is the whole one scaled down, and a damaged file is refused all the same', async () => {
    const noise = await sharp({
      create: {
        width: 320,
        height: 320,
        channels: 3,
        background: '#000',
        noise: { type: 'gaussian', mean: 128, sigma: 40 },
      },
    })
      .blur(6)
      .jpeg({ quality: 95 })
      .toBuffer();
    const { picture: whole } = await decoder.decode(noise, { signal });
    const expected = await decoder.resize(whole, { width: 96, height: 96, kernel: 'cubic' }, { signal });
    const { picture: small } = await decoder.decode(noise, { signal, needs: { shortSide: 96 } });
    const off = small.rgb.reduce((sum, value, at) => sum + Math.abs(value - expected.rgb[at]!), 0) / small.rgb.length;
    expect(off).toBeLessThan(3);
    const cut = noise.subarray(0, noise.length / 2);
    expect(await refusal(decoder.decode(cut, { signal, needs: { shortSide: 96 } }))).toMatchObject({
      code: 'BAD_IMAGE',
    });
  });

  test.skipIf(absent)('a phone name that lies is not asked (skipped where ../shared/data is absent)', async () => {
    const heic = await readFile(join(data, 'camera/plain.heic'));
    // heic-decode and libvips know fewer brands than phones write.
    for (const brand of ['heix', 'hevc', 'heim', 'mif1', 'msf1']) {
      const relabeled = Buffer.from(heic);
      relabeled.write(brand, 8, 'latin1');
      expect(await decoder.decode(relabeled, { signal })).toMatchObject({ format: 'heic', width: 384, height: 512 });
    }
    const avif = await readFile(join(data, 'camera/plain.avif'));
    avif.write('mif1', 8, 'latin1');
    expect(await decoder.decode(avif, { signal })).toMatchObject({ format: 'avif', width: 384, height: 512 });
    avif.write('heic', 8, 'latin1');
    expect(await decoder.decode(avif, { signal })).toMatchObject({ format: 'avif' });
  });
});
