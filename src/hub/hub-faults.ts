import type { IncomingHttpHeaders } from 'node:http';
import { MargayError } from '../errors.ts';
import { Passing } from '../policy/patience.ts';

/** What is asked for, in the words of faults. */
export interface Subject {
  readonly hub: string;
  readonly repo: string;
  readonly revision: string;
  /** Path in the repository; undefined for the list of its files. */
  readonly path?: string;
  /** Whether HF_TOKEN was sent. */
  readonly token: boolean;
}

/** The hub says in this header which of many things is not there: https://huggingface.co/docs/huggingface_hub/package_reference/utilities (errors). */
const REASON = 'x-error-code';

/** @returns the fault of an answer that is no success. */
export function refusal(status: number, headers: IncomingHttpHeaders, subject: Subject): MargayError | Passing {
  const { hub, repo, revision, path, token } = subject;
  const reason = String(headers[REASON] ?? '');
  const what = path ? `${path} of ${repo}` : repo;
  if (reason === 'GatedRepo' || status === 403)
    return new MargayError(
      'FORBIDDEN',
      `${hub} does not give ${what} to ${token ? 'the owner of HF_TOKEN' : 'everyone'}.`,
      {
        remedy: `Accept its conditions on ${hub}/${repo}, then ${token ? 'try again' : 'set HF_TOKEN to a token of that account that may read it'}.`,
      },
    );
  if (status === 401 && reason !== 'RepoNotFound')
    return new MargayError(
      'UNAUTHENTICATED',
      `${hub} does not give ${what} ${token ? 'for this HF_TOKEN' : 'without a token'}.`,
      {
        remedy: token
          ? 'Set HF_TOKEN to a token that is valid and may read it, or unset it if the model is public.'
          : 'Set HF_TOKEN to a token that may read it.',
      },
    );
  if (status === 404 || status === 401) return missing(reason, subject);
  if (status === 407) return proxyWantsPassword();
  if (status === 429 || status >= 500) {
    const waitMs = retryAfter(headers);
    const code = status === 429 ? 'RATE_LIMITED' : 'ENCODER_UNAVAILABLE';
    const said = status === 429 ? 'asks us to come later (429)' : `cannot answer now (${status})`;
    return new Passing(
      new MargayError(code, `${hub} ${said} for ${what} at ${revision}.`, {
        remedy: 'Try again later: what has come stays, and the next run goes on from there.',
      }),
      waitMs,
    );
  }
  return new MargayError(
    'ENCODER_UNAVAILABLE',
    `${hub} answered ${status} for ${what}, which is no part of its protocol.`,
    {
      remedy: 'Check HF_ENDPOINT and the proxy: something else may have answered.',
    },
  );
}

function missing(reason: string, { hub, repo, revision, path, token }: Subject): MargayError {
  if (reason === 'RevisionNotFound')
    return new MargayError('NOT_FOUND', `${repo} has no revision ${revision} on ${hub}.`, {
      remedy: 'The repository was rewritten since the model was made known here: take a newer version of this project.',
    });
  if (path)
    return new MargayError('NOT_FOUND', `${repo} has no file ${path} at ${revision} on ${hub}.`, {
      remedy:
        'The repository was rearranged since the model was made known here: take a newer version of this project.',
    });
  return new MargayError('NOT_FOUND', `There is no repository ${repo} on ${hub}${token ? ' for this HF_TOKEN' : ''}.`, {
    remedy: token
      ? 'Check HF_ENDPOINT.'
      : 'Check HF_ENDPOINT; if the repository is private, set HF_TOKEN to a token that may read it.',
  });
}

/** Seconds or a date, as HTTP has it (RFC 9110, 10.2.3); in milliseconds from now. */
function retryAfter(headers: IncomingHttpHeaders): number | undefined {
  const given = headers['retry-after'];
  if (given === undefined) return undefined;
  const ms = /^\d+$/.test(given) ? Number(given) * 1000 : Date.parse(given) - Date.now();
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

/** The fault of a connection that was not made or was cut. */
export function unreachable(host: string, cause: unknown): Passing | MargayError {
  const { code, statusCode } = cause as NodeJS.ErrnoException & { statusCode?: number };
  if (statusCode === 407) return proxyWantsPassword();
  const why = code ?? (cause instanceof Error ? cause.message : 'no reason');
  return new Passing(
    new MargayError('ENCODER_UNAVAILABLE', `The connection to ${host} failed (${why}).`, {
      remedy:
        'Check the network, HF_ENDPOINT, and HTTPS_PROXY or HTTP_PROXY. What has come stays, and the next run goes on from there.',
      cause,
    }),
  );
}

const proxyWantsPassword = () =>
  new MargayError('UNAUTHENTICATED', 'The proxy wants a user and a password.', {
    remedy: 'Set HTTPS_PROXY (or HTTP_PROXY) to http://USER:PASSWORD@HOST:PORT.',
  });

/** The fault of a server that says nothing. */
export function stalled(host: string, milliseconds: number): Passing {
  return new Passing(
    new MargayError('DEADLINE_EXCEEDED', `${host} sent nothing for ${milliseconds / 1000} s.`, {
      remedy: 'Try again: what has come stays. HF_HUB_DOWNLOAD_TIMEOUT sets how long we wait, in seconds.',
    }),
  );
}

/** The fault of something that lies or was tampered with. It does not pass by itself. */
export const distrust = (message: string, remedy: string): MargayError =>
  new MargayError('ENCODER_UNAVAILABLE', message, { remedy });
