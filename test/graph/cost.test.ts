import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Door, openDoor } from '../door.ts';
import { drawnPicture } from '../pictures.ts';

let door: Door;
let photo: Uint8Array;
beforeAll(async () => {
  door = await openDoor();
  photo = await drawnPicture();
});
afterAll(() => door[Symbol.asyncDispose]());
beforeEach(() => {
  door.reranker.ranked.length = 0;
  door.reranker.captioned.length = 0;
  door.encoder.calls.length = 0;
  door.stores.store.asked.length = 0;
});

const PASS = { rationale: false, reasons: false, caption: false };

describe('the selection decides what the model is asked', () => {
  test.each([
    ['hits alone', '{ hits { score } }', [], 0],
    ['the report alone', '{ hits { score } rerank { status calls } }', [], 0],
    ['reranked', '{ reranked { product { id } } }', [PASS], 0],
    ['rationale', '{ rationale }', [{ ...PASS, rationale: true }], 0],
    ['reason', '{ reranked { reason } }', [{ ...PASS, reasons: true }], 0],
    ['the caption alone', '{ queryCaption }', [], 1],
    ['caption and order', '{ queryCaption reranked { position } }', [{ ...PASS, caption: true }], 0],
    [
      'everything',
      '{ queryCaption rationale reranked { reason } }',
      [{ rationale: true, reasons: true, caption: true }],
      0,
    ],
    [
      'aliases of one field',
      '{ a: rationale b: rationale c: reranked { reason } d: reranked { position } }',
      [{ ...PASS, rationale: true, reasons: true }],
      0,
    ],
    ['an inline fragment', '{ ... on SearchResult { rationale } }', [{ ...PASS, rationale: true }], 0],
    ['a named fragment, twice', '{ ...f ...f reranked { ...r } }', [{ ...PASS, rationale: true, reasons: true }], 0],
    ['@skip', '{ hits { rank } rationale @skip(if: true) }', [], 0],
    ['@include(if: false) on a fragment', '{ hits { rank } ... @include(if: false) { rationale } }', [], 0],
    [
      '@include by a variable',
      '{ hits { rank } rationale @include(if: $no) reranked @skip(if: $yes) { rank } }',
      [],
      0,
    ],
  ])('%s', async (_name, selection, passes, captions) => {
    const used = selection.includes('...f')
      ? 'fragment f on SearchResult { rationale } fragment r on RankedHit { reason }'
      : '';
    const names = selection.includes('$no') ? ', $no: Boolean = false, $yes: Boolean = true' : '';
    const { data, errors } = await door.upload(
      `query ($image: Upload${names}) { search(text: "x", image: $image) ${selection} } ${used}`,
      photo,
    );
    expect(errors).toBeUndefined();
    expect(data.search).toBeTruthy();
    expect(door.reranker.ranked.map(({ wanted }) => wanted)).toEqual(passes);
    expect(door.reranker.captioned).toHaveLength(captions);
  });

  test.each(['rationale queryCaption reranked { position reason rank }'])(
    'rerank: false spends nothing: %s',
    async (fields) => {
      const { data } = await door.upload(
        `query ($image: Upload) { search(image: $image, rerank: false) { ${fields} rerank { status calls model milliseconds } } }`,
        photo,
      );
      expect(door.reranker.ranked).toEqual([]);
      expect(door.reranker.captioned).toEqual([]);
      const { rerank, rationale, queryCaption, reranked } = data.search;
      expect(rerank).toEqual({ status: 'OFF', calls: 0, model: null, milliseconds: null });
      expect([rationale, queryCaption]).toEqual([null, null]);
      expect(reranked.map(({ rank }: { rank: number }) => rank)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    },
  );

  test('each top-level search is priced by itself', async () => {
    await door.ask(
      '{ a: search(text: "a") { rationale } b: search(text: "b") { hits { rank } } c: search(text: "c") { reranked { rank } } }',
    );
    expect(door.reranker.ranked.map(({ query }) => query.text).sort()).toEqual(['a', 'c']);
  });

  test('a caption alone asks neither the store nor for a joint embedding', async () => {
    const { data } = await door.upload(
      'query ($image: Upload) { search(image: $image) { queryCaption rerank { status calls model } } }',
      photo,
    );
    expect(data.search).toEqual({
      queryCaption: 'A cat.',
      rerank: { status: 'NOT_SELECTED', calls: 1, model: 'fake-reranker' },
    });
    expect(door.stores.store.asked).toEqual([]);
    expect(door.encoder.calls).toEqual([]);
  });

  test('no caption without a picture, and no call for one', async () => {
    const { data } = await door.ask('{ search(text: "x") { queryCaption rerank { calls } } }');
    expect(data.search).toEqual({ queryCaption: null, rerank: { calls: 0 } });
  });
});

describe('the store is asked once, for what is selected', () => {
  test.each([
    ['ids and scores', 'hits { score product { id } }', []],
    ['columns of hits', 'hits { product { title price } image { id } }', ['title', 'price', '@image']],
    [
      'hits and reranked together',
      'hits { product { title } } reranked { product { color images { id } } }',
      ['title', 'color', 'category', '@images', '@image', '@attributes'],
    ],
    [
      'a deferred field counts',
      'hits { rank } ... @defer { reranked { product { title } } }',
      ['title', 'category', '@image', '@attributes'],
    ],
    ['a skipped one does not', 'hits { product { id title @skip(if: true) } }', []],
  ])('%s', async (_name, selection, columns) => {
    const { errors } = await door.ask(`{ search(text: "x") { ${selection} } }`);
    expect(errors).toBeUndefined();
    expect(door.stores.store.asked).toEqual([{ call: 'search', columns: expect.arrayContaining(columns), size: 1 }]);
    expect(door.stores.store.asked[0]!.columns).toHaveLength(columns.length);
  });

  test('similar of nine hits is one look-up and one multi-vector search', async () => {
    const { data } = await door.ask(
      '{ search(text: "x") { hits { product { id similar(topK: 3) { product { id title } } } } } }',
    );
    expect(door.stores.store.asked.map(({ call, size }) => [call, size])).toEqual([
      ['search', 1],
      ['vectors', 9],
      ['search', 9],
    ]);
    for (const { product } of data.search.hits) {
      expect(product.similar).toHaveLength(3);
      expect(product.similar.map((hit: { product: { id: string } }) => hit.product.id)).not.toContain(product.id);
    }
  });

  test('products by id are loaded together', async () => {
    const { data } = await door.ask(
      '{ a: product(id: "p001") { title } b: product(id: "p002") { title } c: product(id: "nobody") { title } }',
    );
    expect(data).toEqual({ a: { title: 'Product 1' }, b: { title: 'Product 2' }, c: null });
    expect(door.stores.store.asked).toEqual([{ call: 'get', columns: ['title'], size: 3 }]);
  });
});

describe('@defer', () => {
  const QUERY = '{ search(text: "x") { hits { rank } ... @defer { rationale rerank { status } } } }';

  test('delivers the hits before the pass is done', async () => {
    door.reranker.delayMs = 300;
    const response = await door.post({ query: QUERY }, { accept: 'multipart/mixed' });
    expect(response.headers.get('content-type')).toMatch(/^multipart\/mixed/);
    const parts: string[] = [];
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) parts.push(chunk);
    door.reranker.delayMs = 0;
    const first = parts.findIndex((part) => part.includes('"hits"'));
    const last = parts.findIndex((part) => part.includes('"It fits."'));
    expect(first).toBeGreaterThanOrEqual(0);
    expect(last).toBeGreaterThan(first);
    expect(parts[last]).toContain('APPLIED');
    expect(door.reranker.ranked).toHaveLength(1);
  });

  test.each(['application/json', 'application/graphql-response+json', '*/*', ''])(
    'is left out for a client that accepts %j, and paid once',
    async (accept) => {
      const response = await door.post({ query: QUERY }, { accept });
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({
        data: { search: { rationale: 'It fits.', rerank: { status: 'APPLIED' } } },
      });
      expect(door.reranker.ranked).toHaveLength(1);
    },
  );

  test('a pass whose client has left is aborted', async () => {
    door.reranker.delayMs = 20_000;
    const leave = new AbortController();
    const leaving = door.post({ query: '{ search(text: "x") { rationale } }' }, {}, leave.signal).catch(() => 'left');
    await expect.poll(() => door.reranker.ranked.length).toBe(1);
    let aborted = false;
    const { query } = door.reranker.ranked[0]!;
    expect(query.text).toBe('x');
    door.reranker.onAbort = () => {
      aborted = true;
    };
    leave.abort();
    expect(await leaving).toBe('left');
    await expect.poll(() => aborted, { timeout: 2_000 }).toBe(true);
    door.reranker.delayMs = 0;
  });
});
