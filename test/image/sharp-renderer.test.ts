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

describe('composed sheets', () => {
  const size = { width: 96, height: 64 };
  const solid = (color: readonly number[], width: number, height: number) => ({
    width,
    height,
    rgb: Uint8Array.from({ length: width * height * 3 }, (_, at) => color[at % 3]!),
  });
  const red = [210, 20, 20];
  const blue = [20, 20, 210];
  const white = [255, 255, 255];
  const box = { left: 16, top: 16, width: 48, height: 32 };

  async function probe(
    jpeg: Uint8Array,
    points: readonly (readonly [x: number, y: number, color: readonly number[]])[],
  ) {
    const sheet = await renderer.read(jpeg);
    for (const [x, y, color] of points) {
      const from = (y * sheet.width + x) * 3;
      const seen = [...sheet.rgb.subarray(from, from + 3)];
      expect(Math.max(...seen.map((value, at) => Math.abs(value - color[at]!))), `${x},${y}: ${seen}`).toBeLessThan(16);
    }
  }

  test('a JPEG of the size asked for, without metadata, white where nothing lies', async () => {
    const jpeg = await renderer.compose([], size);
    const { exif, icc, xmp, ...metadata } = await sharp(jpeg).metadata();
    expect(metadata).toMatchObject({ format: 'jpeg', ...size });
    expect([exif, icc, xmp]).toEqual([undefined, undefined, undefined]);
    await probe(jpeg, [
      [0, 0, white],
      [95, 63, white],
    ]);
  });

  test.each([
    [
      'contain',
      10,
      40,
      [
        [40, 32, red],
        [18, 32, white],
        [62, 32, white],
      ],
    ],
    [
      'contain',
      40,
      4,
      [
        [20, 32, red],
        [40, 18, white],
        [40, 46, white],
      ],
    ],
    [
      'cover',
      10,
      40,
      [
        [18, 18, red],
        [62, 46, red],
        [12, 32, white],
        [40, 52, white],
      ],
    ],
    [
      'cover',
      1,
      3000,
      [
        [18, 18, red],
        [62, 46, red],
      ],
    ],
    [
      'cover',
      3000,
      1,
      [
        [18, 18, red],
        [62, 46, red],
      ],
    ],
    [
      'contain',
      1,
      1,
      [
        [40, 32, red],
        [18, 32, white],
      ],
    ],
    [
      'cover',
      48,
      32,
      [
        [18, 18, red],
        [61, 45, red],
      ],
    ],
  ] as const)('%s of %i x %i, from pixels and from a file', async (fit, width, height, points) => {
    const picture = solid(red, width, height);
    for (const source of [picture, await renderer.write(picture, 'jpeg')])
      await probe(await renderer.compose([{ source, box, fit }], size, { quality: 95 }), points);
  });

  test('cover takes the middle', async () => {
    const { picture } = drawn(400, 200);
    const jpeg = await renderer.compose([{ source: picture, box, fit: 'cover' }], size);
    await probe(jpeg, [
      [20, 32, [220, 30, 30]],
      [60, 32, [30, 30, 220]],
    ]);
  });

  test('later parts lie over earlier ones, their white margin too', async () => {
    const ground = { source: solid(blue, 1, 1), box: { left: 0, top: 0, ...size }, fit: 'cover' } as const;
    const over = { source: solid(red, 10, 40), box, fit: 'contain' } as const;
    await probe(await renderer.compose([ground, over], size), [
      [5, 5, blue],
      [40, 32, red],
      [20, 32, white],
    ]);
    await probe(await renderer.compose([over, ground], size), [
      [5, 5, blue],
      [40, 32, blue],
    ]);
  });

  test.each([
    [{ left: 60, top: 0, width: 48, height: 32 }],
    [{ left: 0, top: 40, width: 48, height: 32 }],
    [{ left: -1, top: 0, width: 48, height: 32 }],
    [{ left: 0, top: -1, width: 48, height: 32 }],
  ])('a part outside the sheet is our fault: %j', async (outside) => {
    const part = { source: solid(red, 4, 4), box: outside, fit: 'cover' } as const;
    await expect(renderer.compose([part], size)).rejects.toThrow(RangeError);
  });

  test('a better quality is a larger file', async () => {
    const noise = Uint8Array.from({ length: size.width * size.height * 3 }, (_, at) => (at * 7919) % 256);
    const part = { source: { ...size, rgb: noise }, box: { left: 0, top: 0, ...size }, fit: 'cover' } as const;
    const [low, usual, high] = await Promise.all(
      [30, undefined, 95].map((quality) => renderer.compose([part], size, quality ? { quality } : {})),
    );
    expect(low!.length).toBeLessThan(usual!.length);
    expect(usual!.length).toBeLessThan(high!.length);
  });
});
