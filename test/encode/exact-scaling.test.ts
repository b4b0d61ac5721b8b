import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { plan, scaled } from '../../src/encode/exact-scaling.ts';
import { crop, type PictureRule, preprocess, type Scale, type Scaling } from '../../src/encode/preprocess.ts';
import type { Kernel, Picture } from '../../src/image/decoder.ts';
import { SharpDecoder } from '../../src/image/sharp-decoder.ts';

interface Fixture {
  readonly pillow: string;
  readonly resized: readonly (Pick<PictureRule, 'size' | 'resize' | 'kernel'> & {
    readonly name: string;
    readonly width: number;
    readonly height: number;
    readonly seed: number;
    readonly kind: 'color' | 'gray' | 'alpha';
    readonly probes: readonly (readonly [x: number, y: number, rgb: readonly number[]])[];
    readonly sha256: string;
    readonly rgb?: string;
  })[];
  readonly decoded: readonly { readonly name: string; readonly jpeg: string; readonly sha256: string }[];
}

/** By fixtures/make-exact.py. */
const fixture: Fixture = JSON.parse(readFileSync(new URL('./fixtures/exact.json', import.meta.url), 'utf8'));
const { signal } = new AbortController();
const decoder = new SharpDecoder();
afterAll(() => decoder.close());
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** `value` of make-exact.py. */
function value(x: number, y: number, channel: number, seed: number): number {
  const slope = (x * 7 + y * 13 + channel * 85 + ((x * y) >> 3) * 29 + seed * 101) & 255;
  if (((x >> 3) + (y >> 2)) % 5 !== 0) return slope;
  return slope & 64 ? 255 : 0;
}

/** The picture by its formula, of as many channels as its kind has in a file. */
function drawn({ width, height, seed, kind }: Fixture['resized'][number]) {
  const channels = { color: 3, gray: 1, alpha: 4 }[kind] as 3 | 1 | 4;
  const bytes = new Uint8Array(width * height * channels);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < channels; channel++, at++)
        bytes[at] = channel < 3 ? value(x, y, channel, seed) : (x + y) % 3 === 0 ? 0 : 255;
  return { bytes, raw: { width, height, channels } };
}

const inPlace: Scale = async (picture, scaling) => {
  const { width, height } = scaling.window;
  const way = plan(picture, scaling);
  const stride = picture.width * 3;
  const offset = way.region.top * stride + way.region.left * 3;
  return { width, height, rgb: scaled(picture.rgb, way, { offset, stride }) };
};

describe(`as Pillow ${fixture.pillow}, byte for byte`, () => {
  test.each(fixture.resized)('$name: $width x $height, $resize, $kernel', async (row) => {
    const { bytes, raw } = drawn(row);
    const file = await sharp(bytes, { raw }).png().toBuffer();
    const { picture } = await decoder.decode(file, { signal, needs: 'every pixel' });
    const rule = { ...row, crop: row.resize === 'stretch' ? 'none' : 'center', method: 'exact' } as const;
    const { size, rgb } = await preprocess(picture, rule, inPlace, signal);
    const pixel = (x: number, y: number) => [...rgb.subarray((y * size + x) * 3, (y * size + x) * 3 + 3)];
    expect(row.probes.map(([x, y]) => [x, y, pixel(x, y)])).toEqual(row.probes);
    if (row.rgb) expect([...rgb]).toEqual([...Buffer.from(row.rgb, 'base64')]);
    expect(sha256(rgb)).toBe(row.sha256);
  });

  test.each(fixture.decoded)('a JPEG, $name, is decoded', async ({ jpeg, sha256: expected }) => {
    const { picture } = await decoder.decode(Buffer.from(jpeg, 'base64'), { signal, needs: 'every pixel' });
    expect(sha256(picture.rgb)).toBe(expected);
  });
});

const FILTERS: Record<Kernel, [support: number, at: (x: number) => number]> = {
  cubic: [
    2,
    (x) => {
      const d = Math.abs(x);
      if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
      return d < 2 ? (((d - 5) * d + 8) * d - 4) * -0.5 : 0;
    },
  ],
  lanczos3: [
    3,
    (x) => {
      const sinc = (d: number) => (d === 0 ? 1 : Math.sin(d * Math.PI) / (d * Math.PI));
      return Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0;
    },
  ],
};

