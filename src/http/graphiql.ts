import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';

/** What scripts/web-bundle.ts writes about each file, sizes in bytes; the same lies compressed beside it where `br` and `gz` are given. */
export interface Asset {
  readonly name: string;
  readonly type: string;
  readonly etag: string;
  readonly bytes: number;
  readonly br?: number;
  readonly gz?: number;
}

type Encoding = 'br' | 'gz' | undefined;

interface Options {
  /** Origins besides our own that pictures of products may come from, such as `https://media.example.com`. */
  readonly imageOrigins?: readonly string[];
}

const PAGE = '/graphql';
const ASSETS = '/graphql/assets/';
const DAY = 86_400;

/** What a GraphQL client may want from the same address. */
const RESPONSES = ['application/json', 'application/graphql-response+json', 'multipart/mixed', 'text/event-stream'];

/**
 * Serves GraphiQL from the folder of its bundle: the page at `/graphql` to whoever prefers HTML to a GraphQL response, its files below `/graphql/assets/`.
 * @returns a handler that is true when it has taken the request, and false, with nothing written, when it is somebody else's.
 */
export function graphiqlAssets(folder: string, { imageOrigins = [] }: Options = {}) {
  const contents = new Map<string, Promise<Buffer>>();
  const policy = contentSecurityPolicy(imageOrigins);
  let assets: ReadonlyMap<string, Asset> | undefined;

  const read = (name: string) => {
    const there = contents.get(name) ?? readFile(path.join(folder, name));
    contents.set(name, there);
    // A fault of the disk is not remembered.
    there.catch(() => contents.delete(name));
    return there;
  };

  return (req: IncomingMessage, res: ServerResponse): boolean => {
    const [pathname = ''] = (req.url ?? '').split('?', 1);
    const asset = pathname.startsWith(ASSETS);
    if (!asset && pathname !== PAGE) return false;
    const reading = req.method === 'GET' || req.method === 'HEAD';
    if (!asset && !(reading && prefersPage(req.headers.accept))) return false;
    res.setHeader('X-Content-Type-Options', 'nosniff');
    if (!reading) return refuse(req, res, 405, 'Only GET and HEAD.', { Allow: 'GET, HEAD' });

    assets ??= readManifest(folder);
    if (!asset) {
      res.setHeader('Vary', 'Accept, Accept-Encoding');
      res.setHeader('Content-Security-Policy', policy);
      res.setHeader('Referrer-Policy', 'no-referrer');
    }
    const found = assets?.get(asset ? pathname.slice(ASSETS.length) : 'index.html');
    if (!found) return asset ? refuse(req, res, 404, 'No such file.') : notBuilt(req, res);

    if (asset) res.setHeader('Vary', 'Accept-Encoding');
    res.setHeader('Cache-Control', asset ? `public, max-age=${365 * DAY}, immutable` : 'no-cache');
    void send(found, read, req, res);
    return true;
  };
}

async function send(asset: Asset, read: (name: string) => Promise<Buffer>, req: IncomingMessage, res: ServerResponse) {
  const encoding = chooseEncoding(asset, req.headers['accept-encoding']);
  const etag = encoding ? `${asset.etag.slice(0, -1)}-${encoding}"` : asset.etag;
  res.setHeader('ETag', etag);
  if (matches(req.headers['if-none-match'], etag)) {
    res.writeHead(304).end();
    return;
  }
  try {
    const body = await read(encoding ? `${asset.name}.${encoding}` : asset.name);
    if (encoding) res.setHeader('Content-Encoding', encoding === 'gz' ? 'gzip' : 'br');
    res.writeHead(200, { 'Content-Type': asset.type, 'Content-Length': body.length });
    res.end(req.method === 'HEAD' ? undefined : body);
  } catch {
    // The bundle was rebuilt or removed under a running server.
    res.removeHeader('ETag');
    res.removeHeader('Content-Encoding');
    refuse(req, res, 404, 'No such file.', { 'Cache-Control': 'no-store' });
  }
}

function readManifest(folder: string): ReadonlyMap<string, Asset> | undefined {
  try {
    const { files } = JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')) as { files: Asset[] };
    return new Map(files.map((file) => [file.name, file]));
  } catch {
    return undefined;
  }
}

function refuse(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  message: string,
  headers: Record<string, string> = {},
): true {
  res.writeHead(status, { 'Cache-Control': 'no-store', 'Content-Type': 'text/plain; charset=utf-8', ...headers });
  res.end(req.method === 'HEAD' ? undefined : `${message}\n`);
  return true;
}

function notBuilt(req: IncomingMessage, res: ServerResponse): true {
  res.writeHead(503, { 'Cache-Control': 'no-store', 'Content-Type': 'text/html; charset=utf-8' });
  res.end(
    req.method === 'HEAD'
      ? undefined
      : `<!doctype html><html lang="en"><meta charset="utf-8"><title>margay</title>
<h1>GraphiQL is not built</h1>
<p>Build it with <code>node scripts/web-bundle.ts</code> and reload. The API itself answers: POST a query to this address.</p></html>
`,
  );
  return true;
}

/** Monaco styles its lines in place, hence the inline styles; nothing is evaluated, and nothing is loaded from elsewhere but pictures from the origins named. */
function contentSecurityPolicy(imageOrigins: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self'",
    ["img-src 'self' data: blob:", ...imageOrigins].join(' '),
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** True when the client would rather have HTML than any GraphQL response: a browser's address bar, not a client that accepts anything. */
export function prefersPage(accept: string | undefined): boolean {
  const html = quality(accept, 'text/html');
  return html > 0 && RESPONSES.every((type) => html > quality(accept, type));
}

interface Range {
  readonly value: string;
  readonly q: number;
}

/** @throws nothing: what cannot be read counts as absent. */
function ranges(header: string | undefined): Range[] {
  return (header ?? '').split(',').flatMap((part) => {
    const [value = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    const given = parameters.find((parameter) => /^q\s*=/.test(parameter));
    const q = given === undefined ? 1 : Number(given.slice(given.indexOf('=') + 1));
    return value && q >= 0 && q <= 1 ? [{ value, q }] : [];
  });
}

/** Of the media ranges that match, the most specific one decides. */
function quality(accept: string | undefined, type: string): number {
  const all = ranges(accept);
  const wanted = [type, `${type.split('/')[0]}/*`, '*/*'];
  for (const value of wanted) {
    const range = all.find((one) => one.value === value);
    if (range) return range.q;
  }
  return 0;
}

function chooseEncoding(asset: Asset, accepted: string | undefined): Encoding {
  const all = ranges(accepted);
  const q = (name: string) =>
    (all.find(({ value }) => value === name) ?? all.find(({ value }) => value === '*'))?.q ?? 0;
  const [br, gzip] = [asset.br ? q('br') : 0, asset.gz ? q('gzip') : 0];
  if (br > 0 && br >= gzip) return 'br';
  return gzip > 0 ? 'gz' : undefined;
}

/** Weak comparison, as If-None-Match asks for. */
function matches(header: string | undefined, etag: string): boolean {
  if (header?.trim() === '*') return true;
  return (header ?? '').split(',').some((one) => one.trim().replace(/^W\//, '') === etag);
}
