import { afterAll, describe, expect, test } from 'vitest';
import { dataUri, prepareRemote } from '../../src/encode/remote-picture.ts';
import { SharpDecoder } from '../../src/image/sharp-decoder.ts';
import { SharpRenderer } from '../../src/image/sharp-renderer.ts';
import { stripes } from '../contract/encoder.ts';

const signal = new AbortController().signal;
const decoder = new SharpDecoder();
const renderer = new SharpRenderer();
afterAll(async () => {
  await decoder.close();
  await renderer.close();
});

const prepare = (width: number, height: number) =>
  prepareRemote(
    stripes(width, height, 7, [
      [200, 30, 90],
      [20, 220, 60],
    ]),
    448,
    (...given) => decoder.resize(...given),
    signal,
  );

describe('what is sent of a picture', () => {
  test.each([
    ['a photo', 1280, 960, 597, 448],
    ['upright', 960, 1280, 448, 597],
    ['as the decoder gives it', 597, 448, 597, 448],
    ['small: it is not enlarged', 300, 200, 300, 200],
    ['tiny: some models refuse less than a patch', 1, 1, 64, 64],
    ['long: its middle', 1280, 200, 800, 200],
    ['very long', 1280, 17, 256, 64],
    ['a line', 1, 1280, 64, 256],
  ])('%s', async (_name, width, height, columns, rows) => {
    const pixels = await prepare(width, height);
    expect([pixels.size, pixels.height]).toEqual([columns, rows]);
    expect(pixels.rgb).toHaveLength(columns * rows * 3);
    // Kept in the place of the picture: always the same.
    expect(Buffer.from((await prepare(width, height)).rgb).equals(pixels.rgb)).toBe(true);
  });

  test('is a JPEG of the same pixels, nearly', async () => {
    const pixels = await prepare(600, 500);
    const uri = await dataUri(pixels, (...given) => renderer.write(...given));
    expect(uri).toMatch(/^data:image\/jpeg;base64,[A-Za-z0-9+/]+={0,2}$/);
    const { width, height, rgb } = await renderer.read(Buffer.from(uri.slice(uri.indexOf(',') + 1), 'base64'));
    expect([width, height]).toEqual([pixels.size, pixels.height]);
    const error = rgb.reduce((sum, value, place) => sum + Math.abs(value - pixels.rgb[place]!), 0) / rgb.length;
    expect(error).toBeLessThan(3);
    expect(await dataUri(pixels, (...given) => renderer.write(...given))).toBe(uri);
  });
});
