import { afterAll, expect, test } from 'vitest';
import { dimmed, inset, turned } from '../../src/eval/camera-faults.ts';
import type { Picture } from '../../src/image/decoder.ts';
import { SharpRenderer } from '../../src/image/sharp-renderer.ts';

const renderer = new SharpRenderer();
afterAll(() => renderer.close());

/** Gray by place. */
const drawn = (width: number, height: number, gray: (x: number, y: number) => number): Picture => ({
  width,
  height,
  rgb: Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const pixel = Math.floor(at / 3);
    return gray(pixel % width, Math.floor(pixel / width));
  }),
});
const grayAt = ({ width, rgb }: Picture, x: number, y: number) => rgb[(y * width + x) * 3]!;

test('a quarter turn moves every pixel clockwise, and no turn none', () => {
  const picture = drawn(4, 4, (x, y) => 10 * y + x);
  expect(turned(picture, 0).rgb).toEqual(picture.rgb);
  // The first row becomes the last column.
  expect(turned(picture, 90).rgb).toEqual(drawn(4, 4, (x, y) => 10 * (3 - x) + y).rgb);
});

test('turned by 45 degrees the middle stays, and the corners show the picture mirrored, never black', () => {
  const cross = drawn(41, 41, (x, y) => (x === 20 && y === 20 ? 200 : 100));
  const after = turned(cross, 45);
  expect([after.width, after.height]).toEqual([41, 41]);
  expect(grayAt(after, 20, 20)).toBe(200);
  expect([grayAt(after, 0, 0), grayAt(after, 40, 0), grayAt(after, 0, 40), grayAt(after, 40, 40)]).toEqual(
    Array(4).fill(100),
  );
});

test('a line runs across after 45 degrees', () => {
  const line = drawn(41, 41, (x) => (x >= 19 && x <= 21 ? 255 : 0));
  const after = turned(line, 45);
  // Upright becomes right of the middle above it: clockwise.
  expect(grayAt(after, 30, 10)).toBe(255);
  expect(grayAt(after, 10, 10)).toBe(0);
});

test('half of the light', () => {
  const after = dimmed(
    drawn(2, 1, (x) => (x === 0 ? 255 : 100)),
    0.5,
  );
  expect([grayAt(after, 0, 0), grayAt(after, 1, 0)]).toEqual([128, 50]);
});

test('inset: a smaller picture off the middle, around it another', async () => {
  const white = drawn(200, 200, () => 255);
  const gray = await renderer.write(
    drawn(200, 200, () => 50),
    'jpeg',
  );
  const after = await renderer.read(await inset(white, gray, 0.6, renderer));
  expect([after.width, after.height]).toEqual([200, 200]);
  // 120 pixels from a third of the room that is left.
  for (const [x, y] of [
    [30, 30],
    [142, 142],
    [90, 90],
  ] as const)
    expect(grayAt(after, x, y)).toBeGreaterThan(240);
  for (const [x, y] of [
    [12, 12],
    [160, 160],
    [190, 100],
  ] as const) {
    expect(grayAt(after, x, y)).toBeGreaterThan(30);
    expect(grayAt(after, x, y)).toBeLessThan(70);
  }
});
