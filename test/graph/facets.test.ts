import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MargayError } from '../../src/errors.ts';
import { toQuery } from '../../src/search/query.ts';
import { type Stages, search } from '../../src/search/search.ts';
import { DEMO_DEFINITION } from '../demo-definition.ts';
import { type Door, openDoor } from '../door.ts';
import { FakeEncoder, MemoryStore } from '../fakes.ts';

const COLORS = ['red', 'blue', null];
const FACETS = 'facets { field values { value count } }';
const DEMO_FACETS = ['category', 'print', 'color'];

let door: Door;
beforeAll(async () => {
  door = await openDoor();
  // A third of the 30 products each, and two of every five are cases.
  for (const row of door.stores.store.stored) {
    const place = Number(row.productId.slice(1));
    Object.assign(row.product.fields, { color: COLORS[place % 3], category: place % 5 < 2 ? 'case' : 'mug' });
  }
});
afterAll(() => door[Symbol.asyncDispose]());
beforeEach(() => {
  door.stores.store.asked.length = 0;
});
afterEach(() => {
  delete (door.stores.store as { search?: unknown }).search;
});

const columns = () => door.stores.store.asked.map((asked) => asked.columns);

describe('facets', () => {
  test.each([
    [
      'the whole of a small catalog',
      '',
      [
        ['mug', 18],
        ['case', 12],
      ],
      [
        ['blue', 10],
        ['red', 10],
      ],
    ],
    [
      'what matches alone',
      ', filter: { category: { eq: "case" } }',
      [['case', 12]],
      [
        ['blue', 4],
        ['red', 4],
      ],
    ],
    [
      'a page changes nothing',
      ', topK: 1, offset: 40',
      [
        ['mug', 18],
        ['case', 12],
      ],
      [
        ['blue', 10],
        ['red', 10],
      ],
    ],
    ['nothing found', ', filter: { id: { in: [] } }', [], []],
  ])('%s', async (_name, more, category, color) => {
    const { data, errors } = await door.ask(`{ search(text: "x"${more}) { ${FACETS} } }`);
    expect(errors).toBeUndefined();
    const told = (values: unknown[][]) => values.map(([value, count]) => ({ value, count }));
    expect(data.search.facets).toEqual([
      { field: 'category', values: told(category) },
      { field: 'print', values: [] },
      { field: 'color', values: told(color) },
    ]);
    // No hit is shown: their search is the only one.
    expect(columns()).toEqual([DEMO_FACETS]);
  });

  test.each([
    ['not selected', 'hits { rank }', [[]]],
    ['skipped', `hits { rank } ${FACETS.replace('facets', 'facets @skip(if: true)')}`, [[]]],
    ['within a fragment left out', `hits { rank } ... @include(if: false) { ${FACETS} }`, [[]]],
    ['selected twice', `hits { rank } ${FACETS} again: ${FACETS}`, [DEMO_FACETS, []]],
    ['beside the columns of a page', `hits { product { title } } ${FACETS}`, [DEMO_FACETS, ['title']]],
  ])('%s: what the store is asked', async (_name, selection, asked) => {
    const { errors } = await door.ask(`{ search(text: "x") { ${selection} } }`);
    expect(errors).toBeUndefined();
    expect(columns()).toEqual(asked);
  });

  test.each([
    ['FULL_TEXT', 1],
    ['HYBRID', 30],
    ['DENSE', 30],
  ])('of %s are those of its own candidates: %i', async (mode, size) => {
    await using worded = await openDoor({}, { definition: DEMO_DEFINITION });
    // One title has the word.
    const { data, errors } = await worded.ask(`{ search(text: "7", mode: ${mode}) { ${FACETS} hits { relevant } } }`);
    expect(errors).toBeUndefined();
    const [{ values }] = data.search.facets;
    expect(values.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(size);
  });

  test('run beside the search for the page, and deferred ones after it', async () => {
    const { store } = door.stores;
    const real = store.search.bind(store);
    let open = 0;
    let most = 0;
    store.search = async (...given) => {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setTimeout(resolve, 20));
      open -= 1;
      return real(...given);
    };
    await door.ask(`{ search(text: "x") { hits { rank } ${FACETS} } }`);
    expect(most).toBe(2);
    most = 0;
    const response = await door.post(
      { query: `{ search(text: "x") { hits { rank } ... @defer { ${FACETS} } } }` },
      { accept: 'multipart/mixed' },
    );
    const parts = (await response.text()).split('\r\n---').filter((part) => part.includes('{'));
    expect(parts[0]).toContain('"hits"');
    expect(parts[0]).not.toContain('"facets"');
    expect(parts.slice(1).join()).toContain('{"value":"mug","count":18}');
    expect(most).toBe(1);
  });

  test('that fail leave the hits alone', async () => {
    const { store } = door.stores;
    const real = store.search.bind(store);
    store.search = async (vectors, options) => {
      if (options.topK === 1_000) throw new MargayError('STORE_UNAVAILABLE', 'The store is gone.');
      return real(vectors, options);
    };
    const { data, errors } = await door.ask(`{ search(text: "x") { hits { rank } ${FACETS} } }`);
    expect(data.search.hits).toHaveLength(9);
    expect(data.search.facets).toBeNull();
    expect(errors).toMatchObject([{ path: ['search', 'facets'], extensions: { code: 'STORE_UNAVAILABLE' } }]);
  });

  test('of a catalog that counts nothing are none, and ask nothing', async () => {
    const store = new MemoryStore();
    const fields = DEMO_DEFINITION.fields.map((field) => ({ ...field, facet: false }));
    const stages = { encoder: new FakeEncoder(), definition: { ...DEMO_DEFINITION, fields }, store: () => store };
    const plan = { hits: false, columns: [], ranking: false, rationale: false, reasons: false, caption: false };
    const query = toQuery({ text: 'x', topK: 9, offset: 0, rerank: false, rerankDepth: 9, mode: 'DENSE' });
    const { signal } = new AbortController();
    const given = { ...stages, embed: 'image', reranker: null, timeoutMs: 1_000 } as unknown as Stages;
    const found = await search(query, plan, given, { signal, allowance: undefined });
    expect(await found.facets()).toEqual([]);
    expect([store.asked, stages.encoder.calls]).toEqual([[], []]);
  });
});

