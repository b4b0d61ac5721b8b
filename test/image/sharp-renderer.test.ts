import sharp from 'sharp';
import { thumbHashToApproximateAspectRatio, thumbHashToAverageRGBA } from 'thumbhash';
import { afterAll, describe, expect, test } from 'vitest';
import { SharpRenderer } from '../../src/image/sharp-renderer.ts';
import { sharp as guarded } from '../../src/image/vips.ts';
import { drawn } from '../contract/media-store.ts';

const renderer = new SharpRenderer();
afterAll(() => renderer.close());
const half =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect width="5" height="10" fill="#f00"/></svg>';

describe('drawing', () => {
  test('at exactly the size asked for, white where it is transparent', async () => {
    const { width, height, rgb } = await renderer.render(half, { width: 40, height: 30 });
    expect([width, height, rgb.length]).toEqual([40, 30, 3600]);
    expect([...rgb.subarray(0, 3)]).toEqual([255, 0, 0]);
    expect([...rgb.subarray(-3)]).toEqual([255, 255, 255]);
  });

  test('many at once, each its own, while this process still cannot load SVG', async () => {
    const colors = Array.from({ length: 24 }, (_, at) => [at * 10, 255 - at * 10, 7]);
    const pictures = await Promise.all(
      colors.map((color) => renderer.render(half.replace('#f00', `rgb(${color})`), { width: 8, height: 8 })),
    );
    expect(pictures.map(({ rgb }) => [...rgb.subarray(0, 3)])).toEqual(colors);
    await expect(guarded(Buffer.from(half)).metadata()).rejects.toThrow(/unsupported/i);
  });

  test('what is no drawing is our fault, and the next is drawn', async () => {
    await expect(renderer.render('no drawing', { width: 8, height: 8 })).rejects.toMatchObject({ code: 'INTERNAL' });
    expect((await renderer.render(half, { width: 8, height: 8 })).width).toBe(8);
  });

  test('after its process was let go, another is started', async () => {
    await renderer.close();
    expect((await renderer.render(half, { width: 8, height: 8 })).width).toBe(8);
  });
});

describe('files', () => {
  const { picture } = drawn(400, 200);

  test.each(['jpeg', 'webp', 'avif'] as const)('%s: sized, never enlarged, read back', async (format) => {
    const small = await renderer.write(picture, format, { width: 100 });
    expect(await sharp(small).metadata()).toMatchObject({ width: 100, height: 50 });
    expect(await sharp(await renderer.write(picture, format, { width: 900 })).metadata()).toMatchObject({
      width: 400,
      height: 200,
    });
    const again = await renderer.convert(await renderer.write(picture, 'jpeg'), format, { width: 64 });
    const read = await renderer.read(again);
    expect([read.width, read.height]).toEqual([64, 32]);
    expect(Math.abs(read.rgb[0]! - 220)).toBeLessThan(10);
  });

  test('the master keeps colors at full resolution', async () => {
    expect(await sharp(await renderer.write(picture, 'jpeg')).metadata()).toMatchObject({ chromaSubsampling: '4:4:4' });
  });

  test('ThumbHash: some 25 bytes with shape and mean color', async () => {
    const hash = await renderer.thumbhash(picture);
    expect(hash.length).toBeLessThan(30);
    expect(thumbHashToApproximateAspectRatio(hash)).toBeGreaterThan(1.4);
    const { r, g, b } = thumbHashToAverageRGBA(hash);
    for (const [value, expected] of [
      [r, 125],
      [g, 30],
      [b, 125],
    ] as const)
      expect(Math.abs(value * 255 - expected)).toBeLessThan(15);
  });
});
