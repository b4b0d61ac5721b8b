import { randomUUID } from 'node:crypto';
import { Agent, type IncomingMessage, request } from 'node:http';
import type { Asking } from './queries.ts';

export interface Prepared {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Answer {
  /** From the call to the last byte, parsed, in milliseconds. */
  readonly ms: number;
  /** To the first byte of the body. */
  readonly firstMs: number;
  // biome-ignore lint/suspicious/noExplicitAny: the answer of whatever was asked.
  readonly data: any;
}

/** A client over connections that stay open: fetch would cost as much as the server that is measured. */
export class Client {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** @throws Error where the answer is not 200 or has errors: no refusal is ever counted as a fast search. */
  async post({ body, headers }: Prepared): Promise<Answer> {
    const started = performance.now();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = { method: 'POST', agent: this.#agent, headers: { ...headers, 'content-length': body.length } };
      request(`${this.#url}/graphql`, options, resolve).on('error', reject).end(body);
    });
    const chunks: Buffer[] = [];
    let firstMs = 0;
    for await (const chunk of response) {
      firstMs ||= performance.now() - started;
      chunks.push(chunk);
    }
    const text = Buffer.concat(chunks).toString('utf8');
    const deferred = response.headers['content-type']?.startsWith('multipart/mixed');
    const { data, errors } = deferred ? { data: text, errors: undefined } : JSON.parse(text);
    const ms = performance.now() - started;
    if (response.statusCode !== 200 || errors || (deferred && text.includes('"errors"')))
      throw new Error(`${response.statusCode}: ${text.slice(0, 500)}`);
    return { ms, firstMs, data };
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** The bytes of the request, made before the clock runs: JSON, or multipart with a picture. */
export function prepare(query: string, { text, picture }: Asking, accept = 'application/json'): Prepared {
  const operations = { query, variables: { ...(text !== undefined && { text }), ...(picture && { image: null }) } };
  if (!picture)
    return { body: Buffer.from(JSON.stringify(operations)), headers: { accept, 'content-type': 'application/json' } };
  const boundary = randomUUID();
  const part = (name: string, rest = '') =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${rest}\r\n`;
  const body = Buffer.concat([
    Buffer.from(`${part('operations')}\r\n${JSON.stringify(operations)}\r\n`),
    Buffer.from(`${part('map')}\r\n${JSON.stringify({ 0: ['variables.image'] })}\r\n`),
    Buffer.from(`${part('0', '; filename="photo.jpg"')}content-type: image/jpeg\r\n\r\n`),
    picture,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  return {
    body,
    headers: {
      accept,
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'apollo-require-preflight': 'true',
    },
  };
}
