import { type ErrorCode, MargayError } from '../../src/errors.ts';

export const isMargayError = (code: ErrorCode) => (error: unknown) =>
  error instanceof MargayError && error.code === code;
