import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { demoCatalog } from '../../src/demo/catalog.ts';
import { drawProduct } from '../../src/demo/product.ts';
import { Random } from '../../src/demo/random.ts';
import { SEED_RANGES, type SeedRange, seedIn } from '../../src/demo/seeds.ts';
import { demoSubjects, drawSubject } from '../../src/demo/subjects.ts';
import { colorsOf, hasNaturalColor, isWithheld, KINDS, PRINTS, WITHHELD } from '../../src/demo/vocabulary.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('hex');

/** Spread of the brightness, 0 for a blank picture; librsvg rejects what it cannot draw. */
async function contrast(svg: string, size = 96): Promise<number> {
  const { channels } = await sharp(Buffer.from(svg), { failOn: 'warning' }).resize(size, size).flatten().stats();
  return Math.max(...channels.slice(0, 3).map(({ stdev }) => stdev));
}

const catalog = demoCatalog();

describe('the catalog', () => {
  test('is the same at every call, and another for another seed', () => {
    const digest = (seed: number) =>
      hash(
        demoCatalog(seed, 40)
          .map((product) => product.title + product.price + product.svg())
          .join(),
      );
    expect(digest(1)).toBe(digest(1));
    expect(digest(2)).not.toBe(digest(1));
  });

  test('has 900 products, each pair at least twice, each kind 37 or 38 times', () => {
    expect(catalog).toHaveLength(900);
    expect(new Set(catalog.map(({ id }) => id)).size).toBe(900);
    for (const kind of KINDS) {
      const own = catalog.filter(({ category }) => category === kind);
      expect(own.length, kind).toBeGreaterThanOrEqual(37);
      expect(own.length, kind).toBeLessThanOrEqual(38);
      for (const print of PRINTS)
        expect(own.filter((product) => product.print === print).length, `${print} ${kind}`).toBeGreaterThanOrEqual(2);
    }
  });

  test('shows the first of each natural print in its own colors', () => {
    for (const { print, color } of catalog.slice(0, KINDS.length * PRINTS.length))
      expect(color === 'natural').toBe(hasNaturalColor(print));
    for (const { print, color } of catalog) expect(colorsOf(print)).toContain(color);
  });

  test('has titles that name the color, and prices', () => {
    for (const { title, color, price } of catalog) {
      expect(title).toMatch(/^[A-Z][\w &,.-]+$/);
      if (color !== 'natural') expect(title.toLowerCase()).toContain(color);
      expect(price).toBeGreaterThanOrEqual(6);
      expect(Math.round(price * 100)).toBeCloseTo(price * 100, 6);
    }
  });
});

describe('seeds', () => {
  const ranges = Object.entries(SEED_RANGES).sort(([, a], [, b]) => a[0] - b[0]);
  test('of catalog, training and evaluation never meet', () => {
    for (const [i, [, [first]]] of ranges.entries()) if (i) expect(first).toBeGreaterThanOrEqual(ranges[i - 1]![1][1]);
  });

  test.each(ranges.map(([name]) => name as SeedRange))(
    'of %s stay in their range and do not repeat within a series',
    (range) => {
      const [first, end] = SEED_RANGES[range];
      const seeds = Array.from({ length: 50_000 }, (_, i) => seedIn(range, 7, i));
      expect(new Set(seeds).size).toBe(seeds.length);
      for (const seed of seeds)
        if (seed < first || seed >= end) throw new Error(`${seed} is outside ${first} to ${end}.`);
    },
  );

  test('draw the whole interval evenly', () => {
    const random = new Random(5);
    const tenths = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) tenths[Math.floor(random.next() * 10)]! += 1;
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150);
    expect(new Random(5).next()).not.toBe(new Random(6).next());
  });
});

describe('withheld pairs', () => {
  test('are about one in ten, never the leopard phone case, and leave every kind and print most of its pairs', () => {
    expect(WITHHELD).toHaveLength(39);
    expect(isWithheld('phone case', 'leopard')).toBe(false);
    for (const kind of KINDS)
      expect(PRINTS.filter((print) => !isWithheld(kind, print)).length).toBeGreaterThanOrEqual(14);
    for (const print of PRINTS)
      expect(KINDS.filter((kind) => !isWithheld(kind, print)).length).toBeGreaterThanOrEqual(21);
  });
});

describe('every drawing renders', () => {
  test.each(KINDS)('%s in every other print, in either style', async (kind) => {
    const turn = KINDS.indexOf(kind);
    const drawings = PRINTS.filter((_, i) => (i + turn) % 2).map((print, i) => {
      const colors = colorsOf(print);
      const style = (i + (turn >> 1)) % 2 ? 'studio' : 'varied';
      return { kind, print, color: colors[i % colors.length]!, seed: seedIn('evaluation', 90, i), style } as const;
    });
    for (const drawing of drawings) {
      const svg = drawProduct(drawing);
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
      expect(await contrast(svg, 48), `${drawing.print} ${kind}, ${drawing.style}`).toBeGreaterThan(3);
    }
    expect(hash(drawProduct(drawings[1]!))).toBe(hash(drawProduct(drawings[1]!)));
  });

  test('subjects of every print, in both styles', async () => {
    for (const { svg, print, what } of demoSubjects(3)) {
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
      if (print !== 'plain') expect(await contrast(svg, 48), `${what} of ${print}`).toBeGreaterThan(5);
    }
    expect(drawSubject({ print: 'leopard', seed: 5 }).svg).toBe(drawSubject({ print: 'leopard', seed: 5 }).svg);
    expect(await contrast(drawSubject({ print: 'leopard', seed: 5, style: 'studio' }).svg, 512)).toBeGreaterThan(5);
  });

  test('each definition has a name of its own, and nothing names one that is not there', () => {
    const products = Array.from({ length: 120 }, (_, i) => {
      const print = PRINTS[i % PRINTS.length]!;
      const seed = seedIn('evaluation', 91, i);
      return drawProduct({ kind: KINDS[i % 23]!, print, color: colorsOf(print)[0]!, seed, style: 'varied' });
    });
    for (const svg of [...products, ...demoSubjects(8).map((subject) => subject.svg)]) {
      const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
      expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
      const named = [...svg.matchAll(/url\(#([^)]+)\)/g)].map(([, id]) => id);
      expect(named.filter((id) => !ids.includes(id))).toEqual([]);
    }
  });

  test('every natural print has subjects with its name or its thing', () => {
    const seen = new Set(demoSubjects(12).map(({ print, what }) => `${print}: ${what}`));
    for (const thing of [
      'leopard: a leopard',
      'leopard: leopard fur',
      'zebra: a zebra',
      'cow: a cow',
      'galaxy: the night sky',
    ])
      expect(seen).toContain(thing);
    for (const print of PRINTS)
      expect([...seen].filter((line) => line.startsWith(`${print}: `)).length, print).toBeGreaterThanOrEqual(3);
  });
});
