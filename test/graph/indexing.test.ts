import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Encoded, EncoderInput } from '../../src/encode/encoder.ts';
import { MargayError } from '../../src/errors.ts';
import { type Door, idOf, openDoor } from '../door.ts';
import { FakeEncoder } from '../fakes.ts';
import { ownTemporaryFolder } from '../http/wire.ts';
import { colored, DELETE, dataUri, indexProducts, outcomes, type SentProduct } from './writing.ts';

const temporary = await ownTemporaryFolder();
afterAll(() => temporary[Symbol.asyncDispose]());

const BROKEN = new TextEncoder().encode('no picture at all');
let pictures: Uint8Array[];
beforeAll(async () => {
  pictures = await Promise.all(Array.from({ length: 101 }, (_, place) => colored(place + 1)));
});

const product = (id: string, ...images: SentProduct['pictures']): SentProduct => ({
  id,
  title: `Title of ${id}`,
  pictures: images,
});
const FIND =
  'query ($image: Upload!) { search(image: $image, topK: 3, rerank: false) { hits { score product { id title images { id } } } } }';
/** The products whose picture is this very one. */
async function found(door: Door, picture: Uint8Array): Promise<{ id: string; title: string; images: unknown[] }[]> {
  const { data, errors } = await door.upload(FIND, picture);
  expect(errors).toBeUndefined();
  return data.search.hits
    .filter(({ score }: { score: number }) => score > 0.9999)
    .map(({ product }: { product: unknown }) => product);
}

