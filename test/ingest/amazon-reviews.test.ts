import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FieldDefinition, FieldKind, FieldValue } from '../../src/catalog/definition.ts';
import { MargayError } from '../../src/errors.ts';
import { AMAZON_FIELDS, priceOf, readMeta, readReview } from '../../src/ingest/amazon-record.ts';
import { type AmazonReviewsOptions, amazonReviews } from '../../src/ingest/amazon-reviews.ts';
import { FetchedPictures } from '../../src/ingest/fetched-pictures.ts';
import { PictureCache } from '../../src/ingest/picture-cache.ts';
import { isFault, type SourceFault, type SourceProduct } from '../../src/ingest/source.ts';
import { lines, meta, review, sent, shown } from './amazon-fixture.ts';

let folder: string;
let asked: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'margay-amazon-'));
  asked = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A picture's bytes are its address; none where it says 404 or 503. */
const fetch = {
  get: async (address: string) => {
    asked.push(address);
    if (address.includes('?404')) throw new MargayError('NOT_FOUND', 'Its server has no picture there (404).');
    if (address.includes('?503')) throw new MargayError('DEADLINE_EXCEEDED', 'Its server could not answer (503).');
    return Buffer.from(address);
  },
};

const field = (name: string, kind: FieldKind, required = false): FieldDefinition => ({
  name,
  kind,
  required,
  description: undefined,
  filter: false,
  facet: false,
  fullText: false,
});
const definition = { title: 'title', fields: [field('title', 'String', true), field('price', 'Float')] };

type Product = SourceProduct & { readonly fields: Readonly<Record<string, FieldValue>> };

async function read(name: string, options: Partial<AmazonReviewsOptions> = {}) {
  const { signal } = new AbortController();
  const fetched = new FetchedPictures(new PictureCache(join(folder, 'fetched')), fetch, signal);
  const source = await amazonReviews(join(folder, name), { definition, fetched, ...options });
  const [products, faults]: [Product[], SourceFault[]] = [[], []];
  for await (const item of source.items())
    if (isFault(item)) faults.push(item);
    else products.push(item as Product);
  const pictures: Record<string, string[]> = {};
  for (const { id, images } of products) {
    pictures[id] = [];
    for (const image of images)
      pictures[id].push(await image.read().then(String, (error: MargayError) => `${error.code} of ${image.name}`));
  }
  return { total: source.total, products, faults, pictures, counts: fetched.counts };
}

const put = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content);

const A = 'https://m.example/I/a.jpg';
const B = 'https://m.example/I/b.jpg';
const C = 'https://m.example/I/c.jpg';

describe('which picture', () => {
  test.each<[string, unknown, readonly string[]]>([
    ['the main one, wherever it stands', [shown(B, 'PT01'), shown(A)], [`${A}?hi_res`, `${B}?hi_res`]],
    ['the large one where there is no finer', [shown(A, 'MAIN', ['thumb', 'large'])], [`${A}?large`]],
    ['the small one where there is nothing else', [shown(A, 'MAIN', ['thumb'])], [`${A}?thumb`]],
    ['the first where none is the main one', [shown(B, 'PT02'), shown(A, 'PT01')], [`${B}?hi_res`, `${A}?hi_res`]],
    [
      'columns, as the parquet files have them',
      {
        hi_res: [null, `${A}?hi_res`],
        large: [`${B}?large`, `${A}?large`],
        thumb: ['', ''],
        variant: ['PT01', 'MAIN'],
      },
      [`${A}?hi_res`, `${B}?large`],
    ],
    ['columns of none', { hi_res: [], large: [], thumb: [], variant: [] }, []],
    ['one that is not there', [shown(A, 'MAIN', []), shown(B, 'PT01')], [`${B}?hi_res`]],
    ['the same twice', [shown(A), shown(A)], [`${A}?hi_res`]],
    ['no address of the web', [{ hi_res: 'file:///etc/passwd', large: 'javascript:0', thumb: '/a.jpg' }], []],
    ['null', null, []],
    ['not there', undefined, []],
    ['nonsense', [null, 3, 'x', [], { hi_res: 5 }], []],
  ])('%s', (_name, images, expected) => {
    const record = readMeta(meta('B1', { images }));
    expect(typeof record === 'object' && record.pictures).toEqual(expected);
  });

  test.each<[string, unknown, readonly string[]]>([
    ['large', [sent(A)], [`${A}?large`]],
    ['medium where there is none', [{ ...sent(A), large_image_url: null }], [`${A}?medium`]],
    ['no videos', [{ ...sent(A), attachment_type: 'VIDEO' }, sent(B)], [`${B}?large`]],
    ['none', [], []],
  ])('of a review: %s', (_name, images, expected) => {
    const record = readReview(review('B1', { images }));
    expect(typeof record === 'object' && record.pictures).toEqual(expected);
  });
});