/** One row of one channel, by the definition: every sum whole, in integers of any size. */
function slowRow(row: readonly number[], to: number, kernel: Kernel): number[] {
  const [support, at] = FILTERS[kernel];
  const scale = row.length / to;
  const wide = Math.max(1, scale);
  return Array.from({ length: to }, (_, index) => {
    const center = (index + 0.5) * scale;
    const near = row
      .map((pixel, place) => ({ pixel, place }))
      .slice(
        Math.max(0, Math.trunc(center - support * wide + 0.5)),
        Math.min(row.length, Math.trunc(center + support * wide + 0.5)),
      )
      .map(({ pixel, place }) => ({ pixel, weight: at((place - center + 0.5) * (1 / wide)) }));
    const sum = near.reduce((total, { weight }) => total + weight, 0);
    const fixed = near.reduce((total, { pixel, weight }) => {
      const share = (weight / sum) * 2 ** 22;
      return total + BigInt(pixel) * BigInt(Math.sign(share) * Math.floor(Math.abs(share) + 0.5));
    }, 2n ** 21n);
    return Math.min(255, Math.max(0, Number(fixed >> 22n)));
  });
}

/** All of the scaled picture, row by row and then column by column. */
function slow({ width, height, rgb }: Picture, { width: toWidth, height: toHeight, kernel }: Scaling): Picture {
  const out = new Uint8Array(toWidth * toHeight * 3);
  for (let channel = 0; channel < 3; channel++) {
    const rows = Array.from({ length: height }, (_, y) =>
      slowRow(
        Array.from({ length: width }, (_, x) => rgb[(y * width + x) * 3 + channel]!),
        toWidth,
        kernel,
      ),
    );
    for (let x = 0; x < toWidth; x++)
      slowRow(
        rows.map((row) => row[x]!),
        toHeight,
        kernel,
      ).forEach((pixel, y) => {
        out[(y * toWidth + x) * 3 + channel] = pixel;
      });
  }
  return { width: toWidth, height: toHeight, rgb: out };
}

const side = fc.integer({ min: 1, max: 40 });
const cases = fc
  .record({
    width: side,
    height: side,
    toWidth: side,
    toHeight: side,
    kernel: fc.constantFrom<Kernel>('cubic', 'lanczos3'),
    seed: fc.integer({ min: 0, max: 1e6 }),
    cut: fc.tuple(fc.nat(1e6), fc.nat(1e6), fc.nat(1e6), fc.nat(1e6)),
  })
  .map(({ width, height, toWidth, toHeight, kernel, seed, cut: [a, b, c, d] }) => {
    const left = a % toWidth;
    const top = b % toHeight;
    const window = { left, top, width: 1 + (c % (toWidth - left)), height: 1 + (d % (toHeight - top)) };
    const picture: Picture = {
      width,
      height,
      rgb: drawn({ width, height, seed, kind: 'color' } as Fixture['resized'][number]).bytes,
    };
    return { picture, scaling: { width: toWidth, height: toHeight, kernel, window } };
  });

describe('any size and any window of it', () => {
  test('are the window of what the definition gives', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ picture, scaling }) => {
        const { rgb } = await inPlace(picture, scaling, { signal });
        expect([...rgb]).toEqual([...crop(slow(picture, scaling), scaling.window).rgb]);
      }),
      { numRuns: 150 },
    );
  });

  test('need no pixel outside the region of the plan', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ picture, scaling }) => {
        const { region } = plan(picture, scaling);
        expect(region.left + region.width).toBeLessThanOrEqual(picture.width);
        expect(region.top + region.height).toBeLessThanOrEqual(picture.height);
        const alone = scaled(crop(picture, region).rgb, plan(picture, scaling));
        expect(alone).toEqual((await inPlace(picture, scaling, { signal })).rgb);
      }),
      { numRuns: 150 },
    );
  });
});

test('of a picture 1 pixel wide and 3000 high a few rows are read, and nothing long is made', () => {
  const window = { left: 0, top: 335_888, width: 224, height: 224 };
  const { region, work } = plan({ width: 1, height: 3000 }, { width: 224, height: 672_000, kernel: 'cubic', window });
  expect(region.height).toBeLessThan(8);
  expect(work).toBeLessThan(224 * 300 * 4);
});
