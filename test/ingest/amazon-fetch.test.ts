import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MargayError } from '../../src/errors.ts';
import { SharpDecoder } from '../../src/image/sharp-decoder.ts';
import { FetchedPictures } from '../../src/ingest/fetched-pictures.ts';
import { PictureCache } from '../../src/ingest/picture-cache.ts';
import { PictureFetch, type PictureFetchOptions } from '../../src/ingest/picture-fetch.ts';
import { drawnPicture } from '../pictures.ts';
import { type Answer, PictureServer } from './picture-server.ts';

let jpeg: Uint8Array;
let decoder: SharpDecoder;
let server: PictureServer;
let folder: string;
let opened: PictureFetch[];
beforeAll(async () => {
  jpeg = await drawnPicture();
  decoder = new SharpDecoder();
});
afterAll(() => decoder.close());
beforeEach(async () => {
  server = await new PictureServer().start();
  folder = await mkdtemp(join(tmpdir(), 'margay-fetch-'));
  opened = [];
});
afterEach(async () => {
  for (const fetch of opened) fetch.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const { signal } = new AbortController();

function fetcher(options: Partial<PictureFetchOptions> = {}): PictureFetch {
  const fetch = new PictureFetch({
    proxy: {},
    allowLocal: true,
    check: (bytes, given) => decoder.decode(bytes, { ...given, needs: { shortSide: 64 } }),
    deadlineMs: 10_000,
    patience: { attempts: 3, firstWaitMs: 1, longestWaitMs: 20 },
    ...options,
  });
  opened.push(fetch);
  return fetch;
}

async function faultOf(work: Promise<unknown>): Promise<MargayError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof MargayError)) throw new Error('No fault of ours.', { cause: error });
  return error;
}

test('the bytes as they are, asked for as a picture', async () => {
  let headers: unknown;
  const url = server.on('/a.jpg', (response, request) => {
    headers = request.headers;
    response.end(jpeg);
  });
  expect(new Uint8Array(await fetcher().get(url, signal))).toEqual(new Uint8Array(jpeg));
  expect(headers).toMatchObject({ accept: 'image/*', 'accept-encoding': 'identity', 'user-agent': 'margay' });
});

describe('faults that pass are tried again, and no more than three times', () => {
  const failing =
    (fault: Answer, times: number): Answer =>
    (response, request, time) =>
      time <= times ? fault(response, request, time) : response.end(jpeg);
  test.each<[string, Answer, string]>([
    ['500', (response) => response.writeHead(500).end('later'), '(500)'],
    ['503', (response) => response.writeHead(503).end(), '(503)'],
    ['408', (response) => response.writeHead(408).end(), '(408)'],
    [
      '429 with a date',
      (response) => response.writeHead(429, { 'retry-after': new Date().toUTCString() }).end(),
      '(429)',
    ],
    [
      '429 for an hour, which is longer than we wait',
      (response) => response.writeHead(429, { 'retry-after': '3600' }).end(),
      '(429)',
    ],
    ['a connection that breaks', (response) => response.destroy(), 'ECONNRESET'],
    [
      'a connection that breaks within the picture',
      (response) => {
        response.writeHead(200, { 'content-length': jpeg.length });
        response.write(jpeg.subarray(0, 100), () => response.destroy());
      },
      'could not be fetched',
    ],
    [
      'less than it said',
      (response) => {
        response.writeHead(200, { 'content-length': jpeg.length + 100, connection: 'close' });
        response.write(jpeg, () => response.destroy());
      },
      'could not be fetched',
    ],
  ])('%s', async (_name, fault, says) => {
    const url = server.on('/a.jpg', failing(fault, 2));
    expect((await fetcher().get(url, signal)).length).toBe(jpeg.length);
    expect(server.asked).toHaveLength(3);
    server.on('/a.jpg', failing(fault, Infinity));
    const error = await faultOf(fetcher().get(url, signal));
    expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED', message: expect.stringContaining(says) });
    expect(server.asked).toHaveLength(6);
  });

  test('the wait that the server asks for is kept, as far as we wait at all', async () => {
    const url = server.on(
      '/a.jpg',
      failing((response) => response.writeHead(503, { 'retry-after': '1' }).end(), 1),
    );
    const began = performance.now();
    await fetcher({ patience: { attempts: 2, firstWaitMs: 1, longestWaitMs: 5_000 } }).get(url, signal);
    expect(performance.now() - began).toBeGreaterThan(950);
  });

  test.each<[string, Answer]>([
    ['a server that says nothing', () => {}],
    ['a picture that stops in the middle', (response) => void response.writeHead(200).write(jpeg.subarray(0, 50))],
    [
      'a picture that drips for ever',
      (response) => {
        const drip = setInterval(() => response.write('x'), 5);
        response.on('close', () => clearInterval(drip));
      },
    ],
  ])('%s', async (_name, fault) => {
    const url = server.on('/a.jpg', fault);
    const error = await faultOf(fetcher({ deadlineMs: 150 }).get(url, signal));
    expect([error.code, server.asked.length]).toEqual(['DEADLINE_EXCEEDED', 3]);
    await expect.poll(() => server.underWay).toBe(0);
  });

  test('a port where nobody listens', async () => {
    const { url } = server;
    await server.stop();
    expect((await faultOf(fetcher().get(`${url}/a.jpg`, signal))).message).toContain('ECONNREFUSED');
  });
});

