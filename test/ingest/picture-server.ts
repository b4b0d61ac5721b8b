import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export type Answer = (response: ServerResponse, request: IncomingMessage, times: number) => void;

/** A server of pictures on this machine. `times` of an answer counts the requests for that path, from 1. */
export class PictureServer {
  /** Paths, in the order in which they were asked for. */
  readonly asked: string[] = [];
  /** Requests under way, and the most that ever were. */
  underWay = 0;
  most = 0;
  readonly #answers = new Map<string, Answer>();
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  async start(port = 0): Promise<this> {
    this.#server = createServer((request, response) => {
      const path = request.url ?? '';
      this.asked.push(path);
      this.underWay += 1;
      this.most = Math.max(this.most, this.underWay);
      response.on('close', () => {
        this.underWay -= 1;
      });
      response.on('error', () => {});
      const answer = this.#answers.get(path) ?? ((none) => none.writeHead(404).end());
      answer(response, request, this.timesOf(path));
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  on(path: string, answer: Answer | Uint8Array): string {
    this.#answers.set(
      path,
      answer instanceof Uint8Array
        ? (response) => response.writeHead(200, { 'content-type': 'image/jpeg' }).end(answer)
        : answer,
    );
    return this.url + path;
  }

  timesOf(path: string): number {
    return this.asked.filter((asked) => asked === path).length;
  }

  get url(): string {
    const address = this.#server?.address();
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (this.#server?.listening) await new Promise((done) => this.#server!.close(done));
  }
}
