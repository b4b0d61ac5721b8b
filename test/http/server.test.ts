import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MargayError } from '../../src/errors.ts';
import { listen, type ServerOptions } from '../../src/http/server.ts';
import { type Door, openDoor } from '../door.ts';
import { converse, Wire } from './wire.ts';

const KEY = 'correct horse battery staple';
const KEY_HASH = createHash('sha256').update(KEY).digest('hex');
const JSON_TYPE = { 'content-type': 'application/json' };
const TYPENAME = JSON.stringify({ query: '{ __typename }' });

let door: Door;
beforeAll(async () => {
  door = await openDoor({ HTTP_ORIGINS: 'https://shop.example,http://localhost:3000' });
});
afterAll(() => door[Symbol.asyncDispose]());

describe('paths', () => {
  test.each([
    ['/health/live', 200],
    ['/health/live?x=1', 200],
    ['/health/ready', 200],
    ['/health', 404],
    ['/health/live/', 404],
    ['/x?y=/health/live', 404],
    ['/x/health/live', 404],
    ['/graphql?x=/health/ready', 403],
    ['/graphqlx', 404],
    ['/graphql/..%2fhealth', 404],
    ['/', 302],
    ['//evil.example/graphql', 404],
    ['*', 404],
    ['http://evil.example/graphql', 421],
    ['http://evil.example/health/live', 200],
    ['http://user@127.0.0.1/graphql', 400],
    ['http:///graphql', 400],
    ['http://127.0.0.1:4000/graphql', 403],
    ['HTTP://LOCALHOST/images/x', 404],
    ['https://localhost', 302],
    ['http://localhost?x=/health/live', 302],
    ['ftp://localhost/health/live', 404],
    ['/images/../../package.json', 404],
  ])('GET %s is %i', async (path, status) => {
    using wire = new Wire(door.url);
    expect((await wire.send({ path, method: 'GET' })).status).toBe(status);
    expect(await wire.stillServes()).toBe(true);
  });

  test('a whole URL in the request line is asked of GraphQL, and its host counts', async () => {
    using wire = new Wire(door.url);
    const { status, text } = await wire.send({
      path: 'http://localhost:8080/graphql?x=1',
      headers: { ...JSON_TYPE, host: 'evil.example' },
      body: JSON.stringify({ query: '{ products(first: 1) { nodes { images { url } } } }' }),
    });
    expect(status).toBe(200);
    expect(text).toContain('"url":"http://localhost:8080/images/');
  });

  test.each([
    ['/health/live', 200],
    ['/health/ready', 200],
    ['/graphql', 421],
  ])('HTTP/1.0 with no Host: %s is %i', async (path, status) => {
    expect(await converse(door.url, `GET ${path} HTTP/1.0\r\n\r\n`)).toMatch(`HTTP/1.1 ${status} `);
  });

  test.each(['POST', 'DELETE', 'OPTIONS'])('%s /health/live is 405', async (method) => {
    expect((await fetch(`${door.url}/health/live`, { method })).status).toBe(405);
  });
});

describe('readiness', () => {
  test.each([
    ['ours, shown', new MargayError('STORE_UNAVAILABLE', 'The store is away.'), 'The store is away.'],
    ['another, not shown', new Error('connect ECONNREFUSED 10.0.0.7:19530'), 'A search cannot be answered.'],
  ])('503 while the store is down, with the reason: %s', async (_name, fault, reason) => {
    door.stores.store.fault = fault;
    const response = await fetch(`${door.url}/health/ready`);
    door.stores.store.fault = undefined;
    expect([response.status, await response.json()]).toEqual([503, { status: 'unavailable', reason }]);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect((await fetch(`${door.url}/health/live`)).status).toBe(200);
    expect((await fetch(`${door.url}/health/ready`)).status).toBe(200);
  });
});

describe('cross-site request forgery', () => {
  const QUERY = `/graphql?query=${encodeURIComponent('{ __typename }')}`;
  const HEADERS = ['x-graphql-yoga-csrf', 'apollo-require-preflight', 'x-apollo-operation-name'];

  test.each([
    'text/plain',
    'TEXT/PLAIN; charset=utf-8',
    'text/plain;application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    '',
  ])('a POST of %j needs a header', async (type) => {
    using wire = new Wire(door.url);
    const bare = await wire.send({ headers: { ...(type && { 'content-type': type }) }, body: TYPENAME });
    const [error] = JSON.parse(bare.text).errors;
    expect([bare.status, error.extensions.code]).toEqual([403, 'FORBIDDEN']);
    expect(error.message).toContain(type ? 'of this content type' : 'without a content type');
    expect(error.extensions.remedy).toContain('application/json');
    for (const name of HEADERS) {
      const { status } = await wire.send({
        headers: { ...(type && { 'content-type': type }), [name]: '1' },
        body: TYPENAME,
      });
      expect(status).not.toBe(403);
    }
    expect(await wire.stillServes()).toBe(true);
  });

  test('JSON needs none', async () => {
    expect((await door.post({ query: '{ __typename }' })).status).toBe(200);
  });

  test('a GET needs one, and never mutates', async () => {
    using wire = new Wire(door.url);
    const bare = await wire.send({ path: QUERY, method: 'GET' });
    expect(bare.status).toBe(403);
    expect(JSON.parse(bare.text).errors).toMatchObject([
      {
        message: expect.stringMatching(/^A request without a content type needs /),
        extensions: { remedy: 'Send "apollo-require-preflight: true".' },
      },
    ]);
    for (const name of HEADERS) {
      const { status, text } = await wire.send({ path: QUERY, method: 'GET', headers: { [name]: '1' } });
      expect([status, text]).toEqual([200, '{"data":{"__typename":"Query"}}']);
    }
    const path = `/graphql?query=${encodeURIComponent('mutation { uploadImage(image: "x") { id } }')}`;
    expect((await wire.send({ path, method: 'GET', headers: { 'apollo-require-preflight': '1' } })).status).toBe(405);
  });
});

