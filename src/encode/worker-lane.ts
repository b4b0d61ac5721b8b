import { setTimeout as sleep } from 'node:timers/promises';
import { MargayError } from '../errors.ts';
import { OnnxProcess, UnfitModel } from './onnx-process.ts';
import type { SessionModel } from './onnx-session.ts';

export interface LaneOptions {
  readonly entry: URL;
  /** Milliseconds that a process may take to load the model. */
  readonly startDeadline: number;
  /** Before a process takes a dead one's place: rejects where the model on disk is no longer the one that was loaded. */
  readonly verify?: () => Promise<void>;
}

/** Where a lane's work comes from. */
export interface LaneWork {
  /** Whether anything waits. */
  waits(): boolean;
  /** Takes a batch from what waits and runs it on the process; never rejects. @returns whether the process answered. */
  serve(worker: OnnxProcess): Promise<boolean>;
  /** Starting the process failed so often that nobody should be kept waiting for it. */
  starved(cause: unknown): void;
}

/** After so many failed starts in a row nobody is kept waiting. */
const MAX_STARTS = 3;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 10_000;

/** A place for one model process after another: it works while there is work, and a process that died is followed by a new one. */
export class WorkerLane {
  readonly #model: SessionModel;
  readonly #options: LaneOptions;
  readonly #work: LaneWork;
  readonly #stop: AbortSignal;
  #worker: OnnxProcess | undefined;
  #loop: Promise<void> | undefined;
  /** Deaths and failed starts since the last good batch. */
  #deaths = 0;
  #failedStarts = 0;
  #retryAt = 0;

  constructor(model: SessionModel, options: LaneOptions, work: LaneWork, stop: AbortSignal) {
    this.#model = model;
    this.#options = options;
    this.#work = work;
    this.#stop = stop;
  }

  /** @throws UnfitModel, or Error when the process cannot be started. */
  async start(signal: AbortSignal): Promise<void> {
    const { entry, startDeadline } = this.#options;
    const worker = await OnnxProcess.start(entry, this.#model, startDeadline, signal);
    this.#worker = worker;
    void worker.ended.then(() => {
      this.#pause();
      this.wake();
    });
  }

  get pid(): number | undefined {
    return this.#worker?.alive ? this.#worker.pid : undefined;
  }

  /** Bytes that the process took with the model loaded and warm. */
  get memory(): number {
    return this.#worker?.memory ?? 0;
  }

  /** Milliseconds until it tries again, where it has given up on starting for now. */
  get restsFor(): number | undefined {
    const pause = this.#retryAt - performance.now();
    return this.#failedStarts >= MAX_STARTS && pause > 0 ? pause : undefined;
  }

  wake(): void {
    this.#loop ??= this.#run().finally(() => {
      this.#loop = undefined;
      // A request may have come between the last look at the queue and here.
      if (this.#work.waits()) this.wake();
    });
  }

  /** What runs has `grace` milliseconds to end. */
  async close(grace: number): Promise<void> {
    const worker = this.#worker;
    const timer = setTimeout(() => void worker?.kill(), grace);
    await this.#loop;
    clearTimeout(timer);
    await this.#worker?.kill();
  }

  async #run(): Promise<void> {
    // Requests of one tick, such as the aliases of a query, go together.
    await new Promise((resolve) => setImmediate(resolve));
    while (!this.#stop.aborted) {
      if (!this.#worker?.alive) {
        // Also where nobody waits: the next search should not pay for the start.
        if (!this.#work.waits() && this.#failedStarts >= MAX_STARTS) return;
        await this.#revive();
      } else if (!this.#work.waits()) {
        return;
      } else if (await this.#work.serve(this.#worker)) {
        this.#deaths = 0;
      }
    }
  }

  /** A new process after a pause that grows with every death; after too many failed starts everybody who waits is told. */
  async #revive(): Promise<void> {
    try {
      await this.#worker?.ended;
      await sleep(Math.max(0, this.#retryAt - performance.now()), undefined, { signal: this.#stop });
      await this.#options.verify?.();
      await this.start(this.#stop);
      this.#failedStarts = 0;
    } catch (error) {
      if (this.#stop.aborted) return;
      this.#pause();
      this.#failedStarts =
        error instanceof UnfitModel || error instanceof MargayError ? MAX_STARTS : this.#failedStarts + 1;
      if (this.#failedStarts >= MAX_STARTS) this.#work.starved(error);
    }
  }

  /** The first death costs no pause; later ones double it. */
  #pause(): void {
    const pause = this.#deaths === 0 ? 0 : Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (this.#deaths - 1));
    this.#deaths++;
    this.#retryAt = performance.now() + pause;
  }
}