describe('products come in', () => {
  let door: Door;
  beforeAll(async () => {
    door = await openDoor();
  });
  afterEach(async () => {
    expect(door.reported).toEqual([]);
    await expect.poll(temporary.uploads).toEqual([]);
  });
  afterAll(() => door[Symbol.asyncDispose]());

  test.each<[string, (picture: Uint8Array) => Uint8Array | string]>([
    ['a file', (picture) => picture],
    ['a data: URI', (picture) => dataUri(picture)],
  ])('%s is found by the next search', async (name, as) => {
    const picture = pictures[name === 'a file' ? 0 : 1]!;
    expect(await found(door, picture)).toEqual([]);
    const sent = { ...product(name, as(picture)), category: 'mug', price: 12.5 };
    expect(outcomes(await indexProducts(door, [sent]))).toEqual([`${name} INDEXED`]);
    expect(await found(door, picture)).toMatchObject([{ id: name, title: `Title of ${name}` }]);
    const shown = await door.ask('query ($id: ID!) { product(id: $id) { title category print price } }', { id: name });
    expect(shown.data.product).toEqual({ title: `Title of ${name}`, category: 'mug', print: null, price: 12.5 });
    // The same once more costs nothing.
    const calls = door.encoder.calls.length;
    expect(outcomes(await indexProducts(door, [sent]))).toEqual([`${name} UNCHANGED`]);
    expect(door.encoder.calls.length).toBe(calls);
  });

  test('a product that is replaced has its new pictures alone, and what is left out is null', async () => {
    const before = { ...product('replaced', pictures[2]!, pictures[3]!, pictures[4]!), color: 'red' };
    expect(outcomes(await indexProducts(door, [before]))).toEqual(['replaced INDEXED']);
    expect(outcomes(await indexProducts(door, [product('replaced', pictures[5]!, dataUri(pictures[3]!))]))).toEqual([
      'replaced INDEXED',
    ]);
    expect(await found(door, pictures[2]!)).toEqual([]);
    expect(await found(door, pictures[4]!)).toEqual([]);
    for (const place of [3, 5]) expect(await found(door, pictures[place]!)).toMatchObject([{ id: 'replaced' }]);
    const { data } = await door.ask('{ product(id: "replaced") { color images { id } } }');
    expect(data.product).toMatchObject({ color: null, images: [{}, {}] });
  });

  test('a hundred, of which one picture is bad', async () => {
    const hundred = pictures
      .slice(0, 100)
      .map((picture, place) => product(`h${place}`, place === 41 ? BROKEN : picture));
    const answers = outcomes(await indexProducts(door, hundred));
    expect(answers).toEqual(
      hundred.map(({ id }, place) => `${id} ${place === 41 ? 'FAILED UNSUPPORTED_IMAGE' : 'INDEXED'}`),
    );
    for (const place of [0, 40, 42, 99])
      expect((await found(door, pictures[place]!)).map(({ id }) => id)).toContain(`h${place}`);
  });

  test.each([0, 101])('%i are refused', async (count) => {
    const { errors } = await indexProducts(
      door,
      Array.from({ length: count }, (_, place) => product(`n${place}`, dataUri(pictures[0]!))),
    );
    expect(errors).toMatchObject([
      { extensions: { code: 'BAD_INPUT', argument: 'products', remedy: 'Send 1 to 100 products a request.' } },
    ]);
  });

  test('each is answered by itself, in order, with what is wrong and where', async () => {
    const good = dataUri(pictures[50]!);
    const long = 'x'.repeat(513);
    const { data } = await indexProducts(door, [
      product('ok', good),
      { ...product('blank', good), title: ' ' },
      { ...product('long', good), category: 'x'.repeat(20_001) },
      product('', good),
      product(long, good),
      product('ok', dataUri(pictures[51]!)),
      product('none'),
      product('many', ...Array.from({ length: 51 }, () => good)),
      product('url', 'https://shop.example/a.jpg'),
      product('cut', `${good.slice(0, -5)}!`),
      product('text', dataUri(BROKEN, 'image/jpeg')),
      product('empty', 'data:image/png;base64,'),
      product('second', good, dataUri(pictures[52]!.subarray(0, 60))),
      product('last', good),
    ]);
    const told = data.indexProducts.map(({ id, status, error }: Record<string, { code: string; message: string }>) => [
      id,
      status,
      error?.code,
      error?.message,
    ]);
    const bad = (id: string, code: string, message: RegExp) => [id, 'FAILED', code, expect.stringMatching(message)];
    expect(told).toEqual([
      ['ok', 'INDEXED', undefined, undefined],
      bad('blank', 'BAD_INPUT', /^products\[1\]\.title is empty\. Give/),
      bad('long', 'BAD_INPUT', /^products\[2\]\.category has more than 20000 characters\. /),
      bad('', 'BAD_INPUT', /^products\[3\]\.id is empty\. /),
      bad(long, 'BAD_INPUT', /^products\[4\]\.id has more than 512 bytes\. /),
      bad('ok', 'BAD_INPUT', /^products\[5\]\.id is that of products\[0\] too\. /),
      bad('none', 'BAD_INPUT', /^products\[6\]\.images is empty\. /),
      bad('many', 'BAD_INPUT', /^products\[7\]\.images has more than 50 pictures\. /),
      bad(
        'url',
        'BAD_INPUT',
        /^"products\[8\]\.images\[0\]\.file" is neither a file nor a data: URI of a picture\. Send/,
      ),
      bad('cut', 'BAD_INPUT', /^"products\[9\]\.images\[0\]\.file" .*base64 is broken/),
      bad('text', 'UNSUPPORTED_IMAGE', /^products\[10\]\.images\[0\]\.file: /),
      bad('empty', 'BAD_IMAGE', /^"products\[11\]\.images\[0\]\.file" is an empty file/),
      bad('second', 'BAD_IMAGE', /^products\[12\]\.images\[1\]\.file: /),
      ['last', 'INDEXED', undefined, undefined],
    ]);
    const { data: stored } = await door.ask(
      '{ ok: product(id: "ok") { images { id } } second: product(id: "second") { id } text: product(id: "text") { id } }',
    );
    expect([stored.ok.images.length, stored.second, stored.text]).toEqual([1, null, null]);
    expect((await found(door, pictures[51]!)).map(({ id }) => id)).not.toContain('ok');
  });

  test('a product of which one picture is bad stays as it was', async () => {
    await indexProducts(door, [product('whole', pictures[60]!)]);
    const answer = await indexProducts(door, [product('whole', pictures[61]!, BROKEN)]);
    expect(outcomes(answer)).toEqual(['whole FAILED UNSUPPORTED_IMAGE']);
    expect((await found(door, pictures[60]!)).map(({ id }) => id)).toContain('whole');
    expect((await found(door, pictures[61]!)).map(({ id }) => id)).not.toContain('whole');
  });

  test('a picture that is announced and never comes fails its product', async () => {
    const form = new FormData();
    const query =
      'mutation ($products: [ProductInput!]!) { indexProducts(products: $products) { id status error { code } } }';
    const products = ['there', 'missing'].map((id) => ({ id, title: id, images: [{ file: null }] }));
    form.set('operations', JSON.stringify({ query, variables: { products } }));
    form.set('map', '{"0":["variables.products.0.images.0.file"],"1":["variables.products.1.images.0.file"]}');
    form.set('0', new Blob([new Uint8Array(pictures[70]!)]), 'x.png');
    const headers = { 'apollo-require-preflight': '1' };
    const answer = await fetch(`${door.url}/graphql`, { method: 'POST', headers, body: form });
    expect(outcomes(await answer.json())).toEqual(['there INDEXED', 'missing FAILED BAD_UPLOAD']);
  });

  test('two requests of one product at once leave one of them whole', async () => {
    const both = [80, 83].map((from) => product('both', ...pictures.slice(from, from + 3)));
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(both.map((one) => indexProducts(door, [{ ...one, title: `Round ${round}` }])));
      for (const answer of answers) expect(outcomes(answer)).toEqual(['both INDEXED']);
      const owners = await Promise.all(
        pictures.slice(80, 86).map(async (picture) => (await found(door, picture)).some(({ id }) => id === 'both')),
      );
      expect([
        [true, true, true, false, false, false],
        [false, false, false, true, true, true],
      ]).toContainEqual(owners);
    }
  });
});

