import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Door, openDoor } from '../door.ts';
import { converse, multipart, ownTemporaryFolder, Wire } from '../http/wire.ts';
import { colored, DELETE, dataUri, indexProducts, outcomes, type SentProduct } from './writing.ts';

const temporary = await ownTemporaryFolder();
afterAll(() => temporary[Symbol.asyncDispose]());

const hash = (key: string) => createHash('sha256').update(key).digest('hex');
const HTTP_API_KEYS = hash('reader');
const HTTP_ADMIN_KEYS = hash('admin');
let picture: Uint8Array;
beforeAll(async () => {
  picture = await colored(7);
});
const one = (): SentProduct[] => [{ id: 'new', title: 'New', pictures: [picture] }];

describe('who may write', () => {
  const KEYLESS = 'UNAUTHENTICATED';
  test.each<[string, Record<string, string>, { none: string; reader: string; admin: string; wrong: string }]>([
    ['a newcomer', {}, { none: 'done', reader: 'done', admin: 'done', wrong: 'done' }],
    ['keys of readers', { HTTP_API_KEYS }, { none: '401', reader: 'FORBIDDEN', admin: '401', wrong: '401' }],
    [
      'both kinds',
      { HTTP_API_KEYS, HTTP_ADMIN_KEYS },
      { none: '401', reader: 'FORBIDDEN', admin: 'done', wrong: '401' },
    ],
    ['keys of admins', { HTTP_ADMIN_KEYS }, { none: KEYLESS, reader: KEYLESS, admin: 'done', wrong: KEYLESS }],
    ['open', { HTTP_OPEN: '1' }, { none: KEYLESS, reader: KEYLESS, admin: KEYLESS, wrong: KEYLESS }],
    [
      'beyond loopback, open to readers',
      { HOST: '0.0.0.0', HTTP_OPEN: '1', HTTP_ADMIN_KEYS },
      { none: KEYLESS, reader: KEYLESS, admin: 'done', wrong: KEYLESS },
    ],
    [
      'beyond loopback',
      { HOST: '0.0.0.0', HTTP_ADMIN_KEYS },
      { none: '401', reader: '401', admin: 'done', wrong: '401' },
    ],
  ])('%s', async (_name, settings, expected) => {
    await using door = await openDoor(settings);
    const url = door.url.replace('0.0.0.0', '127.0.0.1');
    for (const [key, outcome] of Object.entries(expected)) {
      const headers: Record<string, string> = key === 'none' ? {} : { authorization: `Bearer ${key}` };
      const sent = async (query: string, variables: unknown) => {
        const response = await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
          body: JSON.stringify({ query, variables }),
        });
        const { data, errors } = await response.json();
        return response.status === 401 ? '401' : (errors?.[0].extensions.code ?? (data ? 'done' : 'nothing'));
      };
      const stored = () => door.stores.store.stored.filter(({ productId }) => productId === 'new').length;
      expect([key, await sent(DELETE, { where: { ids: ['new'] } })]).toEqual([key, outcome]);
      for (const product of [{ ...one()[0]!, pictures: [dataUri(picture)] }, one()[0]!]) {
        const answer = await indexProducts({ url }, [product], { headers }).catch(() => ({ data: null }));
        const told = 'errors' in answer && answer.errors ? answer.errors[0]!.extensions.code : 'done';
        expect([key, told]).toEqual([key, outcome === '401' ? 'UNAUTHENTICATED' : outcome]);
      }
      expect(stored()).toBe(outcome === 'done' ? 1 : 0);
      // Who may write may read, and so may a reader.
      if (outcome !== '401')
        expect([key, await sent('{ search(text: "mug") { hits { rank } } }', {})]).toEqual([key, 'done']);
      if (outcome === 'done') await sent(DELETE, { where: { ids: ['new'] } });
    }
  });

  test('the refusal says what to do', async () => {
    await using door = await openDoor({ HTTP_API_KEYS });
    const headers = { authorization: 'Bearer reader' };
    const { errors } = await indexProducts(door, one(), { headers });
    expect(errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', remedy: expect.stringMatching(/HTTP_ADMIN_KEYS/) } },
    ]);
  });
});