describe('faults that last are told at once', () => {
  test.each<[string, Answer, string]>([
    ['404', (response) => response.writeHead(404).end(), 'NOT_FOUND'],
    ['403', (response) => response.writeHead(403).end(), 'NOT_FOUND'],
    ['410', (response) => response.writeHead(410).end(), 'NOT_FOUND'],
    ['204', (response) => response.writeHead(204).end(), 'NOT_FOUND'],
    ['a page', (response) => response.end('<html>no picture here</html>'), 'UNSUPPORTED_IMAGE'],
    ['nothing', (response) => response.end(), 'BAD_IMAGE'],
    [
      'half a picture that says it is whole',
      (response) => response.end(jpeg.subarray(0, jpeg.length / 2)),
      'BAD_IMAGE',
    ],
    [
      'a length that ends in the middle',
      (response) => {
        response.strictContentLength = false;
        response.socket?.end(
          `HTTP/1.1 200 OK\r\ncontent-length: ${Math.floor(jpeg.length / 2)}\r\nconnection: close\r\n\r\n${Buffer.from(jpeg).toString('latin1')}`,
          'latin1',
        );
      },
      'BAD_IMAGE',
    ],
    [
      '21 MB, as it says',
      (response) => response.writeHead(200, { 'content-length': 21 * 2 ** 20 }).write('x'),
      'IMAGE_TOO_LARGE',
    ],
    ['a redirect to nowhere', (response) => response.writeHead(302, { location: 'http://[' }).end(), 'NOT_FOUND'],
    ['a redirect without a place', (response) => response.writeHead(302).end(), 'NOT_FOUND'],
    [
      'a redirect to a file',
      (response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
      'BAD_INPUT',
    ],
    ['a redirect to itself', (response) => response.writeHead(301, { location: '/a.jpg' }).end(), 'NOT_FOUND'],
  ])('%s', async (name, fault, code) => {
    const url = server.on('/a.jpg', fault);
    expect((await faultOf(fetcher().get(url, signal))).code).toBe(code);
    expect(server.asked).toHaveLength(name === 'a redirect to itself' ? 4 : 1);
  });

  test('a body without end is left after 20 MB', async () => {
    let sent = 0;
    const piece = Buffer.alloc(256 * 1024);
    const url = server.on('/a.jpg', (response) => {
      const more = () => {
        while (!response.destroyed && response.write(piece)) sent += piece.length;
      };
      response.on('drain', more);
      more();
    });
    expect((await faultOf(fetcher().get(url, signal))).code).toBe('IMAGE_TOO_LARGE');
    await expect.poll(() => server.underWay).toBe(0);
    expect(sent).toBeLessThan(40 * 2 ** 20);
  });

  test.each([
    ['ftp://a.example/a.jpg', 'http or https'],
    ['file:///etc/passwd', 'http or https'],
    ['data:image/png;base64,AAAA', 'http or https'],
    ['http://user:secret@a.example/a.jpg', 'a user or a password'],
    ['nonsense', 'no URL'],
  ])('%s is not asked', async (address, says) => {
    const error = await faultOf(fetcher().get(address, signal));
    expect([error.code, error.message]).toEqual(['BAD_INPUT', expect.stringContaining(says)]);
    expect(error.message).not.toContain('secret');
  });
});

test('three redirects are followed', async () => {
  for (const step of [1, 2, 3])
    server.on(`/${step}`, (response) =>
      response.writeHead(302, { location: step === 3 ? '/a.jpg' : `/${step + 1}` }).end(),
    );
  server.on('/a.jpg', jpeg);
  expect(await fetcher().get(`${server.url}/1`, signal)).toHaveLength(jpeg.length);
  expect(server.asked).toEqual(['/1', '/2', '/3', '/a.jpg']);
});

describe('private addresses', () => {
  test('are not asked, whatever leads there', async () => {
    const { port } = new URL(server.on('/a.jpg', jpeg));
    for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '2130706433', '0'])
      expect(await faultOf(fetcher({ allowLocal: false }).get(`http://${host}:${port}/a.jpg`, signal))).toMatchObject({
        code: 'BAD_INPUT',
        remedy: expect.stringContaining('--allow-local'),
      });
    expect(server.asked).toEqual([]);
  });

  test('are not asked under another name, nor where the name leads there at a second look', async () => {
    const { port } = new URL(server.on('/a.jpg', jpeg));
    let looks = 0;
    const fetch = fetcher({
      allowLocal: false,
      deadlineMs: 500,
      patience: { attempts: 1, firstWaitMs: 1, longestWaitMs: 1 },
      // The first look finds an address of the internet where nobody answers.
      resolve: (host, _options, done) => {
        looks += 1;
        const address = host === 'rebound.example' && looks === 1 ? '192.31.196.1' : '127.0.0.1';
        done(null, [{ address, family: 4 }]);
      },
    });
    const rebound = await faultOf(fetch.get(`http://rebound.example:${port}/a.jpg`, signal));
    expect([rebound.code, looks]).toEqual(['DEADLINE_EXCEEDED', 1]);
    expect((await faultOf(fetch.get(`http://renamed.example:${port}/a.jpg`, signal))).code).toBe('BAD_INPUT');
    expect([looks, server.asked]).toEqual([2, []]);
  });

  test('a proxy of this machine is gone by, and not to other places of this machine, even by a redirect', async () => {
    const lines: string[] = [];
    // Speaks for a.example, and for whatever else it is asked.
    const proxy = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', (data) => {
        const [line = ''] = String(data).split('\r\n');
        lines.push(line);
        if (line.includes('/moved.jpg'))
          socket.end(`HTTP/1.1 302 Found\r\nlocation: ${server.url}/a.jpg\r\nconnection: close\r\n\r\n`);
        else {
          socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${jpeg.length}\r\nconnection: close\r\n\r\n`);
          socket.end(jpeg);
        }
      });
    });
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    const address = proxy.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    try {
      const fetch = fetcher({ allowLocal: false, proxy: { HTTP_PROXY: `http://localhost:${port}` } });
      expect(await fetch.get('http://a.example/a.jpg', signal)).toHaveLength(jpeg.length);
      expect((await faultOf(fetch.get('http://a.example/moved.jpg', signal))).code).toBe('BAD_INPUT');
      expect((await faultOf(fetch.get(`http://localhost:${port}/a.jpg`, signal))).code).toBe('BAD_INPUT');
      expect(lines).toEqual([
        expect.stringMatching(/^GET http:\/\/a\.example(:80)?\/a\.jpg /),
        expect.stringMatching(/^GET http:\/\/a\.example(:80)?\/moved\.jpg /),
      ]);
      expect(server.asked).toEqual([]);
    } finally {
      proxy.close();
    }
  });
});

