import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';

/** What happens to connections and bytes. Each applies to those that are open, and to those to come, until another is set. */
export type Weather =
  | { readonly kind: 'fair' }
  /** Every piece of an answer comes so many milliseconds late. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Answers come in pieces of so many bytes. */
  | { readonly kind: 'trickle'; readonly bytes: number }
  /** Connections are taken and bytes swallowed: nothing ever answers, as behind a firewall or a dead machine. */
  | { readonly kind: 'silent' }
  /** Nobody listens: connections end, new ones are refused. */
  | { readonly kind: 'refused' }
  /** The next answer is cut after so many of its bytes, and its connection with it; then it is fair again. */
  | { readonly kind: 'cut'; readonly after: number };

/** A TCP proxy on a free port before a real server. */
export class TcpProxy {
  readonly #host: string;
  readonly #target: number;
  readonly #open = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;
  #weather: Weather = { kind: 'fair' };

  private constructor(target: string) {
    const [host, port] = target.split(':');
    this.#host = host!;
    this.#target = Number(port);
  }

  static async before(target: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await proxy.#listen();
    return proxy;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async set(weather: Weather): Promise<void> {
    this.#weather = weather;
    if (weather.kind === 'refused') await this.#stop();
    else if (!this.#server) await this.#listen();
  }

  /** Ends the open connections; those to come are served. */
  hangUp(): void {
    for (const socket of this.#open) socket.destroy();
  }

  close(): Promise<void> {
    return this.#stop();
  }

  async #listen(): Promise<void> {
    const server = createServer((socket) => this.#serve(socket));
    this.#server = server;
    await new Promise<void>((done, failed) => server.once('error', failed).listen(this.#port, '127.0.0.1', done));
    this.#port = (server.address() as AddressInfo).port;
  }

  async #stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.hangUp();
    if (server) await new Promise<void>((done) => server.close(() => done()));
  }

  #serve(client: Socket): void {
    const server = connect(this.#target, this.#host);
    // What was once swallowed leaves a hole: such a connection stays silent for good.
    let dead = false;
    const isSilent = () => {
      dead ||= this.#weather.kind === 'silent';
      return dead;
    };
    client.on('data', (bytes) => {
      if (!isSilent()) server.write(bytes);
    });
    // In their order, whatever the weather was when they came.
    let sending = Promise.resolve();
    server.on('data', (bytes) => {
      if (isSilent()) return;
      const weather = this.#weather;
      if (weather.kind === 'cut') this.#weather = { kind: 'fair' };
      const due = performance.now() + (weather.kind === 'slow' ? weather.ms : 0);
      sending = sending.then(() => send(client, bytes, weather, due));
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#open.add(one);
      one.on('error', () => {});
      one.once('close', () => {
        this.#open.delete(one);
        other.destroy();
      });
    }
  }
}

async function send(client: Socket, bytes: Buffer, weather: Weather, due: number): Promise<void> {
  if (weather.kind === 'slow') await sleep(Math.max(0, due - performance.now()));
  if (weather.kind === 'cut') client.write(bytes.subarray(0, weather.after), () => client.destroy());
  else if (weather.kind !== 'trickle') client.write(bytes);
  else
    for (let start = 0; start < bytes.length; start += weather.bytes) {
      client.write(bytes.subarray(start, start + weather.bytes));
      await immediate();
    }
}
