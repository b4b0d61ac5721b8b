import { GraphQLError } from 'graphql';
import { ERROR_CODES, type ErrorCode, MargayError } from '../errors.ts';

/** Status of a request that is refused before execution. Errors of a field never set one: they would turn a partial answer into a failed request. */
export const HTTP_STATUS: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  IMAGE_TOO_LARGE: 413,
  RATE_LIMITED: 429,
  OVERLOADED: 503,
};

export function extensionsOf({ code, argument, remedy, retryAfter }: MargayError): Record<string, unknown> {
  return {
    code,
    ...(argument !== undefined && { argument }),
    ...(remedy !== undefined && { remedy }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

/** What an operator should hear of, beside the clients that it meets. */
const OURS: ReadonlySet<ErrorCode> = new Set(['INTERNAL', 'STORE_UNAVAILABLE', 'ENCODER_UNAVAILABLE']);

/** The one place where errors become GraphQL: ours keep code and message, GraphQL's own say BAD_INPUT, anything else is INTERNAL. What is our fault goes to `report`. */
export function maskError(error: unknown, report: (error: unknown) => void): Error {
  const located = error instanceof GraphQLError ? error : undefined;
  const cause = located ? located.originalError : error;
  if (located && (!cause || cause instanceof GraphQLError)) return withCode(located);
  const known = cause instanceof MargayError ? cause : isAbort(cause) ? aborted() : undefined;
  if (!known || OURS.has(known.code)) report(cause);
  const { nodes, source, positions, path } = located ?? {};
  return new GraphQLError(known && known.code !== 'INTERNAL' ? known.message : 'Something went wrong on our side.', {
    nodes,
    source,
    positions,
    path,
    extensions: known ? extensionsOf(known) : { code: 'INTERNAL' },
  });
}

const isAbort = (error: unknown) =>
  error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
const aborted = () => new MargayError('DEADLINE_EXCEEDED', 'The request was given up before it was done.');

/** Errors of a request that could not be run: graphql-js gives them no code and Yoga codes of its own; only a code of the closed list leaves. */
export function withCode(error: GraphQLError): GraphQLError {
  if (ERROR_CODES.some((code) => code === error.extensions.code)) return error;
  const { message, nodes, source, positions, path } = error;
  const { originalError, ...extensions } = error.extensions;
  // Where a body could not be read Yoga quotes it: the quotation goes, 400 stays for clients of any type.
  if (originalError) extensions.http = { status: 400 };
  return new GraphQLError(message, { nodes, source, positions, path, extensions: { ...extensions, ...blame(error) } });
}

/** A body beyond all limits is pictures: nothing else that we take is as large. */
const blame = ({ extensions }: GraphQLError) =>
  extensions.code === 'REQUEST_ENTITY_TOO_LARGE'
    ? {
        code: 'IMAGE_TOO_LARGE',
        argument: 'image',
        remedy:
          'Send a smaller picture or fewer, best as files (multipart/form-data): base64 makes them a third larger.',
      }
    : { code: 'BAD_INPUT' };