describe('CORS', () => {
  const allowed = (response: Response) => response.headers.get('access-control-allow-origin');
  const preflight = (url: string, origin: string) =>
    fetch(`${url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,authorization',
      },
    });

  test.each(['https://shop.example', 'http://localhost:3000'])('%s may call', async (origin) => {
    const before = await preflight(door.url, origin);
    expect([before.status, allowed(before)]).toEqual([204, origin]);
    expect(before.headers.get('access-control-allow-headers')).toContain('authorization');
    const response = await door.post({ query: '{ __typename }' }, { origin });
    expect(allowed(response)).toBe(origin);
    expect(response.headers.get('vary')).toMatch(/origin/i);
  });

  test.each([
    'https://evil.example',
    'https://shop.example.evil.example',
    'http://shop.example',
    'https://shop.example:8443',
    'null',
    'file://',
  ])('%s may not', async (origin) => {
    for (const response of [
      await preflight(door.url, origin),
      await door.post({ query: '{ __typename }' }, { origin }),
    ])
      expect(allowed(response)).toBeNull();
  });

  test('by default nobody may', async () => {
    await using plain = await openDoor({}, { products: 1 });
    for (const origin of ['https://evil.example', 'null', plain.url])
      for (const response of [
        await preflight(plain.url, origin),
        await plain.post({ query: '{ __typename }' }, { origin }),
      ]) {
        expect(allowed(response)).toBeNull();
        expect(response.headers.get('access-control-allow-credentials')).toBeNull();
      }
  });
});

describe('API keys', () => {
  let locked: Door;
  beforeAll(async () => {
    locked = await openDoor({ HTTP_API_KEYS: `${'0'.repeat(64)},${KEY_HASH.toUpperCase()}` }, { products: 1 });
  });
  afterAll(() => locked[Symbol.asyncDispose]());

  test.each<[string, Record<string, string>]>([
    ['none', {}],
    ['a wrong one', { authorization: 'Bearer wrong' }],
    ['another scheme', { authorization: `Basic ${Buffer.from(`x:${KEY}`).toString('base64')}` }],
    ['the hash itself', { authorization: `Bearer ${KEY_HASH}` }],
    ['an empty one', { authorization: 'Bearer ' }],
    ['the key and more', { authorization: `Bearer ${KEY} x` }],
  ])('%s is refused', async (_name, headers) => {
    const response = await locked.post({ query: '{ __typename }' }, headers);
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    const { errors } = await response.json();
    expect(errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED', remedy: expect.stringContaining('Bearer') } },
    ]);
  });

  test('a refused upload does not read the body to its end', async () => {
    using wire = new Wire(locked.url);
    const answer = await wire.send({
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: 'x'.repeat(1_000),
    });
    expect([answer.status, answer.headers.connection]).toEqual([401, 'close']);
  });

  test.each(['Bearer', 'bearer', 'BEARER '])('%s and the key are taken', async (scheme) => {
    const key = 'k-1';
    await using other = await openDoor(
      { HTTP_API_KEYS: createHash('sha256').update(key).digest('hex') },
      { products: 1 },
    );
    const response = await other.post({ query: '{ __typename }' }, { authorization: `${scheme} ${key}` });
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
  });

  test('a page of an allowed origin may read why it was refused', async () => {
    const HTTP_API_KEYS = createHash('sha256').update('k').digest('hex');
    const origin = 'https://shop.example';
    await using other = await openDoor({ HTTP_API_KEYS, HTTP_ORIGINS: origin }, { products: 1 });
    const allowed = async (from: string) => {
      const { status, headers } = await other.post({ query: '{ __typename }' }, { origin: from });
      return [status, headers.get('access-control-allow-origin')];
    };
    expect(await allowed(origin)).toEqual([401, origin]);
    expect(await allowed('https://evil.example')).toEqual([401, null]);
  });

  test('the page, health and pictures need none', async () => {
    const page = await fetch(`${locked.url}/graphql`, { headers: { accept: 'text/html' } });
    expect([200, 503]).toContain(page.status);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect((await fetch(`${locked.url}/health/ready`)).status).toBe(200);
    expect((await fetch(`${locked.url}/images/${'a'.repeat(64)}/64.jpg`)).status).toBe(404);
  });
});

describe('the Host header', () => {
  const IMAGES = JSON.stringify({ query: '{ products(first: 1) { nodes { images { url } } } }' });
  const ask = (wire: Wire, host: string) => wire.send({ headers: { ...JSON_TYPE, host }, body: IMAGES });
  const urlIn = ({ text }: { text: string }): string => JSON.parse(text).data.products.nodes[0].images[0].url;

  test.each(['evil.example/x?y=', 'user@evil.example', 'a b', '"><script>', 'x:99999', 'x:y', '[::1', 'a\\b', '%00'])(
    '%j is refused, with no stack',
    async (host) => {
      using wire = new Wire(door.url);
      const { status, text } = await ask(wire, host);
      expect(status).toBe(400);
      expect(text).not.toMatch(/ at |node_modules/);
      expect(await wire.stillServes()).toBe(true);
    },
  );

  test.each(['localhost', '127.0.0.1:8080', '[::1]:4000', 'LOCALHOST'])(
    '%s leads to its own pictures',
    async (host) => {
      using wire = new Wire(door.url);
      expect(urlIn(await ask(wire, host))).toMatch(`http://${host}/images/`);
    },
  );

  test.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '192.168.1.2'])(
    '%s may not be a name of a server on loopback',
    async (host) => {
      using wire = new Wire(door.url);
      const { status, text } = await ask(wire, host);
      expect([status, text]).toEqual([421, expect.stringContaining('HTTP_PUBLIC_URL')]);
    },
  );

  test('HTTP_PUBLIC_URL is written into URLs, and is a name of ours', async () => {
    await using open = await openDoor({ HTTP_PUBLIC_URL: 'https://shop.example' }, { products: 1 });
    for (const host of ['shop.example', '127.0.0.1']) {
      using wire = new Wire(open.url);
      expect(urlIn(await ask(wire, host))).toMatch('https://shop.example/images/');
    }
  });

  test('HTTP_OPEN=1 answers to any', async () => {
    await using open = await openDoor({ HTTP_OPEN: '1' }, { products: 1 });
    using wire = new Wire(open.url);
    expect(urlIn(await ask(wire, 'my_shop:8080'))).toMatch('http://my_shop:8080/images/');
  });
});

