import { MargayError } from '../errors.ts';
import { type BatchLimits, nextBatch, type Waiting } from './batches.ts';
import type { OnnxProcess } from './onnx-process.ts';
import type { Row, RowResult, SessionModel } from './onnx-session.ts';
import { type LaneOptions, WorkerLane } from './worker-lane.ts';

export interface QueueOptions extends LaneOptions {
  /** Processes at work side by side, each with the whole model in memory. */
  readonly workers: number;
  readonly limits: BatchLimits;
  /** Requests that may wait, for each priority: indexing never takes a query's place. */
  readonly capacity: { readonly query: number; readonly index: number };
  /** Milliseconds that a batch may run at most before its process is taken for hung; once the model's pace is known, fewer. */
  readonly batchDeadline: number;
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
const CLOSE_GRACE = 2_000;
/** A batch is given so many times what its rows took at their slowest: cores are shared. In milliseconds, never less than the second. */
const PATIENCE = 20;
const SHORTEST_DEADLINE = 2_000;

const closed = () =>
  new MargayError('ENCODER_UNAVAILABLE', 'The encoder is closed.', { remedy: 'Send the request again.' });

/** About as many tokens as a picture has. */
const PICTURE_TOKENS = 256;

/** By tokens, padding included: a novel is not hung because a word was quick. Looking at a picture costs the same each time. */
function workOf(batch: readonly Waiting[]): number {
  const longest = Math.max(...batch.map(({ length }) => length));
  const kind = batch[0]?.kind;
  if (kind === 'sight') return batch.length;
  return batch.length * (kind === 'text' ? longest : PICTURE_TOKENS + longest);
}

/** The requests, kept outside the worker processes: one may die, and costs one retried batch. */
export class EncodeQueue {
  readonly #options: QueueOptions;
  readonly #stop = new AbortController();
  readonly #lanes: readonly WorkerLane[];
  #waiting: Job[] = [];
  #order = 0;
  #streak = 0;
  /** Moving average, for `retryAfter`. */
  #millisecondsPerJob = 5;
  /** Milliseconds of a unit of work, see `workOf`; a kind that has not run yet has the whole `batchDeadline`. */
  readonly #slowest: Partial<Record<Waiting['kind'], number>> = {};

  constructor(model: SessionModel, options: QueueOptions) {
    this.#options = options;
    const work = {
      waits: () => this.#waiting.length > 0,
      serve: (worker: OnnxProcess) => this.#serve(worker),
      starved: (cause: unknown) => {
        // One that is loading now may serve them yet.
        if (this.#lanes.every(({ restsFor }) => restsFor !== undefined))
          this.#rejectWaiting(this.#unavailable(1, cause));
      },
    };
    this.#lanes = Array.from(
      { length: options.workers },
      () => new WorkerLane(model, options, work, this.#stop.signal),
    );
  }

  /** @throws UnfitModel, or Error when a process cannot be started. */
  async start(signal: AbortSignal): Promise<void> {
    // All have started or failed when this is over: none may come to life behind the back of who closes the queue then.
    const started = await Promise.allSettled(this.#lanes.map((lane) => lane.start(signal)));
    for (const outcome of started) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** Of a process that lives, for tests and for watching memory. */
  get pid(): number | undefined {
    return this.#lanes.find(({ pid }) => pid !== undefined)?.pid;
  }

  /** What the processes took with the model loaded and warm, in bytes. */
  get memory(): number {
    return this.#lanes.reduce((total, { memory }) => total + memory, 0);
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
    await Promise.all(this.#lanes.map((lane) => lane.close(CLOSE_GRACE)));
  }

  #refusal(priority: Waiting['priority']): MargayError | undefined {
    if (this.#stop.signal.aborted) return closed();
    const rests = this.#lanes.map(({ restsFor }) => restsFor ?? 0);
    if (rests.every((pause) => pause > 0)) return this.#unavailable(Math.ceil(Math.min(...rests) / 1000));
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

  async #serve(worker: OnnxProcess): Promise<boolean> {
    const { batch, streak } = nextBatch(this.#waiting, this.#streak, this.#options.limits);
    this.#streak = streak;
    const taken = new Set(batch);
    this.#waiting = this.#waiting.filter((job) => !taken.has(job));
    const started = performance.now();
    try {
      const keepTokens = batch[0]!.priority === 'query';
      const results = await worker.run(
        batch.map(({ row }) => row),
        keepTokens,
        this.#deadlineOf(batch),
      );
      const took = performance.now() - started;
      const { kind } = batch[0]!;
      this.#slowest[kind] = Math.max(took / workOf(batch), this.#slowest[kind] ?? 0);
      this.#millisecondsPerJob += (took / batch.length - this.#millisecondsPerJob) / 8;
      batch.forEach((job, index) => {
        job.resolve(results[index]!);
      });
      return true;
    } catch (error) {
      for (const job of batch) {
        job.failures++;
        job.alone = true;
        if (job.left) continue;
        if (this.#stop.signal.aborted) job.reject(closed());
        else if (job.failures >= MAX_FAILURES) job.reject(this.#unavailable(1, error));
        else this.#waiting.push(job);
      }
      this.#wake();
      return false;
    }
  }

  #deadlineOf(batch: readonly Job[]): number {
    const expected = PATIENCE * (this.#slowest[batch[0]!.kind] ?? Infinity) * workOf(batch);
    return Math.min(this.#options.batchDeadline, Math.max(SHORTEST_DEADLINE, expected));
  }

  #wake(): void {
    for (const lane of this.#lanes) lane.wake();
  }

  #rejectWaiting(error: MargayError): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const job of waiting) job.reject(error);
  }
}
