import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Analyzer, FieldValue } from '../../src/catalog/definition.ts';
import { IMAGE, type ProductId, type Row } from '../../src/catalog/product.ts';
import type { CatalogStamp } from '../../src/retrieve/catalog-stamp.ts';
import type { Filter } from '../../src/retrieve/filter.ts';
import type { Hit, StoreFactory, VectorStore } from '../../src/retrieve/vector-store.ts';
import { pictureOf, rowsOf, SHOP, stampOf } from '../retrieve/rows.ts';

const { signal } = new AbortController();
const ids = (hits: readonly Hit[]) => hits.map(({ productId }) => productId);
const ONE = [1, 0, 0, 0];

/** Title, category and tags are found by their words; the price is there to filter by. */
const written = (name: string, analyzer: Analyzer | null): CatalogStamp => ({
  ...stampOf(name),
  schema: {
    analyzer,
    fields: SHOP.fields.map((field) => ({
      ...field,
      fullText: analyzer !== null && ['title', 'category', 'tags'].includes(field.name),
    })),
  },
});

const product = (id: ProductId, title: string, more: Record<string, FieldValue> = {}, pictures = 1): Row[] =>
  rowsOf(id, new Array(pictures).fill(ONE), { title, category: null, tags: null, price: 10, ...more });

const cheap: Filter = { op: 'lt', field: { name: 'price', kind: 'Float' }, value: 5 };

/** What query languages make something of, and words that they take for operators. */
const SIGNS = [
  ...[
    '"',
    "'",
    '+',
    '-',
    '*',
    '~',
    '^2',
    '?',
    '\\',
    '/',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ':',
    '&&',
    '||',
    '!',
    '=',
    '\n',
  ],
  ...[
    ' AND ',
    ' OR ',
    ' NOT ',
    ' TO ',
    ' and ',
    'title:',
    'text:',
    '_score',
    'fox*',
    'f?x',
    '"red fox"~2',
    ' ',
    '🦊',
    '%',
  ],
];

