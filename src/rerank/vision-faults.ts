import { APIConnectionError, APIError } from 'openai';
import { MargayError } from '../errors.ts';
import { type Refusal, rootOf, troubleOf } from '../policy/server-faults.ts';

const statusOf = (error: unknown) => (error instanceof APIError ? error.status : undefined);

/** As the policy reads this client's errors. */
export function refusalIn(error: unknown): Refusal | undefined {
  if (!(error instanceof APIError) || error.status === undefined) return undefined;
  return { status: error.status, retryAfter: error.headers?.get('retry-after') ?? null };
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

const nameOf = (model: string) => `The rerank model "${model}"`;

export const restingError = (model: string): MargayError =>
  new MargayError('INTERNAL', `${nameOf(model)} failed again and again and is left alone for a while.`);

/**
 * For clients it is busy or not there; the operator reads why.
 * @param key is not told: what a server says of a key that it refuses may quote it.
 */
export function asMargayError(error: unknown, model: string, key: string | undefined): MargayError {
  if (error instanceof MargayError) return error;
  const trouble = troubleOf(error, { read: refusalIn, said: saidBy, key });
  switch (trouble.kind) {
    case 'busy': {
      const { why, retryAfter } = trouble;
      return new MargayError('OVERLOADED', `${nameOf(model)} is busy: ${why}.`, { ...(retryAfter && { retryAfter }) });
    }
    case 'resting':
      return restingError(model);
    case 'failed': {
      const remedy = remedyOf(error);
      return new MargayError('INTERNAL', `${nameOf(model)} can't be asked: ${trouble.said}`, {
        ...(remedy && { remedy }),
      });
    }
    default:
      throw new Error(`Unknown trouble: ${trouble satisfies never}.`);
  }
}

function saidBy(error: unknown): string {
  const cause = error instanceof APIConnectionError && error.cause instanceof Error ? rootOf(error.cause) : error;
  return cause instanceof Error ? cause.message : String(cause);
}

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