test.each<[unknown, number | null]>([
  [12.99, 12.99],
  [0, 0],
  ['12.99', 12.99],
  ['$12.99', 12.99],
  ['from 3.99', 3.99],
  ['from $1,299.00', 1299],
  ['12.99 - 15.99', 12.99],
  ['.99', 0.99],
  ['None', null],
  ['—', null],
  ['', null],
  [null, null],
  [undefined, null],
  [-1, null],
  [{ amount: 3 }, null],
])('price %j is %j', (given, price) => {
  expect(priceOf(given)).toBe(price);
});

test('whatever JSON a line holds, it is a product or a fault, and its texts are text', () => {
  fc.assert(
    fc.property(
      fc.record(
        Object.fromEntries(
          Object.keys(meta('B1')).map((name) => [
            name,
            fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.string({ unit: 'binary' })),
          ]),
        ),
        { requiredKeys: [] },
      ),
      (line) => {
        for (const record of [readMeta(line), readReview(line)]) {
          if (typeof record === 'string') expect(record).not.toBe('');
          else expect(JSON.stringify(record)).not.toMatch(/\\u0000|\\ud[89a-f]/);
        }
      },
    ),
  );
});

describe('fields', () => {
  const wide = {
    title: 'name',
    fields: [
      field('name', 'String', true),
      field('category', 'String'),
      field('price', 'Float'),
      field('store', 'String'),
      field('rating', 'Float'),
      field('ratings', 'Int'),
      field('description', 'String'),
      field('features', 'StringList'),
      field('categories', 'Int'),
      field('color', 'String'),
    ],
  };

  test('those that the catalog has by name and kind, the title under its own name', async () => {
    await put('meta_Appliances.jsonl', lines(meta('B1', { images: [shown(A)], price: 'from 3.99' })));
    const { products } = await read('meta_Appliances.jsonl', { definition: wide });
    expect(products[0]!.fields).toEqual({
      name: 'Product B1',
      category: 'Appliances',
      price: 3.99,
      store: 'Knobs & Co.',
      rating: 4.3,
      ratings: 384,
      description: 'A knob.\nOf steel.',
      features: ['Fits most ovens', 'Dishwasher safe'],
      categories: null,
      color: null,
    });
  });

  test('what a line lacks is null', async () => {
    const bare = { parent_asin: 'B1', title: ' T\ud83d\0 ', images: [shown(A)], average_rating: 'None', store: null };
    await put('meta_Appliances.jsonl', lines({ ...bare, description: null, features: [null, ''] }));
    const { products } = await read('meta_Appliances.jsonl', { definition: wide });
    const { name, ...others } = products[0]!.fields;
    expect(name).toBe('T\ufffd');
    expect(new Set(Object.values(others))).toEqual(new Set([null]));
  });

  test('a product without one that the catalog requires is told, and not fetched', async () => {
    const strict = { title: 'title', fields: [field('title', 'String', true), field('price', 'Float', true)] };
    await put('meta_Appliances.jsonl', lines(meta('B1', { images: [shown(A)], price: null })));
    expect((await read('meta_Appliances.jsonl', { definition: strict })).faults).toEqual([
      { name: 'B1', reason: 'price: is required and not there' },
    ]);
    expect(asked).toEqual([]);
  });

  test('the example catalog has all of them, and in a kind that is filled', () => {
    const text = readFileSync('examples/catalogs/amazon-reviews-2023.graphql', 'utf8');
    const fields = [...text.matchAll(/^ {2}(\w+): (\[?)(\w+)/gm)].map(([, name, list, kind]) => [
      name,
      list ? `${kind}List` : kind,
    ]);
    expect(fields.slice(1, -1).map(([name]) => name)).toEqual(Object.keys(AMAZON_FIELDS));
    for (const [name, kind] of fields.slice(1, -1))
      expect(AMAZON_FIELDS[name as keyof typeof AMAZON_FIELDS]).toContain(kind);
  });
});

/** A dozen lines and one, as odd as they are published or are found on a disk. */
const ODD = [
  meta('B01', { images: [shown(A)] }),
  meta('B02', { images: [] }),
  'no JSON',
  '',
  meta('B03', { images: [shown(`${B}?404`)] }),
  meta('B04', { images: [shown(B)], title: 'Ручка 旋钮 🎛️ "1" \u2028 = 1', price: null }),
  meta('B01', { images: [shown(C)], title: 'Again' }),
  meta('B05', { images: [shown(C)], details: { long: 'x'.repeat(2 ** 20) }, price: 'from 3.99' }),
  { ...meta('B06', { images: [shown(C)] }), parent_asin: undefined },
  meta('B07', { images: [shown(C)], title: null }),
  [1, 2],
  meta('B08', { images: [shown(`${A}?8`)] }),
];

describe.each(['meta_Appliances.jsonl', 'meta_Appliances.jsonl.gz'])('%s', (name) => {
  const putOdd = (text: string) => put(name, name.endsWith('.gz') ? gzipSync(text) : text);

  test('products in order, each once, and what is wrong with the others', async () => {
    await putOdd(lines(...ODD) + JSON.stringify(meta('B09', { images: [shown(A)] })).slice(0, 200));
    const { products, faults, pictures, total } = await read(name);
    expect(total).toBe(12);
    expect(products.map(({ id, fields }) => [id, fields.title, fields.price])).toEqual([
      ['B01', 'Product B01', 12.99],
      ['B04', 'Ручка 旋钮 🎛️ "1" \u2028 = 1', null],
      ['B05', 'Product B05', 3.99],
      ['B08', 'Product B08', 12.99],
    ]);
    expect(pictures).toMatchObject({ B01: [`${A}?hi_res`], B05: [`${C}?hi_res`] });
    expect(faults).toEqual([
      { name: 'B02', reason: 'It names no picture.' },
      { name: 'line 3', reason: 'It is not JSON.' },
      { name: 'B03', reason: 'Its server has no picture there (404).' },
      { name: 'line 9', reason: 'parent_asin: is missing' },
      { name: 'B07', reason: 'title: is required and not there' },
      { name: 'line 11', reason: expect.stringContaining('line: ') },
      { name: 'line 13', reason: 'It is not JSON.' },
    ]);
  });

  test('the limit counts products with a picture, and no picture beyond them is fetched', async () => {
    await putOdd(lines(...ODD));
    const { products, total, counts } = await read(name, { limit: 3 });
    expect([total, products.map(({ id }) => id)]).toEqual([3, ['B01', 'B04', 'B05']]);
    expect(counts).toEqual({ fetched: 3, cached: 0, failed: 1 });
    asked = [];
    expect((await read(name, { limit: 3 })).counts).toEqual({ fetched: 0, cached: 3, failed: 1 });
    expect(asked).toEqual([]);
  });
});

test('a packed file that was cut off gives what came of it', async () => {
  const packed = gzipSync(
    lines(...Array.from({ length: 500 }, (_, place) => meta(`B${place}`, { images: [shown(`${A}?at=${place}`)] }))),
  );
  await put('meta_A.jsonl.gz', packed.subarray(0, packed.length - 900));
  const { products, faults } = await read('meta_A.jsonl.gz');
  expect(products.length).toBeGreaterThan(100);
  expect(products.length).toBeLessThan(500);
  expect(faults).toHaveLength(1);
});

test('a packed file that is damaged says so', async () => {
  await put(
    'meta_A.jsonl.gz',
    Buffer.concat([gzipSync(lines(meta('B1', { images: [shown(A)] }))).subarray(0, 40), Buffer.alloc(64, 0xff)]),
  );
  expect((await read('meta_A.jsonl.gz')).faults.at(-1)?.reason).toContain('damaged');
});

test('a line that never ends is passed over', async () => {
  await put(
    'meta_A.jsonl',
    lines(meta('B1', { images: [shown(A)] }), 'x'.repeat(17 * 2 ** 20), meta('B2', { images: [shown(B)] })),
  );
  const { products, faults } = await read('meta_A.jsonl');
  expect(products.map(({ id }) => id)).toEqual(['B1', 'B2']);
  expect(faults).toEqual([{ name: 'line 2', reason: expect.stringContaining('characters') }]);
});

describe('all pictures', () => {
  const many = Array.from({ length: 12 }, (_, place) => shown(`${A}?${place}`, place === 3 ? 'MAIN' : `PT${place}`));

  test('at most ten, the main one first', async () => {
    await put('meta_A.jsonl', lines(meta('B1', { images: many })));
    const { pictures } = await read('meta_A.jsonl', { pictures: 'all' });
    expect(pictures.B1).toHaveLength(10);
    expect(pictures.B1![0]).toBe(`${A}?3?hi_res`);
  });

  test('one that cannot be had is passed over, and the product stays', async () => {
    await put('meta_A.jsonl', lines(meta('B1', { images: [shown(`${A}?404`), shown(B, 'PT01')] })));
    const { pictures, counts } = await read('meta_A.jsonl', { pictures: 'all' });
    expect(pictures.B1).toEqual([`NOT_FOUND of ${A}?404?hi_res`, `${B}?hi_res`]);
    expect(counts).toEqual({ fetched: 1, cached: 0, failed: 1 });
  });
});

describe('a file of reviews', () => {
  const REVIEWS = [
    review('B1'),
    review('B2', { images: [sent(B)], title: 'Loose' }),
    review('B1', { images: [sent(A), sent(C)], title: '', text: 'Fits well. '.repeat(20) }),
    review('B2', { images: [sent(C), sent(B)] }),
    review('B3', { images: [sent(`${A}?404`)] }),
    'no JSON',
  ];

  test("the picture of a product is that of its first review with one, its title that review's", async () => {
    await put('Appliances.jsonl', lines(...REVIEWS));
    const { products, pictures, faults } = await read('Appliances.jsonl');
    expect(products.map(({ id, fields }) => [id, fields.title])).toEqual([
      ['B2', 'Loose'],
      ['B1', expect.stringMatching(/^Fits well\. .{60,89}$/)],
    ]);
    expect(pictures).toEqual({ B2: [`${B}?large`], B1: [`${A}?large`] });
    expect(faults.map(({ name }) => name)).toEqual(['B3', 'line 6']);
  });

  test('all pictures are those of all its reviews', async () => {
    await put('Appliances.jsonl', lines(...REVIEWS));
    const { pictures } = await read('Appliances.jsonl', { pictures: 'all' });
    expect(pictures).toEqual({ B2: [`${B}?large`, `${C}?large`], B1: [`${A}?large`, `${C}?large`] });
  });

  test.each(['meta_Appliances.jsonl', 'meta_Appliances.jsonl.gz'])(
    '%s beside it tells titles and prices',
    async (name) => {
      const text = lines('no JSON', meta('B9'), meta('B2', { title: 'Steel knob', price: 3 }));
      await put(name, name.endsWith('.gz') ? gzipSync(text) : text);
      await put('Appliances.jsonl.gz', gzipSync(lines(...REVIEWS)));
      const { products, pictures } = await read('Appliances.jsonl.gz', { limit: 2 });
      expect(products.map(({ id, fields }) => [id, fields.title, fields.price])).toEqual([
        ['B2', 'Steel knob', 3],
        ['B1', expect.stringContaining('Fits well'), null],
      ]);
      expect(pictures.B2).toEqual([`${B}?large`]);
    },
  );
});

test('where no server can be reached the rest of the file is not tried', async () => {
  const some = (from: number, mark: string) =>
    Array.from({ length: 23 }, (_, place) =>
      meta(`B${from + place}`, { images: [shown(`${A}?${mark}-${from + place}`)] }),
    );
  await put('meta_A.jsonl', lines(...some(0, '503'), ...some(100, '404'), ...some(200, '503'), ...some(300, '503')));
  await expect(read('meta_A.jsonl', { limit: 900 })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    remedy: expect.stringContaining('HTTPS_PROXY'),
  });
  expect(asked.length).toBeGreaterThanOrEqual(23 * 3 + 1);
  await put('meta_A.jsonl', lines(...some(0, '503'), ...some(100, '404'), ...some(200, '503')));
  expect((await read('meta_A.jsonl', { limit: 900 })).faults).toHaveLength(69);
});
