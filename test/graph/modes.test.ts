import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readDefinition } from '../../src/catalog/read-definition.ts';
import { schemaOf } from '../../src/retrieve/catalog-stamp.ts';
import { DEMO_DEFINITION } from '../demo-definition.ts';
import { type Door, idOf, openDoor } from '../door.ts';
import { MemoryStores } from '../fakes.ts';
import { drawnPicture } from '../pictures.ts';

let door: Door;
let photo: Uint8Array;
beforeAll(async () => {
  door = await openDoor({}, { definition: DEMO_DEFINITION });
  photo = await drawnPicture();
});
afterAll(() => door[Symbol.asyncDispose]());
afterEach(() => {
  door.stores.store.asked.length = 0;
  door.encoder.calls.length = 0;
  door.reranker.ranked.length = 0;
});

const SEARCH = `query ($text: String, $image: Upload, $mode: RetrievalMode!, $topK: Int! = 9, $offset: Int! = 0, $filter: ProductFilter) {
  search(text: $text, image: $image, mode: $mode, topK: $topK, offset: $offset, filter: $filter) {
    scoreKind
    hits { rank score product { id title } }
  }
}`;
interface Hits {
  scoreKind: string;
  hits: { rank: number; score: number; product: { id: string; title: string } }[];
}
const search = async (variables: Record<string, unknown>): Promise<Hits> => {
  const { data, errors } = await door.ask(SEARCH, variables);
  expect(errors).toBeUndefined();
  return data.search;
};
const ids = ({ hits }: Hits) => hits.map(({ product }) => product.id);
const called = () => door.stores.store.asked.map(({ call }) => call).sort();

describe('modes', () => {
  test.each([
    ['DENSE', 'COSINE', ['search'], 1],
    ['FULL_TEXT', 'BM25', ['searchText'], 0],
    ['HYBRID', 'RRF', ['rows', 'search', 'searchText'], 1],
  ])('%s: scores are %s, and no more is asked than it takes', async (mode, scoreKind, calls, embedded) => {
    const found = await search({ text: 'product 7', mode });
    expect(found.scoreKind).toBe(scoreKind);
    expect(found.hits).toHaveLength(9);
    expect(called()).toEqual(calls);
    expect(door.encoder.calls).toHaveLength(embedded);
    for (const { product } of found.hits) expect(product.title).toBe(`Product ${Number(product.id.slice(1))}`);
  });

  test.each<[string, { text?: string; image?: boolean }, string]>([
    ['words alone', { text: 'product 7' }, 'RRF'],
    ['words and a picture', { text: 'product 7', image: true }, 'COSINE'],
    ['a picture alone', { image: true }, 'COSINE'],
  ])('AUTO, %s', async (_name, { image, ...variables }, scoreKind) => {
    const asked = { ...variables, mode: 'AUTO' };
    const { data, errors } = await (image ? door.upload(SEARCH, photo, asked) : door.ask(SEARCH, asked));
    expect(errors).toBeUndefined();
    expect(data.search.scoreKind).toBe(scoreKind);
  });

  test('FULL_TEXT finds what has the words, the most of them first', async () => {
    const found = await search({ text: 'PRODUCT 7', mode: 'FULL_TEXT' });
    expect(ids(found)).toEqual([7, 0, 1, 2, 3, 4, 5, 6, 8].map(idOf));
    expect(found.hits.slice(0, 2).map(({ score }) => score)).toEqual([2, 1]);
    expect(await search({ text: 'unicorn', mode: 'FULL_TEXT' })).toEqual({ scoreKind: 'BM25', hits: [] });
  });

  test('HYBRID adds up the places of both lists', async () => {
    const all = { text: 'product 7', topK: 30 };
    const [dense, words, both] = [
      ids(await search({ ...all, mode: 'DENSE' })),
      ids(await search({ ...all, mode: 'FULL_TEXT' })),
      await search({ ...all, mode: 'HYBRID' }),
    ];
    for (const { score, product } of both.hits)
      expect(score).toBeCloseTo(1 / (61 + dense.indexOf(product.id)) + 1 / (61 + words.indexOf(product.id)), 12);
    const expected = both.hits.toSorted((a, b) => b.score - a.score || (a.product.id < b.product.id ? -1 : 1));
    expect(both.hits).toEqual(expected);
    // What has none of the words is found by its picture.
    expect(ids(await search({ text: 'unicorn', mode: 'HYBRID', topK: 30 })).toSorted()).toEqual(dense.toSorted());
  });

  test.each(['DENSE', 'FULL_TEXT', 'HYBRID'])('%s: pages have no gaps and no repeats', async (mode) => {
    const whole = await search({ text: 'product 7 8 21', mode, topK: 30 });
    const paged: Hits['hits'] = [];
    for (let offset = 0; offset < 30; offset += 7)
      paged.push(...(await search({ text: 'product 7 8 21', mode, topK: 7, offset })).hits);
    expect(whole.hits).toHaveLength(30);
    expect(paged).toEqual(whole.hits);
    expect((await search({ text: 'product', mode, topK: 100, offset: 900 })).hits).toEqual([]);
  });

  test.each(['DENSE', 'FULL_TEXT', 'HYBRID'])('%s: only what the filter keeps', async (mode) => {
    const filter = { price: { gte: 2.5 } };
    const found = await search({ text: 'product 7', mode, topK: 30, filter });
    expect(ids(found).toSorted()).toEqual([25, 26, 27, 28, 29].map(idOf));
  });

  test('with FULL_TEXT a picture is not searched by, but it is kept and described', async () => {
    const query = `query ($image: Upload) {
      search(text: "product 7", image: $image, mode: FULL_TEXT) { scoreKind image { id } queryCaption hits { product { id } } }
    }`;
    const { data, errors } = await door.upload(query, photo);
    expect(errors).toBeUndefined();
    expect(data.search).toMatchObject({ scoreKind: 'BM25', image: { id: expect.any(String) }, queryCaption: 'A cat.' });
    expect(data.search.hits[0].product.id).toBe(idOf(7));
    expect(called()).toEqual(['searchText']);
  });

  test.each(['FULL_TEXT', 'HYBRID'])(
    'a rerank after %s is a whole permutation, told that scores are no cosines',
    async (mode) => {
      const query = `{ search(text: "product 7", mode: ${mode}) { hits { product { id } } reranked { score product { id } } rerank { status } } }`;
      const { data, errors } = await door.ask(query);
      expect(errors).toBeUndefined();
      expect(data.search.rerank.status).toBe('APPLIED');
      expect(data.search.reranked.map(({ product }: { product: { id: string } }) => product.id)).toEqual(
        data.search.hits.map(({ product }: { product: { id: string } }) => product.id).toReversed(),
      );
      // The fake compares attributes, so the query is embedded for it.
      expect(door.encoder.calls).toHaveLength(1);
      expect(door.reranker.ranked[0]!.candidates.map(({ isCosine }) => isCosine)).toEqual(new Array(9).fill(false));
    },
  );
});

