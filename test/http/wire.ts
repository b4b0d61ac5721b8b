import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The client's end of the connection: two answers with one port came over one connection. */
  readonly port: number;
}

export interface Ask {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array | string;
}

/** One keep-alive connection at most, whose requests are written byte for byte as they are given: `fetch` would mend them. */
export class Wire implements Disposable {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(url: string) {
    this.#url = url;
  }

  /** Rejects when there is no answer within 10 s. */
  send({ path = '/graphql', method = 'POST', headers = {}, body }: Ask): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(new URL(this.#url), { path, method, headers, agent: this.#agent }, (response) => {
        const port = response.socket.localPort!;
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode!, headers: response.headers, text, port });
        });
      });
      sent.setTimeout(10_000, () => sent.destroy(new Error('No answer within 10 s.')));
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** The next request on this connection is answered as if nothing had been. */
  async stillServes(): Promise<boolean> {
    const { status, text } = await this.send({
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __typename }' }),
    });
    return status === 200 && text === '{"data":{"__typename":"Query"}}';
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

/** Writes raw bytes and resolves with all that came back once the server has closed the connection. */
export function converse(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.setEncoding('utf8').on('data', (chunk) => {
      heard += chunk;
    });
    socket.setTimeout(15_000, () => socket.destroy(new Error('The server kept the connection for 15 s.')));
    socket.on('error', reject).on('close', () => resolve(heard));
  });
}

/** A folder for temporary files that no other process uses, for as long as this one is in scope. */
export async function ownTemporaryFolder() {
  const before = process.env.TMPDIR;
  const folder = await mkdtemp(join(tmpdir(), 'margay-tmp-'));
  process.env.TMPDIR = folder;
  return {
    uploads: async () => (await readdir(folder)).filter((name) => name.startsWith('capacitor-')),
    async [Symbol.asyncDispose]() {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface Part {
  readonly name: string;
  readonly content: Uint8Array | string;
  readonly filename?: string;
}

/** A multipart body by hand, in the order given. */
export function multipart(parts: readonly Part[]): { headers: Record<string, string>; body: Buffer } {
  const boundary = '----margay';
  const pieces = parts.flatMap(({ name, content, filename }) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${filename ? `; filename="${filename}"` : ''}\r\n\r\n`,
    ),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, 'apollo-require-preflight': '1' },
    body: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
  };
}
