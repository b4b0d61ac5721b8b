import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { graphiqlAssets, prefersPage } from '../../src/http/graphiql.ts';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';
const PAGE = '<!doctype html><title>margay</title>';
const SCRIPT = 'export const spots = 1;\n'.repeat(100);

let folder: string;
let server: Server;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'margay-assets-'));
  const files = [
    { name: 'index.html', type: 'text/html; charset=utf-8', etag: '"page"', bytes: PAGE.length },
    { name: 'main-1.js', type: 'text/javascript; charset=utf-8', etag: '"main"', bytes: SCRIPT.length, br: 1, gz: 1 },
    { name: 'gone-1.js', type: 'text/javascript; charset=utf-8', etag: '"gone"', bytes: 1 },
  ];
  await writeFile(path.join(folder, 'manifest.json'), JSON.stringify({ sources: 'x', files }));
  await writeFile(path.join(folder, 'index.html'), PAGE);
  await writeFile(path.join(folder, 'main-1.js'), SCRIPT);
  await writeFile(path.join(folder, 'main-1.js.br'), brotliCompressSync(SCRIPT));
  await writeFile(path.join(folder, 'main-1.js.gz'), gzipSync(SCRIPT));
  server = await serve(folder, { imageOrigins: ['https://media.example.com'] });
});

afterAll(async () => {
  await stop(server);
  await rm(folder, { recursive: true, force: true });
});

async function serve(from: string, options = {}): Promise<Server> {
  const page = graphiqlAssets(from, options);
  const made = createServer((req, res) => {
    if (!page(req, res)) res.writeHead(418).end('not mine');
  });
  await new Promise<void>((ready) => made.listen(0, '127.0.0.1', ready));
  return made;
}

const stop = (made: Server) =>
  new Promise((done) => {
    made.close(done);
    made.closeAllConnections();
  });

/** Not fetch, which would decode the body and add headers of its own. */
function get(url: string, headers: Record<string, string> = {}, method = 'GET', from = server): Promise<Answer> {
  const { port } = from.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: url, method, headers }, (res) => {
      const parts: Buffer[] = [];
      res.on('data', (part) => parts.push(part));
      res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(parts) }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('who gets the page', () => {
  test.each([
    ['a browser', BROWSER, true],
    ['HTML alone', 'text/html', true],
    ['any text, of which an event stream is one', 'text/*', false],
    ['nothing said', undefined, false],
    ['anything', '*/*', false],
    ['JSON', 'application/json', false],
    ['GraphQL before JSON', 'application/graphql-response+json, application/json;q=0.9', false],
    ['JSON before HTML', 'application/json, text/html;q=0.9', false],
    ['HTML before JSON', 'application/json;q=0.5, text/html', true],
    ['both alike', 'text/html, application/json', false],
    ['HTML refused', 'text/html;q=0, */*', false],
    ['multipart with HTML behind', 'multipart/mixed, text/html;q=0.1', false],
    ['capitals and blanks', ' TEXT/HTML ; Q=1 , */* ; q=0.1', true],
    ['a q that is none', 'text/html;q=2', false],
    ['not a media range', ';;,,q=1', false],
  ])('%s: %s -> %s', (_who, accept, expected) => {
    expect(prefersPage(accept)).toBe(expected);
  });

  test.each([
    ['a query of a program', 'GET', '/graphql?query=%7Bcatalog%7Bname%7D%7D', 'application/json', 418],
    ['a link with a query', 'GET', '/graphql?query=%7Bcatalog%7Bname%7D%7D', BROWSER, 200],
    ['a form that posts', 'POST', '/graphql', BROWSER, 418],
    ['another path', 'GET', '/graphqlx', BROWSER, 418],
    ['the root', 'GET', '/', BROWSER, 418],
    ['HEAD', 'HEAD', '/graphql', BROWSER, 200],
  ])('%s: %s %s', async (_what, method, url, accept, status) => {
    expect((await get(url, { accept }, method)).status).toBe(status);
  });
});