describe('what can not be looked for is refused before anything is spent', () => {
  const refused = (message: RegExp) => [
    expect.objectContaining({
      message: expect.stringMatching(message),
      path: ['search'],
      extensions: expect.objectContaining({
        code: 'BAD_INPUT',
        argument: 'mode',
        remedy: expect.stringMatching(/DENSE/),
      }),
    }),
  ];

  test.each(['FULL_TEXT', 'HYBRID'])('%s of a picture alone', async (mode) => {
    const { data, errors } = await door.upload(SEARCH, photo, { mode });
    expect(data).toEqual({ search: null });
    expect(errors).toEqual(refused(/no words|none were sent/));
    expect(door.stores.store.asked).toEqual([]);
  });

  test('where the catalog has no full text', async () => {
    const definition = readDefinition(
      'type Product { id: ID! @key title: String! @title images: [Image!]! @image }',
      'catalog.graphql',
    );
    const stores = new MemoryStores();
    await using plain = await openDoor({}, { definition, stores, products: 3 });
    for (const mode of ['FULL_TEXT', 'HYBRID']) {
      const { errors } = await plain.ask(`{ search(text: "product", mode: ${mode}) { hits { score } } }`);
      expect(errors).toEqual(refused(/no full text/));
    }
    const { data } = await plain.ask(
      '{ auto: search(text: "product") { scoreKind } dense: search(text: "product", mode: DENSE) { scoreKind } }',
    );
    expect(data).toEqual({ auto: { scoreKind: 'COSINE' }, dense: { scoreKind: 'COSINE' } });
  });

  test('a store that lacks the analyzer stops the start, and says which it has', async () => {
    for (const [has, remedy] of [
      [[], /Leave @fullText out/],
      [['CHINESE'], /Take one of CHINESE/],
    ] as const) {
      const stores = new MemoryStores();
      stores.has = has;
      stores.stored = { name: 'own', dimensions: 8, fingerprint: 'f', schema: schemaOf(DEMO_DEFINITION) };
      await expect(openDoor({}, { stores, definition: DEMO_DEFINITION })).rejects.toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringMatching(/full text.*title/),
        remedy: expect.stringMatching(remedy),
      });
    }
  });
});