test('who is told to stop stops, in a wait as in a picture', async () => {
  server.on('/slow.jpg', () => {});
  server.on('/busy.jpg', (response) => response.writeHead(503, { 'retry-after': '60' }).end());
  for (const path of ['/slow.jpg', '/busy.jpg']) {
    const stop = new AbortController();
    const work = fetcher({ patience: { attempts: 9, firstWaitMs: 60_000, longestWaitMs: 60_000 } }).get(
      server.url + path,
      stop.signal,
    );
    await expect.poll(() => server.asked).toContain(path);
    stop.abort();
    await expect(work).rejects.toThrow('aborted');
  }
});

describe('kept pictures', () => {
  const shelf = (now?: () => number) => new FetchedPictures(new PictureCache(folder, now), fetcher(), signal);

  test('are fetched once, also for two who ask at once, and by the next run not at all', async () => {
    const url = server.on('/a.jpg', jpeg);
    const first = shelf();
    expect(await Promise.all([first.prepare(url), first.prepare(url)])).toEqual([undefined, undefined]);
    const second = shelf();
    expect(await second.prepare(url)).toBeUndefined();
    expect(new Uint8Array(await second.read(url))).toEqual(new Uint8Array(jpeg));
    expect(second.counts).toEqual({ fetched: 0, cached: 1, failed: 0 });
    expect(server.asked).toEqual(['/a.jpg']);
  });

  test('what was deleted since comes again', async () => {
    const url = server.on('/a.jpg', jpeg);
    const first = shelf();
    await first.prepare(url);
    await rm(folder, { recursive: true });
    expect(await first.read(url)).toHaveLength(jpeg.length);
  });

  test('a server that had none is not asked again that day; one that could not answer is', async () => {
    let now = Date.now();
    const busy = server.on('/busy.jpg', (response) => response.writeHead(500).end());
    const ask = async () => {
      const pictures = shelf(() => now);
      const faults = [await pictures.prepare(`${server.url}/none.jpg`), await pictures.prepare(busy)];
      expect(faults.map((fault) => fault?.code)).toEqual(['NOT_FOUND', 'DEADLINE_EXCEEDED']);
      expect(pictures.counts.failed).toBe(2);
      return [server.timesOf('/none.jpg'), server.timesOf('/busy.jpg')];
    };
    expect(await ask()).toEqual([1, 3]);
    now += 23 * 60 * 60_000;
    expect(await ask()).toEqual([1, 6]);
    now += 2 * 60 * 60_000;
    expect(await ask()).toEqual([2, 9]);
  });

  test('at most eight at once', async () => {
    const urls = Array.from({ length: 40 }, (_, place) =>
      server.on(`/${place}.jpg`, (response) => void setTimeout(() => response.end(jpeg), 30)),
    );
    const pictures = shelf();
    await Promise.all(urls.map((url) => pictures.prepare(url)));
    expect([server.most, pictures.counts.fetched]).toEqual([8, 40]);
  });

  test('lie there whole: no drafts, spread over folders', async () => {
    await shelf().prepare(server.on('/a.jpg', jpeg));
    const files = (await readdir(folder, { recursive: true })).filter((name) => name.includes('.'));
    expect(files).toEqual([expect.stringMatching(/^[0-9a-f]{2}.[0-9a-f]{64}\.picture$/)]);
  });
});