describe('the server itself', () => {
  const serve = (given: Partial<ServerOptions> = {}) =>
    listen({
      host: '127.0.0.1',
      port: 0,
      keyHashes: [],
      health: { ready: async () => {} },
      pictures: async () => false,
      page: () => false,
      graphql: (_req, res) => res.end('answered'),
      report: () => {},
      ...given,
    });

  test.each([
    ['headers', 'GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow'],
    ['a body', 'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{'],
  ])('a client that never finishes its %s is cut off', async (_name, bytes) => {
    const server = await serve({
      timeouts: { headers: 200, request: 400 },
      graphql: (req) => void req.resume(),
    });
    const started = performance.now();
    expect(await converse(server.url, bytes)).toMatch(/^(HTTP\/1\.1 408 |$)/);
    expect(performance.now() - started).toBeLessThan(5_000);
    await server.close(0);
  });

  test.each([
    '\0\0\0\0\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
  ])('bytes that are no request are refused (%#)', async (bytes) => {
    const server = await serve();
    expect(await converse(server.url, bytes)).toMatch(/^HTTP\/1\.1 4\d\d /);
    await server.close(0);
  });

  test('a handler that throws is a 500 without its message, and is reported', async () => {
    const reported: unknown[] = [];
    const fault = new Error('a secret');
    const server = await serve({ graphql: () => Promise.reject(fault), report: (error) => reported.push(error) });
    using wire = new Wire(server.url);
    const { status, text } = await wire.send({ body: '' });
    expect([status, text]).toEqual([500, 'Something went wrong on our side.\n']);
    expect(reported).toEqual([fault]);
    await server.close(0);
  });

  test('closing lets requests finish, takes no new ones, and does not wait for idle connections', async () => {
    let started = () => {};
    const running = new Promise<void>((resolve) => {
      started = resolve;
    });
    const server = await serve({
      graphql: (_req, res) => {
        started();
        setTimeout(() => res.end('finished'), 300);
      },
    });
    using idle = new Wire(server.url);
    using busy = new Wire(server.url);
    await idle.send({ path: '/health/live', method: 'GET' });
    const answer = busy.send({ body: '' });
    await running;
    const before = performance.now();
    const closed = server.close();
    await expect(fetch(`${server.url}/health/live`)).rejects.toThrow();
    expect((await answer).text).toBe('finished');
    await closed;
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  test('closing cuts off after its grace', async () => {
    const server = await serve({ graphql: () => {} });
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write('POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const before = performance.now();
    await server.close(200);
    expect(performance.now() - before).toBeLessThan(1_500);
  });

  test('a port that is taken says so', async () => {
    const server = await serve();
    await expect(serve({ port: Number(new URL(server.url).port) })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await server.close(0);
  });
});
