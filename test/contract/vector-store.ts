import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  ATTRIBUTES,
  type Column,
  fieldsOf,
  IMAGE,
  IMAGES,
  type Product,
  type ProductId,
  type Row,
} from '../../src/catalog/product.ts';
import type { ErrorCode } from '../../src/errors.ts';
import type { CatalogStamp } from '../../src/retrieve/catalog-stamp.ts';
import type { Hit, StoreFactory, VectorStore } from '../../src/retrieve/vector-store.ts';
import { cosine, pictureOf, randomVectors, rowsOf, SHOP, stampOf } from '../retrieve/rows.ts';

const { signal } = new AbortController();
const ALL: readonly Column[] = [...SHOP.fields.map(({ name }) => name), IMAGES, IMAGE, ATTRIBUTES];
/** Of every field but the title. */
const NOTHING = Object.fromEntries(SHOP.fields.slice(1).map(({ name }) => [name, null]));
const failsWith = (code: ErrorCode) => expect.objectContaining({ name: 'MargayError', code });
const ids = (hits: readonly Hit[] | undefined) => hits?.map(({ productId }) => productId);
const at = (degrees: number) => [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180), 0, 0];
const query = (degrees: number) => Float32Array.from(at(degrees));

/** Ids that a careless filter, sort or key would confuse. In ascending order by code unit. */
const STRANGE_IDS = [
  ' leading space',
  '" or 1==1 or "',
  '%',
  "' OR '1'='1",
  'a#1',
  'a#1#0',
  'back\\\\slash"',
  'back\\slash',
  'line\nbreak\ttab',
  '{id}',
  'Ærø–čeština',
  '商品',
  '😀 emoji',
  '\ue000 private use',
  '\uffee half width',
];

export interface StoreContractOptions {
  /** Sequences of the property test. */
  readonly runs?: number;
}

