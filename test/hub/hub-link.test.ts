import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { refusal } from '../../src/hub/hub-faults.ts';
import { HubLink, type HubSettings, nextHop } from '../../src/hub/hub-link.ts';
import { Passing } from '../../src/policy/patience.ts';
import { HubServer, ProxyServer } from './hub-server.ts';
import { pullFrom } from './pulling.ts';
import { files, REPO, tinyModel } from './tiny-model.ts';

const { signal } = new AbortController();
const subject = { repo: REPO, revision: 'main' };

const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function hubServer(): Promise<HubServer> {
  const hub = await new HubServer(REPO).start();
  ended.push(() => hub.stop());
  for (const [path, bytes] of Object.entries(files())) hub.put(path, bytes, path.endsWith('.onnx'));
  return hub;
}

async function proxyServer(credentials?: string): Promise<ProxyServer> {
  const proxy = await ProxyServer.start(credentials);
  ended.push(() => proxy.stop());
  return proxy;
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'margay-hub-'));
  ended.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function linkTo(endpoint: string, proxy: HubSettings['proxy'] = {}): HubLink {
  const link = new HubLink({ endpoint, proxy, stallMs: 5_000 });
  ended.push(() => link.close());
  return link;
}

describe('proxies', () => {
  test('everything goes by HTTP_PROXY, the hub and where it redirects to', async () => {
    const hub = await hubServer();
    const proxy = await proxyServer();
    await pullFrom(hub, tinyModel(), join(await temporaryFolder(), 'tiny'), { proxy: { HTTP_PROXY: proxy.url() } });
    expect(new Set(proxy.asked.map(({ target }) => new URL(target).origin))).toEqual(new Set([hub.url, hub.cdn]));
    expect(proxy.asked.length).toBe(hub.asked.length);
  });

  test('NO_PROXY names hosts that need none', async () => {
    const hub = await hubServer();
    const proxy = await proxyServer();
    await pullFrom(hub, tinyModel(), join(await temporaryFolder(), 'tiny'), {
      proxy: { HTTP_PROXY: proxy.url(), NO_PROXY: 'localhost,127.0.0.1' },
    });
    expect(proxy.asked).toEqual([]);
  });

  test('a proxy that wants a password gets it, and says so where there is none', async () => {
    const hub = await hubServer();
    const proxy = await proxyServer('me:s3cret');
    const refused = await linkTo(hub.url, { HTTP_PROXY: proxy.url() })
      .json('/api/models/x', subject, signal)
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'UNAUTHENTICATED', remedy: expect.stringContaining('USER:PASSWORD@') });
    await pullFrom(hub, tinyModel(), join(await temporaryFolder(), 'tiny'), {
      proxy: { HTTP_PROXY: proxy.url('me:s3cret') },
    });
  });

  test.each([
    ['at which nobody listens', 'http://me:s3cret@127.0.0.1:9', 'ENCODER_UNAVAILABLE'],
    ['that is no URL', 'http://me:s3cret@proxy.example:port', 'BAD_INPUT'],
    ['of another kind', 'socks5://me:s3cret@127.0.0.1:1080', 'BAD_INPUT'],
  ])('a proxy %s is told by its variable, and nobody goes without', async (_name, HTTP_PROXY, code) => {
    const hub = await hubServer();
    const folder = join(await temporaryFolder(), 'tiny');
    const fault: unknown = await pullFrom(hub, tinyModel(), folder, { proxy: { HTTP_PROXY } }).catch((error) => error);
    expect(fault).toMatchObject({ code, remedy: expect.stringContaining('HTTP_PROXY') });
    expect(inspect(fault, { depth: 9 })).not.toContain('s3cret');
    expect(hub.asked).toEqual([]);
    // Nothing stands in the way of the next run.
    await pullFrom(hub, tinyModel(), folder);
  });

  test('a tunnel that leads nowhere is told without the password of the proxy', async () => {
    const proxy = await proxyServer('me:s3cret');
    const link = linkTo('https://127.0.0.1:9', { HTTPS_PROXY: proxy.url('me:s3cret') });
    const fault: unknown = await link.json('/x', subject, signal).catch((error) => error);
    expect(fault).toBeInstanceOf(Passing);
    expect((fault as Passing).fault).toMatchObject({ remedy: expect.stringContaining('HTTPS_PROXY') });
    expect(inspect(fault, { depth: 9 })).not.toContain('s3cret');
  });

  test('a proxy may be written without http://', async () => {
    const hub = await hubServer();
    const proxy = await proxyServer();
    await linkTo(hub.url, { HTTP_PROXY: new URL(proxy.url()).host }).json(
      `/api/models/${REPO}/revision/main`,
      subject,
      signal,
    );
    expect(proxy.asked).toHaveLength(1);
  });
});

