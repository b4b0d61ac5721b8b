import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MAKER = join(ROOT, 'scripts/random-vision-model.py');
/** What scripts/llama-server.sh made has gguf and numpy. */
const OURS = join(ROOT, '.venv-llama/bin/python');
const PYTHON = process.env.LLAMA_PYTHON || (existsSync(OURS) ? OURS : 'python3');
const UP_MS = 60_000;

/** A vision model of random weights behind a real `llama-server`, on a free port of 127.0.0.1. Its answers mean nothing; the wire, the grammar and the faults are real. */
export class LlamaServer implements AsyncDisposable {
  readonly #folder: string;
  readonly #process: ChildProcess;
  #log = '';
  #origin = '';

  private constructor(folder: string, program: string) {
    this.#folder = folder;
    const model = ['-m', join(folder, 'tiny.gguf'), '--mmproj', join(folder, 'mmproj.gguf')];
    const place = ['--host', '127.0.0.1', '--port', '0', '-c', '8192', '-np', '1', '-t', '1'];
    // Small steps, so that a request that is called off can be seen while it is read.
    const steps = ['-b', '32', '-ub', '32'];
    this.#process = spawn(program, [...model, ...place, ...steps], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#process.stdout!, this.#process.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#log += text;
      });
    this.#process.on('error', (error) => {
      this.#log += error.message;
    });
  }

  /** Makes the model and waits until the server answers. @param program the binary @param layers of the model: 2 answer within a second */
  static async start(program: string, layers = 2): Promise<LlamaServer> {
    const folder = await mkdtemp(join(tmpdir(), 'margay-llama-'));
    try {
      await promisify(execFile)(PYTHON, [MAKER, folder, '--layers', String(layers)]);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    const server = new LlamaServer(folder, program);
    try {
      await server.#up();
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** With its `/v1`. */
  get url(): string {
    return `${this.#origin}/v1`;
  }

  /** Where the model's two files lie. */
  get folder(): string {
    return this.#folder;
  }

  /** All that it has written. */
  get log(): string {
    return this.#log;
  }

  /** Whether it is at work. */
  async isBusy(): Promise<boolean> {
    const slots = (await (await fetch(`${this.#origin}/slots`)).json()) as { is_processing: boolean }[];
    return slots.some(({ is_processing }) => is_processing);
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
    for (const deadline = Date.now() + UP_MS; ; await sleep(50)) {
      this.#origin ||= /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(this.#log)?.[1] ?? '';
      if (this.#origin && (await fetch(`${this.#origin}/health`)).ok) return;
      if (this.#process.pid === undefined || this.#process.exitCode !== null || Date.now() > deadline)
        throw new Error(`llama-server did not come up:\n${this.#log.slice(-2000)}`);
    }
  }
}
