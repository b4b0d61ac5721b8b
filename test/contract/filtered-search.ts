import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProductId, Row } from '../../src/catalog/product.ts';
import type { CatalogStamp } from '../../src/retrieve/catalog-stamp.ts';
import type { Filter } from '../../src/retrieve/filter.ts';
import { predicate } from '../../src/retrieve/matches.ts';
import { byId } from '../../src/retrieve/product-key.ts';
import type { Hit, StoreFactory, VectorStore } from '../../src/retrieve/vector-store.ts';
import { disagreements } from '../retrieve/filter-checks.ts';
import { FILTER_FIELDS, type FilteredProduct, randomFilters, randomProducts } from '../retrieve/random-filters.ts';
import { cosine, randomVectors, rowsOf, stampOf } from '../retrieve/rows.ts';

const { signal } = new AbortController();
const DIMENSIONS = 8;
const ROWS = 3_000;
/** Every hundredth. */
const RARE = ROWS / 100;
const MOST = 1_000;

const kind = (value: string): Filter => ({ op: 'eq', field: { name: 'category', kind: 'String' }, value });
const stocked = (value: number): Filter => ({ op: 'gte', field: { name: 'stock', kind: 'Int' }, value });
const ids = (hits: readonly { productId: ProductId }[] | undefined) => hits?.map(({ productId }) => productId);

export interface FilteredContractOptions {
  /** Filters of the property test. */
  readonly filters?: number;
  /** Told when the rows of a catalog are written: here an index is made of them. */
  readonly onWritten?: (name: string) => Promise<void>;
  /** Whether all that is found is the best there is, as by an exact search; otherwise it need only be enough. */
  readonly exact?: boolean;
}

