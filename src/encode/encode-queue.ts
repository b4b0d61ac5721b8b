import { setTimeout as sleep } from 'node:timers/promises';
import { MargayError } from '../errors.ts';
import { type BatchLimits, nextBatch, type Waiting } from './batches.ts';
import { OnnxProcess, UnfitModel } from './onnx-process.ts';
import type { Row, RowResult, SessionModel } from './onnx-session.ts';

export interface QueueOptions {
  readonly entry: URL;
  readonly limits: BatchLimits;
  /** Requests that may wait, for each priority: indexing never takes a query's place. */
  readonly capacity: { readonly query: number; readonly index: number };
  /** Milliseconds that a batch may run at most before its process is taken for hung; once the model's pace is known, fewer. */
  readonly batchDeadline: number;
  /** Milliseconds that a process may take to load the model. */
  readonly startDeadline: number;
  /** Whether the raw state behind each vector is wanted too. */
  readonly state: boolean;
}

interface Job extends Waiting {
  readonly row: Row;
  readonly resolve: (result: RowResult) => void;
  readonly reject: (error: unknown) => void;
  /** Runs that ended in a dead or hung process, or in a refused batch. */
  failures: number;
  alone: boolean;
  /** Its caller has left; what still runs for it is not repeated. */
  left: boolean;
}

const MAX_FAILURES = 2;
/** After so many failed starts in a row nobody is kept waiting. */
const MAX_STARTS = 3;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 10_000;
const CLOSE_GRACE = 2_000;
/** A batch is given so many times what its rows took at their slowest: cores are shared. In milliseconds, never less than the second. */
const PATIENCE = 20;
const SHORTEST_DEADLINE = 2_000;

const closed = () =>
  new MargayError('ENCODER_UNAVAILABLE', 'The encoder is closed.', { remedy: 'Send the request again.' });

/** Texts cost by their length, padding included: a novel is not hung because a word was quick. Pictures cost the same each. */
function workOf(batch: readonly Waiting[]): number {
  const longest = Math.max(...batch.map(({ length }) => length));
  return batch.length * (batch[0]?.kind === 'text' ? longest : 1);
}

/** The requests, kept outside the worker process: it may die, and costs one retried batch. */
export class EncodeQueue {
  readonly #model: SessionModel;
  readonly #options: QueueOptions;
  readonly #stop = new AbortController();
  #waiting: Job[] = [];
  #worker: OnnxProcess | undefined;
  #loop: Promise<void> | undefined;
  #order = 0;
  #streak = 0;
  /** Deaths and failed starts since the last good batch. */
  #deaths = 0;
  #failedStarts = 0;
  #retryAt = 0;
  /** Moving average, for `retryAfter`. */
  #millisecondsPerJob = 5;
  /** Milliseconds of a unit of work, see `workOf`; a kind that has not run yet has the whole `batchDeadline`. */
  readonly #slowest: Partial<Record<Waiting['kind'], number>> = {};

  constructor(model: SessionModel, options: QueueOptions) {
    this.#model = model;
    this.#options = options;
  }

  /** @throws UnfitModel, or Error when the process cannot be started. */
  async start(signal: AbortSignal): Promise<void> {
    this.#adopt(await OnnxProcess.start(this.#options.entry, this.#model, this.#options.startDeadline, signal));
  }

  /** For tests and for watching memory. */
  get pid(): number | undefined {
    return this.#worker?.alive ? this.#worker.pid : undefined;
  }

  /** What the process took with the model loaded and warm, in bytes. */
  get memory(): number {
    return this.#worker?.memory ?? 0;
  }