describe('no page of others writes', () => {
  let door: Door;
  beforeAll(async () => {
    door = await openDoor();
  });
  afterAll(() => door[Symbol.asyncDispose]());

  const query = 'mutation { deleteProducts(where: { ids: ["p000"] }) { deletedCount } }';
  test.each<[string, RequestInit & { path?: string }, number]>([
    ['GET', { path: `?query=${encodeURIComponent(query)}`, headers: { 'apollo-require-preflight': '1' } }, 405],
    ['GET without a header', { path: `?query=${encodeURIComponent(query)}` }, 403],
    ['a form', { method: 'POST', body: new URLSearchParams({ query }) }, 403],
    ['plain text', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: JSON.stringify({ query }) }, 403],
  ])('%s is refused', async (_name, { path = '', ...init }, status) => {
    const response = await fetch(`${door.url}/graphql${path}`, init);
    expect(response.status).toBe(status);
    expect(door.stores.store.stored.some(({ productId }) => productId === 'p000')).toBe(true);
  });

  test('a multipart body without one of the headers is refused, and nothing of it is kept', async () => {
    const { headers, body } = multipart([
      { name: 'operations', content: JSON.stringify({ query, variables: { image: null } }) },
      { name: 'map', content: '{"0":["variables.image"]}' },
      { name: '0', content: picture, filename: 'x.png' },
    ]);
    using wire = new Wire(door.url);
    const { 'content-type': type } = headers;
    expect((await wire.send({ headers: { 'content-type': type! }, body })).status).toBe(403);
    expect((await wire.send({ headers: { ...headers, host: 'evil.example' }, body })).status).toBe(421);
    expect(door.stores.store.stored.some(({ productId }) => productId === 'p000')).toBe(true);
    await expect.poll(temporary.uploads).toEqual([]);
  });
});

describe('how much may come', () => {
  let door: Door;
  beforeAll(async () => {
    door = await openDoor({ HTTP_ADMIN_KEYS });
  });
  afterAll(() => door[Symbol.asyncDispose]());
  const headers = { authorization: 'Bearer admin' };
  const MEGABYTE = 2 ** 20;

  const sized = (count: number, bytes: number): SentProduct[] =>
    Array.from({ length: count }, (_, place) => ({ id: `s${place}`, title: 'S', pictures: [new Uint8Array(bytes)] }));

  test('of those who may write 120 MB, and each picture is judged by its bytes', async () => {
    const answers = outcomes(await indexProducts(door, sized(6, 20 * MEGABYTE), { headers }));
    expect(answers).toEqual(Array.from({ length: 6 }, (_, place) => `s${place} FAILED UNSUPPORTED_IMAGE`));
    await expect.poll(temporary.uploads).toEqual([]);
  });

  test('a picture beyond 20 MB fails its product', async () => {
    const answers = outcomes(await indexProducts(door, [...sized(1, 21 * MEGABYTE), ...one()], { headers }));
    expect(answers).toEqual(['s0 FAILED IMAGE_TOO_LARGE', 'new INDEXED']);
  });

  test.each<[string, number, number, Record<string, string>]>([
    ['101 files', 101, 10, headers],
    ['220 MB', 11, 20 * MEGABYTE, headers],
    ['of those who may not write 11 files', 11, 10, {}],
    ['of those who may not write 40 MB', 2, 20 * MEGABYTE, {}],
  ])('%s are refused', async (_name, count, bytes, as) => {
    const products = [{ id: 'p', title: 'P', pictures: Array.from({ length: count }, () => new Uint8Array(bytes)) }];
    const answer = await indexProducts(door, products, { headers: as }).catch(() => 'cut off' as const);
    if (answer !== 'cut off')
      expect(answer.errors).toMatchObject([
        { extensions: { code: expect.stringMatching(/^(BAD_UPLOAD|IMAGE_TOO_LARGE)$/) } },
      ]);
    await expect.poll(temporary.uploads).toEqual([]);
    expect(outcomes(await indexProducts(door, one(), { headers }))).toEqual([
      expect.stringMatching(/^new (INDEXED|UNCHANGED)$/),
    ]);
  });

  test.each([
    [12, /"code":"UNSUPPORTED_IMAGE"/],
    [18, /^$/],
  ])('a body of two files of %i MB whose length is hidden: beyond the limit it is cut off', async (size, answer) => {
    const operations = JSON.stringify({
      query: 'query ($a: Upload, $b: Upload) { a: search(image: $a) { scoreKind } b: search(image: $b) { scoreKind } }',
      variables: { a: null, b: null },
    });
    const file = 'x'.repeat(size * MEGABYTE);
    const { body } = multipart([
      { name: 'operations', content: operations },
      { name: 'map', content: '{"0":["variables.a"],"1":["variables.b"]}' },
      { name: '0', content: file, filename: 'x.jpg' },
      { name: '1', content: file, filename: 'x.jpg' },
    ]);
    const chunk = `${body.length.toString(16)}\r\n${body.toString('latin1')}\r\n0\r\n\r\n`;
    const heard = await converse(
      door.url,
      `POST /graphql HTTP/1.1\r\nHost: ${new URL(door.url).host}\r\nContent-Type: multipart/form-data; boundary=----margay\r\n` +
        `apollo-require-preflight: 1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`,
    ).catch(() => '');
    expect(heard).toMatch(answer);
    await expect.poll(temporary.uploads).toEqual([]);
    expect(outcomes(await indexProducts(door, one(), { headers }))).toEqual([expect.stringMatching(/^new /)]);
  });
});