describe('relevant', () => {
  const HITS = 'hits { score relevant }';
  type Told = { score: number; relevant: boolean | null }[];
  const info = new FakeEncoder().info;
  afterEach(() => Object.assign(door.encoder, { info }));
  const calibrate = (relevance: object) => Object.assign(door.encoder, { info: { ...info, relevance } });

  test('null where nothing was calibrated, of this way to embed products or of this kind of query', async () => {
    for (const relevance of [undefined, {}, { 'image+title': { text: 0 } }, { image: { picture: 0, joint: 0 } }]) {
      Object.assign(door.encoder, { info: { ...info, relevance } });
      const { data } = await door.ask(`{ search(text: "x") { ${HITS} } }`);
      expect(data.search.hits.map(({ relevant }: Told[number]) => relevant)).toEqual(Array(9).fill(null));
    }
  });

  test('each kind of query by its own threshold, from which on a hit is relevant', async () => {
    const { data } = await door.ask(`{ search(text: "x") { ${HITS} } }`);
    const threshold = data.search.hits[4].score;
    calibrate({ image: { text: threshold, picture: -0.99, joint: 0.99 } });
    const asked = async (args: string) => {
      const answer = await door.ask(`{ search(${args}) { ${HITS} } }`);
      expect(answer.errors).toBeUndefined();
      return (answer.data.search.hits as Told).map(({ relevant }) => relevant);
    };
    expect(await asked('text: "x"')).toEqual([...Array(5).fill(true), ...Array(4).fill(false)]);
    const image = `data:image/png;base64,${PIXEL}`;
    expect(await asked(`image: "${image}"`)).toEqual(Array(9).fill(true));
    expect(await asked(`image: "${image}", text: "x"`)).toEqual(Array(9).fill(false));
  });

  test('null where scores are no cosines', async () => {
    await using worded = await openDoor({}, { definition: DEMO_DEFINITION });
    Object.assign(worded.encoder.info, { relevance: { image: { text: -0.99 } } });
    for (const [mode, relevant] of [
      ['DENSE', true],
      ['FULL_TEXT', null],
      ['HYBRID', null],
    ]) {
      const { data } = await worded.ask(`{ search(text: "7", mode: ${mode}, topK: 1) { ${HITS} } }`);
      expect(data.search.hits.map((hit: Told[number]) => hit.relevant)).toEqual([relevant]);
    }
  });

  test('similar goes by the threshold of pictures', async () => {
    calibrate({ image: { text: -0.99, picture: 0.2 } });
    const { data } = await door.ask('{ product(id: "p001") { similar(topK: 29) { score relevant } } }');
    const { similar } = data.product as { similar: Told };
    expect(similar.map(({ relevant }) => relevant)).toEqual(similar.map(({ score }) => score >= 0.2));
    expect(new Set(similar.map(({ relevant }) => relevant)).size).toBe(2);
  });
});

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