  /** One row through the model. Rejects with the signal's reason as soon as it is aborted. */
  submit(row: Row, priority: Waiting['priority'], signal: AbortSignal): Promise<RowResult> {
    if (signal.aborted) return Promise.reject(signal.reason);
    const refusal = this.#refusal(priority);
    if (refusal) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      const leave = () => {
        const place = this.#waiting.indexOf(job);
        if (place >= 0) this.#waiting.splice(place, 1);
        job.left = true;
        reject(signal.reason);
      };
      const settled =
        <T>(how: (value: T) => void) =>
        (value: T) => {
          signal.removeEventListener('abort', leave);
          how(value);
        };
      const job: Job = {
        kind: row.kind,
        priority,
        order: this.#order++,
        length: row.kind === 'sight' ? 0 : row.ids.length,
        row,
        resolve: settled(resolve),
        reject: settled(reject),
        failures: 0,
        alone: false,
        left: false,
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(job);
      this.#wake();
    });
  }

  /** What waits is rejected, what runs may end, then the process does. */
  async close(): Promise<void> {
    this.#stop.abort(closed());
    this.#rejectWaiting(closed());
    const worker = this.#worker;
    const grace = setTimeout(() => void worker?.kill(), CLOSE_GRACE);
    await this.#loop;
    clearTimeout(grace);
    await this.#worker?.kill();
  }

  #refusal(priority: Waiting['priority']): MargayError | undefined {
    if (this.#stop.signal.aborted) return closed();
    const pause = this.#retryAt - performance.now();
    if (this.#failedStarts >= MAX_STARTS && pause > 0) return this.#unavailable(Math.ceil(pause / 1000));
    const ahead = this.#waiting.filter((job) => job.priority === priority).length;
    if (ahead < this.#options.capacity[priority]) return undefined;
    return new MargayError('OVERLOADED', `${ahead} requests already wait for the encoder.`, {
      remedy: 'Try again later.',
      retryAfter: Math.max(1, Math.ceil((ahead * this.#millisecondsPerJob) / 1000)),
    });
  }

  #unavailable(retryAfter = 1, cause?: unknown): MargayError {
    return new MargayError('ENCODER_UNAVAILABLE', 'The encoder stopped working and does not come back.', {
      remedy: "Try again later; the server's log says why its model process ends.",
      retryAfter,
      cause,
    });
  }

  #wake(): void {
    this.#loop ??= this.#run().finally(() => {
      this.#loop = undefined;
      // A request may have come between the last look at the queue and here.
      if (this.#waiting.length > 0) this.#wake();
    });
  }

  async #run(): Promise<void> {
    // Requests of one tick, such as the aliases of a query, go together.
    await new Promise((resolve) => setImmediate(resolve));
    while (!this.#stop.signal.aborted) {
      const idle = this.#waiting.length === 0;
      if (!this.#worker?.alive) {
        // Also where nobody waits: the next search should not pay for the start.
        if (idle && this.#failedStarts >= MAX_STARTS) return;
        await this.#revive();
      } else if (idle) {
        return;
      } else {
        const { batch, streak } = nextBatch(this.#waiting, this.#streak, this.#options.limits);
        this.#streak = streak;
        await this.#serve(this.#worker, batch);
      }
    }
  }

  async #serve(worker: OnnxProcess, batch: Job[]): Promise<void> {
    const taken = new Set(batch);
    this.#waiting = this.#waiting.filter((job) => !taken.has(job));
    const started = performance.now();
    try {
      const wanted = { tokens: batch[0]!.priority === 'query', state: this.#options.state };
      const results = await worker.run(
        batch.map(({ row }) => row),
        wanted,
        this.#deadlineOf(batch),
      );
      const took = performance.now() - started;
      const { kind } = batch[0]!;
      this.#slowest[kind] = Math.max(took / workOf(batch), this.#slowest[kind] ?? 0);
      this.#millisecondsPerJob += (took / batch.length - this.#millisecondsPerJob) / 8;
      this.#deaths = 0;
      batch.forEach((job, index) => {
        job.resolve(results[index]!);
      });
    } catch (error) {
      for (const job of batch) {
        job.failures++;
        job.alone = true;
        if (job.left) continue;
        if (this.#stop.signal.aborted) job.reject(closed());
        else if (job.failures >= MAX_FAILURES) job.reject(this.#unavailable(1, error));
        else this.#waiting.push(job);
      }
    }
  }

  #deadlineOf(batch: readonly Job[]): number {
    const expected = PATIENCE * (this.#slowest[batch[0]!.kind] ?? Infinity) * workOf(batch);
    return Math.min(this.#options.batchDeadline, Math.max(SHORTEST_DEADLINE, expected));
  }

  /** A new process after a pause that grows with every death; after too many failed starts everybody who waits is told. */
  async #revive(): Promise<void> {
    const { signal } = this.#stop;
    try {
      await this.#worker?.ended;
      await sleep(Math.max(0, this.#retryAt - performance.now()), undefined, { signal });
      await this.start(signal);
      this.#failedStarts = 0;
    } catch (error) {
      if (signal.aborted) return;
      this.#pause();
      this.#failedStarts = error instanceof UnfitModel ? MAX_STARTS : this.#failedStarts + 1;
      if (this.#failedStarts >= MAX_STARTS) this.#rejectWaiting(this.#unavailable(1, error));
    }
  }

  #adopt(worker: OnnxProcess): void {
    this.#worker = worker;
    void worker.ended.then(() => {
      this.#pause();
      this.#wake();
    });
  }

  /** The first death costs no pause; later ones double it. */
  #pause(): void {
    const pause = this.#deaths === 0 ? 0 : Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (this.#deaths - 1));
    this.#deaths++;
    this.#retryAt = performance.now() + pause;
  }

  #rejectWaiting(error: MargayError): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const job of waiting) job.reject(error);
  }
}
