import { createServer, type Http2Server, type Http2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A message in gRPC's framing: not compressed, its length in four bytes. */
const framed = (message: readonly number[]) => Buffer.from([0, 0, 0, 0, message.length, ...message]);

/** `status` of success, then `state`: 2 is loading, 3 loaded. */
const loadState = (state: number) => [0x0a, 0, 0x10, state];

/** A gRPC server with Milvus's calls and nothing behind them: how long each takes and on which connections is up to the test. */
export class FakeMilvus {
  /** Milliseconds until the answer, by method; others are answered at once. */
  readonly delays = new Map<string, number>();
  /** Calls by method: how often it reached us. */
  readonly calls = new Map<string, number>();
  isLoaded = true;
  readonly #server: Http2Server = createServer();
  readonly #open = new Set<Http2Session>();
  readonly #silent = new WeakSet<Http2Session>();

  private constructor() {
    this.#server.on('session', (session) => {
      this.#open.add(session);
      session.on('error', () => {}).once('close', () => this.#open.delete(session));
      session.on('stream', (stream, headers) => void this.#answer(stream, String(headers[':path']).split('/').at(-1)!));
    });
  }

  static async start(): Promise<FakeMilvus> {
    const fake = new FakeMilvus();
    await new Promise<void>((done) => fake.#server.listen(0, '127.0.0.1', done));
    return fake;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** No call is answered any more on the connections that are open; those to come are served. */
  fallSilent(): void {
    for (const session of this.#open) this.#silent.add(session);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#open) session.destroy();
    await new Promise<void>((done) => this.#server.close(() => done()));
  }

  async #answer(stream: ServerHttp2Stream, method: string): Promise<void> {
    this.calls.set(method, (this.calls.get(method) ?? 0) + 1);
    stream.on('error', () => {}).resume();
    await sleep(this.delays.get(method) ?? 0);
    if (stream.destroyed || !stream.session || this.#silent.has(stream.session)) return;
    stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.end(framed(method === 'GetLoadState' ? loadState(this.isLoaded ? 3 : 2) : []));
  }
}
