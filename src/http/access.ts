import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Whether a request may use the API: `Authorization: Bearer KEY` whose SHA-256 is one of the hashes. With no hashes anyone may. */
export function keyChecker(hashes: readonly string[]): (req: IncomingMessage) => boolean {
  const known = hashes.map((hash) => Buffer.from(hash, 'hex'));
  return (req) => {
    if (known.length === 0) return true;
    const key = /^Bearer +(\S+)\s*$/i.exec(req.headers.authorization ?? '')?.[1];
    if (!key) return false;
    const given = createHash('sha256').update(key).digest();
    // All are compared, so that the time taken does not say which one matched.
    return known.map((hash) => timingSafeEqual(hash, given)).includes(true);
  };
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
