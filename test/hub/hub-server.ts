import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request as ask, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const gitBlob = (bytes: Uint8Array) => createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

/** A request as it came in, in order. */
export interface Asked {
  readonly server: 'hub' | 'cdn';
  readonly path: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly authorization: string | undefined;
  /** Bytes of the body that were handed to the connection. */
  sent: number;
}

/** What goes wrong. A number of times where it says so, and then no more. */
export interface Faults {
  /** Answers of the hub before any work: status, and headers. */
  refuse?: { readonly status: number; readonly headers?: Record<string, string>; times: number; readonly on?: RegExp };
  /** Cuts the connection after so many bytes of a file's body. */
  cutAfter?: { readonly bytes: number; times: number };
  /** Sends so many bytes, then nothing, and leaves the connection open. */
  stallAfter?: { readonly bytes: number; times: number };
  /** Changes one byte of what is sent. */
  corrupt?: { readonly file: RegExp; times: number };
  /** What the list says of a size. */
  lieOfSize?: (path: string, bytes: number) => number;
  /** Sends more than there is, without a length. */
  longer?: { readonly file: RegExp };
  noRanges?: boolean;
  /** Where a file's download is redirected to. */
  redirectTo?: (location: string) => string;
  /** The wait between pieces of 16 kB, in milliseconds. */
  slow?: number;
  /** Goes on past the first piece when this is fulfilled. */
  hold?: Promise<void>;
  /** What the hub says beside its redirect. */
  headers?: Record<string, string>;
}

const PIECE = 16 * 1024;

/** A model hub's layout on two servers of this machine: the hub, and where it redirects downloads to. */
export class HubServer {
  readonly asked: Asked[] = [];
  faults: Faults = {};
  commit = 'c'.repeat(40);
  readonly #files = new Map<string, { bytes: Buffer; lfs: boolean }>();
  readonly #repo: string;
  readonly #gate: string | undefined;
  #hub: Server | undefined;
  #cdn: Server | undefined;

  /** @param gate the token that is asked for, if one is. */
  constructor(repo: string, gate?: string) {
    this.#repo = repo;
    this.#gate = gate;
  }

  put(path: string, bytes: Buffer, lfs = true): void {
    this.#files.set(path, { bytes, lfs });
  }

  drop(path: string): void {
    this.#files.delete(path);
  }

