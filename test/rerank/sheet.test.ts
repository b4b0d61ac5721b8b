import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import type { Picture } from '../../src/image/decoder.ts';
import type { Renderer } from '../../src/image/renderer.ts';
import { SharpRenderer } from '../../src/image/sharp-renderer.ts';
import { BADGE, BADGES } from '../../src/rerank/digits.ts';
import { SheetDrawer, type SheetInput, sheetSize } from '../../src/rerank/sheet.ts';

type Color = readonly [red: number, green: number, blue: number];
type Box = readonly [left: number, top: number, width: number, height: number];

const TILE = 336;
const NINE = Array.from({ length: 9 }, (_, at) => at);
const renderer = new SharpRenderer();
const drawer = new SheetDrawer(renderer);
afterAll(() => renderer.close());

const solid = (color: Color, width = TILE, height = TILE): Picture => ({
  width,
  height,
  rgb: Uint8Array.from({ length: width * height * 3 }, (_, at) => color[at % 3]!),
});
const thumbnail = (color: Color, width?: number, height?: number) =>
  renderer.write(solid(color, width, height), 'jpeg', { quality: 82 });
const drawn = async (input: SheetInput) => renderer.read((await drawer.draw(input)).jpeg);

function cut({ width: whole, rgb }: Picture, [left, top, width, height]: Box): Uint8Array {
  const rows = Array.from({ length: height }, (_, y) => ((top + y) * whole + left) * 3);
  return Buffer.concat(rows.map((from) => rgb.subarray(from, from + width * 3)));
}

const mean = (bytes: Uint8Array) => bytes.reduce((sum, byte) => sum + byte, 0) / bytes.length;
const meanColor = (bytes: Uint8Array) => [0, 1, 2].map((channel) => mean(bytes.filter((_, at) => at % 3 === channel)));
const difference = (one: Uint8Array, other: Uint8Array) => mean(one.map((byte, at) => Math.abs(byte - other[at]!)));
const near = (color: readonly number[], other: readonly number[], by = 12) =>
  color.every((value, at) => Math.abs(value - other[at]!) <= by);
const shareOf = (bytes: Uint8Array, what: (color: number[]) => boolean) => {
  let found = 0;
  for (let at = 0; at < bytes.length; at += 3) if (what([...bytes.subarray(at, at + 3)])) found++;
  return found / (bytes.length / 3);
};

const tileBox = (at: number): Box => [(at % 3) * TILE, Math.floor(at / 3) * TILE, TILE, TILE];
const badgeOf = (sheet: Picture, at: number) => {
  const [left, top] = tileBox(at);
  return cut(sheet, [left, top, BADGE, BADGE]);
};
/** The inner part of a tile, clear of its badge. */
const middleOf = (sheet: Picture, at: number) => {
  const [left, top] = tileBox(at);
  return cut(sheet, [left + 100, top + 100, 136, 136]);
};

describe('the size', () => {
  const rows = [
    [1, 336, 336],
    [2, 672, 336],
    [3, 1008, 336],
    [4, 1008, 672],
    [5, 1008, 672],
    [6, 1008, 672],
    [7, 1008, 1008],
    [8, 1008, 1008],
    [9, 1008, 1008],
  ] as const;

  test.each(rows)('of %i tiles: %i x %i, with a query picture %#', async (count, width, height) => {
    expect(sheetSize(count, false)).toEqual({ width, height });
    expect(sheetSize(count, true)).toEqual({ width: width + TILE, height });
    const tiles = await Promise.all(NINE.slice(0, count).map(() => thumbnail([90, 120, 60], 40, 40)));
    for (const query of [undefined, solid([200, 100, 0], 60, 80)]) {
      const sheet = await drawer.draw({ tiles, query });
      expect(await sharp(sheet.jpeg).metadata()).toMatchObject({
        format: 'jpeg',
        ...sheetSize(count, query !== undefined),
      });
      expect(sheet).toMatchObject(sheetSize(count, query !== undefined));
    }
  });

  test.each([0, 10, 2.5, -1, Number.NaN])('of %d tiles: there is none', async (count) => {
    expect(() => sheetSize(count, true)).toThrow(RangeError);
  });
});

