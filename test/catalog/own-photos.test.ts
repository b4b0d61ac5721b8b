import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OwnCatalog } from './own-catalog.ts';

const DATA = fileURLToPath(new URL('../../../shared/data', import.meta.url));
const EXAMPLES = fileURLToPath(new URL('../../examples/catalogs/', import.meta.url));
const FIELDS = 'id title category source label product description color pattern materials kids view license';
const COUNT = 40;

type Line = Record<string, unknown> & { readonly id: string };

describe.skipIf(!existsSync(join(DATA, 'photos.jsonl')))('photos (need ../shared/data)', () => {
  let folder: string;
  let photos: Line[];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'margay-own-photos-'));
    const all = join(folder, 'all.jsonl');
    await promisify(execFile)(process.execPath, [`${EXAMPLES}photos-jsonl.ts`, DATA, all], { timeout: 60_000 });
    const lines = (await readFile(all, 'utf8')).split('\n').filter(Boolean);
    // From all over the file: its collections follow each other.
    const some = lines.filter((_, n) => n % Math.floor(lines.length / COUNT) === 0).slice(0, COUNT);
    photos = some.map((line): Line => JSON.parse(line)).sort((a, b) => (a.id < b.id ? -1 : 1));
    await writeFile(join(folder, 'photos.jsonl'), some.map((line) => `${line}\n`).join(''));
  }, 90_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('indexed as they are, each field comes back, and each kind of filter finds what the lines say', async () => {
    await using own = await OwnCatalog.make({ CATALOG_FILE: join(EXAMPLES, 'photos.graphql') });
    const outcomes = await own.index(join(folder, 'photos.jsonl'));
    expect(outcomes.filter(({ status }) => status !== 'INDEXED')).toEqual([]);
    await own.serving(async ({ ask, reported }) => {
      const { data, errors } = await ask(`{ products(first: 50) { totalCount nodes { ${FIELDS} images { width } } } }`);
      expect(errors).toBeUndefined();
      expect(data.products.totalCount).toBe(COUNT);
      expect(
        data.products.nodes.map(({ images: [image], ...fields }: Line & { images: { width: number }[] }) => [
          image!.width > 0,
          fields,
        ]),
      ).toEqual(photos.map(({ images: _, ...fields }) => [true, fields]));

      const [withMaterial] = photos.flatMap(({ materials }) => (materials as string[] | null)?.[0] ?? []);
      const [first] = photos;
      const rows: [object, (photo: Line) => boolean][] = [
        [{ kids: { isNull: true } }, ({ kids }) => kids === null],
        [{ kids: { eq: false } }, ({ kids }) => kids === false],
        [
          { materials: { has: withMaterial } },
          ({ materials }) => (materials as string[] | null)?.includes(withMaterial!) ?? false,
        ],
        [{ product: { in: [first!.product] } }, ({ product }) => product === first!.product],
        [{ category: { startsWith: 'Clothing / ' } }, ({ category }) => String(category).startsWith('Clothing / ')],
        [{ color: { ne: 'black' } }, ({ color }) => color !== null && color !== 'black'],
        [{ not: { source: { eq: 'luma' } } }, ({ source }) => source !== 'luma'],
      ];
      for (const [filter, holds] of rows) {
        const query = `query ($filter: PhotoFilter) {
          products(first: 50, filter: $filter) { nodes { id } }
          search(text: "blue", mode: DENSE, topK: 50, filter: $filter) { hits { product { id } } }
        }`;
        const answer = await ask(query, { filter });
        const expected = photos.filter(holds).map(({ id }) => id);
        expect([filter, answer.data?.products.nodes.map(({ id }: Line) => id)]).toEqual([filter, expected]);
        expect(answer.data.search.hits.map(({ product }: { product: Line }) => product.id).sort()).toEqual(expected);
      }
      // At least one of each is there, or the rows would say nothing.
      expect(rows.filter(([, holds]) => !photos.some(holds))).toEqual([]);
      expect(reported).toEqual([]);
    });
  }, 180_000);
});
