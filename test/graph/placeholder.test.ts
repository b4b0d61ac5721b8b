import sharp from 'sharp';
import { rgbaToThumbHash, thumbHashToDataURL, thumbHashToRGBA } from 'thumbhash';
import { expect, test } from 'vitest';
import { placeholderOf } from '../../src/graph/placeholder.ts';

/** A disc on a ground that grows brighter to the right, and fades out downward where it is not opaque. */
function hashOf(width: number, height: number, opaque: boolean): Uint8Array {
  const rgba = new Uint8Array(width * height * 4);
  for (let place = 0; place < width * height; place++) {
    const [x, y] = [(place % width) / width, Math.floor(place / width) / height];
    const disc = Math.hypot(x - 0.5, y - 0.4) < 0.25;
    rgba.set(disc ? [200, 60, 40] : [90 + 120 * x, 160, 220 - 90 * y], place * 4);
    rgba[place * 4 + 3] = opaque ? 255 : 255 * (1 - y);
  }
  return rgbaToThumbHash(width, height, rgba);
}

test.each([
  ['square', 64, 64, true],
  ['wide', 90, 40, true],
  ['tall', 30, 100, true],
  ['seen through', 64, 48, false],
])(
  'a %s placeholder is the thumbhash, pixel by pixel, in under half the bytes',
  async (_name, width, height, opaque) => {
    const hash = hashOf(width, height, opaque);
    const expected = thumbHashToRGBA(hash);
    const uri = placeholderOf(Buffer.from(hash).toString('base64'));
    const [head, base64 = ''] = uri.split(',');
    expect(head).toBe('data:image/png;base64');
    const decoded = sharp(Buffer.from(base64, 'base64'), { failOn: 'warning' });
    expect((await decoded.metadata()).hasAlpha).toBe(!opaque);
    const { data, info } = await decoded.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([expected.w, expected.h]);
    expect(data.equals(expected.rgba)).toBe(true);
    expect(uri.length).toBeLessThan(thumbHashToDataURL(hash).length / 2);
  },
);
