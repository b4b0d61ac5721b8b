import { BrokenCircuitError, BulkheadRejectedError, TaskCancelledError } from 'cockatiel';
import { APIConnectionError, APIError } from 'openai';
import { MargayError } from '../errors.ts';

/** A server that asks for a longer pause than this, in milliseconds, is not asked again. */
const PATIENCE_MS = 2_000;

/** Of what a server said so much is told, in characters. */
const MOST_SAID = 300;

/** The server answered, and not in the form that the API has. */
export class WireFault extends Error {}

const statusOf = (error: unknown) => (error instanceof APIError ? error.status : undefined);

/** The server's fault, not the request's: what a pause may mend. */
export function isFailure(error: unknown): boolean {
  if (error instanceof MargayError) return error.code === 'DEADLINE_EXCEEDED';
  if (error instanceof BulkheadRejectedError || error instanceof TaskCancelledError) return false;
  const status = statusOf(error);
  // No status: the connection broke, or what came was no answer.
  return status === undefined ? error instanceof Error && error.name !== 'AbortError' : status >= 500 || status === 408;
}

export function isWorthRetrying(error: unknown): boolean {
  if (error instanceof MargayError || error instanceof BrokenCircuitError) return false;
  return (statusOf(error) === 429 || isFailure(error)) && (retryAfterMs(error) ?? 0) <= PATIENCE_MS;
}

/** Codes of connections that never came to be. */
const UNREACHED: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** Whether the server may have worked on a request that failed: it was sent, and not refused. */
export function wasRead(error: unknown): boolean {
  if (statusOf(error) !== undefined || !(error instanceof Error)) return false;
  const root = rootOf(error);
  return !('code' in root && UNREACHED.has(root.code));
}

/** `Retry-After` in milliseconds, in either of its forms. */
export function retryAfterMs(error: unknown): number | undefined {
  const header = error instanceof APIError ? error.headers?.get('retry-after') : undefined;
  if (!header) return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/**
 * For clients it is busy or not there; the operator reads why.
 * @param key is not told: what a server says of a key that it refuses may quote it.
 */
export function asMargayError(error: unknown, model: string, key: string): MargayError {
  if (error instanceof MargayError) return error;
  const server = `The rerank model "${model}"`;
  if (error instanceof BulkheadRejectedError)
    return new MargayError('OVERLOADED', `${server} is busy: the line is full.`, { retryAfter: 1 });
  if (statusOf(error) === 429) {
    const wait = retryAfterMs(error);
    const retryAfter = wait === undefined ? undefined : Math.max(1, Math.ceil(wait / 1000));
    return new MargayError('OVERLOADED', `${server} is busy (429).`, { ...(retryAfter && { retryAfter }) });
  }
  if (error instanceof BrokenCircuitError)
    return new MargayError('INTERNAL', `${server} failed again and again and is left alone for a while.`);
  const remedy = remedyOf(error);
  const said = saidBy(error)
    .replaceAll(key, '***')
    .replace(/[\s\p{C}]+/gu, ' ');
  const short = said.length > MOST_SAID ? `${said.slice(0, MOST_SAID)}…` : said;
  return new MargayError('INTERNAL', `${server} can't be asked: ${short}`, { ...(remedy && { remedy }) });
}

function saidBy(error: unknown): string {
  const cause = error instanceof APIConnectionError && error.cause instanceof Error ? rootOf(error.cause) : error;
  return cause instanceof Error ? cause.message : String(cause);
}

const rootOf = (error: Error): Error => (error.cause instanceof Error ? rootOf(error.cause) : error);

/** What the operator can do about it. */
function remedyOf(error: unknown): string | undefined {
  switch (statusOf(error)) {
    case 401:
    case 403:
      return 'Set RERANK_KEY to a key that the server knows.';
    case 404:
      return 'RERANK_URL ends with the version, as in http://127.0.0.1:8000/v1, and RERANK_MODEL is a name that GET /v1/models lists.';
    case 400:
    case 413:
    case 422:
      return 'The server refuses the request itself: has the model vision, and its context room for about 3,000 tokens?';
    case 301:
    case 302:
    case 307:
    case 308:
      return 'It redirects, and pictures of customers are sent to no other server: set RERANK_URL to where it leads.';
    case undefined:
      return error instanceof APIConnectionError ? 'Is the server at RERANK_URL running?' : undefined;
    default:
      return undefined;
  }
}