describe('the numbers', () => {
  test('are paths: no font is needed', () => {
    expect(BADGES.svg).not.toMatch(/<text|<image|font|href/i);
  });

  test('are nine different ones even at half size, and the same on every sheet', async () => {
    const dark = await thumbnail([10, 10, 10]);
    const light = await thumbnail([250, 240, 230], 336, 500);
    const [one, other] = await Promise.all([
      drawn({ tiles: NINE.map(() => dark), query: undefined }),
      drawn({ tiles: NINE.map(() => light), query: solid([0, 200, 0]) }),
    ]);
    const half = (sheet: Picture, at: number) =>
      sharp(badgeOf(sheet, at), { raw: { width: BADGE, height: BADGE, channels: 3 } })
        .resize(BADGE / 2)
        .raw()
        .toBuffer();
    const badges = await Promise.all(NINE.map((at) => half(one, at)));
    const again = await Promise.all(NINE.map((at) => half(other, at)));
    for (const a of NINE) {
      expect(difference(badges[a]!, again[a]!), `${a + 1}`).toBeLessThan(4);
      for (const b of NINE.slice(a + 1))
        expect(difference(badges[a]!, badges[b]!), `${a + 1} and ${b + 1}`).toBeGreaterThan(12);
    }
  });

  test('are white on near-black, framed in white', async () => {
    const sheet = await drawn({ tiles: [await thumbnail([10, 10, 10])], query: undefined });
    const badge = badgeOf(sheet, 0);
    const white = shareOf(badge, (color) => Math.min(...color) > 200);
    const black = shareOf(badge, (color) => Math.max(...color) < 60);
    expect(white).toBeGreaterThan(0.15);
    expect(black).toBeGreaterThan(0.4);
  });

  test('count the tiles row by row in the order given', async () => {
    const colors = NINE.map((at): Color => [20 + at * 25, 230 - at * 25, at % 2 ? 40 : 200]);
    const sheet = await drawn({
      tiles: await Promise.all(colors.map((color) => thumbnail(color))),
      query: solid([9, 9, 9]),
    });
    for (const at of NINE) {
      const seen = meanColor(middleOf(sheet, at));
      expect(near(seen, colors[at]!), `tile ${at + 1}: ${seen} for ${colors[at]}`).toBe(true);
    }
  });

  test('a picture that is gone leaves its number and an empty tile', async () => {
    const red = await thumbnail([200, 20, 20]);
    const [whole, gap] = await Promise.all([
      drawn({ tiles: [red, red, red], query: undefined }),
      drawn({ tiles: [red, null, red], query: undefined }),
    ]);
    expect(near(meanColor(middleOf(gap, 1)), [255, 255, 255], 2)).toBe(true);
    expect(near(meanColor(middleOf(gap, 2)), [200, 20, 20])).toBe(true);
    expect(difference(badgeOf(gap, 1), badgeOf(whole, 1))).toBeLessThan(4);
  });

  test('tiles show all of their picture', async () => {
    // Red, with a blue line at its right end.
    const wide = solid([200, 20, 20], 300, 100);
    for (let y = 0; y < 100; y++) for (let x = 270; x < 300; x++) wide.rgb.set([20, 20, 200], (y * 300 + x) * 3);
    const sheet = await drawn({ tiles: [await renderer.write(wide, 'jpeg')], query: undefined });
    expect(near(meanColor(cut(sheet, [310, 140, 18, 50])), [20, 20, 200], 20)).toBe(true);
    expect(near(meanColor(cut(sheet, [100, 10, 100, 60])), [255, 255, 255], 4)).toBe(true);
  });
});