describe('the page', () => {
  test('is asked for again each time, and allows nothing from elsewhere but pictures', async () => {
    const { headers, body } = await get('/graphql', { accept: BROWSER });
    expect(body.toString()).toBe(PAGE);
    expect(headers).toMatchObject({
      'cache-control': 'no-cache',
      'content-type': 'text/html; charset=utf-8',
      vary: 'Accept, Accept-Encoding',
      'x-content-type-options': 'nosniff',
      etag: '"page"',
    });
    const policy = headers['content-security-policy'];
    expect(policy).toContain("default-src 'none'; script-src 'self'");
    expect(policy).toContain("img-src 'self' data: blob: https://media.example.com;");
    expect(policy).not.toContain('unsafe-eval');
  });

  test('says which command builds it, until it is built', async () => {
    const empty = await mkdtemp(path.join(tmpdir(), 'margay-empty-'));
    const early = await serve(empty);
    try {
      const before = await get('/graphql', { accept: BROWSER }, 'GET', early);
      expect(before.status).toBe(503);
      expect(before.headers['cache-control']).toBe('no-store');
      expect(before.body.toString()).toContain('node scripts/web-bundle.ts');
      expect((await get('/graphql/assets/main-1.js', {}, 'GET', early)).status).toBe(404);
      const files = [{ name: 'index.html', type: 'text/html', etag: '"late"', bytes: 4 }];
      await writeFile(path.join(empty, 'index.html'), 'late');
      await writeFile(path.join(empty, 'manifest.json'), JSON.stringify({ files }));
      expect((await get('/graphql', { accept: BROWSER }, 'GET', early)).body.toString()).toBe('late');
    } finally {
      await stop(early);
      await rm(empty, { recursive: true, force: true });
    }
  });
});

describe('its files', () => {
  test.each([
    ['br, gzip', 'br', brotliDecompressSync],
    ['gzip, deflate', 'gzip', gunzipSync],
    ['gzip;q=1, br;q=0.5', 'gzip', gunzipSync],
    ['br;q=0, *', 'gzip', gunzipSync],
    ['*', 'br', brotliDecompressSync],
    ['identity', undefined, (body: Buffer) => body],
    ['', undefined, (body: Buffer) => body],
  ])('Accept-Encoding "%s" -> %s', async (accepted, encoding, decode) => {
    const { status, headers, body } = await get('/graphql/assets/main-1.js', { 'accept-encoding': accepted });
    expect(status).toBe(200);
    expect(headers['content-encoding']).toBe(encoding);
    expect(Number(headers['content-length'])).toBe(body.length);
    expect(decode(body).toString()).toBe(SCRIPT);
    expect(headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/javascript; charset=utf-8',
      vary: 'Accept-Encoding',
      'x-content-type-options': 'nosniff',
    });
  });

  test('each encoding has its own ETag, and an unchanged one is not sent again', async () => {
    const url = '/graphql/assets/main-1.js';
    const brotli = await get(url, { 'accept-encoding': 'br' });
    const plain = await get(url);
    const etag = brotli.headers.etag ?? '';
    expect(etag).not.toBe(plain.headers.etag);
    const again = await get(url, { 'accept-encoding': 'br', 'if-none-match': `"other", W/${etag}` });
    expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, etag]);
    expect((await get(url, { 'if-none-match': etag })).status).toBe(200);
  });

  test('HEAD answers with the length and without the body', async () => {
    const { status, headers, body } = await get('/graphql/assets/main-1.js', {}, 'HEAD');
    expect([status, Number(headers['content-length']), body.length]).toEqual([200, SCRIPT.length, 0]);
  });

  test.each([
    ['a file that is not of the bundle', 'GET', '/graphql/assets/nope.js', 404],
    ['a way out of the folder', 'GET', '/graphql/assets/../../package.json', 404],
    ['the same, encoded', 'GET', '/graphql/assets/%2e%2e/package.json', 404],
    ['the manifest', 'GET', '/graphql/assets/manifest.json', 404],
    ['a file removed under the server', 'GET', '/graphql/assets/gone-1.js', 404],
    ['a method that writes', 'POST', '/graphql/assets/main-1.js', 405],
  ])('%s: %s %s -> %i, and nothing to keep', async (_what, method, url, status) => {
    const answer = await get(url, {}, method);
    expect(answer.status).toBe(status);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers.etag).toBeUndefined();
  });
});