/** What every store promises of filters in searches, pages, counts and removals, and of products with very many pictures. */
export function filteredSearchContract(
  name: string,
  make: () => Promise<StoreFactory>,
  { filters = 200, onWritten = async () => {}, exact = true }: FilteredContractOptions = {},
): void {
  describe(`filtered searches: ${name}`, () => {
    let stores: StoreFactory;
    let store: VectorStore;
    const { rows, target } = drawnRows();
    beforeAll(async () => {
      stores = await make();
      store = await stores.open(stampOf('filtered', DIMENSIONS), { signal });
      await store.upsert(rows, { signal });
      await onWritten('filtered');
    }, 120_000);
    afterAll(async () => {
      await store?.close();
      await stores?.close();
    });
    const find = async (options: { topK: number; offset?: number; filter?: Filter }) =>
      (await store.search([target], { ...options, columns: ['category', 'stock'], signal }))[0]!;

    describe.each([
      ['whatever the query', 'any'],
      ['those farthest from the query', 'far'],
      ['those nearest to it', 'near'],
    ])('a filter that keeps 1 %%: %s', (_name, category) => {
      const filter = kind(category);

      test.each([1, 9, RARE - 1, RARE, RARE + 1, MOST])('topK %i', async (topK) => {
        const hits = await find({ topK, filter });
        expect(hits).toHaveLength(Math.min(topK, RARE));
        expect(new Set(hits.map(({ product }) => product.fields.category))).toEqual(new Set([category]));
        if (exact || topK >= RARE) agree(hits, model(rows, target, filter).slice(0, topK));
      });

      test('pages of it have no gaps and no repeats', async () => {
        const paged: Hit[] = [];
        for (let offset = 0; offset < RARE + 14; offset += 7) paged.push(...(await find({ topK: 7, offset, filter })));
        expect(ids(paged)).toEqual(ids(await find({ topK: RARE, filter })));
        expect(new Set(ids(paged)).size).toBe(RARE);
      });
    });

    test('half of them, page by page, ties by id', async () => {
      const filter: Filter = { op: 'and', filters: [kind('common'), stocked(50)] };
      const expected = model(rows, target, filter).slice(0, MOST);
      const paged: Hit[] = [];
      for (let offset = 0; offset < MOST; offset += 100) paged.push(...(await find({ topK: 100, offset, filter })));
      expect(new Set(ids(paged)).size).toBe(MOST);
      for (const { product } of paged) expect(Number(product.fields.stock)).toBeGreaterThanOrEqual(50);
      for (const [place, { score, productId }] of paged.slice(1).entries()) {
        const before = paged[place]!;
        expect(before.score > score || (before.score === score && byId(before.productId, productId) < 0)).toBe(true);
      }
      if (exact) agree(paged, expected);
    }, 60_000);

    test('no product matches: nothing', async () => {
      expect(await find({ topK: 9, filter: kind('absent') })).toEqual([]);
      expect(await store.count({ filter: kind('absent'), signal })).toBe(0);
      expect(await store.page({ first: 9, filter: kind('absent'), columns: [], signal })).toEqual({
        products: [],
        hasNext: false,
      });
    });

    test('pages of the catalog that match, in order of id, and their number', async () => {
      const filter = kind('any');
      const expected = ids(model(rows, target, filter))!.sort(byId);
      const walked: ProductId[] = [];
      for (let hasNext = true; hasNext; ) {
        const after = walked.at(-1);
        const page = await store.page({ first: 8, after, filter, columns: ['category'], signal });
        for (const { fields } of page.products) expect(fields).toEqual({ category: 'any' });
        walked.push(...page.products.map(({ id }) => id));
        hasNext = page.hasNext;
      }
      expect(walked).toEqual(expected);
      expect(await store.count({ filter, signal })).toBe(RARE);
      expect(await store.count({ signal })).toBe(ROWS);
    });

    test('a product of 300 pictures, all nearest, leaves room for the others', async () => {
      const crowd = await stores.open(stampOf('crowd'), { signal });
      const near = Array.from({ length: 300 }, (_, n) => [1, n / 10_000, 0, 0]);
      const others = Array.from({ length: 40 }, (_, n) => `other-${String(n).padStart(2, '0')}`);
      await crowd.upsert(
        [
          ...rowsOf('crowd', near),
          ...others.flatMap((id, n) => rowsOf(id, [[1, 0.1 + n / 100, 0, 0]], { stock: n % 2 ? 99 : 0 })),
        ],
        { signal },
      );
      await onWritten('crowd');
      const asked = async (topK: number, offset: number, filter?: Filter) =>
        ids((await crowd.search([Float32Array.of(1, 0, 0, 0)], { topK, offset, filter, columns: [], signal }))[0]);
      expect(await asked(9, 0)).toEqual(['crowd', ...others.slice(0, 8)]);
      expect(await asked(9, 9)).toEqual(others.slice(8, 17));
      expect(await asked(100, 0)).toEqual(['crowd', ...others]);
      expect(await asked(9, 0, { op: 'not', filter: stocked(50) })).toEqual([
        'crowd',
        ...others.filter((_, n) => n % 2 === 0).slice(0, 8),
      ]);
      const { images } = (await crowd.get(['crowd'], { columns: ['@images'], signal })).get('crowd')!;
      expect(images).toHaveLength(300);
      await crowd.close();
      await stores.drop('crowd', { signal });
    }, 60_000);

    test('removeWhere takes what matches, all its pictures, and nothing else', async () => {
      const some = await stores.open(stampOf('removing', 2), { signal });
      const all = Array.from({ length: 25 }, (_, n) => `p${String(n).padStart(2, '0')}`);
      await some.upsert(
        all.flatMap((id, n) =>
          rowsOf(
            id,
            n % 3
              ? [[1, n]]
              : [
                  [1, n],
                  [n, 1],
                ],
            { stock: n % 5 ? n : null },
          ),
        ),
        { signal },
      );
      const left = async () => {
        const { products } = await some.page({ first: 100, columns: [], signal });
        const [found] = await some.search([Float32Array.of(1, 1)], { topK: 100, columns: [], signal });
        expect(ids(found)!.sort(byId)).toEqual(products.map(({ id }) => id));
        return products.map(({ id }) => id);
      };
      const has = (value: number): Filter => ({ op: 'not', filter: stocked(value) });
      expect(await some.removeWhere(kind('absent'), { signal })).toBe(0);
      expect(await some.removeWhere(stocked(20), { signal })).toBe(4);
      const stays = all.filter((_, n) => n <= 20);
      expect(await left()).toEqual(stays);
      // What has no stock matches the complement.
      expect(await some.removeWhere({ op: 'and', filters: [has(6), kind('phone case')] }, { signal })).toBe(9);
      expect(await left()).toEqual(stays.filter((_, n) => n % 5 !== 0 && n >= 6));
      expect(await some.removeWhere({ op: 'and', filters: [] }, { signal })).toBe(12);
      expect(await left()).toEqual([]);
      await some.close();
      await stores.drop('removing', { signal });
    }, 60_000);

    test(`${filters} random filters: search, page and count find what is meant`, async () => {
      const products = randomProducts(120, 8);
      const random = await stores.open(filterStamp('random'), { signal });
      await random.upsert(products.flatMap(rowOf), { signal });
      await onWritten('random');
      // As they were written; but no store tells 0 from -0.
      const all = { columns: FILTER_FIELDS.map(({ name: field }) => field), signal };
      const [[hits]] = [await random.search([Float32Array.of(1, 2)], { ...all, topK: MOST })];
      const plain = ({ id, fields }: FilteredProduct): FilteredProduct => ({
        id,
        fields: Object.fromEntries(
          Object.entries(fields).map(([field, value]) => [field, typeof value === 'number' ? value + 0 : value]),
        ),
      });
      const written = products.map(plain).sort((a, b) => byId(a.id, b.id));
      expect((await random.page({ ...all, first: MOST })).products.map(plain)).toEqual(written);
      expect(hits!.map(({ product }) => plain(product)).sort((a, b) => byId(a.id, b.id))).toEqual(written);
      const find = async (filter: Filter): Promise<Set<string>> => {
        const options = { filter, columns: [], signal };
        const [[hits], page, count] = await Promise.all([
          random.search([Float32Array.of(1, 2)], { ...options, topK: MOST }),
          random.page({ ...options, first: MOST }),
          random.count({ filter, signal }),
        ]);
        const paged = page.products.map(({ id }) => id);
        expect({ hits: ids(hits)!.sort(byId), count, more: page.hasNext }, JSON.stringify(filter)).toEqual({
          hits: paged,
          count: paged.length,
          more: false,
        });
        return new Set(paged);
      };
      expect(await disagreements(products, randomFilters(filters, 9), find, 4)).toEqual([]);
      await random.close();
      await stores.drop('random', { signal });
    }, 240_000);
  });
}

