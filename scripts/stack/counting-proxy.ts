import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Bytes that went one way and came back, until the other side spoke again. One HTTP/1.1 request and its answer. */
export interface Exchange {
  /** First line of what was sent. */
  readonly line: string;
  /** When the first byte of it came and when the last byte of the answer did, in milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly up: number;
  readonly down: number;
}

type Open = { -readonly [Key in keyof Exchange]: Exchange[Key] };

/** Stands before a server on 127.0.0.1, passes every byte on and counts it. */
export class CountingProxy implements AsyncDisposable {
  /** `host:port` of the server. */
  readonly #target: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #exchanges: Open[] = [];

  private constructor(target: string) {
    this.#target = target;
    this.#server = createServer((client) => this.#carry(client));
  }

  static async before(target: string): Promise<CountingProxy> {
    const proxy = new CountingProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** `host:port` that stands for the server. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What went through since the last call. */
  take(): Exchange[] {
    const taken = this.#exchanges;
    this.#exchanges = [];
    return taken;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #begin(line: string): Open {
    const from = now();
    const open: Open = { line, from, to: from, up: 0, down: 0 };
    this.#exchanges.push(open);
    return open;
  }

  #carry(client: Socket): void {
    const [host, port] = this.#target.split(':');
    const server = connect(Number(port), host);
    let open: Open | undefined;
    client.on('data', (bytes) => {
      if (!open || open.down > 0 || !this.#exchanges.includes(open)) {
        const line = bytes.subarray(0, 200).toString('latin1').split('\r\n', 1)[0]!;
        open = this.#begin(line);
      }
      open.up += bytes.length;
    });
    server.on('data', (bytes) => {
      // A server that speaks first, or of what was taken already.
      if (!open || !this.#exchanges.includes(open)) open = this.#begin('');
      open.down += bytes.length;
      open.to = now();
    });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.pipe(other);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  }
}

/** The same clock in every process of the machine, with fractions. */
const now = () => performance.timeOrigin + performance.now();