describe('the panel of the query picture', () => {
  const ORANGE: Color = [230, 120, 0];
  const GREEN: Color = [20, 160, 60];

  /** Orange, the inner half of each side green. */
  function target(width: number, height: number): Picture {
    const picture = solid(ORANGE, width, height);
    for (let y = Math.ceil(height / 4); y < (height * 3) / 4; y++)
      for (let x = Math.ceil(width / 4); x < (width * 3) / 4; x++) picture.rgb.set(GREEN, (y * width + x) * 3);
    return picture;
  }

  test.each([
    ['portrait', 800, 1200],
    ['portrait of a phone', 576, 1280],
    ['taller than the panel', 200, 1280],
    ['landscape', 1280, 853],
    ['panorama', 1280, 200],
    ['square', 640, 640],
    ['small', 60, 80],
  ])('is filled and framed in blue: %s', async (_name, width, height) => {
    const gray = await thumbnail([120, 120, 120]);
    const sheet = await drawn({ tiles: NINE.map(() => gray), query: target(width, height) });
    const panel = cut(sheet, [1008 + 8, 8, 320, 992]);
    const own = shareOf(panel, (color) => near(color, ORANGE, 40) || near(color, GREEN, 40));
    expect(own).toBeGreaterThan(0.92);
    for (const edge of [
      [1008, 70, 6, 930],
      [1338, 0, 6, 1008],
      [1080, 0, 260, 6],
      [1010, 1002, 330, 6],
    ] as const)
      expect(near(meanColor(cut(sheet, edge)), [0, 72, 255], 20), `${edge}`).toBe(true);
  });

  test('shows the whole picture above a detail from its middle, at least twice as large', async () => {
    const sheet = await drawn({ tiles: NINE.map(() => null), query: target(800, 1200) });
    // 320 x 480 at the top, of which 3/4 are orange; the detail starts 8 px below and sees no more than the green half.
    const whole = cut(sheet, [1016, 8, 320, 480]);
    const detail = cut(sheet, [1016, 496, 320, 504]);
    expect(shareOf(whole, (color) => near(color, GREEN, 40))).toBeCloseTo(0.25, 1);
    expect(shareOf(detail, (color) => near(color, GREEN, 40))).toBeGreaterThan(0.9);
  });

  test('has a question mark of its own', async () => {
    const sheet = await drawn({ tiles: NINE.map(() => null), query: solid([5, 5, 5]) });
    const badge = cut(sheet, [1008, 0, BADGE, BADGE]);
    expect(shareOf(badge, (color) => near(color, [0, 72, 255], 60))).toBeGreaterThan(0.3);
    for (const at of NINE) expect(difference(badge, badgeOf(sheet, at))).toBeGreaterThan(30);
  });
});

describe('any shape', () => {
  const shapes = [
    [1, 3000],
    [3000, 1],
    [1, 1],
    [2, 700],
    [1280, 17],
    [337, 336],
  ] as const;

  test.each(shapes)('%i x %i, as a query and as a tile, on one row and on three', async (width, height) => {
    const odd = await thumbnail([30, 60, 90], width, height);
    for (const count of [1, 9]) {
      const { jpeg } = await drawer.draw({
        tiles: NINE.slice(0, count).map(() => odd),
        query: solid([200, 9, 9], width, height),
      });
      expect(await sharp(jpeg).metadata()).toMatchObject(sheetSize(count, true));
    }
  });
});

test('nothing of the files that went in but pixels', async () => {
  const tagged = await sharp(await thumbnail([50, 60, 70]))
    .withExif({ IFD0: { Copyright: 'a name' } })
    .withIccProfile('p3')
    .jpeg()
    .toBuffer();
  expect((await sharp(tagged).metadata()).exif).toBeDefined();
  const { jpeg } = await drawer.draw({ tiles: [tagged], query: solid([1, 2, 3]) });
  const metadata = await sharp(jpeg).metadata();
  for (const kind of ['exif', 'icc', 'xmp', 'iptc', 'comments'] as const) expect(metadata[kind], kind).toBeUndefined();
  expect(Buffer.from(jpeg).includes('a name')).toBe(false);
});

test('badges are drawn once; after a failure they are drawn anew', async () => {
  let renders = 0;
  const flaky: Pick<Renderer, 'render' | 'compose'> = {
    render: async (svg, size) => {
      if (++renders === 1) throw new Error('no process');
      return renderer.render(svg, size);
    },
    compose: (...given) => renderer.compose(...given),
  };
  const own = new SheetDrawer(flaky as Renderer);
  const input = { tiles: [null], query: undefined };
  await expect(own.draw(input)).rejects.toThrow('no process');
  await Promise.all([own.draw(input), own.draw(input)]);
  await own.draw(input);
  expect(renders).toBe(2);
});
