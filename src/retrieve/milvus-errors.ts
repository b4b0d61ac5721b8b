import { MargayError } from '../errors.ts';

/** What Milvus answers where a collection is missing, and where it is there but not loaded (after a restart of Milvus Lite). */
const MISSING = 100;
const RELEASED = 101;

/** gRPC status codes. */
const DEADLINE = 4;
const PERMISSION_DENIED = 7;
export const UNIMPLEMENTED = 12;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;

interface Status {
  readonly error_code?: string | number;
  readonly code?: number;
  readonly reason?: string;
}

/**
 * A response whose status says Success, or throws that status. The SDK makes of a call that the server lacks an OK with `{}`: no status at
 * all is therefore a failure too.
 */
export function succeeded<T extends object>(response: T): T {
  const status = statusOf(response);
  if (!status) throw lacking();
  if (status.error_code !== 'Success' && status.error_code !== 0) throw status;
  return response;
}

export const isMissing = (error: unknown): boolean =>
  statusOf(error)?.code === MISSING || statusOf(error)?.error_code === 'CollectionNotExists';

export const isReleased = (error: unknown): boolean => statusOf(error)?.code === RELEASED;

const grpcCode = (error: unknown): unknown => (error instanceof Error ? (error as { code?: unknown }).code : undefined);

/** The connection went away, or none could be made. */
export const isUnreachable = (error: unknown): boolean => grpcCode(error) === UNAVAILABLE;

/** Nothing came back: nobody was reached, or nobody answered in time. */
export const isUnanswered = (error: unknown): boolean => isUnreachable(error) || grpcCode(error) === DEADLINE;

/** The four shapes of failure (a returned status, a thrown plain object, a gRPC error, a TypeError) as one error. */
export function milvusError(error: unknown): MargayError {
  if (error instanceof MargayError) return error;
  if (isMissing(error))
    return unavailable('The catalog is not in Milvus any more.', 'Index it again, then restart the gateway.', error);
  switch (grpcCode(error)) {
    case DEADLINE:
      return new MargayError('DEADLINE_EXCEEDED', 'Milvus did not answer in time.', {
        remedy: 'Try again later.',
        cause: error,
      });
    case UNAVAILABLE:
      return unavailable(
        'Milvus can not be reached.',
        'Check that it runs at MILVUS_ADDRESS; searches go on once it answers.',
        error,
      );
    case PERMISSION_DENIED:
    case UNAUTHENTICATED:
      return unavailable('Milvus refused the credentials.', 'Check MILVUS_TOKEN and MILVUS_DATABASE.', error);
    case UNIMPLEMENTED:
      return lacking(error);
    default:
      return unavailable('Milvus could not carry out the call.', 'See the server log for its reason.', error);
  }
}

const lacking = (cause?: unknown) =>
  unavailable('Milvus lacks a call that the gateway needs.', 'Use Milvus 2.3 or later, or Milvus Lite 3.2.', cause);

/** A plain status as the cause has no stack and no message of its own: it gets one. */
function unavailable(message: string, remedy: string, error: unknown): MargayError {
  const status = statusOf(error);
  const cause = error instanceof Error ? error : status && new Error(`${status.error_code}: ${status.reason}`);
  return new MargayError('STORE_UNAVAILABLE', message, { remedy, cause });
}

/** The status of a response, of a thrown response or a thrown status. */
function statusOf(value: unknown): Status | undefined {
  if (typeof value !== 'object' || value === null || value instanceof Error) return undefined;
  if ('error_code' in value) return value as Status;
  return 'status' in value ? (value.status as Status | undefined) : undefined;
}