/** What every store with full text promises, and that the others say they have none. */
export function fullTextContract(
  name: string,
  make: () => Promise<StoreFactory>,
  { analyzers, runs = 60 }: { analyzers: readonly Analyzer[]; runs?: number },
): void {
  describe(`full text contract: ${name}`, () => {
    let stores: StoreFactory;
    beforeAll(async () => {
      stores = await make();
    });
    afterAll(() => stores?.close());

    test('says which analyzers it has', async () => {
      expect([...(await stores.analyzers({ signal }))].sort()).toEqual([...analyzers].sort());
    });

    test('a catalog without full text says so', async () => {
      const store = await stores.open(written('wordless', null), { signal });
      await expect(store.searchText('fox', { topK: 1, columns: [], signal })).rejects.toMatchObject({
        name: 'MargayError',
        code: 'BAD_INPUT',
      });
      await store.close();
      await stores.drop('wordless', { signal });
    });

    if (analyzers.length === 0) return;

    describe('STANDARD', () => {
      let store: VectorStore;
      const found = async (text: string, options: { topK?: number; offset?: number; filter?: Filter } = {}) =>
        ids(await store.searchText(text, { topK: 100, columns: [], signal, ...options }));
      const words = new Map<ProductId, string>([
        ['dog', "a dog, fox-hunter 3.5 don't"],
        ['empty', ''],
        ['fox-1', 'A quick red fox'],
        ['fox-2', 'Lazy FOX, foxes'],
        ['joined', 'salt AND pepper, to or_not'],
        ['signs', '!!! … ?'],
        ['tagged', 'Thing zebra print fox'],
        ['told', 'Other thing the zebra'],
        ['Ærø', 'Crème brûlée'],
      ]);
      beforeAll(async () => {
        store = await stores.open(written('words', 'STANDARD'), { signal });
        await store.upsert(
          [
            ...product('dog', words.get('dog')!, { price: 1 }),
            ...product('empty', ''),
            ...product('fox-1', words.get('fox-1')!),
            ...product('fox-2', words.get('fox-2')!, {}, 5),
            ...product('joined', words.get('joined')!),
            ...product('signs', words.get('signs')!),
            ...product('tagged', 'Thing', { tags: ['zebra print', 'fox'], price: 1 }),
            ...product('told', 'Other thing', { category: 'the zebra' }),
            // The accents written apart are the same word.
            ...product('Ærø', words.get('Ærø')!.normalize('NFD')),
          ],
          { signal },
        );
      });
      afterAll(async () => {
        await store?.close();
        await stores.drop('words', { signal });
      });

      test.each<[string, ProductId[]]>([
        ['fox', ['dog', 'fox-1', 'fox-2', 'tagged']],
        ['FOX', ['dog', 'fox-1', 'fox-2', 'tagged']],
        ['foxes', ['fox-2']],
        ['zebra', ['tagged', 'told']],
        ['zebra dog', ['dog', 'tagged', 'told']],
        ['hunter', ['dog']],
        ['3', ['dog']],
        ['don', ['dog']],
        ['crème', ['Ærø']],
        ['BRÛLÉE', ['Ærø']],
        ['creme', []],
        ['unicorn', []],
        ['or', ['joined']],
        ['', []],
        [' \n', []],
        ['!!! … ?', []],
        ['🦊', []],
        ['price', []],
        ['10', []],
      ])('%j is in %j', async (text, expected) => {
        expect((await found(text)).toSorted()).toEqual(expected);
      });

      test('the score is positive, falls along the list, and a product with many pictures is one document', async () => {
        const hits = await store.searchText('red fox', { topK: 9, columns: ['price', IMAGE], signal });
        expect(hits[0]).toMatchObject({ productId: 'fox-1', ordinal: 0, product: { fields: { price: 10 } } });
        for (const [place, { score, productId, image }] of hits.entries()) {
          expect(score).toBeGreaterThan(0);
          expect(score).toBeLessThanOrEqual(hits[place - 1]?.score ?? Number.POSITIVE_INFINITY);
          expect(image).toEqual(pictureOf(productId, 0));
        }
        expect(new Set(ids(hits)).size).toBe(hits.length);
      });

      test.each<[{ topK: number; offset?: number; filter: Filter }]>([
        [{ topK: 1, filter: cheap }],
        [{ topK: 1, offset: 1, filter: cheap }],
        [{ topK: 9, filter: cheap }],
      ])('a filter is asked before, not after: %j', async (options) => {
        const all = (await found('fox')).filter((id) => id === 'dog' || id === 'tagged');
        const { topK, offset = 0 } = options;
        expect(await found('fox', options)).toEqual(all.slice(offset, offset + topK));
      });

      test.each([
        [0, 0],
        [1001, 0],
        [1, 1000],
        [1, -1],
      ])('topK %i from %i is BAD_INPUT', async (topK, offset) => {
        await expect(found('fox', { topK, offset })).rejects.toMatchObject({ code: 'BAD_INPUT', argument: 'topK' });
      });

      test('no text is an operator: it finds what has one of its words', async () => {
        const part = fc.oneof(
          { weight: 3, arbitrary: fc.constantFrom(...SIGNS) },
          { weight: 2, arbitrary: fc.constantFrom('fox', 'red', 'zebra', 'Thing', 'pepper', 'dog') },
          { weight: 1, arbitrary: fc.string({ maxLength: 6 }) },
        );
        const read = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
        await fc.assert(
          fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (parts) => {
            const text = parts.join('');
            const asked = new Set(read(text.normalize('NFC')));
            const expected = [...words].filter(([, title]) => read(title).some((word) => asked.has(word)));
            expect((await found(text)).toSorted(), JSON.stringify(text)).toEqual(expected.map(([id]) => id).toSorted());
          }),
          { numRuns: runs },
        );
      });

      test('an aborted signal rejects with its reason', async () => {
        const reason = new Error('the client left');
        const gone = store.searchText('fox', { topK: 1, columns: [], signal: AbortSignal.abort(reason) });
        await expect(gone).rejects.toBe(reason);
      });
    });

    describe('writing', () => {
      let store: VectorStore;
      beforeAll(async () => {
        store = await stores.open(written('writing_words', 'STANDARD'), { signal });
      });
      afterAll(async () => {
        await store?.close();
        await stores.drop('writing_words', { signal });
      });
      const found = async (text: string) => ids(await store.searchText(text, { topK: 100, columns: [], signal }));

      test('an empty catalog answers; what was written is found at once, before an index holds it and after', async () => {
        expect(await found('fox')).toEqual([]);
        await store.upsert([...product('a', 'red fox', {}, 2), ...product('b', 'fox')], { signal });
        expect((await found('fox')).toSorted()).toEqual(['a', 'b']);
        await store.optimize({ signal });
        await store.upsert([...product('a', 'a zebra'), ...product('c', 'late fox')], { signal });
        for (const settle of [async () => {}, () => store.optimize({ signal })]) {
          await settle();
          expect((await found('fox')).toSorted()).toEqual(['b', 'c']);
          expect(await found('zebra')).toEqual(['a']);
          expect(await found('red')).toEqual([]);
        }
        await store.remove(['b'], { signal });
        expect(await found('fox')).toEqual(['c']);
        const again = await stores.open(written('writing_words', 'STANDARD'), { signal });
        expect(ids(await again.searchText('late', { topK: 1, columns: [], signal }))).toEqual(['c']);
        await again.close();
        await store.remove(['a', 'c'], { signal });
        expect(await found('fox zebra')).toEqual([]);
      });

      test('pages have no gaps and no repeats, ties come by id', async () => {
        const names = Array.from({ length: 120 }, (_, n) => `p${String((n * 77) % 120).padStart(3, '0')}`);
        const titled = (id: string, n: number) => product(id, n % 3 ? 'cup' : `red cup ${'of tea '.repeat(n % 4)}`);
        await store.upsert(names.slice(0, 70).flatMap(titled), { signal });
        await store.optimize({ signal });
        await store.upsert(
          names.slice(70).flatMap((id, n) => titled(id, n + 70)),
          { signal },
        );
        const whole = await store.searchText('red cup', { topK: 200, columns: [], signal });
        expect(whole).toHaveLength(120);
        for (const [place, { productId, score }] of whole.entries()) {
          const next = whole[place + 1];
          if (next) expect(score > next.score || (score === next.score && productId < next.productId)).toBe(true);
        }
        const paged: ProductId[] = [];
        for (let offset = 0; offset < 120; offset += 7)
          paged.push(...ids(await store.searchText('red cup', { topK: 7, offset, columns: [], signal })));
        expect(paged).toEqual(ids(whole));
        await store.remove(names, { signal });
      });

      test('of a very long text the beginning is found', async () => {
        const filler = (word: string) => Array.from({ length: 4_000 }, (_, n) => `${word}${n}`).join(' ');
        await store.upsert(product('long', `first ${filler('alpha')}`, { category: `${filler('beta')} needle` }), {
          signal,
        });
        expect(await found('first')).toEqual(['long']);
        expect(await found('beta1000')).toEqual(['long']);
        expect(await found('needle')).toEqual([]);
        const { fields } = (await store.get(['long'], { columns: ['category'], signal })).get('long')!;
        expect(String(fields.category)).toMatch(/ needle$/);
        await store.remove(['long'], { signal });
      });
    });

    const read: [Analyzer, string, string, boolean][] = [
      ['ENGLISH', 'the running foxes', 'fox', true],
      ['ENGLISH', 'the running foxes', 'RUN', true],
      ['ENGLISH', 'the running foxes', 'the', false],
      ['ENGLISH', 'the running foxes', 'horse', false],
      ['CHINESE', '红色的狐狸手机壳，T恤 Red', '狐狸', true],
      ['CHINESE', '红色的狐狸手机壳，T恤 Red', '红色', true],
      ['CHINESE', '红色的狐狸手机壳，T恤 Red', '手机', true],
      ['CHINESE', '红色的狐狸手机壳，T恤 Red', 'RED', true],
      ['CHINESE', '红色的狐狸手机壳，T恤 Red', '我要狐狸图案', true],
      ['CHINESE', '红色的狐狸手机壳，T恤 Red', '蓝色', false],
      ['CHINESE', '红色的狐狸手机壳，T恤 Red', '，', false],
    ];
    test.each(read.filter(([analyzer]) => analyzers.includes(analyzer)))(
      '%s: %j by %j: %j',
      async (analyzer, title, text, expected) => {
        const named = `words_${analyzer.toLowerCase()}`;
        const store = await stores.open(written(named, analyzer), { signal });
        await store.upsert(product('it', title), { signal });
        for (const settle of [async () => {}, () => store.optimize({ signal })]) {
          await settle();
          const hits = await store.searchText(text, { topK: 1, columns: [], signal });
          expect(ids(hits)).toEqual(expected ? ['it'] : []);
        }
        await store.close();
      },
    );
  });
}
