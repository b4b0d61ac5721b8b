import * as http from 'node:http';
import * as https from 'node:https';
import { abortable } from '../policy/deadline.ts';
import { Passing } from '../policy/patience.ts';
import { type ProxyAgents, type ProxySettings, proxyAgents } from '../policy/proxy-agents.ts';
import { AnswerBody } from './answer-body.ts';
import { distrust, refusal, type Subject, stalled, unreachable } from './hub-faults.ts';

export interface HubSettings {
  /** Without a slash at its end. */
  readonly endpoint: string;
  readonly token?: string | undefined;
  readonly proxy: ProxySettings;
  /** A server that sends nothing for so long is left, in milliseconds. */
  readonly stallMs: number;
}

export interface Reply {
  /** 200 or 206. */
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** What the hub itself said, before it sent us elsewhere. */
  readonly hub: http.IncomingHttpHeaders;
  readonly host: string;
  readonly body: AnswerBody;
}

/** Hops that a download may take; the hub needs one or two. */
const MAX_REDIRECTS = 5;
/** A list of files is no longer than this, in bytes. */
const MAX_JSON = 32 * 2 ** 20;

/** Requests to a model hub: the token goes to the hub alone, other hosts get a plain request. */
export class HubLink {
  readonly #settings: HubSettings;
  readonly #agents: ProxyAgents;

  constructor(settings: HubSettings) {
    this.#settings = settings;
    this.#agents = proxyAgents(settings.proxy);
  }

  get hub(): string {
    return this.#settings.endpoint;
  }

  get hasToken(): boolean {
    return this.#settings.token !== undefined;
  }

  /**
   * One attempt, redirects followed.
   * @param path below the endpoint, with its slash, escaped.
   * @throws Passing when another attempt may succeed, MargayError when none will, the signal's reason when it is aborted.
   */
  async get(
    path: string,
    headers: Readonly<Record<string, string>>,
    subject: Omit<Subject, 'hub' | 'token'>,
    signal: AbortSignal,
  ): Promise<Reply> {
    const home = new URL(this.#settings.endpoint);
    let url = new URL(this.#settings.endpoint + path);
    let hub: http.IncomingHttpHeaders = {};
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const atHome = url.origin === home.origin;
      const answer = await this.#ask(url, atHome ? { ...headers, ...this.#credentials() } : headers, signal);
      const { statusCode: status = 0 } = answer;
      if (atHome) hub = { ...hub, ...answer.headers };
      if (status >= 300 && status < 400 && answer.headers.location !== undefined) {
        answer.destroy();
        url = nextHop(url, answer.headers.location);
        continue;
      }
      if (status !== 200 && status !== 206 && status !== 416) {
        answer.destroy();
        throw refusal(status, answer.headers, { ...subject, hub: this.hub, token: this.hasToken });
      }
      const encoding = answer.headers['content-encoding'] ?? 'identity';
      if (encoding !== 'identity') {
        answer.destroy();
        throw distrust(
          `${url.host} sent ${subject.path ?? 'the list of files'} in the encoding ${encoding}, which nobody asked for.`,
          'Check the proxy.',
        );
      }
      return {
        status,
        headers: answer.headers,
        hub,
        host: url.host,
        body: new AnswerBody(answer, url.host, this.#settings.stallMs, signal),
      };
    }
    throw distrust(`${home.host} sends us from one place to the next without end.`, 'Check HF_ENDPOINT.');
  }

  /** The JSON of a path, and where its next page is. */
  async json(
    path: string,
    subject: Omit<Subject, 'hub' | 'token'>,
    signal: AbortSignal,
  ): Promise<{ value: unknown; next: string | undefined }> {
    const reply = await this.get(path, { accept: 'application/json' }, subject, signal);
    const parts: Buffer[] = [];
    let bytes = 0;
    for await (const part of reply.body) {
      bytes += part.length;
      if (bytes > MAX_JSON)
        throw distrust(`${this.hub} sends a list without end for ${subject.repo}.`, 'Check HF_ENDPOINT.');
      parts.push(part);
    }
    try {
      return { value: JSON.parse(Buffer.concat(parts).toString('utf8')), next: this.#next(reply.headers.link) };
    } catch {
      throw distrust(
        `${this.hub} answered something that is no JSON for ${subject.repo}.`,
        'Check HF_ENDPOINT and the proxy: something else may have answered.',
      );
    }
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  #credentials(): Record<string, string> {
    const { token } = this.#settings;
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  /** `Link: <URL>; rel="next"`, asked of the hub that we know: a mirror may hand through a link to the original. */
  #next(link: string | string[] | undefined): string | undefined {
    const [, given] = /<([^>]+)>\s*;\s*rel="?next"?/.exec(String(link ?? '')) ?? [];
    if (given === undefined || !URL.canParse(given, this.hub)) return undefined;
    const { pathname, search } = new URL(given, this.hub);
    const api = pathname.indexOf('/api/');
    return api < 0 ? undefined : pathname.slice(api) + search;
  }

  async #ask(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<http.IncomingMessage> {
    signal.throwIfAborted();
    const secure = url.protocol === 'https:';
    const request = (secure ? https : http).request(url, {
      agent: this.#agents[secure ? 'https:' : 'http:'],
      headers: { 'user-agent': 'margay', 'accept-encoding': 'identity', ...headers },
      signal,
    });
    const { stallMs } = this.#settings;
    const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
      const timer = setTimeout(() => request.destroy(stalled(url.host, stallMs)), stallMs);
      request
        .on('response', resolve)
        .on('error', reject)
        .on('close', () => clearTimeout(timer));
      request.on('response', () => clearTimeout(timer));
      request.end();
    });
    try {
      return await abortable(answered, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof Passing ? error : unreachable(url.host, error);
    }
  }
}

/** @throws MargayError where a redirect leads out of https, or nowhere. */
export function nextHop(from: URL, location: string): URL {
  if (!URL.canParse(location, from))
    throw distrust(`${from.host} sends us to a place that is no URL.`, 'Check HF_ENDPOINT.');
  const to = new URL(location, from);
  if (to.protocol !== 'https:' && !(to.protocol === 'http:' && from.protocol === 'http:'))
    throw distrust(
      `${from.host} sends us from ${from.protocol.slice(0, -1)} to ${to.protocol.slice(0, -1)} on ${to.host}, where anyone on the way could read and change what comes.`,
      'Check HF_ENDPOINT and the proxy.',
    );
  return to;
}
