import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { MargayError } from '../errors.ts';

/** Whether a request may use the API: `Authorization: Bearer KEY` whose SHA-256 is one of the hashes. With no hashes anyone may. */
export function keyChecker(hashes: readonly string[]): (req: IncomingMessage | undefined) => boolean {
  const known = hashes.map((hash) => Buffer.from(hash, 'hex'));
  return (req) => {
    if (known.length === 0) return true;
    const given = keyHash(req);
    if (!given) return false;
    // All are compared, so that the time taken does not say which one matched.
    return known.map((hash) => timingSafeEqual(hash, given)).includes(true);
  };
}

export interface Keys {
  /** SHA-256 in hex of the keys that may read. */
  readonly api: readonly string[];
  /** Of those that may also write. */
  readonly admin: readonly string[];
  /** With no keys at all anyone may write: on loopback, where the operator did not open it to others. */
  readonly local: boolean;
}

/** Why a request may not write: UNAUTHENTICATED without a known key, FORBIDDEN with one that may only read; undefined where it may. */
export function writeChecker({
  api,
  admin,
  local,
}: Keys): (req: IncomingMessage | undefined) => MargayError | undefined {
  if (local && api.length === 0 && admin.length === 0) return () => undefined;
  const mayWrite = keyChecker(admin);
  const mayRead = keyChecker(api);
  const remedy =
    admin.length > 0
      ? 'Send a key of HTTP_ADMIN_KEYS as "Authorization: Bearer KEY".'
      : 'This server has no keys that may write: whoever runs it can set HTTP_ADMIN_KEYS.';
  return (req) => {
    if (admin.length > 0 && mayWrite(req)) return undefined;
    return api.length > 0 && mayRead(req)
      ? new MargayError('FORBIDDEN', 'This key may search, and not change the catalog.', { remedy })
      : new MargayError('UNAUTHENTICATED', 'Changing the catalog needs a key.', { remedy });
  };
}

function keyHash(req: IncomingMessage | undefined): Buffer | undefined {
  const key = /^Bearer +(\S+)\s*$/i.exec(req?.headers.authorization ?? '')?.[1];
  return key === undefined ? undefined : createHash('sha256').update(key).digest();
}

/**
 * Who a budget is kept for: the API key where keys are asked for, or else the address that the connection comes from. Behind a proxy without keys all
 * clients are one: forwarded headers are not believed, as anyone can send them.
 */
export function clientOf(req: IncomingMessage | undefined, hasKeys: boolean): string {
  const key = hasKeys && keyHash(req);
  if (key) return `key ${key.toString('hex')}`;
  const address = req?.socket.remoteAddress ?? '';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped || !address.includes(':')) return `address ${mapped ?? address}`;
  return `address ${network(address)}`;
}

/** The first 64 bits of an IPv6 address: one customer has them all. */
function network(address: string): string {
  const [before = '', after] = address.split('%', 1)[0]!.split('::') as [string, string?];
  const head = before.split(':').filter(Boolean);
  const tail = (after ?? '').split(':').filter(Boolean);
  const groups = after === undefined ? head : [...head, ...Array(8 - head.length - tail.length).fill('0'), ...tail];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

/** A page of an allowed origin may read why it was refused. */
export function refuseKeyless(req: IncomingMessage, res: ServerResponse, origins: readonly string[]): void {
  const remedy = 'Send a known key as "Authorization: Bearer KEY".';
  const body = JSON.stringify({
    errors: [{ message: 'No known API key was sent.', extensions: { code: 'UNAUTHENTICATED', remedy } }],
  });
  const { origin } = req.headers;
  if (origin && origins.includes(origin))
    res.setHeader('access-control-allow-origin', origin).setHeader('vary', 'Origin');
  res
    .writeHead(401, { 'content-type': 'application/json', 'www-authenticate': 'Bearer', connection: 'close' })
    .end(body);
}
