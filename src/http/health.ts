import type { IncomingMessage, ServerResponse } from 'node:http';
import { MargayError } from '../errors.ts';

export interface Health {
  /** Resolves while a search can be answered; its rejection says why not. */
  ready(): Promise<void>;
}

/** `/health/live`: the process answers. `/health/ready`: 200 once, and while, a search can be answered. Exactly these paths. */
export async function serveHealth(
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
  health: Health,
): Promise<boolean> {
  if (path !== '/health/live' && path !== '/health/ready') return false;
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    res.writeHead(405, { allow: 'GET, HEAD' }).end();
    return true;
  }
  const fault = path === '/health/live' ? undefined : await health.ready().then(() => undefined, reasonOf);
  const body = JSON.stringify(fault === undefined ? { status: 'ok' } : { status: 'unavailable', reason: fault });
  res.writeHead(fault === undefined ? 200 : 503, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  res.end(req.method === 'HEAD' ? undefined : body);
  return true;
}

/** Only our own messages are fit to be shown: others name addresses and paths. */
const reasonOf = (error: unknown) => (error instanceof MargayError ? error.message : 'A search cannot be answered.');
