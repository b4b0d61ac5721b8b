import { BrokenCircuitError, BulkheadRejectedError, TaskCancelledError } from 'cockatiel';
import { MargayError } from '../errors.ts';

/** A server that asks for a longer pause than this, in milliseconds, is not asked again. */
const PATIENCE_MS = 2_000;

/** Of what a server said so much is told, in characters. */
const MOST_SAID = 300;

/** The server answered, and not in the form that the API has. */
export class WireFault extends Error {}

/** An answer whose status is no success. */
export interface Refusal {
  readonly status: number;
  /** The header as it came. */
  readonly retryAfter: string | null;
}

/** How an HTTP client's errors are read: undefined where no status came, as the connection broke or what came was no answer. */
export type ReadRefusal = (error: unknown) => Refusal | undefined;

/** The server's fault, not the request's: what a pause may mend. */
export function isFailure(error: unknown, read: ReadRefusal): boolean {
  if (error instanceof MargayError) return error.code === 'DEADLINE_EXCEEDED';
  if (error instanceof BulkheadRejectedError || error instanceof TaskCancelledError) return false;
  const status = read(error)?.status;
  return status === undefined ? error instanceof Error && error.name !== 'AbortError' : status >= 500 || status === 408;
}

export function isWorthRetrying(error: unknown, read: ReadRefusal): boolean {
  if (error instanceof MargayError || error instanceof BrokenCircuitError) return false;
  const refusal = read(error);
  return (refusal?.status === 429 || isFailure(error, read)) && (retryAfterMs(refusal) ?? 0) <= PATIENCE_MS;
}

/** `Retry-After` in milliseconds, in either of its forms. */
export function retryAfterMs(refusal: Refusal | undefined): number | undefined {
  const header = refusal?.retryAfter;
  if (!header) return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/** What became of a call that failed. */
export type Trouble =
  /** Our line to the server is full, or it says that it is busy. `retryAfter` in seconds, where somebody knows. */
  | { readonly kind: 'busy'; readonly why: string; readonly retryAfter?: number }
  /** The server failed again and again: nobody asked it. */
  | { readonly kind: 'resting' }
  /** `said` is for the operator: bounded, on one line, and without the key. */
  | { readonly kind: 'failed'; readonly said: string; readonly status: number | undefined };

/** @param key is not told: what a server says of a key that it refuses may quote it. @param said the client's words for it. */
export function troubleOf(
  error: unknown,
  { read, said, key }: { read: ReadRefusal; said: (error: unknown) => string; key: string | undefined },
): Trouble {
  if (error instanceof BulkheadRejectedError) return { kind: 'busy', why: 'the line is full', retryAfter: 1 };
  if (error instanceof BrokenCircuitError) return { kind: 'resting' };
  const refusal = read(error);
  if (refusal?.status === 429) {
    const wait = retryAfterMs(refusal);
    const retryAfter = wait === undefined ? undefined : Math.max(1, Math.ceil(wait / 1000));
    return { kind: 'busy', why: 'it says so (429)', ...(retryAfter && { retryAfter }) };
  }
  const forms = key === undefined ? [] : [key, JSON.stringify(key).slice(1, -1), encodeURIComponent(key)];
  const line = forms.reduce((text, form) => text.replaceAll(form, '***'), said(error)).replace(/[\s\p{C}]+/gu, ' ');
  const short = line.length > MOST_SAID ? `${line.slice(0, MOST_SAID)}…` : line;
  return { kind: 'failed', said: short, status: refusal?.status };
}

/** The error at the bottom of its causes: what the system said of a connection. */
export const rootOf = (error: Error): Error => (error.cause instanceof Error ? rootOf(error.cause) : error);
