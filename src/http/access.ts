import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Whether a request may use the API: `Authorization: Bearer KEY` whose SHA-256 is one of the hashes. With no hashes anyone may. */
export function keyChecker(hashes: readonly string[]): (req: IncomingMessage) => boolean {
  const known = hashes.map((hash) => Buffer.from(hash, 'hex'));
  return (req) => {
    if (known.length === 0) return true;
    const given = keyHash(req);
    if (!given) return false;
    // All are compared, so that the time taken does not say which one matched.
    return known.map((hash) => timingSafeEqual(hash, given)).includes(true);
  };
}

function keyHash(req: IncomingMessage): Buffer | undefined {
  const key = /^Bearer +(\S+)\s*$/i.exec(req.headers.authorization ?? '')?.[1];
  return key === undefined ? undefined : createHash('sha256').update(key).digest();
}

/**
 * Who a budget is kept for: the API key where keys are asked for, or else the address that the connection comes from. Behind a proxy without keys all
 * clients are one: forwarded headers are not believed, as anyone can send them.
 */
export function clientOf(req: IncomingMessage | undefined, hasKeys: boolean): string {
  const key = hasKeys && req && keyHash(req);
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
