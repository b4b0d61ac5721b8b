import { connect, constants, createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** What a call meets in place of the server, or after it. */
export type CallFault =
  /** The status UNAVAILABLE, from a server that never saw the call. */
  | 'unavailable'
  /** The stream is reset, and nobody knows whether the call was carried out. */
  | 'reset'
  /** The server says that it did not look at the call. */
  | 'refused'
  /** The call is carried out and its answer lost. */
  | 'lost';

const RESETS = {
  reset: constants.NGHTTP2_INTERNAL_ERROR,
  refused: constants.NGHTTP2_REFUSED_STREAM,
  lost: constants.NGHTTP2_INTERNAL_ERROR,
};

/** A proxy before a real gRPC server that knows the calls apart: it counts them, and fails those it is told to. */
export class GrpcProxy {
  /** Calls by method: how often it reached us. */
  readonly calls = new Map<string, number>();
  readonly faults = new Map<string, CallFault>();
  readonly #target: string;
  readonly #server: Http2Server;
  readonly #open = new Set<{ destroy(): void }>();

  private constructor(target: string) {
    this.#target = `http://${target}`;
    this.#server = createServer();
    this.#server.on('session', (session) => {
      const upstream = connect(this.#target);
      upstream.on('error', () => {});
      session.on('error', () => {});
      session.on('stream', (stream, headers) => this.#forward(stream, headers as Record<string, string>, upstream));
      session.once('close', () => upstream.destroy());
      this.#open.add(session).add(upstream);
    });
  }

  static async before(target: string): Promise<GrpcProxy> {
    const proxy = new GrpcProxy(target);
    await new Promise<void>((done) => proxy.#server.listen(0, '127.0.0.1', done));
    return proxy;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const one of this.#open) one.destroy();
    await new Promise<void>((done) => this.#server.close(() => done()));
  }

  #forward(stream: ServerHttp2Stream, headers: Record<string, string>, upstream: ReturnType<typeof connect>): void {
    const method = String(headers[':path']).split('/').at(-1)!;
    this.calls.set(method, (this.calls.get(method) ?? 0) + 1);
    const fault = this.faults.get(method);
    stream.on('error', () => {});
    if (fault === 'unavailable') {
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '14', 'grpc-message': 'no' },
        { endStream: true },
      );
      return;
    }
    if (fault === 'reset' || fault === 'refused') {
      stream.close(RESETS[fault]);
      return;
    }
    const { ':authority': _, ...rest } = headers;
    const call = upstream.request(rest);
    call.on('error', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
    stream.pipe(call);
    if (fault === 'lost') {
      call.resume();
      call.once('end', () => stream.close(RESETS.lost));
      return;
    }
    let trailers: Record<string, unknown> = {};
    call.once('trailers', (sent) => {
      trailers = sent;
    });
    stream.once('wantTrailers', () => stream.sendTrailers(trailers as never));
    call.once('response', (answer, flags) => {
      // A failure comes as headers alone.
      const endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
      stream.respond(answer as never, { waitForTrailers: !endStream, endStream });
      if (!endStream) call.pipe(stream);
    });
  }
}