  async start(): Promise<this> {
    this.#hub = createServer((request, response) => this.#onHub(request, response)).listen(0, '127.0.0.1');
    this.#cdn = createServer((request, response) => void this.#onCdn(request, response)).listen(0, '127.0.0.1');
    await Promise.all([once(this.#hub, 'listening'), once(this.#cdn, 'listening')]);
    return this;
  }

  get url(): string {
    return urlOf(this.#hub!);
  }

  get cdn(): string {
    return urlOf(this.#cdn!);
  }

  /** Bytes of a file's body that went out, over all requests. */
  sent(path: string): number {
    return this.asked
      .filter((one) => one.server === 'cdn' && one.path === `/${path}`)
      .reduce((sum, one) => sum + one.sent, 0);
  }

  async stop(): Promise<void> {
    for (const server of [this.#hub, this.#cdn]) {
      server?.closeAllConnections();
      server?.close();
    }
  }

  #note(server: 'hub' | 'cdn', request: IncomingMessage): Asked {
    const { range, 'if-range': ifRange, authorization } = request.headers;
    const asked: Asked = {
      server,
      path: decodeURIComponent(request.url ?? ''),
      range,
      ifRange: ifRange as string | undefined,
      authorization,
      sent: 0,
    };
    this.asked.push(asked);
    return asked;
  }

  #onHub(request: IncomingMessage, response: ServerResponse): void {
    const { path } = this.#note('hub', request);
    const { refuse } = this.faults;
    if (refuse && refuse.times > 0 && (refuse.on?.test(path) ?? true)) {
      refuse.times -= 1;
      response.writeHead(refuse.status, refuse.headers).end('no');
      return;
    }
    if (this.#gate !== undefined && request.headers.authorization !== `Bearer ${this.#gate}`) {
      response.writeHead(401, { 'x-error-code': 'GatedRepo' }).end();
      return;
    }
    const api = `/api/models/${this.#repo}`;
    if (path.startsWith(`${api}/revision/`)) {
      json(response, { id: this.#repo, sha: this.commit });
      return;
    }
    if (path.startsWith(`${api}/tree/${this.commit}`)) {
      this.#tree(path, response);
      return;
    }
    const prefix = `/${this.#repo}/resolve/${this.commit}/`;
    const file = path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
    const found = file === undefined ? undefined : this.#files.get(file);
    if (!found) {
      const reason = path.includes(this.#repo) ? 'EntryNotFound' : 'RepoNotFound';
      response.writeHead(reason === 'RepoNotFound' ? 401 : 404, { 'x-error-code': reason }).end();
      return;
    }
    const location = `${this.cdn}/${file}`;
    const linked = found.lfs
      ? { 'x-linked-etag': `"${sha256(found.bytes)}"`, 'x-linked-size': String(found.bytes.length) }
      : {};
    response
      .writeHead(302, {
        location: this.faults.redirectTo?.(location) ?? location,
        'x-repo-commit': this.commit,
        ...linked,
        ...this.faults.headers,
      })
      .end();
  }

  /** Two entries a page, with a link to the next, as the hub has it beyond a thousand. */
  #tree(path: string, response: ServerResponse): void {
    const from = Number(/[?&]cursor=(\d+)/.exec(path)?.[1] ?? 0);
    const entries = [...this.#files].map(([name, { bytes, lfs }]) => {
      const size = this.faults.lieOfSize?.(name, bytes.length) ?? bytes.length;
      return {
        type: 'file',
        path: name,
        size,
        oid: gitBlob(bytes),
        ...(lfs && { lfs: { oid: sha256(bytes), size, pointerSize: 134 } }),
      };
    });
    const page = entries.slice(from, from + 2);
    if (from + 2 < entries.length)
      response.setHeader(
        'link',
        `<https://original.invalid/api/models/${this.#repo}/tree/${this.commit}?recursive=true&cursor=${from + 2}>; rel="next"`,
      );
    json(response, page);
  }

  async #onCdn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = this.#note('cdn', request);
    const { faults } = this;
    const path = asked.path.slice(1);
    const found = this.#files.get(path);
    if (!found) {
      response.writeHead(404).end();
      return;
    }
    const etag = `"${sha256(found.bytes).slice(0, 32)}"`;
    const [, start] = /^bytes=(\d+)-$/.exec(asked.range ?? '') ?? [];
    const goesOn = start !== undefined && !faults.noRanges && (asked.ifRange === undefined || asked.ifRange === etag);
    const from = goesOn ? Number(start) : 0;
    let body = Buffer.from(found.bytes.subarray(from));
    if (faults.corrupt && faults.corrupt.times > 0 && faults.corrupt.file.test(path)) {
      faults.corrupt.times -= 1;
      body[Math.floor(body.length / 2)]! ^= 1;
    }
    if (goesOn && from >= found.bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${found.bytes.length}` }).end();
      return;
    }
    const headers: Record<string, string> = { etag, 'accept-ranges': faults.noRanges ? 'none' : 'bytes' };
    if (faults.longer?.file.test(path)) body = Buffer.concat([body, Buffer.alloc(PIECE)]);
    else headers['content-length'] = String(body.length);
    if (goesOn) headers['content-range'] = `bytes ${from}-${found.bytes.length - 1}/${found.bytes.length}`;
    response.writeHead(goesOn ? 206 : 200, headers);
    for (let at = 0; at < body.length && !response.destroyed; at += PIECE) {
      let piece = body.subarray(at, at + PIECE);
      for (const fault of [faults.cutAfter, faults.stallAfter]) {
        if (!fault || fault.times <= 0 || at + piece.length <= fault.bytes) continue;
        piece = piece.subarray(0, Math.max(0, fault.bytes - at));
        fault.times -= 1;
        asked.sent += piece.length;
        await new Promise((done) => response.write(piece, done));
        if (fault === faults.cutAfter) response.destroy();
        return;
      }
      asked.sent += piece.length;
      await new Promise<void>((done) => response.write(piece, () => done()));
      await faults.hold;
      if (faults.slow) await new Promise((done) => setTimeout(done, faults.slow));
    }
    response.end();
  }
}

/** A forward proxy: absolute requests for http, CONNECT for https. */
export class ProxyServer {
  readonly asked: { readonly target: string; readonly authorization: string | undefined }[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(credentials?: string): Promise<ProxyServer> {
    const server = createServer();
    const proxy = new ProxyServer(server);
    const admits = (request: IncomingMessage) => {
      const { 'proxy-authorization': authorization } = request.headers;
      proxy.asked.push({ target: request.url ?? '', authorization });
      return credentials === undefined || authorization === `Basic ${Buffer.from(credentials).toString('base64')}`;
    };
    server.on('request', (request, response) => {
      if (!admits(request)) {
        response.writeHead(407).end();
        return;
      }
      const { 'proxy-authorization': _own, 'proxy-connection': _hop, ...headers } = request.headers;
      ask(request.url!, { method: request.method!, headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      })
        .on('error', () => response.destroy())
        .end();
    });
    server.on('connect', (request, socket) => {
      if (!admits(request)) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
        return;
      }
      const [host, port] = request.url!.split(':');
      const target = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        target.pipe(socket).pipe(target);
      });
      target.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
      socket.on('error', () => target.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  url(user = ''): string {
    const { host } = new URL(urlOf(this.#server));
    return `http://${user && `${user}@`}${host}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

function urlOf(server: Server): string {
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('The server does not listen.');
  return `http://127.0.0.1:${address.port}`;
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
