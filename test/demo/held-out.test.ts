import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { paletteOf } from '../../src/demo/palette.ts';
import { HELD_OUT } from '../../src/demo/prints/held-out/held-out.ts';
import { BLEED, SIDE } from '../../src/demo/prints/held-out/texture.ts';
import { drawProduct } from '../../src/demo/product.ts';
import { Random } from '../../src/demo/random.ts';
import { seedIn } from '../../src/demo/seeds.ts';
import { drawSubject } from '../../src/demo/subjects.ts';
import { hasNaturalColor, PRINTS } from '../../src/demo/vocabulary.ts';

const NATURAL = PRINTS.filter(hasNaturalColor);
const full = SIDE + 2 * BLEED;

/** The texture's pixels, its bleed included. */
async function texture(print: (typeof PRINTS)[number], seed: number): Promise<Buffer> {
  const random = new Random(seed);
  const markup = HELD_OUT[print]!(paletteOf(print, 'natural', random), random);
  const [, base64] = /href="data:image\/png;base64,([^"]+)"/.exec(markup)!;
  const { data, info } = await sharp(Buffer.from(base64!, 'base64'), { failOn: 'warning' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, info.channels]).toEqual([full, full, 3]);
  return data;
}

/** Mean absolute difference of two columns (or rows), counted within the tile. */
function difference(pixels: Buffer, a: number, b: number, rows = false): number {
  let sum = 0;
  for (let i = 0; i < SIDE; i++)
    for (let channel = 0; channel < 3; channel++) {
      const at = (line: number) => {
        const [x, y] = rows ? [BLEED + i, BLEED + line] : [BLEED + line, BLEED + i];
        return pixels[(y * full + x) * 3 + channel]!;
      };
      sum += Math.abs(at(a) - at(b));
    }
  return sum / (SIDE * 3);
}

describe('held-out prints', () => {
  test('are there for every natural print and no other', () => {
    expect(Object.keys(HELD_OUT).sort()).toEqual([...NATURAL].sort());
  });

  test.each(NATURAL)('of %s go on across the seam', async (print) => {
    const pixels = await texture(print, 11);
    for (const rows of [false, true]) {
      const inner = Array.from({ length: SIDE - 1 }, (_, i) => difference(pixels, i, i + 1, rows));
      // Not the mean: squares of camouflage end at the seam, as they do at every fourth column.
      const highest = Math.max(...inner);
      expect(difference(pixels, SIDE - 1, 0, rows)).toBeLessThanOrEqual(highest * 1.3);
      for (let i = 0; i < BLEED; i++) {
        expect(difference(pixels, SIDE + i, i, rows)).toBe(0);
        expect(difference(pixels, -1 - i, SIDE - 1 - i, rows)).toBe(0);
      }
    }
  });

  test.each(NATURAL)('of %s are the same for the same seed, in products and subjects, and show', async (print) => {
    const seed = seedIn('evaluation', 70, 3);
    const mug = () => drawProduct({ kind: 'mug', print, color: 'natural', seed, style: 'studio', heldOut: true });
    const subject = () => drawSubject({ print, seed, heldOut: true }).svg;
    const drawings = [mug(), subject()];
    // Not toBe of the strings: a failure would print them.
    expect([mug(), subject()].every((svg, i) => svg === drawings[i])).toBe(true);
    for (const svg of drawings) {
      expect(svg.includes('<image')).toBe(true);
      // Base64 may spell anything.
      expect(svg.replaceAll(/base64,[^"]+/g, '')).not.toMatch(/NaN|undefined|Infinity/);
      const { channels } = await sharp(Buffer.from(svg), { failOn: 'warning' }).resize(48, 48).flatten().stats();
      expect(Math.max(...channels.slice(0, 3).map(({ stdev }) => stdev))).toBeGreaterThan(3);
    }
  });

  test.each(PRINTS)('never come into a drawing of %s that does not ask for them', (print) => {
    for (let i = 0; i < 3; i++) {
      const seed = seedIn('training', 70, i);
      const color = hasNaturalColor(print) ? 'natural' : 'red';
      expect(drawProduct({ kind: 'mug', print, color, seed, style: 'varied' })).not.toContain('<image');
      expect(drawSubject({ print, seed }).svg).not.toContain('<image');
    }
  });
});