/** Rows whose category says how they lie to the target: `near` and `far` are the nearest and farthest 1 %, `any` is 1 % drawn blindly. */
function drawnRows(): { rows: Row[]; target: Float32Array } {
  const vectors = randomVectors(DIMENSIONS, 11);
  const target = Float32Array.from(vectors.next().value);
  // Every tenth vector comes again, so that there are ties.
  const drawn = Array.from({ length: ROWS }, () => vectors.next().value);
  const all = drawn.map((vector, n) => (n % 10 === 9 ? drawn[n - 1]! : vector));
  const order = [...all.keys()].sort((a, b) => cosine(all[b]!, target) - cosine(all[a]!, target));
  const category = new Map<number, string>();
  for (const place of order.slice(0, RARE)) category.set(place, 'near');
  for (const place of order.slice(-RARE)) category.set(place, 'far');
  const others = [...all.keys()].filter((place) => !category.has(place));
  for (let n = 0; n < RARE; n += 1) category.set(others[n * Math.floor(others.length / RARE)]!, 'any');
  const rows = all.flatMap((vector, n) =>
    // Names that do not follow the order of the rows.
    rowsOf(`p${(n * 7919) % ROWS}`, [vector], { category: category.get(n) ?? 'common', stock: n % 100 }),
  );
  return { rows, target };
}

/** What an exact reading finds, best first. */
function model(rows: readonly Row[], target: Float32Array, filter: Filter): { productId: ProductId; score: number }[] {
  const holds = predicate(filter);
  return rows
    .filter(({ productId, product }) => holds(({ name }) => (name === 'id' ? productId : product.fields[name]!)))
    .map(({ productId, vector }) => ({ productId, score: cosine(vector, target) }))
    .sort((a, b) => b.score - a.score || byId(a.productId, b.productId));
}

/** The same products by the same scores; those whose cosines differ by less than floats tell apart may change places. */
function agree(hits: readonly Hit[], expected: readonly { productId: ProductId; score: number }[]): void {
  expect(hits).toHaveLength(expected.length);
  for (const [place, { score }] of hits.entries()) expect(score).toBeCloseTo(expected[place]!.score, 5);
  const last = expected.at(-1)!.score;
  const sure = expected.filter(({ score }) => score > last + 1e-5).map(({ productId }) => productId);
  expect(new Set(ids(hits))).toEqual(new Set([...sure, ...ids(hits)!]));
}

const filterStamp = (name: string): CatalogStamp => ({
  ...stampOf(name, 2),
  schema: {
    analyzer: null,
    fields: FILTER_FIELDS.map(({ name: field, kind: type, required, fullText }) => ({
      ...{ name: field, kind: type, required, fullText },
    })),
  },
});

const rowOf = ({ id, fields }: FilteredProduct, place: number): Row[] =>
  rowsOf(id, [[1, place]]).map((row) => ({ ...row, product: { ...row.product, fields } }));
