import { type ChildProcess, fork } from 'node:child_process';
import type { GraphName, Row, RowResult, SessionModel } from './onnx-session.ts';
import type { WorkerReply, WorkerRequest } from './onnx-worker.ts';

/** The model folder cannot be run: starting again gives the same. */
export class UnfitModel extends Error {
  readonly graph: GraphName | undefined;

  constructor(graph: GraphName | undefined, message: string) {
    super(message);
    this.graph = graph;
  }
}

interface Pending {
  readonly resolve: (reply: WorkerReply) => void;
  readonly reject: (error: Error) => void;
}

/** One life of the worker process: loaded, then asked one batch at a time until it dies. */
export class OnnxProcess {
  readonly #child: ChildProcess;
  #pending: Pending | undefined;
  #runs = 0;
  /** Settles when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  #alive = true;
  /** What it takes with the model loaded and warm, in bytes. */
  memory = 0;

  private constructor(entry: URL) {
    // No environment: the model needs none of the gateway's secrets. No flags: the parent's may be a debugger's port.
    this.#child = fork(entry, {
      serialization: 'advanced',
      env: {},
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (reply: WorkerReply) => this.#settle((pending) => pending.resolve(reply)));
    // A process that cannot be spawned or written to is reported by 'error', and not always by 'exit'.
    this.#child.on('error', () => this.#child.kill('SIGKILL'));
    this.ended = new Promise((resolve) => {
      const end = (how: string) => {
        this.#alive = false;
        this.#settle((pending) => pending.reject(new Error(`The model's process ended (${how}).`)));
        resolve();
      };
      this.#child.once('exit', (code, signal) => end(signal ?? `code ${code}`));
      this.#child.once('error', (error) => end(error.message));
    });
  }

  /**
   * A process with the model loaded and warm.
   * @throws UnfitModel when the model is at fault; Error when the process died or took longer than `deadline` milliseconds.
   */
  static async start(entry: URL, model: SessionModel, deadline: number, signal: AbortSignal): Promise<OnnxProcess> {
    signal.throwIfAborted();
    const worker = new OnnxProcess(entry);
    const stop = () => void worker.kill();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const reply = await worker.#ask({ kind: 'load', model }, deadline);
      if (reply.kind === 'unfit') throw new UnfitModel(reply.graph, reply.message);
      if (reply.kind === 'ready') worker.memory = reply.memory;
      signal.throwIfAborted();
      return worker;
    } catch (error) {
      await worker.kill();
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  get alive(): boolean {
    return this.#alive;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** @throws Error when the process died, hung past `deadline` milliseconds (it is killed then) or refused the batch. */
  async run(rows: readonly Row[], keepTokens: boolean, deadline: number): Promise<readonly RowResult[]> {
    const reply = await this.#ask({ kind: 'run', id: ++this.#runs, rows, keepTokens }, deadline);
    if (reply.kind === 'done') return reply.rows;
    throw new Error(reply.kind === 'failed' ? reply.message : `Unexpected reply "${reply.kind}".`);
  }

  /** Ends the process at once, whatever it is doing. */
  async kill(): Promise<void> {
    // Dead to us from now on, though the system takes a moment.
    this.#alive = false;
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  async #ask(request: WorkerRequest, deadline: number): Promise<WorkerReply> {
    if (!this.#alive) throw new Error("The model's process has ended.");
    if (this.#pending) throw new Error("The model's process is asked one thing at a time.");
    const answer = new Promise<WorkerReply>((resolve, reject) => {
      this.#pending = { resolve, reject };
    });
    const asked = this.#pending;
    const timer = setTimeout(() => {
      // Where it was this process that stood still, the answer is here already and is read before the immediate.
      setImmediate(() => {
        if (!asked || this.#pending !== asked) return;
        this.#settle((pending) => pending.reject(new Error(`The model's process hung for ${deadline} ms.`)));
        void this.kill();
      });
    }, deadline);
    try {
      // A broken pipe is seen as the end of the process.
      this.#child.send(request, () => {});
      return await answer;
    } finally {
      clearTimeout(timer);
    }
  }

  #settle(how: (pending: Pending) => void): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending) how(pending);
  }
}
