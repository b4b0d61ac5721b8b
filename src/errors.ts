/** Every failure a client can meet. Closed: `ErrorCode` in schema.graphql lists the same names, and a test compares them. */
export const ERROR_CODES = [
  'BAD_INPUT',
  'BAD_IMAGE',
  'IMAGE_TOO_LARGE',
  'UNSUPPORTED_IMAGE',
  'BAD_UPLOAD',
  'NOT_FOUND',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'TOO_COMPLEX',
  'RATE_LIMITED',
  'OVERLOADED',
  'DEADLINE_EXCEEDED',
  'STORE_UNAVAILABLE',
  'ENCODER_UNAVAILABLE',
  'CATALOG_MISMATCH',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface ErrorDetails {
  /** The argument at fault, as the client wrote it. */
  readonly argument?: string;
  /** What the reader can do about it. */
  readonly remedy?: string;
  /** Seconds after which the same request may succeed. */
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/** The one error class. Messages are shown to clients: they name the argument and never a path, a secret or a stack. */
export class MargayError extends Error {
  override readonly name = 'MargayError';
  readonly code: ErrorCode;
  readonly argument: string | undefined;
  readonly remedy: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.argument = details.argument;
    this.remedy = details.remedy;
    this.retryAfter = details.retryAfter;
  }
}
