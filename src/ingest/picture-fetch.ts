import * as http from 'node:http';
import * as https from 'node:https';
import type { LookupFunction } from 'node:net';
import { MargayError } from '../errors.ts';
import { abortable, withDeadline } from '../policy/deadline.ts';
import { Passing, type Patience, patiently } from '../policy/patience.ts';
import { type ProxyAgents, type ProxySettings, proxyAgents, proxyUrl } from '../policy/proxy-agents.ts';
import { publicLookup, type Resolve, refuseLocal } from '../policy/public-address.ts';
import { retryAfterMs } from '../policy/server-faults.ts';
import { MAX_BYTES } from './picture-file.ts';

export interface PictureFetchOptions {
  readonly proxy: ProxySettings;
  /** Whether addresses of this machine and of private networks are asked too. */
  readonly allowLocal: boolean;
  /** Whether the bytes are a picture: what it throws is the fault of the fetch. */
  readonly check: (bytes: Uint8Array, options: { signal: AbortSignal }) => Promise<unknown>;
  /** For one attempt, redirects and body included, in milliseconds. */
  readonly deadlineMs?: number;
  readonly patience?: Patience;
  /** How names are looked up; as the system does it by default. */
  readonly resolve?: Resolve;
}

const DEADLINE_MS = 30_000;
const PATIENCE: Patience = { attempts: 4, firstWaitMs: 500, longestWaitMs: 30_000 };
const MAX_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Fetches pictures from addresses that somebody else wrote. */
export class PictureFetch {
  readonly #options: Required<Omit<PictureFetchOptions, 'resolve'>>;
  readonly #agents: ProxyAgents;
  readonly #lookup: LookupFunction | undefined;
  readonly #proxies: ReadonlySet<string>;

  constructor(options: PictureFetchOptions) {
    this.#options = { deadlineMs: DEADLINE_MS, patience: PATIENCE, ...options };
    this.#agents = proxyAgents(options.proxy);
    const { HTTP_PROXY, HTTPS_PROXY } = options.proxy;
    const proxies = [proxyUrl('HTTP_PROXY', HTTP_PROXY), proxyUrl('HTTPS_PROXY', HTTPS_PROXY)];
    this.#proxies = new Set(proxies.flatMap((proxy) => (proxy === undefined ? [] : [new URL(proxy).hostname])));
    this.#lookup = options.allowLocal ? undefined : publicLookup(this.#proxies, options.resolve);
  }

  /**
   * At most 20 MB. Faults that may pass (429, 408, 5xx, a broken connection, the deadline) are tried again, with growing waits and as the server asks.
   * @throws MargayError DEADLINE_EXCEEDED where the last attempt failed by such a fault; NOT_FOUND where the server has no picture for us;
   * IMAGE_TOO_LARGE; BAD_INPUT for an address that is not asked; what `check` throws; the signal's reason when it is aborted.
   */
  async get(address: string, signal: AbortSignal): Promise<Buffer> {
    if (!URL.canParse(address)) throw new MargayError('BAD_INPUT', 'It has an address that is no URL.');
    const { patience, deadlineMs, check } = this.#options;
    return patiently(
      async () => {
        using deadline = withDeadline(signal, deadlineMs, 'Fetching it');
        try {
          const bytes = await this.#follow(new URL(address), deadline);
          await check(bytes, { signal: deadline });
          return bytes;
        } catch (error) {
          signal.throwIfAborted();
          throw mayPass(error) ? new Passing(late(error)) : error;
        }
      },
      patience,
      signal,
    );
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  async #follow(start: URL, signal: AbortSignal): Promise<Buffer> {
    let url = start;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      this.#admit(url);
      const answer = await this.#ask(url, signal);
      try {
        const { statusCode: status = 0, headers } = answer;
        if (!REDIRECTS.has(status) || headers.location === undefined) {
          if (status !== 200) throw refusal(status, headers);
          return await abortable(bodyOf(answer), signal);
        }
        url = nextHop(url, headers.location);
      } finally {
        answer.destroy();
      }
    }
    throw new MargayError('NOT_FOUND', `Its address leads on more than ${MAX_REDIRECTS} times.`);
  }

  #admit(url: URL): void {
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      throw new MargayError('BAD_INPUT', 'Its address is not one of http or https.');
    if (url.username || url.password)
      throw new MargayError('BAD_INPUT', 'Its address holds a user or a password, which are not sent.');
    if (this.#options.allowLocal) return;
    refuseLocal(url);
    // The lookup trusts this name.
    if (this.#proxies.has(url.hostname)) throw new MargayError('BAD_INPUT', 'Its address is that of the proxy.');
  }

  async #ask(url: URL, signal: AbortSignal): Promise<http.IncomingMessage> {
    const secure = url.protocol === 'https:';
    const request = (secure ? https : http).request(url, {
      agent: this.#agents[secure ? 'https:' : 'http:'],
      headers: { 'user-agent': 'margay', accept: 'image/*', 'accept-encoding': 'identity' },
      signal,
      ...(this.#lookup && { lookup: this.#lookup }),
    });
    const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
      request.on('response', resolve).on('error', reject);
    });
    request.end();
    return abortable(answered, signal);
  }
}

async function bodyOf(answer: http.IncomingMessage): Promise<Buffer> {
  const tooLarge = () => new MargayError('IMAGE_TOO_LARGE', `It has more than ${MAX_BYTES} bytes.`);
  if (Number(answer.headers['content-length']) > MAX_BYTES) throw tooLarge();
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer) {
    bytes += part.length;
    if (bytes > MAX_BYTES) throw tooLarge();
    parts.push(part);
  }
  if (!answer.complete) throw new Error('it was cut off');
  return Buffer.concat(parts);
}

function refusal(status: number, headers: http.IncomingHttpHeaders): Passing | MargayError {
  if (status === 407) return new MargayError('BAD_INPUT', 'The proxy wants a user and a password.');
  if (status !== 429 && status !== 408 && status < 500)
    return new MargayError('NOT_FOUND', `Its server has no picture there (${status}).`);
  const fault = new MargayError('DEADLINE_EXCEEDED', `Its server could not answer (${status}).`);
  return new Passing(fault, retryAfterMs({ status, retryAfter: headers['retry-after'] ?? null }));
}

/** @throws MargayError NOT_FOUND for a redirect that leads nowhere, or out of https. */
function nextHop(from: URL, location: string): URL {
  const to = URL.canParse(location, from) ? new URL(location, from) : undefined;
  if (!to || (from.protocol === 'https:' && to.protocol === 'http:'))
    throw new MargayError('NOT_FOUND', 'Its address leads to a place that is not followed.');
  return to;
}

/** Of the checks and of the connection: a MargayError is a judgment, unless somebody was only too busy for it. */
const mayPass = (error: unknown) =>
  !(error instanceof Passing) &&
  (!(error instanceof MargayError) || error.code === 'OVERLOADED' || error.code === 'DEADLINE_EXCEEDED');

function late(cause: unknown): MargayError {
  if (cause instanceof MargayError && cause.code === 'DEADLINE_EXCEEDED') return cause;
  const why = (cause as NodeJS.ErrnoException).code ?? (cause instanceof Error ? cause.message : 'no reason');
  return new MargayError('DEADLINE_EXCEEDED', `It could not be fetched (${why}).`, { cause });
}
