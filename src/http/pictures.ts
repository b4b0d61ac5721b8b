import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type MediaStore, WIDTHS } from '../catalog/media-store.ts';
import { MargayError } from '../errors.ts';
import type { EncodedFormat } from '../image/renderer.ts';

const FORMATS: Readonly<Record<string, EncodedFormat>> = { '.jpg': 'jpeg', '.webp': 'webp', '.avif': 'avif' };

/** In the order of preference where a client likes them equally. */
const NEGOTIATED: readonly EncodedFormat[] = ['avif', 'webp', 'jpeg'];

/**
 * Serves `GET|HEAD /images/<id>/<width>.<jpg|webp|avif>`, and without extension in the best format that `Accept` names.
 * Resolves to false, with nothing written, for every other path.
 */
export function servePictures(media: MediaStore): (req: IncomingMessage, res: ServerResponse) => Promise<boolean> {
  return async (req, res) => {
    const path = (req.url ?? '').split('?', 1)[0] ?? '';
    if (!path.startsWith('/images/')) return false;
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.setHeader('Allow', 'GET, HEAD');
      say(res, 405, 'Pictures can only be read: GET or HEAD.');
      return true;
    }
    const [, id, digits, extension] = /^\/images\/([0-9a-f]{64})\/([1-9]\d{0,4})(\.[a-z]{1,5})?$/.exec(path) ?? [];
    const width = Number(digits);
    if (!id) say(res, 404, 'There is no such picture.');
    else if (!WIDTHS.includes(width as (typeof WIDTHS)[number]))
      say(res, 404, `Pictures are served at widths ${WIDTHS.join(', ')}.`);
    else if (extension && !FORMATS[extension])
      say(res, 404, `Pictures are served as ${Object.keys(FORMATS).join(', ')}.`);
    else await answer(req, res, media, { id, width, format: extension ? FORMATS[extension] : undefined });
    return true;
  };
}

interface Asked {
  readonly id: string;
  readonly width: number;
  /** Undefined: to be negotiated. */
  readonly format: EncodedFormat | undefined;
}

async function answer(req: IncomingMessage, res: ServerResponse, media: MediaStore, asked: Asked): Promise<void> {
  const left = new AbortController();
  const onClose = () => left.abort();
  res.once('close', onClose);
  try {
    const format = asked.format ?? negotiate(req.headers.accept);
    const file = await media.sized(asked.id, asked.width, format, { signal: left.signal });
    // Any fingerprint will do: only whether it is somebody's query matters here.
    const isPrivate = (await media.query(asked.id, '')) !== null;
    const etag = `"${createHash('sha256').update(file).digest('base64url').slice(0, 22)}"`;
    protect(res);
    res.setHeader('Cache-Control', isPrivate ? 'private, max-age=3600' : 'public, max-age=31536000, immutable');
    res.setHeader('ETag', etag);
    if (!asked.format) res.setHeader('Vary', 'Accept');
    if (matches(req.headers['if-none-match'], etag)) {
      res.writeHead(304).end();
      return;
    }
    res.writeHead(200, { 'Content-Type': `image/${format}`, 'Content-Length': file.length });
    res.end(req.method === 'HEAD' ? undefined : file);
  } catch (error) {
    if (left.signal.aborted) return;
    if (error instanceof MargayError && error.code === 'NOT_FOUND') say(res, 404, 'There is no such picture.');
    else throw error;
  } finally {
    res.off('close', onClose);
  }
}

/**
 * The format that `Accept` likes best. AVIF and WebP must be named: a client that takes every type, as curl does, may show none of the newer ones.
 * JPEG is always an answer.
 */
export function negotiate(accept: string | undefined): EncodedFormat {
  const wishes = new Map<string, number>();
  for (const part of (accept ?? '').slice(0, 2048).toLowerCase().split(',')) {
    const [type = '', ...parameters] = part.split(';').map((each) => each.trim());
    const q = parameters.find((each) => each.startsWith('q='))?.slice(2) ?? '1';
    wishes.set(type, /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(q) ? Number(q) : 0);
  }
  const quality = (format: EncodedFormat) =>
    wishes.get(`image/${format}`) ?? (format === 'jpeg' ? (wishes.get('image/*') ?? wishes.get('*/*') ?? 0) : 0);
  const best = Math.max(...NEGOTIATED.map(quality));
  return (best > 0 && NEGOTIATED.find((format) => quality(format) === best)) || 'jpeg';
}

const matches = (header: string | undefined, etag: string): boolean =>
  header?.split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === etag) ?? false;

/** A picture is a picture and nothing else, wherever it is shown. */
function protect(res: ServerResponse): void {
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('Content-Security-Policy', "default-src 'none'");
  res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
}

function say(res: ServerResponse, status: number, text: string): void {
  protect(res);
  res.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  res.end(`${text}\n`);
}
