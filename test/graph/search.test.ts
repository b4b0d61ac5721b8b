import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { MargayError } from '../../src/errors.ts';
import { type Door, idOf, openDoor } from '../door.ts';
import { MemoryStores } from '../fakes.ts';
import { drawnPicture } from '../pictures.ts';
import { rowsOf, stampOf } from '../retrieve/rows.ts';

let door: Door;
let photo: Uint8Array;
beforeAll(async () => {
  door = await openDoor();
  photo = await drawnPicture();
});
afterAll(() => door[Symbol.asyncDispose]());
afterEach(() => {
  Object.assign(door.reranker, { fault: undefined, delayMs: 0, answer: () => ({}) });
  door.stores.store.fault = undefined;
  door.reranker.ranked.length = 0;
  door.reported.length = 0;
});

const SEARCH = `query ($text: String, $image: Upload, $imageId: ID, $topK: Int! = 9, $rerankDepth: Int! = 9, $offset: Int! = 0) {
  search(text: $text, image: $image, imageId: $imageId, topK: $topK, rerankDepth: $rerankDepth, offset: $offset) {
    hits { rank score product { id } image { id } }
  }
}`;

interface Hit {
  rank: number;
  position: number;
  score: number;
  reason: string | null;
  product: { id: string };
}
const ids = (hits: Hit[]) => hits.map(({ product }) => product.id);
const dataUri = (bytes: Uint8Array, type = 'image/jpeg') =>
  `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;
const OTHER = 'f'.repeat(64);
const SVG = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');

describe('what is wrong is said, with a code, the argument and a remedy', () => {
  test.each<[string, Record<string, unknown>, string, string]>([
    ['nothing', {}, 'BAD_INPUT', 'text'],
    ['text null', { text: null }, 'BAD_INPUT', 'text'],
    ['text empty', { text: '' }, 'BAD_INPUT', 'text'],
    ['text of blanks', { text: ' \t\n\u00a0\u3000\ufeff ' }, 'BAD_INPUT', 'text'],
    ['text too long', { text: 'x'.repeat(2_001) }, 'BAD_INPUT', 'text'],
    ['image and imageId', { image: 'data:image/png;base64,AAAA', imageId: OTHER }, 'BAD_INPUT', 'imageId'],
    ['imageId unknown', { imageId: OTHER }, 'NOT_FOUND', 'imageId'],
    ['imageId empty', { imageId: '' }, 'NOT_FOUND', 'imageId'],
    ['imageId a path', { imageId: '../../../../etc/passwd' }, 'NOT_FOUND', 'imageId'],
    ['imageId with a NUL', { imageId: `${'a'.repeat(63)}\0` }, 'NOT_FOUND', 'imageId'],
    ['topK 0', { text: 'x', topK: 0 }, 'BAD_INPUT', 'topK'],
    ['topK 101', { text: 'x', topK: 101 }, 'BAD_INPUT', 'topK'],
    ['topK -1', { text: 'x', topK: -1 }, 'BAD_INPUT', 'topK'],
    ['offset -1', { text: 'x', offset: -1 }, 'BAD_INPUT', 'offset'],
    ['offset + topK of 1001', { text: 'x', offset: 992 }, 'BAD_INPUT', 'offset'],
    ['rerankDepth 1', { text: 'x', rerankDepth: 1 }, 'BAD_INPUT', 'rerankDepth'],
    ['rerankDepth 10', { text: 'x', rerankDepth: 10 }, 'BAD_INPUT', 'rerankDepth'],
    ['image no URI', { image: 'photo.jpg' }, 'BAD_INPUT', 'image'],
    ['image an empty string', { image: '' }, 'BAD_INPUT', 'image'],
    ['image an object', { image: { filename: 'x' } }, 'BAD_INPUT', 'image'],
    ['image a number', { image: 7 }, 'BAD_INPUT', 'image'],
    ['image that pretends to be a file', { image: { createReadStream: 1 } }, 'BAD_INPUT', 'image'],
    ['image at an address', { image: 'https://shop.example/a.jpg' }, 'BAD_INPUT', 'image'],
    ['image broken base64', { image: 'data:image/png;base64,@@@@' }, 'BAD_INPUT', 'image'],
    ['image a text URI', { image: 'data:text/plain;base64,aGVsbG8=' }, 'BAD_INPUT', 'image'],
    ['image not base64', { image: 'data:image/png,hello' }, 'BAD_INPUT', 'image'],
    ['image empty', { image: 'data:image/png;base64,' }, 'BAD_IMAGE', 'image'],
    ['image no picture', { image: dataUri(Buffer.from('not a picture at all')) }, 'UNSUPPORTED_IMAGE', 'image'],
    ['image an SVG', { image: dataUri(SVG, 'image/svg+xml') }, 'UNSUPPORTED_IMAGE', 'image'],
  ])('%s', async (_name, variables, code, argument) => {
    const response = await door.post({ query: SEARCH, variables });
    expect(response.status).toBe(200);
    const { data, errors } = await response.json();
    expect(data).toEqual({ search: null });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ path: ['search'], extensions: { code, argument } });
    expect(errors[0].extensions.remedy).toMatch(/^[A-Z].{3,}\.$/);
    expect(errors[0].message).not.toMatch(/node_modules|\.ts:|etc\/passwd/);
    expect((await door.ask(SEARCH, { text: 'x' })).data.search.hits).toHaveLength(9);
    expect(door.reported).toEqual([]);
  });

  test('a truncated JPEG, as URI and as file', async () => {
    const whole = await drawnPicture('#336699', { width: 640, height: 480 });
    const half = whole.subarray(0, whole.length / 2);
    for (const { errors } of [await door.ask(SEARCH, { image: dataUri(half) }), await door.upload(SEARCH, half)])
      expect(errors).toMatchObject([{ path: ['search'], extensions: { code: 'BAD_IMAGE', argument: 'image' } }]);
  });

  test('uploadImage says it of its own', async () => {
    const { errors } = await door.ask('mutation { uploadImage(image: "data:image/png;base64,AAAA") { id } }');
    expect(errors).toMatchObject([{ path: ['uploadImage'], extensions: { argument: 'image' } }]);
  });

  test.each([
    ['a type that does not fit', { query: SEARCH, variables: { text: 'x', topK: 'x' } }],
    ['a fraction', { query: SEARCH, variables: { text: 'x', topK: 1.5 } }],
    ['null for what must be', { query: SEARCH, variables: { text: 'x', topK: null } }],
    ['an unknown argument', { query: '{ search(words: "x") { scoreKind } }' }],
    ['an unknown field', { query: '{ search(text: "x") { price } }' }],
    ['no selection', { query: '{ search(text: "x") }' }],
    ['a syntax error', { query: '{ search(text: ' }],
    ['an Upload as a literal number', { query: '{ search(image: 7) { scoreKind } }' }],
    ['two operations, none named', { query: 'query a { __typename } query b { __typename }' }],
    ['an unknown operation', { query: 'query a { __typename }', operationName: 'b' }],
    ['no query', {}],
    ['null', null],
    ['a batch', [{ query: '{ __typename }' }]],
  ])('refused before execution: %s', async (_name, body) => {
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const response = await door.post(body, { accept });
      if (accept !== 'application/json') expect(response.status).toBe(400);
      const { data, errors } = await response.json();
      expect(data ?? null).toBeNull();
      for (const { extensions } of errors) expect(extensions).toEqual({ code: 'BAD_INPUT' });
    }
    expect((await door.ask('{ search(text: "x") { hits { rank } } }')).data.search.hits).toHaveLength(9);
    expect(door.encoder.calls.length).toBeGreaterThan(0);
    expect(door.reported).toEqual([]);
  });
});

describe('paging', () => {
  test.each([1, 7, 9, 30, 100])('by %i has no gaps and no repeats', async (topK) => {
    const hits: Hit[] = [];
    for (let offset = 0; ; offset += topK) {
      const { data } = await door.ask(SEARCH, { text: 'x', topK, offset });
      if (data.search.hits.length === 0) break;
      hits.push(...data.search.hits);
    }
    expect(ids(hits).sort()).toEqual(Array.from({ length: 30 }, (_, place) => idOf(place)));
    expect(hits.map(({ rank }) => rank)).toEqual(Array.from({ length: 30 }, (_, place) => place + 1));
    const scores = hits.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });

  test('a page is reranked by itself, ranks include the offset', async () => {
    door.reranker.answer = (candidates) => ({ order: candidates.map(({ id }) => id).reverse() });
    const { data } = await door.ask(
      '{ search(text: "x", offset: 9) { hits { rank product { id } } reranked { rank position product { id } } } }',
    );
    const { hits, reranked } = data.search;
    expect(ids(reranked)).toEqual(ids(hits).reverse());
    expect(reranked.map(({ rank }: Hit) => rank)).toEqual([18, 17, 16, 15, 14, 13, 12, 11, 10]);
    expect(reranked.map(({ position }: Hit) => position)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

describe('reranked', () => {
  const RERANKED =
    'hits { product { id } } reranked { position reason product { id } } rationale rerank { status fallback repairs calls model }';
  const ask = async (args: string) => (await door.ask(`{ search(text: "x"${args}) { ${RERANKED} } }`)).data.search;

  test.each([
    ['drops ids', (all: string[]) => all.slice(3), ['MISSING_IDS']],
    ['repeats ids', (all: string[]) => [...all, all[0]!], ['DUPLICATE_IDS']],
    ['invents ids', (all: string[]) => ['nobody', ...all, '__proto__'], ['UNKNOWN_IDS', 'RATIONALE_DROPPED']],
    ['answers nothing', () => [], ['MISSING_IDS', 'RATIONALE_DROPPED']],
  ])('is a whole permutation when the model %s', async (_name, spoil, repairs) => {
    door.reranker.answer = (candidates) => ({ order: spoil(candidates.map(({ id }) => id)) });
    const { hits, reranked, rerank, rationale } = await ask('');
    expect(ids(reranked).sort()).toEqual(ids(hits).sort());
    expect(rerank).toMatchObject({ status: 'REPAIRED', repairs, calls: 1, model: 'fake-reranker' });
    expect(rationale).toBe(repairs.includes('RATIONALE_DROPPED') ? null : 'It fits.');
  });

  test('rerankDepth leaves the rest behind in order, even when the model names them', async () => {
    const { data } = await door.ask('{ search(text: "x") { hits { product { id } } } }');
    const all = ids(data.search.hits);
    door.reranker.answer = (candidates) => ({ order: [all[8]!, ...candidates.map(({ id }) => id).reverse()] });
    const { reranked } = await ask(', rerankDepth: 3');
    expect(ids(reranked)).toEqual([all[2], all[1], all[0], ...all.slice(3)]);
    expect(door.reranker.ranked[0]!.candidates).toHaveLength(3);
  });

  test.each([
    ['DEADLINE_EXCEEDED', 'TIMEOUT'],
    ['OVERLOADED', 'BUSY'],
    ['RATE_LIMITED', 'BUDGET'],
    ['ENCODER_UNAVAILABLE', 'UNAVAILABLE'],
    ['INTERNAL', 'UNAVAILABLE'],
  ] as const)('falls back when the model fails with %s: %s', async (code, fallback) => {
    door.reranker.fault = new MargayError(code, 'secret of the model');
    const { hits, reranked, rerank, rationale } = await ask('');
    expect(hits).toHaveLength(9);
    expect(ids(reranked)).toEqual(ids(hits));
    expect(rationale).toBeNull();
    expect(rerank).toMatchObject({ status: 'FELL_BACK', fallback, repairs: [] });
  });

  test('any other fault is UNAVAILABLE', async () => {
    door.reranker.fault = new TypeError('x is not a function');
    expect(await ask('')).toMatchObject({ rerank: { status: 'FELL_BACK', fallback: 'UNAVAILABLE' } });
  });

  test('one hit, and none', async () => {
    expect(await ask(', topK: 1')).toMatchObject({ hits: [{}], reranked: [{ position: 1 }], rationale: 'It fits.' });
    expect(await ask(', offset: 900')).toEqual({
      hits: [],
      reranked: [],
      rationale: null,
      rerank: { status: 'APPLIED', fallback: null, repairs: [], calls: 0, model: null },
    });
    expect(door.reranker.ranked).toHaveLength(1);
  });

  test.each(['rank', 'caption'] as const)(
    'a model deaf to its signal is left behind at the deadline: %s',
    async (call) => {
      const deaf = Object.assign(Object.create(door.reranker), { [call]: () => new Promise(() => {}) });
      await using slow = await openDoor({ RERANK_TIMEOUT_MS: '200' }, { products: 3, reranker: deaf });
      const { data } = await slow.upload(
        `query ($image: Upload) { search(image: $image) { hits { rank } ${call === 'rank' ? 'rationale' : 'queryCaption'} rerank { status fallback } } }`,
        photo,
      );
      expect(data.search.rerank).toEqual({ status: 'FELL_BACK', fallback: 'TIMEOUT' });
      expect(data.search.hits).toHaveLength(3);
    },
  );

  test('RERANK=off', async () => {
    await using off = await openDoor({ RERANK: 'off' });
    const { data } = await off.ask(`{ search(text: "x") { ${RERANKED} queryCaption } }`);
    expect(data.search.rerank).toMatchObject({ status: 'OFF', calls: 0, model: null });
    expect(ids(data.search.reranked)).toEqual(ids(data.search.hits));
    expect([data.search.rationale, data.search.queryCaption]).toEqual([null, null]);
  });
});

describe('the query picture', () => {
  test('imageId finds what the picture itself finds, alone and with words', async () => {
    const uploaded = await door.upload('mutation ($image: Upload!) { uploadImage(image: $image) { id } }', photo);
    const imageId = uploaded.data.uploadImage.id;
    for (const text of [null, 'phone case with this']) {
      const sent = await door.upload(SEARCH, photo, { text });
      const kept = await door.ask(SEARCH, { imageId, text });
      expect(kept.data.search.hits).toHaveLength(9);
      expect(kept).toEqual(sent);
      expect(await door.ask(SEARCH, { image: dataUri(photo), text })).toEqual(sent);
    }
  });

  test('says what it is', async () => {
    const wide = await drawnPicture('#204060', { width: 700, height: 300 });
    const { data, errors } = await door.upload(
      `query ($image: Upload) { search(image: $image) { image { id expiresAt image {
        id width height thumbhash placeholder url small: url(width: 1) jpeg: url(width: 300, format: JPEG)
        webp: url(width: 9000, format: WEBP) avif: url(format: AVIF) } } } }`,
      wide,
    );
    expect(errors).toBeUndefined();
    const { id, expiresAt, image } = data.search.image;
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    const left = Date.parse(expiresAt) - Date.now();
    expect(left).toBeGreaterThan(3_500_000);
    expect(left).toBeLessThanOrEqual(3_600_000);
    const at = `${door.url}/images/${id}`;
    expect(image).toMatchObject({ id, width: 700, height: 300, url: `${at}/768`, small: `${at}/64` });
    expect(image).toMatchObject({ jpeg: `${at}/336.jpg`, webp: `${at}/768.webp`, avif: `${at}/768.avif` });
    expect(image.placeholder).toMatch(/^data:image\/png;base64,/);
    expect(Buffer.from(image.thumbhash, 'base64').length).toBeGreaterThan(4);
    for (const [address, type] of [
      [image.jpeg, 'image/jpeg'],
      [image.webp, 'image/webp'],
    ]) {
      const response = await fetch(address);
      expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
    }
  });

  test('is null without one, and kept only when asked for', async () => {
    expect((await door.ask('{ search(text: "x") { image { id } } }')).data.search).toEqual({ image: null });
    const other = await drawnPicture('#000001');
    const { data } = await door.upload('query ($image: Upload) { search(image: $image) { scoreKind } }', other);
    expect(data.search).toEqual({ scoreKind: 'COSINE' });
    const imageId = createHash('sha256').update(other).digest('hex');
    expect((await door.ask(SEARCH, { imageId })).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  });

  test.each([0, -5])('a width of %i is refused', async (width) => {
    const { errors } = await door.ask(
      'query ($width: Int) { products(first: 1) { nodes { images { url(width: $width) } } } }',
      {
        width,
      },
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', argument: 'width' });
  });
});

describe('faults of ours', () => {
  test.each(['hits { rank }', 'reranked { rank }', 'rationale'])('the store is down: %s', async (field) => {
    door.stores.store.fault = new MargayError('STORE_UNAVAILABLE', 'The store is away.', { remedy: 'Try again.' });
    const { data, errors } = await door.ask(`{ search(text: "x") { scoreKind ${field} } }`);
    expect(data).toEqual({ search: null });
    expect(errors).toMatchObject([
      { path: ['search'], extensions: { code: 'STORE_UNAVAILABLE', remedy: 'Try again.' } },
    ]);
    door.stores.store.fault = undefined;
    expect((await door.ask('{ search(text: "x") { hits { rank } } }')).errors).toBeUndefined();
  });

  test('a store deaf to its signal is left behind at the deadline', async () => {
    await using slow = await openDoor({ HTTP_TIMEOUT_MS: '200' });
    slow.stores.store.search = () => new Promise(() => {});
    const { errors } = await slow.ask('{ search(text: "x") { hits { rank } } }');
    expect(errors).toMatchObject([{ path: ['search'], extensions: { code: 'DEADLINE_EXCEEDED' } }]);
  });

  test('a catalog of another encoder', async () => {
    const stores = new MemoryStores();
    stores.stamp = async () => ({ ...stampOf('own', 8), fingerprint: 'another' });
    stores.store.stored.push(...rowsOf('a', [[1, 0, 0, 0, 0, 0, 0, 0]]));
    await using other = await openDoor({}, { stores });
    const { data, errors } = await other.ask('{ search(text: "x") { hits { rank } } }');
    expect(data).toEqual({ search: null });
    expect(errors).toMatchObject([{ path: ['search'], extensions: { code: 'CATALOG_MISMATCH' } }]);
    expect(errors![0]!.extensions.remedy).toContain('npm run index -- shop.jsonl --rebuild');
  });

  test.each([
    ['a TypeError', new TypeError('reading a secret from host 10.0.0.7')],
    ['an INTERNAL of ours', new MargayError('INTERNAL', 'a secret of ours')],
  ])('%s is masked and reported', async (_name, fault) => {
    door.stores.store.fault = fault;
    const response = await door.post({ query: '{ search(text: "x") { hits { rank } } }' });
    const text = await response.text();
    expect(JSON.parse(text).errors[0].extensions.code).toBe('INTERNAL');
    expect(text).not.toMatch(/secret|10\.0\.0\.7|stack|\.ts/);
    expect(door.reported).toEqual([fault]);
  });
});