describe('products go', () => {
  let door: Door;
  beforeAll(async () => {
    door = await openDoor({}, { products: 30 });
  });
  afterAll(() => door[Symbol.asyncDispose]());

  const count = async () => (await door.ask('{ catalog { count } }')).data.catalog.count;

  test('by ids: those that are there, once each', async () => {
    await indexProducts(door, [product('gone', pictures[0]!, pictures[1]!)]);
    expect(await found(door, pictures[0]!)).toHaveLength(1);
    const { data } = await door.ask(DELETE, { where: { ids: ['gone', 'gone', 'never there', idOf(3)] } });
    expect(data.deleteProducts).toEqual({ deletedCount: 2 });
    expect([await found(door, pictures[0]!), await found(door, pictures[1]!)]).toEqual([[], []]);
    expect((await door.ask('{ product(id: "gone") { id } }')).data.product).toBeNull();
    expect(await count()).toBe(29);
    // What was deleted can come again.
    expect(outcomes(await indexProducts(door, [product('gone', pictures[0]!, pictures[1]!)]))).toEqual([
      'gone INDEXED',
    ]);
    await door.ask(DELETE, { where: { ids: ['gone'] } });
  });

  test('by a filter', async () => {
    const { data } = await door.ask(DELETE, { where: { filter: { price: { gte: 2.5 }, category: { eq: 'mug' } } } });
    expect(data.deleteProducts).toEqual({ deletedCount: 5 });
    expect(await count()).toBe(24);
  });

  test.each<[string, unknown, string]>([
    ['an empty filter', { filter: {} }, 'where.filter'],
    ['a filter whose variable was not sent', { filter: { category: {} } }, 'where.filter'],
    ['empty ones in and', { filter: { and: [{}, { price: {} }] } }, 'where.filter'],
    ['an empty one beside another in or', { filter: { or: [{ price: { lt: 1 } }, {}] } }, 'where.filter'],
    ['not nothing', { filter: { not: { or: [] } } }, 'where.filter'],
    [
      'an unknown field of a filter',
      { filter: { and: [{ category: { eq: null } }] } },
      'where.filter.and[0].category.eq',
    ],
    ['no ids', { ids: [] }, 'where.ids'],
    ['1,001 ids', { ids: Array.from({ length: 1001 }, (_, place) => `x${place}`) }, 'where.ids'],
    ['an empty id', { ids: [idOf(0), ''] }, 'where.ids[1]'],
  ])('%s is refused, and nothing goes', async (_name, where, argument) => {
    const before = await count();
    const { errors } = await door.ask(DELETE, { where });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_INPUT', argument, remedy: expect.any(String) } }]);
    expect(await count()).toBe(before);
  });

  test.each([{}, { ids: ['a'], filter: { price: { lt: 1 } } }, { ids: null }, { filter: null }])(
    '%j is neither ids nor a filter',
    async (where) => {
      const { errors } = await door.ask(DELETE, { where });
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_INPUT' } }]);
    },
  );
});

