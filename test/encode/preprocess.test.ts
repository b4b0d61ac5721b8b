import { afterAll, describe, expect, test } from 'vitest';
import {
  centerOffset,
  crop,
  fast,
  needs,
  type PictureRule,
  preprocess,
  type Scale,
  scaledSize,
} from '../../src/encode/preprocess.ts';
import type { Decoder, Picture } from '../../src/image/decoder.ts';
import { SharpDecoder } from '../../src/image/sharp-decoder.ts';

const decoder = new SharpDecoder();
afterAll(() => decoder.close());
const signal = new AbortController().signal;

/** Every pixel tells where it is: red is the column, green the row. */
function grid(width: number, height: number): Picture {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rgb.set([x, y, 7], (y * width + x) * 3);
  return { width, height, rgb };
}

test.each([
  [640, 480, 224, 298, 224],
  [480, 640, 224, 224, 298],
  [96, 96, 96, 96, 96],
  [1000, 999, 96, 96, 96],
  [50, 75, 96, 96, 144],
  [3, 1000, 96, 96, 32000],
])('%i x %i with a short side of %i becomes %i x %i', (width, height, size, ...expected) => {
  expect(Object.values(scaledSize({ width, height }, size))).toEqual(expected);
});

// The reference rounds halves to the even neighbor.
test.each([
  [224, 224, 0],
  [225, 224, 0],
  [226, 224, 1],
  [227, 224, 2],
  [229, 224, 2],
  [231, 224, 4],
  [298, 224, 37],
])('the middle of %i, %i long, begins at %i', (length, size, expected) =>
  expect(centerOffset(length, size)).toBe(expected),
);

test('a crop is a copy of its rows', () => {
  const { rgb, ...size } = crop(grid(9, 7), { left: 4, top: 2, width: 2, height: 3 });
  expect(size).toEqual({ width: 2, height: 3 });
  expect([...rgb]).toEqual([4, 2, 7, 5, 2, 7, 4, 3, 7, 5, 3, 7, 4, 4, 7, 5, 4, 7]);
});

const rule: PictureRule = { size: 96, resize: 'short-side', crop: 'center', kernel: 'cubic', method: 'fast' };
const stretch: PictureRule = { ...rule, resize: 'stretch', crop: 'none' };

describe('preprocess', () => {
  const resize = fast((...given) => decoder.resize(...given));

  test('a picture of the right size is left as it is', async () => {
    const picture = grid(96, 96);
    const never = () => Promise.reject(new Error('Nothing to resize.'));
    expect(await preprocess(picture, rule, never, signal)).toEqual({ size: 96, rgb: picture.rgb });
  });

  test.each([
    [250, 96, 77, 0],
    [96, 251, 0, 78],
  ])('of %i x %i the central square is taken', async (width, height, left, top) => {
    const { rgb } = await preprocess(grid(width, height), rule, resize, signal);
    expect([...rgb.subarray(0, 3)]).toEqual([left, top, 7]);
    expect([...rgb.subarray(-3)]).toEqual([left + 95, top + 95, 7]);
  });

  test('twice the size is averaged, not picked: a fine checkerboard becomes gray', async () => {
    const side = 192;
    const rgb = Uint8Array.from({ length: side * side * 3 }, (_, index) => {
      const pixel = Math.floor(index / 3);
      return (pixel + Math.floor(pixel / side)) % 2 === 0 ? 0 : 255;
    });
    const pixels = await preprocess({ width: side, height: side, rgb }, rule, resize, signal);
    expect(Math.max(...pixels.rgb)).toBeLessThan(150);
    expect(Math.min(...pixels.rgb)).toBeGreaterThan(105);
  });

  test.each([
    [1, 1],
    [1, 3000],
    [3000, 1],
    [2, 65],
  ])('%i x %i becomes a full square of its color, and no giant on the way', async (width, height) => {
    let largest = 0;
    const watched: Decoder['resize'] = (picture, size, options) => {
      largest = Math.max(largest, size.width * size.height);
      return decoder.resize(picture, size, options);
    };
    const rgb = new Uint8Array(width * height * 3).fill(200);
    const pixels = await preprocess({ width, height, rgb }, rule, fast(watched), signal);
    expect(new Uint8Array(pixels.rgb)).toEqual(new Uint8Array(96 * 96 * 3).fill(200));
    expect(largest).toBeLessThanOrEqual(96 * 96 * 16);
  });

  test('an aborted signal reaches the resize', async () => {
    const reason = new Error('left');
    await expect(preprocess(grid(20, 30), rule, resize, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  test('stretched, a picture keeps none of its shape and loses none of its edges', async () => {
    const { rgb } = await preprocess(grid(250, 60), stretch, resize, signal);
    const corner = (at: number) => [...rgb.subarray(at * 3, at * 3 + 3)];
    for (const [at, color] of [
      [0, [0, 0, 7]],
      [95, [249, 0, 7]],
      [96 * 95, [0, 59, 7]],
      [96 * 96 - 1, [249, 59, 7]],
    ] as const)
      for (const [channel, value] of corner(at).entries()) expect(Math.abs(value - color[channel]!)).toBeLessThan(3);
  });

  test.each([
    ['wide', rule, 640, 480, { width: 128, height: 96, left: 16, top: 0 }],
    ['high', rule, 30, 75, { width: 96, height: 240, left: 0, top: 72 }],
    ['a line', rule, 1, 3000, { width: 96, height: 288_000, left: 0, top: 143_952 }],
    ['stretched', stretch, 640, 480, { width: 96, height: 96, left: 0, top: 0 }],
    ['stretched line', stretch, 1, 3000, { width: 96, height: 96, left: 0, top: 0 }],
  ])(
    'exact, %s: the whole picture is handed over, with what to keep of it',
    async (_name, given, width, height, asked) => {
      const picture = { width, height, rgb: new Uint8Array(width * height * 3) };
      const calls: Parameters<Scale>[] = [];
      const scale: Scale = async (...call) => {
        calls.push(call);
        return { width: 96, height: 96, rgb: new Uint8Array(96 * 96 * 3) };
      };
      await preprocess(picture, { ...given, method: 'exact' }, scale, signal);
      const { left, top, ...size } = asked;
      const scaling = { ...size, kernel: 'cubic', window: { left, top, width: 96, height: 96 } };
      expect(calls).toEqual([[picture, scaling, { signal }]]);
    },
  );
});

test('the exact method needs every pixel, the fast one as many as the model sees', () => {
  expect(needs(rule)).toEqual({ shortSide: 96 });
  expect(needs({ ...rule, method: 'exact' })).toBe('every pixel');
});
