import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MilvusClient } from '@zilliz/milvus2-sdk-node';

/** `lite` is Milvus Lite's server, `standalone` the engine of Milvus 2.3.5. */
export type MilvusKind = 'lite' | 'standalone';

const root = fileURLToPath(new URL('../..', import.meta.url));
const VENVS = { lite: join(root, '.venv-milvus'), standalone: join(root, '.venv-milvus-standalone') };
const PROGRAMS = { lite: join(VENVS.lite, 'bin/milvus-lite'), standalone: join(VENVS.standalone, 'bin/milvus-server') };

/** Whether the tests with this server are left out. In CI nothing is: there a missing environment fails them. */
export const lacksMilvus = (kind: MilvusKind): boolean => process.env.CI !== 'true' && !existsSync(PROGRAMS[kind]);

/** The first start of the standalone engine unpacks it. */
const UP_MS = 90_000;
const STOP_MS = 10_000;
/**
 * Strong reads wait for the next tick of its clock; at the 200 ms of its default the contract takes two minutes. And after a kill it waits
 * until the sessions of its former self have ended, 30 s by default. One that was stopped for longer than that gives up for good.
 */
const standaloneOptions = (tickMs: number) =>
  [`proxy.timeTickInterval=${tickMs}`, 'common.session.ttl=10'].flatMap((one) => ['--extra-config', one]);
/**
 * The standalone program tries its port first, without the option by which servers pass over the connections that a killed one left behind:
 * for a minute it would neither start nor end.
 */
const SHIM = `import socket
class Reusing(socket.socket):
    def bind(self, address):
        self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return super().bind(address)
socket.socket = Reusing
from milvus import main
main()`;
/** Names nothing on disk, and goes with the process that holds it. */
const TURN = '\0margay-milvus-standalone';

/**
 * A real Milvus server in a process of its own, on a free port of 127.0.0.1, with data in a temporary folder. One `standalone` at a time on a
 * machine, since its lock file is fixed: others wait for their turn.
 */
export class MilvusServer {
  readonly #kind: MilvusKind;
  readonly #folder: string;
  readonly #port: number;
  readonly #turn: Server | undefined;
  readonly #tickMs: number;
  #process: ChildProcess | undefined;

  private constructor(kind: MilvusKind, folder: string, port: number, turn: Server | undefined, tickMs: number) {
    this.#kind = kind;
    this.#turn = turn;
    this.#folder = folder;
    this.#port = port;
    this.#tickMs = tickMs;
  }

  /** @param tickMs of the standalone server's clock. Strong reads wait for the next one; at its default of 200 ms the contract takes two minutes. */
  static async start(kind: MilvusKind, tickMs = 20): Promise<MilvusServer> {
    const turn = kind === 'standalone' ? await takeTurn() : undefined;
    const folder = await mkdtemp(join(tmpdir(), `margay-milvus-${kind}-`));
    if (kind === 'standalone') {
      // It unpacks itself into its data folder; all folders share one copy, kept in the environment.
      const unpacked = join(VENVS.standalone, 'unpacked');
      await mkdir(unpacked, { recursive: true });
      await symlink(unpacked, join(folder, 'bin'));
    }
    const server = new MilvusServer(kind, folder, await freePort(), turn, tickMs);
    try {
      await server.up();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** The process, which leads a group of its own. */
  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Starts the process, on the same port and data as before, and waits until it answers. */
  async up(): Promise<void> {
    this.launch();
    const client = new MilvusClient({
      address: this.address,
      timeout: 2000,
      maxRetries: 0,
      logLevel: 'none',
      telemetry: { enabled: false },
      pool: { min: 0, max: 1 },
      channelOptions: { 'grpc.initial_reconnect_backoff_ms': 50, 'grpc.max_reconnect_backoff_ms': 50 },
    });
    client.connectPromise.catch(() => {});
    try {
      const deadline = Date.now() + UP_MS;
      while (!(await answers(client))) {
        if (this.#process?.exitCode != null)
          throw new Error(`Milvus ${this.#kind} ended with code ${this.#process.exitCode}.`);
        if (Date.now() > deadline) throw new Error(`Milvus ${this.#kind} did not answer within ${UP_MS} ms.`);
        await sleep(50);
      }
    } finally {
      await client.closeConnection();
    }
  }

  /** Starts the process without waiting for it. */
  launch(): void {
    const [program, options] =
      this.#kind === 'lite'
        ? [PROGRAMS.lite, ['server', '--host', '127.0.0.1', '--port', String(this.#port), '--data-dir', this.#folder]]
        : [
            join(VENVS.standalone, 'bin/python3'),
            [
              ...['-c', SHIM, '--data', this.#folder, '--proxy-port', String(this.#port)],
              ...standaloneOptions(this.#tickMs),
            ],
          ];
    // A group of its own: the standalone program is a parent that does not take its child along when it is killed.
    this.#process = spawn(program, options, { detached: true, stdio: 'ignore', cwd: this.#folder });
    this.#process.on('error', () => {});
  }

  /** To the process and its children. */
  signal(name: NodeJS.Signals): void {
    const pid = this.#process?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, name);
    } catch {
      // It is gone already.
    }
  }

  async kill(): Promise<void> {
    const gone = this.#gone();
    this.signal('SIGKILL');
    await gone;
  }

  /** Asks, then insists, and removes the data. Milvus Lite has no handler for SIGTERM. */
  async stop(): Promise<void> {
    const gone = this.#gone();
    this.signal('SIGINT');
    await Promise.race([gone, sleep(STOP_MS, undefined, { ref: false })]);
    await this.kill();
    this.#turn?.close();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #gone(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null || child.pid === undefined)
      return Promise.resolve();
    return new Promise((done) => void child.once('exit', () => done()));
  }
}

const answers = (client: MilvusClient): Promise<boolean> =>
  client.showCollections().then(
    ({ status }) => status?.error_code === 'Success',
    () => false,
  );

async function takeTurn(): Promise<Server> {
  for (;;) {
    const turn = createServer().unref();
    const isOurs = await new Promise<boolean>((done) => {
      turn.once('error', () => done(false)).listen({ path: TURN }, () => done(true));
    });
    if (isOurs) return turn;
    await sleep(200);
  }
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer().once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