/** What every store promises. `make` opens an empty one; the suite closes it. */
export function vectorStoreContract(
  name: string,
  make: () => Promise<StoreFactory>,
  { runs = 25 }: StoreContractOptions = {},
): void {
  describe(`vector store contract: ${name}`, () => {
    let stores: StoreFactory;
    let shop: VectorStore;
    beforeAll(async () => {
      stores = await make();
      shop = await stores.open(stampOf('shop'), { signal });
      await shop.upsert(
        [
          ...rowsOf('east', [at(0)]),
          // All its pictures lie nearer to 10 degrees than the others' best.
          ...rowsOf('many', [at(40), at(9), at(10), at(11), at(12), at(13), at(14), at(15), at(16), at(17)]),
          ...rowsOf('north', [at(90)], { ...NOTHING, title: '' }),
          // Five that nothing but their ids tells apart.
          ...['tie-c', 'tie-a', 'tie-e', 'tie-b', 'tie-d'].flatMap((id) => rowsOf(id, [at(180)])),
        ],
        { signal },
      );
    });
    afterAll(async () => {
      await shop?.close();
      await stores?.close();
    });

    describe('search', () => {
      test.each([
        [10, 1, 0, ['many']],
        [10, 3, 0, ['many', 'east', 'north']],
        [10, 2, 1, ['east', 'north']],
        [0, 1, 0, ['east']],
        [180, 2, 0, ['tie-a', 'tie-b']],
        [180, 2, 2, ['tie-c', 'tie-d']],
        [180, 3, 4, ['tie-e', 'north', 'many']],
        [180, 1000, 0, ['tie-a', 'tie-b', 'tie-c', 'tie-d', 'tie-e', 'north', 'many', 'east']],
        [180, 5, 8, []],
      ])('at %i degrees, %i from %i: %j', async (degrees, topK, offset, expected) => {
        const [hits] = await shop.search([query(degrees)], { topK, offset, columns: [], signal });
        expect(ids(hits)).toEqual(expected);
      });

      test('the score is the cosine of the best picture, in [-1, 1], and of the vector whatever its length', async () => {
        const [hits] = await shop.search([query(10).map((x) => x * 7)], { topK: 8, columns: [IMAGE], signal });
        const angles: Record<string, number> = { many: 0, east: 10, north: 80 };
        for (const hit of hits!) {
          const expected = Math.cos(((angles[hit.productId] ?? 170) * Math.PI) / 180);
          expect(hit.score).toBeCloseTo(expected, 5);
          expect(Math.abs(hit.score)).toBeLessThanOrEqual(1);
        }
        expect(hits![0]!.image).toEqual(pictureOf('many', 2));
      });

      test('brings the selected columns and no others', async () => {
        for (const columns of [[], ['title'], ['price', IMAGES], ['tags'], [IMAGE], [ATTRIBUTES], ALL] as Column[][]) {
          const [[hit] = []] = await shop.search([query(10)], { topK: 1, columns, signal });
          expect(Object.keys(hit!.product.fields).sort()).toEqual(fieldsOf(columns).sort());
          expect(hit!.product.images !== undefined).toBe(columns.includes(IMAGES));
          expect([hit!.image !== undefined, hit!.attributes !== undefined]).toEqual([
            columns.includes(IMAGE),
            columns.includes(ATTRIBUTES),
          ]);
        }
      });

      test('brings every value as it was written, null too', async () => {
        const [[hit] = []] = await shop.search([query(90)], { topK: 1, columns: ALL, signal });
        expect(hit!.product).toEqual({
          id: 'north',
          fields: { ...NOTHING, title: '' },
          images: [pictureOf('north', 0)],
        });
        expect(hit!.attributes).toEqual({ print: { value: 'print 0', probability: 0.75, confident: true } });
      });

      test('several vectors at once, each with its own product left out', async () => {
        const found = await shop.search([query(10), query(0), query(180), query(90)], {
          topK: 2,
          columns: ['title'],
          exclude: ['many', undefined, 'tie-b', 'absent'],
          signal,
        });
        expect(found.map(ids)).toEqual([
          ['east', 'north'],
          ['east', 'many'],
          ['tie-a', 'tie-c'],
          ['north', 'many'],
        ]);
        expect(found[3]![0]!.product).toEqual({ id: 'north', fields: { title: '' } });
      });

      test('no vector, no answer', async () => {
        expect(await shop.search([], { topK: 1, columns: [], signal })).toEqual([]);
      });

      test.each([
        ['a wrong dimension', [1, 0, 0], 1, 0],
        ['NaN', [Number.NaN, 0, 0, 0], 1, 0],
        ['infinity', [Number.POSITIVE_INFINITY, 0, 0, 0], 1, 0],
        ['zeros', [0, 0, 0, 0], 1, 0],
        ['topK 0', [1, 0, 0, 0], 0, 0],
        ['topK 1001', [1, 0, 0, 0], 1001, 0],
        ['topK and offset 1001', [1, 0, 0, 0], 1, 1000],
        ['a negative offset', [1, 0, 0, 0], 1, -1],
        ['half a topK', [1, 0, 0, 0], 1.5, 0],
      ])('%s is BAD_INPUT', async (_name, vector, topK, offset) => {
        const search = shop.search([query(0), Float32Array.from(vector)], { topK, offset, columns: [], signal });
        await expect(search).rejects.toEqual(failsWith('BAD_INPUT'));
      });
    });

    describe('products', () => {
      test('get: those that are there, the selected columns alone', async () => {
        const found = await shop.get(['north', 'absent', 'many', 'north'], { columns: ['title', 'price'], signal });
        expect(found).toEqual(
          new Map<ProductId, Product>([
            ['north', { id: 'north', fields: { title: '', price: null } }],
            ['many', { id: 'many', fields: { title: 'Title of many', price: 12.5 } }],
          ]),
        );
        expect(await shop.get([], { columns: ['title'], signal })).toEqual(new Map());
      });

      test('get: all pictures in order', async () => {
        const { images } = (await shop.get(['many'], { columns: [IMAGES], signal })).get('many')!;
        expect(images).toEqual(Array.from({ length: 10 }, (_, ordinal) => pictureOf('many', ordinal)));
      });

      test('vectors: the main picture’s', async () => {
        const found = await shop.vectors(['many', 'absent', 'east'], { signal });
        expect([...found.keys()].sort()).toEqual(['east', 'many']);
        expect(cosine(found.get('many')!, at(40))).toBeCloseTo(1, 6);
        expect(found.get('many')).toBeInstanceOf(Float32Array);
      });

      test('sources', async () => {
        expect(await shop.sources(['many', 'absent'], { signal })).toEqual(new Map([['many', 'source of many']]));
      });

      test('count', async () => {
        expect(await shop.count({ signal })).toBe(8);
      });

      test.each([
        [3, undefined, ['east', 'many', 'north'], true],
        [3, 'north', ['tie-a', 'tie-b', 'tie-c'], true],
        [2, 'tie-c', ['tie-d', 'tie-e'], false],
        [3, 'f', ['many', 'north', 'tie-a'], true],
        [8, undefined, ['east', 'many', 'north', 'tie-a', 'tie-b', 'tie-c', 'tie-d', 'tie-e'], false],
        [1, 'tie-e', [], false],
      ])('page: %i after %s', async (first, after, expected, hasNext) => {
        const page = await shop.page({ first, ...(after !== undefined && { after }), columns: ['price'], signal });
        expect(page.products.map(({ id }) => id)).toEqual(expected);
        expect(page.hasNext).toBe(hasNext);
        for (const { fields } of page.products) expect(Object.keys(fields)).toEqual(['price']);
      });

      test.each([
        ['empty', ''],
        ['too long', 'x'.repeat(600)],
        ['half a character', '\ud800'],
        ['NUL', 'a\0b'],
      ])('an id that is %s is BAD_INPUT everywhere', async (_name, id) => {
        const calls = [
          shop.get([id], { columns: [], signal }),
          shop.vectors(['east', id], { signal }),
          shop.sources([id], { signal }),
          shop.remove([id], { signal }),
          shop.page({ first: 1, after: id, columns: [], signal }),
          shop.upsert(rowsOf(id, [at(0)]), { signal }),
        ];
        for (const { reason } of (await Promise.allSettled(calls)) as PromiseRejectedResult[])
          expect(reason).toEqual(failsWith('BAD_INPUT'));
        expect(await shop.count({ signal })).toBe(8);
      });

      test.each([0, 1001, 1.5])('a page of %s is BAD_INPUT', async (first) => {
        await expect(shop.page({ first, columns: [], signal })).rejects.toEqual(failsWith('BAD_INPUT'));
      });
    });

    describe('writing', () => {
      let store: VectorStore;
      beforeAll(async () => {
        store = await stores.open(stampOf('writing'), { signal });
      });
      afterAll(() => store.close());
      afterEach(async () => {
        const { products } = await store.page({ first: 1000, columns: [], signal });
        await store.remove(
          products.map(({ id }) => id),
          { signal },
        );
      });
      const best = async (degrees: number, columns: Column[] = []) =>
        (await store.search([query(degrees)], { topK: 1, columns, signal }))[0]![0];

      test('an empty catalog answers', async () => {
        const empty = await stores.open(stampOf('empty'), { signal });
        expect(await empty.search([query(0)], { topK: 9, columns: ['title'], signal })).toEqual([[]]);
        expect(await empty.count({ signal })).toBe(0);
        expect(await empty.page({ first: 9, columns: ['title'], signal })).toEqual({ products: [], hasNext: false });
        expect(await empty.remove(['a'], { signal })).toBe(0);
        await empty.upsert([], { signal });
        await empty.optimize({ signal });
        await empty.ping({ signal });
        await empty.close();
        await stores.drop('empty', { signal });
      });

      test('a replaced product has its new rows alone, at once', async () => {
        await store.upsert(rowsOf('replaced', [at(0), at(120), at(240)], { title: 'before' }, 'one'), { signal });
        expect((await best(240))!.score).toBeCloseTo(1, 5);
        await store.upsert(rowsOf('replaced', [at(60)], { title: 'after', price: null }, 'two'), { signal });
        const hit = await best(240, ['title', 'price', IMAGES]);
        expect(hit).toEqual({
          productId: 'replaced',
          ordinal: 0,
          score: expect.closeTo(-1, 5),
          product: { id: 'replaced', fields: { title: 'after', price: null }, images: [pictureOf('replaced', 0)] },
        });
        expect(await store.sources(['replaced'], { signal })).toEqual(new Map([['replaced', 'two']]));
        await store.upsert(rowsOf('replaced', [at(60), at(61)]), { signal });
        expect((await best(61))!.score).toBeCloseTo(1, 5);
        expect(await store.count({ signal })).toBe(1);
        expect(await store.remove(['replaced'], { signal })).toBe(1);
      });

      test('remove counts products, each once, and they are gone', async () => {
        await store.upsert([...rowsOf('a', [at(0), at(1)]), ...rowsOf('b', [at(2)]), ...rowsOf('c', [at(3)])], {
          signal,
        });
        expect(await store.remove(['a', 'absent', 'c', 'a'], { signal })).toBe(2);
        expect(await store.count({ signal })).toBe(1);
        expect((await best(0))!.productId).toBe('b');
        expect(await store.get(['a', 'b', 'c'], { columns: [], signal })).toEqual(
          new Map([['b', { id: 'b', fields: {} }]]),
        );
        expect(await store.remove(['b'], { signal })).toBe(1);
        expect(await store.remove([], { signal })).toBe(0);
      });

      test('no id changes what is meant', async () => {
        await store.upsert(
          STRANGE_IDS.toReversed().flatMap((id, place) => rowsOf(id, [at(place * 20)], { title: id, category: id })),
          { signal },
        );
        const page = await store.page({ first: 100, columns: ['title', 'category'], signal });
        expect(page.products).toEqual(STRANGE_IDS.map((id) => ({ id, fields: { title: id, category: id } })));
        for (const [place, id] of STRANGE_IDS.entries()) {
          expect([...(await store.get([id], { columns: [], signal })).keys()]).toEqual([id]);
          expect((await best((STRANGE_IDS.length - 1 - place) * 20))!.productId).toBe(id);
          const { products } = await store.page({ first: 1, after: id, columns: [], signal });
          expect(products.map((product) => product.id)).toEqual(STRANGE_IDS.slice(place + 1, place + 2));
        }
        for (const [place, id] of STRANGE_IDS.entries()) {
          expect(await store.remove([id], { signal })).toBe(1);
          expect(await store.count({ signal })).toBe(STRANGE_IDS.length - 1 - place);
        }
      });

      test.each<[string, Row[]]>([
        ['a wrong dimension', rowsOf('x', [[1, 0, 0]])],
        ['NaN', rowsOf('x', [at(0), [Number.NaN, 0, 0, 0]])],
        ['zeros', rowsOf('x', [[0, 0, 0, 0]])],
        ['a gap between pictures', rowsOf('x', [at(0), at(1), at(2)]).toSpliced(1, 1)],
        ['no main picture', rowsOf('x', [at(0), at(1)]).slice(1)],
        ['a picture twice', [...rowsOf('x', [at(0)]), ...rowsOf('x', [at(1)])]],
      ])('%s is BAD_INPUT, and nothing is written', async (_name, rows) => {
        await expect(store.upsert([...rowsOf('good', [at(0)]), ...rows], { signal })).rejects.toEqual(
          failsWith('BAD_INPUT'),
        );
        expect(await store.count({ signal })).toBe(0);
      });

      test('many writers of one product leave one', async () => {
        await Promise.all(
          Array.from({ length: 12 }, (_, n) => store.upsert(rowsOf('contested', [at(n), at(n + 1)]), { signal })),
        );
        expect(await store.count({ signal })).toBe(1);
        const [hits] = await store.search([query(0)], { topK: 9, columns: [IMAGES], signal });
        expect(hits!.map(({ product }) => product.images!.length)).toEqual([2]);
      });

      test('more ties than a first look brings still come in order of id', async () => {
        const names = Array.from({ length: 60 }, (_, n) => `tie-${String(n).padStart(2, '0')}`);
        // A store that breaks ties by age would answer the last ones.
        for (const some of [names.slice(30), names.slice(0, 30)])
          await store.upsert(
            some.toReversed().flatMap((id) => rowsOf(id, [at(30)])),
            { signal },
          );
        for (const offset of [0, 3, 20])
          expect(ids((await store.search([query(30)], { topK: 3, offset, columns: [], signal }))[0])).toEqual(
            names.slice(offset, offset + 3),
          );
      });

      test('writers that know nothing of each other leave a product once', async () => {
        const handles = await Promise.all(Array.from({ length: 6 }, () => stores.open(stampOf('writing'), { signal })));
        await Promise.all(handles.map((handle, n) => handle.upsert(rowsOf('contested', [at(n)]), { signal })));
        expect(await store.count({ signal })).toBe(1);
        expect(ids((await store.search([query(0)], { topK: 9, columns: [], signal }))[0])).toEqual(['contested']);
        await Promise.all(handles.map((handle) => handle.close()));
      });

      test('a reader finds a product once while it is replaced', async () => {
        await store.upsert([...rowsOf('stays', [at(0), at(5)]), ...rowsOf('other', [at(90)])], { signal });
        let writing = true;
        const writer = (async () => {
          for (let n = 0; n < 8; n++) await store.upsert(rowsOf('stays', n % 2 ? [at(0), at(5)] : [at(0)]), { signal });
          writing = false;
        })();
        while (writing) {
          const [hits] = await store.search([query(0)], { topK: 9, columns: ['title'], signal });
          expect(ids(hits)).toEqual(['stays', 'other']);
          expect((await store.get(['stays'], { columns: [], signal })).size).toBe(1);
        }
        await writer;
      });

      test('pages of a search and of the catalog have no gaps and no repeats', async () => {
        const vectors = randomVectors(4, 7);
        // Every fourth vector comes again, so that ties lie at the pages' edges.
        const drawn = Array.from({ length: 300 }, () => vectors.next().value);
        const rows = drawn.flatMap((_, n) =>
          rowsOf(`p${n}`, n % 5 ? [drawn[n - (n % 4)]!] : [drawn[n - (n % 4)]!, drawn[n]!, drawn[(n * 7) % 300]!]),
        );
        await store.upsert(rows, { signal });
        const model = modelSearch(rows, drawn[3]!);
        const paged: Hit[] = [];
        for (let offset = 0; offset < 300; offset += 25)
          paged.push(
            ...(await store.search([Float32Array.from(drawn[3]!)], { topK: 25, offset, columns: [], signal }))[0]!,
          );
        expect(new Set(ids(paged)).size).toBe(300);
        for (const [place, { productId, score }] of paged.entries()) {
          expect(score).toBeCloseTo(model.get(productId)!, 5);
          const next = paged[place + 1];
          if (next) expect(score > next.score || (score === next.score && productId < next.productId)).toBe(true);
        }
        const walked: ProductId[] = [];
        for (let hasNext = true; hasNext; ) {
          const page = await store.page({
            first: 64,
            ...(walked.length && { after: walked.at(-1)! }),
            columns: [],
            signal,
          });
          walked.push(...page.products.map(({ id }) => id));
          hasNext = page.hasNext;
        }
        expect(walked).toEqual([...new Set(rows.map(({ productId }) => productId))].sort());
        await Promise.all([store.optimize({ signal }), store.optimize({ signal })]);
        const [again] = await store.search([Float32Array.from(drawn[3]!)], { topK: 300, columns: [], signal });
        expect(ids(again)).toEqual(ids(paged));
        expect(await store.remove(walked, { signal })).toBe(300);
      });

      test('any sequence of writes leaves what a plain map would hold', async () => {
        const id = fc.constantFrom('a', 'b', 'c', 'd"', "e'");
        const vector = fc
          .array(fc.integer({ min: -3, max: 3 }), { minLength: 4, maxLength: 4 })
          .filter((v) => v.some((x) => x !== 0));
        const step = fc.oneof(
          fc.record({
            upsert: fc.uniqueArray(fc.tuple(id, fc.array(vector, { minLength: 1, maxLength: 3 })), {
              minLength: 1,
              maxLength: 3,
              selector: ([productId]) => productId,
            }),
          }),
          fc.record({ remove: fc.array(id, { maxLength: 3 }) }),
        );
        await fc.assert(
          fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), vector, async (steps, target) => {
            const model = new Map<ProductId, Row[]>();
            for (const taken of steps)
              if ('upsert' in taken) {
                const products = taken.upsert.map(([productId, vectors]) => rowsOf(productId, vectors));
                await store.upsert(products.flat(), { signal });
                for (const rows of products) model.set(rows[0]!.productId, rows);
              } else {
                const gone = new Set(taken.remove.filter((productId) => model.delete(productId)));
                expect(await store.remove(taken.remove, { signal })).toBe(gone.size);
              }
            const expected = modelSearch([...model.values()].flat(), target);
            const [hits] = await store.search([Float32Array.from(target)], { topK: 9, columns: [IMAGES], signal });
            expect(new Set(ids(hits))).toEqual(new Set(model.keys()));
            for (const { productId, score, product } of hits!) {
              expect(score).toBeCloseTo(expected.get(productId)!, 5);
              expect(product.images).toHaveLength(model.get(productId)!.length);
            }
            expect(await store.count({ signal })).toBe(model.size);
            const page = await store.page({ first: 9, columns: [], signal });
            expect(page.products.map((product) => product.id)).toEqual([...model.keys()].sort());
            await store.remove([...model.keys()], { signal });
          }),
          { numRuns: runs },
        );
      });
    });

    describe('waiting', () => {
      test('an aborted signal rejects with its reason, before and during a call', async () => {
        const reason = new Error('the client left');
        const calls: ((signal: AbortSignal) => Promise<unknown>)[] = [
          (given) => shop.search([query(0)], { topK: 1, columns: [], signal: given }),
          (given) => shop.get(['east'], { columns: [], signal: given }),
          (given) => shop.vectors(['east'], { signal: given }),
          (given) => shop.sources(['east'], { signal: given }),
          (given) => shop.page({ first: 1, columns: [], signal: given }),
          (given) => shop.count({ signal: given }),
          (given) => shop.upsert(rowsOf('east', [at(0)]), { signal: given }),
          (given) => shop.remove(['absent'], { signal: given }),
          (given) => shop.optimize({ signal: given }),
          (given) => shop.ping({ signal: given }),
          (given) => stores.stamp('shop', { signal: given }),
          (given) => stores.open(stampOf('shop'), { signal: given }),
          (given) => stores.drop('absent', { signal: given }),
        ];
        for (const call of calls) {
          await expect(call(AbortSignal.abort(reason))).rejects.toBe(reason);
          const controller = new AbortController();
          const pending = call(controller.signal);
          controller.abort(reason);
          await expect(pending).rejects.toBe(reason);
        }
        expect(await shop.count({ signal })).toBe(8);
      });
    });

    describe('catalogs', () => {
      test('stamp: null before, what was opened with after, null once dropped', async () => {
        expect(await stores.stamp('stamped', { signal })).toBeNull();
        const store = await stores.open(stampOf('stamped', 6), { signal });
        expect(store.dimensions).toBe(6);
        expect(store.kind).toBe(stores.kind);
        expect(await stores.stamp('stamped', { signal })).toEqual(stampOf('stamped', 6));
        await store.close();
        await stores.drop('stamped', { signal });
        await stores.drop('stamped', { signal });
        expect(await stores.stamp('stamped', { signal })).toBeNull();
      });

      test('a catalog opened again holds its products; dropped and opened, none', async () => {
        const first = await stores.open(stampOf('again'), { signal });
        await first.upsert(rowsOf('a', [at(0)]), { signal });
        await first.close();
        const second = await stores.open(stampOf('again'), { signal });
        expect(ids((await second.search([query(0)], { topK: 1, columns: [], signal }))[0])).toEqual(['a']);
        await stores.drop('again', { signal });
        await expect(second.search([query(0)], { topK: 1, columns: [], signal })).rejects.toEqual(
          failsWith('STORE_UNAVAILABLE'),
        );
        await expect(second.ping({ signal })).rejects.toEqual(failsWith('STORE_UNAVAILABLE'));
        const third = await stores.open(stampOf('again'), { signal });
        expect(await third.count({ signal })).toBe(0);
        // The handle from before the drop finds the catalog that took its place, since their stamps agree.
        await third.upsert(rowsOf('b', [at(0)]), { signal });
        expect(ids((await second.search([query(0)], { topK: 1, columns: [], signal }))[0])).toEqual(['b']);
        await second.close();
        await third.close();
        await stores.drop('again', { signal });
      });

      test.each<[string, Partial<CatalogStamp>]>([
        ['another fingerprint', { fingerprint: 'encoder-b image' }],
        ['another dimension', { dimensions: 5 }],
      ])('%s is CATALOG_MISMATCH, and the catalog stays', async (_name, other) => {
        await expect(stores.open({ ...stampOf('shop'), ...other }, { signal })).rejects.toEqual(
          failsWith('CATALOG_MISMATCH'),
        );
        expect(await stores.stamp('shop', { signal })).toEqual(stampOf('shop'));
        expect(await shop.count({ signal })).toBe(8);
      });

      test('a store whose catalog was made anew by another encoder refuses to search', async () => {
        const before = await stores.open(stampOf('swapped'), { signal });
        await before.upsert(rowsOf('a', [at(0)]), { signal });
        await stores.drop('swapped', { signal });
        const after = await stores.open({ ...stampOf('swapped'), fingerprint: 'encoder-b image' }, { signal });
        await after.upsert(rowsOf('a', [at(0)]), { signal });
        // A search may take the stamp of a second ago; a write never does.
        await expect
          .poll(() => before.search([query(0)], { topK: 1, columns: [], signal }).catch((error) => error), {
            timeout: 3000,
          })
          .toEqual(failsWith('CATALOG_MISMATCH'));
        await expect(before.upsert(rowsOf('b', [at(0)]), { signal })).rejects.toEqual(failsWith('CATALOG_MISMATCH'));
        await before.close();
        await after.close();
        await stores.drop('swapped', { signal });
      });

      test.each(['', 'Upper', '../up', 'a b', 'x'.repeat(64)])('the name %j is BAD_INPUT', async (name) => {
        await expect(stores.stamp(name, { signal })).rejects.toEqual(failsWith('BAD_INPUT'));
        await expect(stores.open(stampOf(name), { signal })).rejects.toEqual(failsWith('BAD_INPUT'));
        await expect(stores.drop(name, { signal })).rejects.toEqual(failsWith('BAD_INPUT'));
      });
    });
  });
}

/** The cosine of each product's best picture. */
function modelSearch(rows: readonly Row[], target: readonly number[]): Map<ProductId, number> {
  const best = new Map<ProductId, number>();
  for (const { productId, vector } of rows)
    best.set(productId, Math.max(best.get(productId) ?? -1, cosine(vector, target)));
  return best;
}
