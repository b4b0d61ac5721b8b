import { MargayError } from '../errors.ts';
import { type Trouble, troubleOf } from '../policy/server-faults.ts';
import type { Api } from './remote-api.ts';
import { HttpRefusal, isUnreachable, refusalIn, saidBy } from './remote-wire.ts';

export interface Named {
  readonly api: Api;
  readonly model: string;
  readonly key: string | undefined;
}

const troubleWith = (error: unknown, { key }: Named): Trouble =>
  troubleOf(error, { read: refusalIn, said: saidBy, key });

/** The server refuses the request itself: with another one it would not. */
export const isAboutTheRequest = (error: unknown): boolean =>
  error instanceof HttpRefusal && [400, 413, 422].includes(error.status);

/**
 * While searches are served: a client reads that the encoder is busy or not there, and the cause, for the operator's log, says why.
 * @param restMs for which the server is left alone.
 */
export function servingError(error: unknown, named: Named, restMs: number): MargayError {
  if (error instanceof MargayError) return error;
  const trouble = troubleWith(error, named);
  switch (trouble.kind) {
    case 'busy':
      return new MargayError('OVERLOADED', `The encoder is busy: ${trouble.why}.`, {
        remedy: 'Try again later.',
        ...(trouble.retryAfter && { retryAfter: trouble.retryAfter }),
      });
    case 'resting':
      return new MargayError(
        'ENCODER_UNAVAILABLE',
        'The encoder failed again and again and is left alone for a while.',
        { remedy: 'Try again later.', retryAfter: Math.max(1, Math.ceil(restMs / 1000)) },
      );
    case 'failed': {
      const cause = new Error(trouble.said);
      if (isAboutTheRequest(error))
        return new MargayError('BAD_INPUT', `The encoder does not take this input (${trouble.status}).`, {
          remedy: 'Send a shorter text or another picture.',
          cause,
        });
      return new MargayError('ENCODER_UNAVAILABLE', 'The encoder gave no answer that can be used.', {
        remedy: "Try again later; the server's log says why.",
        retryAfter: 1,
        cause,
      });
    }
    default:
      throw new Error(`Unknown trouble: ${trouble satisfies never}.`);
  }
}

/**
 * At the start, when only the operator reads.
 * @param step what was asked for. @param offered the server's models, where it lists them.
 */
export function startError(
  error: unknown,
  named: Named,
  step: string,
  offered: readonly string[] | undefined,
): MargayError {
  const trouble = troubleWith(error, named);
  const said = trouble.kind === 'failed' ? trouble.said : trouble.kind === 'busy' ? trouble.why : 'it failed before';
  return new MargayError('ENCODER_UNAVAILABLE', `The server at ENCODER_URL gave no ${step}: ${said}`, {
    remedy: remedyOf(error, named, step, offered),
  });
}

function remedyOf(error: unknown, { api, model }: Named, step: string, offered: readonly string[] | undefined): string {
  if (isUnreachable(error)) return 'Is it running, and loaded? Start it, then margay. ENCODER_URL names it.';
  switch (refusalIn(error)?.status) {
    case 401:
    case 403:
      return 'Set ENCODER_KEY to a key that the server knows.';
    case 404:
      return offered
        ? `ENCODER_MODEL is "${model}"; the server has ${listed(offered)}.`
        : `ENCODER_URL is what stands before /embeddings: http://HOST:8000/v1 for vLLM, http://HOST:7997 for Infinity. ENCODER_MODEL is "${model}".`;
    case 301:
    case 302:
    case 307:
    case 308:
      return 'It redirects, and pictures of customers are sent to no other server: set ENCODER_URL to where it leads.';
    case 400:
    case 422:
      return step === TEXT
        ? `Does the server speak the API that ENCODER_API names (${api}), and does ENCODER_MODEL "${model}" make embeddings?`
        : `Does ENCODER_MODEL "${model}" take pictures, and does the server speak the API that ENCODER_API names (${api})? A model of texts alone can't serve here.`;
    default:
      return "See the server's own log; ENCODER_URL, ENCODER_MODEL and ENCODER_TIMEOUT_MS say what is asked and how long.";
  }
}

/** What the start asks for, as its messages name it. */
export const TEXT = 'embedding of a text';
export const PICTURE = 'embedding of a picture';

export const listed = (names: readonly string[]): string =>
  names.length === 0
    ? 'none'
    : names
        .slice(0, 10)
        .map((name) => JSON.stringify(name))
        .join(', ');
