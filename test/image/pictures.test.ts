import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { DiskMedia } from '../../src/catalog/disk-media.ts';
import type { MediaStore } from '../../src/catalog/media-store.ts';
import { negotiate, servePictures } from '../../src/http/pictures.ts';
import { SharpRenderer } from '../../src/image/sharp-renderer.ts';
import { drawn } from '../contract/media-store.ts';

const renderer = new SharpRenderer();
let folder: string;
let media: DiskMedia;
let server: Server;
let origin: string;
let id: string;
let queryId: string;

async function serve(store: MediaStore): Promise<Server> {
  const pictures = servePictures(store);
  const opened = createServer(async (req, res) => {
    if (!(await pictures(req, res))) res.writeHead(418).end();
  });
  await new Promise<void>((resolve) => opened.listen(0, '127.0.0.1', resolve));
  return opened;
}
const originOf = (opened: Server) => `http://127.0.0.1:${(opened.address() as AddressInfo).port}`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'margay-pictures-'));
  media = new DiskMedia({ folder, renderer });
  ({ id } = await media.put(drawn(600, 300)));
  queryId = (await media.putQuery(drawn(200, 100), { size: 1, rgb: new Uint8Array(3) }, 'f1')).image.id;
  server = await serve(media);
  origin = originOf(server);
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await Promise.all([media.close(), renderer.close()]);
  await rm(folder, { recursive: true });
});

describe('pictures over HTTP', () => {
  test.each([
    ['256.jpg', 'image/jpeg', 'jpeg'],
    ['256.webp', 'image/webp', 'webp'],
    ['256.avif', 'image/avif', 'heif'],
  ])('%s', async (name, type, format) => {
    const response = await fetch(`${origin}/images/${id}/${name}`);
    const body = Buffer.from(await response.arrayBuffer());
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': type,
      'content-length': String(body.length),
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'",
      'cross-origin-resource-policy': 'cross-origin',
      etag: expect.stringMatching(/^"[\w-]{22}"$/),
    });
    expect(response.headers.has('vary')).toBe(false);
    expect(await sharp(body).metadata()).toMatchObject({ format, width: 256, height: 128 });
  });

  test.each([
    [undefined, 'image/jpeg'],
    ['*/*', 'image/jpeg'],
    ['image/avif,image/webp,image/apng,image/*,*/*;q=0.8', 'image/avif'],
    ['image/webp,*/*', 'image/webp'],
  ])('no extension, Accept %s: %s', async (accept, type) => {
    const response = await fetch(`${origin}/images/${id}/128`, { headers: accept ? { accept } : {} });
    expect([response.status, response.headers.get('content-type'), response.headers.get('vary')]).toEqual([
      200,
      type,
      'Accept',
    ]);
    await response.arrayBuffer();
  });

  test('HEAD says the same and sends nothing', async () => {
    const [get, head] = await Promise.all(
      ['GET', 'HEAD'].map((method) => fetch(`${origin}/images/${id}/256.webp`, { method })),
    );
    for (const name of ['content-length', 'etag', 'content-type', 'cache-control'])
      expect(head!.headers.get(name)).toBe(get!.headers.get(name));
    expect((await head!.arrayBuffer()).byteLength).toBe(0);
    expect((await get!.arrayBuffer()).byteLength).toBeGreaterThan(0);
  });

  test.each([(etag: string) => etag, (etag: string) => `W/${etag}`, (etag: string) => `"x", ${etag}`, () => '*'])(
    'a known ETag is answered 304 (%#)',
    async (header) => {
      const first = await fetch(`${origin}/images/${id}/64.jpg`);
      await first.arrayBuffer();
      const again = await fetch(`${origin}/images/${id}/64.jpg`, {
        headers: { 'if-none-match': header(first.headers.get('etag')!) },
      });
      expect([again.status, again.headers.get('etag'), (await again.arrayBuffer()).byteLength]).toEqual([
        304,
        first.headers.get('etag'),
        0,
      ]);
    },
  );

  test('a query picture is the sender’s own', async () => {
    const response = await fetch(`${origin}/images/${queryId}/128.jpg`);
    await response.arrayBuffer();
    expect(response.headers.get('cache-control')).toBe('private, max-age=3600');
  });

  test.each([
    ['unknown picture', () => `${'0'.repeat(64)}/256.jpg`, 404, /no such picture/i],
    ['no id', () => 'x/256.jpg', 404, /no such picture/i],
    ['width off the list', () => `${id}/100.jpg`, 404, /64, 128, 256/],
    ['unknown format', () => `${id}/256.svg`, 404, /\.jpg, \.webp, \.avif/],
    ['traversal', () => `..%2f..%2f${id}/256.jpg`, 404, /no such picture/i],
    ['more path', () => `${id}/256.jpg/x`, 404, /no such picture/i],
    ['width like a number', () => `${id}/0x100.jpg`, 404, /no such picture/i],
    ['prototype', () => `${id}/256.constructor`, 404, /no such picture/i],
  ])('%s', async (_name, path, status, message) => {
    const response = await fetch(`${origin}/images/${path()}`);
    expect([response.status, response.headers.get('content-type')]).toEqual([status, 'text/plain; charset=utf-8']);
    expect(await response.text()).toMatch(message);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('other methods are refused, other paths are left alone', async () => {
    const post = await fetch(`${origin}/images/${id}/256.jpg`, { method: 'POST', body: 'x' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    await post.text();
    expect((await fetch(`${origin}/elsewhere`)).status).toBe(418);
  });

  test('a client that leaves takes its work along', async () => {
    const left = Promise.withResolvers<string>();
    const slow = {
      ...({} as MediaStore),
      query: async () => null,
      sized: vi.fn(
        (_id, _width, _format, { signal }) =>
          new Promise<never>((_resolve, reject) =>
            signal.addEventListener('abort', () => {
              left.resolve('left');
              reject(signal.reason);
            }),
          ),
      ),
    };
    const opened = await serve(slow);
    const socket = connect((opened.address() as AddressInfo).port, '127.0.0.1');
    socket.write(`GET /images/${id}/256.jpg HTTP/1.1\r\nHost: x\r\n\r\n`);
    await vi.waitFor(() => expect(slow.sized).toHaveBeenCalled());
    socket.destroy();
    expect(await left.promise).toBe('left');
    opened.close();
    await once(opened, 'close');
  });
});

describe('negotiation', () => {
  test.each([
    ['image/avif;q=0.5, image/webp', 'webp'],
    ['image/webp;q=0, image/avif;q=0', 'jpeg'],
    ['image/jpeg, image/webp;q=0.9', 'jpeg'],
    ['image/jpeg;q=0.5, image/webp;q=0.9', 'webp'],
    ['image/*', 'jpeg'],
    ['text/html', 'jpeg'],
    ['image/jpeg;q=0', 'jpeg'],
    ['IMAGE/WEBP ; q=1.0', 'webp'],
    ['image/avif;q=nonsense, image/webp;q=0.1', 'webp'],
    ['', 'jpeg'],
    [`${'x,'.repeat(100_000)}image/avif`, 'jpeg'],
  ])('%.60s', (accept, format) => expect(negotiate(accept)).toBe(format));
});