describe('faults', () => {
  const unavailable = (code: 'STORE_UNAVAILABLE' | 'ENCODER_UNAVAILABLE') => new MargayError(code, 'Not there.');

  test('a store that fails fails what it was to take, once told, and what was acknowledged stays', async () => {
    await using door = await openDoor();
    const { store } = door.stores;
    const upsert = store.upsert.bind(store);
    let calls = 0;
    store.upsert = async (rows) => {
      calls += 1;
      if (calls > 2) throw unavailable('STORE_UNAVAILABLE');
      return upsert(rows);
    };
    const sent = pictures.slice(0, 100).map((picture, place) => product(`s${place}`, picture));
    const answers = outcomes(await indexProducts(door, sent));
    const indexed = answers.filter((answer) => answer.endsWith(' INDEXED'));
    expect(indexed.length).toBeGreaterThan(0);
    expect(answers).toEqual(
      sent.map(({ id }, place) => `${id} ${place < indexed.length ? 'INDEXED' : 'FAILED STORE_UNAVAILABLE'}`),
    );
    // Who can't be written to is not asked again for the rest.
    expect(calls).toBe(3);
    expect(door.reported).toHaveLength(1);
    expect(new Set(store.stored.map(({ productId }) => productId)).size).toBe(30 + indexed.length);
    store.upsert = upsert;
    const again = outcomes(await indexProducts(door, sent));
    expect(again.filter((answer) => answer.endsWith(' UNCHANGED'))).toHaveLength(indexed.length);
    expect(again.filter((answer) => answer.endsWith(' INDEXED'))).toHaveLength(100 - indexed.length);
  });

  test('a product that the store refuses fails alone', async () => {
    await using door = await openDoor();
    const { store } = door.stores;
    const upsert = store.upsert.bind(store);
    store.upsert = async (rows) => {
      if (rows.some(({ productId }) => productId === 'r3')) throw new MargayError('BAD_INPUT', 'Too large a row.');
      return upsert(rows);
    };
    const sent = pictures.slice(0, 6).map((picture, place) => product(`r${place}`, picture));
    expect(outcomes(await indexProducts(door, sent))).toEqual(
      sent.map(({ id }) => `${id} ${id === 'r3' ? 'FAILED BAD_INPUT' : 'INDEXED'}`),
    );
  });

  test('without the encoder nothing more is tried', async () => {
    let calls = 0;
    class Gone extends FakeEncoder {
      override async encode(): Promise<Encoded> {
        calls += 1;
        throw unavailable('ENCODER_UNAVAILABLE');
      }
    }
    await using door = await openDoor({}, { encoder: new Gone() });
    const sent = pictures.slice(0, 100).map((picture, place) => product(`e${place}`, picture));
    expect(outcomes(await indexProducts(door, sent))).toEqual(sent.map(({ id }) => `${id} FAILED ENCODER_UNAVAILABLE`));
    expect(calls).toBeLessThan(20);
  });

  test('what nobody foresaw fails its product, tells nothing, and is reported', async () => {
    class Odd extends FakeEncoder {
      override async encode(input: EncoderInput, options: { signal: AbortSignal }): Promise<Encoded> {
        if (this.calls.length === 1) {
          this.calls.push(input);
          throw new TypeError('/secret/path');
        }
        return super.encode(input, options);
      }
    }
    await using door = await openDoor({}, { encoder: new Odd() });
    const { data } = await indexProducts(
      door,
      pictures.slice(0, 3).map((picture, place) => product(`o${place}`, picture)),
    );
    const statuses = data.indexProducts.map(({ status }: { status: string }) => status).sort();
    expect(statuses).toEqual(['FAILED', 'INDEXED', 'INDEXED']);
    const { error } = data.indexProducts.find(({ status }: { status: string }) => status === 'FAILED');
    expect(error).toEqual({ code: 'INTERNAL', message: 'Something went wrong on our side.' });
    expect(door.reported).toMatchObject([{ message: '/secret/path' }]);
  });

  /** Holds the embedding of pictures until it is let go. */
  class Held extends FakeEncoder {
    readonly #free = Promise.withResolvers<void>();
    isHeld = (_input: EncoderInput) => true;
    waiting = 0;
    letGo() {
      this.#free.resolve();
    }
    override async encode(input: EncoderInput, options: { signal: AbortSignal }): Promise<Encoded> {
      if (input.pixels && this.isHeld(input)) {
        this.waiting += 1;
        await this.#free.promise;
      }
      return super.encode(input, options);
    }
  }

  test('a product that takes too long fails alone', async () => {
    const encoder = new Held();
    let seen = 0;
    encoder.isHeld = () => {
      seen += 1;
      return seen === 1;
    };
    await using door = await openDoor({ HTTP_TIMEOUT_MS: '1500' }, { encoder });
    const sent = pictures.slice(0, 4).map((picture, place) => product(`t${place}`, picture));
    const answers = outcomes(await indexProducts(door, sent)).map((answer) => answer.slice(3));
    expect(answers.sort()).toEqual(['FAILED DEADLINE_EXCEEDED', 'INDEXED', 'INDEXED', 'INDEXED']);
    encoder.letGo();
  });

  test('searches go on while others index; of many who index the last are told to come again', async () => {
    const encoder = new Held();
    await using door = await openDoor({}, { encoder });
    const running = pictures.slice(0, 10).map((picture, place) => indexProducts(door, [product(`q${place}`, picture)]));
    const told: string[] = [];
    for (const answer of running) void answer.then((done) => told.push(...outcomes(done)));
    // Two are at work and four wait; the others are refused at once.
    await expect.poll(() => told, { timeout: 5_000 }).toEqual(Array(4).fill('error OVERLOADED'));
    expect(encoder.waiting).toBe(2);
    const { data } = await door.ask('{ search(text: "mug") { hits { rank } } }');
    expect(data.search.hits).toHaveLength(9);
    encoder.letGo();
    const answers = await Promise.all(running);
    expect(answers.flatMap(outcomes).filter((answer) => answer.endsWith(' INDEXED'))).toHaveLength(6);
    const refused = answers.find(({ errors }) => errors)!;
    expect(refused.errors![0]!.extensions).toMatchObject({ code: 'OVERLOADED', retryAfter: expect.any(Number) });
  });

  test('a client that leaves stops what is left; what was written stays', async () => {
    const encoder = new Held();
    encoder.isHeld = () => encoder.calls.length >= 20;
    await using door = await openDoor({}, { encoder });
    const leaving = new AbortController();
    const sent = pictures.slice(0, 100).map((picture, place) => product(`l${place}`, picture));
    const answer = indexProducts(door, sent, { signal: leaving.signal });
    await expect.poll(() => encoder.waiting, { timeout: 10_000 }).toBeGreaterThan(0);
    leaving.abort();
    await expect(answer).rejects.toThrow();
    await sleep(200);
    encoder.letGo();
    await sleep(200);
    expect(new Set(door.stores.store.stored.map(({ productId }) => productId)).size).toBe(50);
    expect(encoder.calls.length).toBeLessThan(30);
    await expect.poll(temporary.uploads).toEqual([]);
    expect(outcomes(await indexProducts(door, [product('after', pictures[0]!)]))).toEqual(['after INDEXED']);
  });
});