/** Made for the test: a key that everybody can read is no secret. */
const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!hasOpenssl)('https (skipped: there is no openssl to make a certificate)', () => {
  async function secureServer(
    answer: (path: string) => { status: number; headers?: Record<string, string>; body?: string },
  ): Promise<string> {
    const folder = await temporaryFolder();
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=127.0.0.1',
        '-addext',
        'subjectAltName=IP:127.0.0.1',
        '-keyout',
        key,
        '-out',
        certificate,
      ],
      { stdio: 'ignore' },
    );
    const trusted = getCACertificates('default');
    setDefaultCACertificates([...trusted, await readFile(certificate, 'utf8')]);
    ended.push(() => setDefaultCACertificates(trusted));
    const server: Server = createServer(
      { key: await readFile(key), cert: await readFile(certificate) },
      (request, response) => {
        const { status, headers, body } = answer(request.url ?? '');
        response.writeHead(status, headers).end(body);
      },
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    ended.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    return `https://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  }

  test('goes by HTTPS_PROXY through a tunnel, of which the proxy sees the host alone', async () => {
    const url = await secureServer(() => ({ status: 200, body: '{"sha": "x"}' }));
    const proxy = await proxyServer('me:s3cret');
    const link = linkTo(url, { HTTPS_PROXY: proxy.url('me:s3cret'), HTTP_PROXY: 'http://127.0.0.1:9' });
    expect((await link.json('/api/models/x', subject, signal)).value).toEqual({ sha: 'x' });
    expect(proxy.asked.map(({ target }) => target)).toEqual([new URL(url).host]);
  });

  test('a tunnel that the proxy refuses', async () => {
    const url = await secureServer(() => ({ status: 200, body: '{}' }));
    const proxy = await proxyServer('me:s3cret');
    const fault = await linkTo(url, { HTTPS_PROXY: proxy.url('me:wr0ng') })
      .json('/x', subject, signal)
      .catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: 'UNAUTHENTICATED', remedy: expect.stringContaining('USER:PASSWORD@') });
    expect(inspect(fault, { depth: 9 })).not.toContain('wr0ng');
  });

  test('does not follow a redirect to plain http', async () => {
    const hub = await hubServer();
    const url = await secureServer(() => ({ status: 302, headers: { location: `${hub.url}/elsewhere` } }));
    const fault = await linkTo(url)
      .json('/x', subject, signal)
      .catch((error: unknown) => error);
    expect(fault).toMatchObject({ message: expect.stringContaining('from https to http') });
    expect(hub.asked).toEqual([]);
  });

  test('a certificate that nobody vouches for is told', async () => {
    const url = await secureServer(() => ({ status: 200, body: '{}' }));
    setDefaultCACertificates(getCACertificates('bundled'));
    const fault = await linkTo(url)
      .json('/x', subject, signal)
      .catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(Passing);
    expect((fault as Passing).fault.message).toMatch(/DEPTH_ZERO_SELF_SIGNED_CERT/);
  });
});

describe('where a redirect may lead', () => {
  test.each([
    ['https://a.example/x', 'https://b.example/y', 'https://b.example/y'],
    ['https://a.example/x/z', '../y', 'https://a.example/y'],
    ['http://a.example/x', 'https://b.example/y', 'https://b.example/y'],
    ['http://a.example/x', 'http://b.example/y', 'http://b.example/y'],
  ])('%s -> %s', (from, location, to) => {
    expect(nextHop(new URL(from), location).href).toBe(to);
  });

  test.each([
    ['https://a.example/x', 'http://a.example/x'],
    ['https://a.example/x', 'ftp://a.example/x'],
    ['http://a.example/x', 'file:///etc/passwd'],
    ['http://a.example/x', 'data:text/plain,x'],
    ['http://a.example/x', 'http://:bad'],
  ])('%s -> %s is refused', (from, location) => {
    expect(() => nextHop(new URL(from), location)).toThrow(/sends us/);
  });
});

test.each([
  ['7', 7_000],
  ['0', 0],
  [new Date(Date.now() + 60_000).toUTCString(), expect.closeTo(60_000, -4)],
  ['soon', undefined],
  ['-5', undefined],
])('Retry-After: %s is a wait of %s ms', (given, waitMs) => {
  const fault = refusal(503, { 'retry-after': given }, { ...subject, hub: 'http://hub.example', token: false });
  expect(fault).toBeInstanceOf(Passing);
  expect((fault as Passing).waitMs).toEqual(waitMs);
});
