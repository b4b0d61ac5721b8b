import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keyChecker, refuseKeyless } from './access.ts';
import { type Health, serveHealth } from './health.ts';
import { isPlainHost } from './origin.ts';

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  readonly keyHashes: readonly string[];
  /** Origins of web pages that may read our answers. */
  readonly origins?: readonly string[];
  /** Names that we answer to; by default any. */
  readonly acceptsHost?: (host: string) => boolean;
  readonly health: Health;
  /** Each answers what is its own and says so; the last one is GraphQL. */
  readonly pictures: (req: IncomingMessage, res: ServerResponse) => Promise<boolean>;
  readonly page: (req: IncomingMessage, res: ServerResponse) => boolean | Promise<boolean>;
  readonly graphql: (req: IncomingMessage, res: ServerResponse) => unknown;
  readonly report: (error: unknown) => void;
  readonly timeouts?: Timeouts;
}

/** How long a client may take to send its headers, and its whole request, in milliseconds. */
export interface Timeouts {
  readonly headers: number;
  readonly request: number;
}

export interface RunningServer {
  /** Such as http://127.0.0.1:4000 */
  readonly url: string;
  /** Stops listening, lets requests finish for at most `graceMs`, then cuts them off. */
  close(graceMs?: number): Promise<void>;
}

/** A photo over a slow phone line fits, a stalled socket does not. */
const TIMEOUTS: Timeouts = { headers: 10_000, request: 60_000 };

export async function listen(options: ServerOptions): Promise<RunningServer> {
  const allowed = keyChecker(options.keyHashes);
  const timeouts = options.timeouts ?? TIMEOUTS;
  const server = createServer(
    {
      headersTimeout: timeouts.headers,
      requestTimeout: timeouts.request,
      // Node looks for late ones this often; by default only every 30 s.
      connectionsCheckingInterval: Math.min(timeouts.headers, 5_000),
      keepAliveTimeout: 65_000,
    },
    (req, res) => {
      // Node leaves a connection open that was busy when the server was closed.
      res.once('close', () => {
        if (!server.listening) setImmediate(() => server.closeIdleConnections());
      });
      answer(req, res).catch((error) => {
        options.report(error);
        if (res.headersSent) res.destroy();
        else res.writeHead(500, { 'content-type': 'text/plain' }).end('Something went wrong on our side.\n');
      });
    },
  );

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    takeOriginForm(req);
    const path = (req.url ?? '/').split('?', 1)[0]!;
    // Before the Host is looked at: probes speak HTTP/1.0, or name an address of their own.
    if (await serveHealth(req, res, path, options.health)) return;
    if (req.headers.host !== undefined && !isPlainHost(req.headers.host)) {
      res.writeHead(400, { 'content-type': 'text/plain', connection: 'close' }).end('The Host header names no host.\n');
    } else if (options.acceptsHost?.(req.headers.host ?? '') === false) {
      const remedy = 'Set HTTP_PUBLIC_URL to the origin that clients use.';
      res.writeHead(421, { 'content-type': 'text/plain', connection: 'close' }).end(`Unknown Host. ${remedy}\n`);
    } else if (path === '/graphql') {
      if (await options.page(req, res)) return;
      if (req.method !== 'OPTIONS' && !allowed(req)) return refuseKeyless(req, res, options.origins ?? []);
      await options.graphql(req, res);
    } else if (path.startsWith('/graphql/')) {
      if (!(await options.page(req, res))) notFound(res);
    } else if (path.startsWith('/images/')) {
      if (!(await options.pictures(req, res))) notFound(res);
    } else if (path === '/') {
      res.writeHead(302, { location: '/graphql' }).end();
    } else {
      notFound(res);
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { address, port, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    close: (graceMs = 10_000) => drain(server, graceMs),
  };
}

/** `GET http://host/path`, as clients ask who think us a proxy: its host is the one that counts (RFC 9112, 3.2.2). */
function takeOriginForm(req: IncomingMessage): void {
  const absolute = /^https?:\/\/([^/?#]*)\/?(.*)$/i.exec(req.url ?? '');
  if (!absolute) return;
  req.headers.host = absolute[1]!;
  req.url = `/${absolute[2]}`;
}

const notFound = (res: ServerResponse) =>
  res.writeHead(404, { 'content-type': 'text/plain' }).end('Nothing here. GraphQL is at /graphql.\n');

function drain(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    cut.unref();
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
