import { MargayError } from '../errors.ts';

/** What LanceDB throws is an Error whose message holds paths: the code is ours, the original stays as the cause. */
export function lanceError(error: unknown): MargayError {
  if (error instanceof MargayError) return error;
  if (isMissing(error)) return missing(error);
  return new MargayError('STORE_UNAVAILABLE', 'The catalog could not be read or written.', {
    remedy: 'Check that the data folder is readable, writable and not full; if its files are damaged, index again.',
    cause: error,
  });
}

export const isMissing = (error: unknown): boolean =>
  error instanceof Error && /was not found|Not found: \S*_versions\b/.test(error.message);

/** Another commit came first, and ours was given up. */
export const isPreempted = (error: unknown): boolean =>
  error instanceof Error && error.message.includes('Retryable commit conflict');

export const missing = (cause?: unknown) =>
  new MargayError('STORE_UNAVAILABLE', 'The catalog is not in the store any more.', {
    remedy: 'Index it again, then restart the gateway.',
    cause,
  });
