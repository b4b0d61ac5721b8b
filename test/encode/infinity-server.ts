import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const PYTHON = process.env.INFINITY_PYTHON || at('.venv-infinity/bin/python');
export const hasInfinity = existsSync(PYTHON);

/** It reads PyTorch and transformers from the disk first. */
const UP_MS = 120_000;
/** Nothing is fetched, and nobody is told. */
const ENV = { HF_HUB_OFFLINE: '1', INFINITY_ANONYMOUS_USAGE_STATS: '0', DO_NOT_TRACK: '1' };

/** A model of random weights behind a real Infinity, on a free port of 127.0.0.1. */
export class InfinityServer implements AsyncDisposable {
  readonly model = 'random-clip';
  readonly #folder: string;
  readonly #process: ChildProcess;
  #log = '';
  #url = '';

  private constructor(folder: string, key: string, model: string) {
    this.#folder = folder;
    const place = ['--host', '127.0.0.1', '--port', '0', '--api-key', key];
    const engine = ['--engine', 'torch', '--device', 'cpu', '--dtype', 'float32', '--no-bettertransformer'];
    const args = ['--model-id', folder, '--served-model-name', model, '--no-model-warmup', ...engine, ...place];
    this.#process = spawn(PYTHON, ['-c', 'from infinity_emb.cli import cli; cli()', 'v2', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...ENV },
    });
    for (const stream of [this.#process.stdout!, this.#process.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#log += text;
      });
    this.#process.on('error', (error) => {
      this.#log += error.message;
    });
  }

  /** Makes the model and waits until the server answers. @param kind `text` takes no pictures. */
  static async start(kind: 'clip' | 'text', key: string): Promise<InfinityServer> {
    const folder = await mkdtemp(join(tmpdir(), 'margay-infinity-'));
    try {
      const maker = [at('scripts/random-clip.py'), folder, ...(kind === 'text' ? ['--text'] : [])];
      await promisify(execFile)(PYTHON, maker, { env: { ...process.env, ...ENV } });
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    const server = new InfinityServer(folder, key, 'random-clip');
    try {
      await server.#up();
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  get url(): string {
    return this.#url;
  }

  /** All that it has written. */
  get log(): string {
    return this.#log;
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  /** Ends it at once, stopped or not. */
  async kill(): Promise<void> {
    if (this.#process.pid === undefined || this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, 'exit');
    this.signal('SIGKILL');
    await gone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #up(): Promise<void> {
    for (const deadline = Date.now() + UP_MS; ; await sleep(100)) {
      this.#url ||= /running on (http:\/\/127\.0\.0\.1:\d+)/.exec(this.#log)?.[1] ?? '';
      if (this.#url && (await fetch(`${this.#url}/health`)).ok) return;
      if (this.#process.pid === undefined || this.#process.exitCode !== null || Date.now() > deadline)
        throw new Error(`Infinity did not come up:\n${this.#log.slice(-2000)}`);
    }
  }
}
