import { availableParallelism } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { MargayError } from '../errors.ts';
import type { Picture } from '../image/decoder.ts';
import { Admission } from '../policy/admission.ts';
import { withDeadline } from '../policy/deadline.ts';
import { type Plan, plan, scaled } from './exact-scaling.ts';
import type { ExactAnswer, ExactTask } from './exact-worker.ts';
import type { Rectangle, Scaling } from './preprocess.ts';

export interface ExactResizerOptions {
  /** How many pictures are scaled at once; each takes a core. */
  readonly threads?: number;
  /** How many may wait for a thread, and how long in milliseconds. */
  readonly maxWaiting?: number;
  readonly maxWaitMs?: number;
  /** What the pictures at work and waiting may take together, in bytes; one alone is always taken. */
  readonly maxBytes?: number;
  /** For one picture, the wait included, in milliseconds. */
  readonly deadlineMs?: number;
  /** The thread's module; a test may put one that fails. */
  readonly script?: URL;
}

/** Multiplications that take about a millisecond on the thread that asks: less than a picture's way to another thread and back would hold it up. */
const IN_PLACE = 300_000;

/** Bytes copied before the event loop gets its turn: about a millisecond. */
const COPIED_AT_ONCE = 2 ** 21;

const defaultThreads = () => (availableParallelism() > 2 ? 2 : 1);

const closed = () =>
  new MargayError('ENCODER_UNAVAILABLE', 'The encoder is closed.', { remedy: 'Send the request again.' });

/**
 * Scales pictures as PIL does, byte for byte (see exact-scaling.ts), in threads of its own: 12 megapixels take tens of milliseconds. Small ones are
 * scaled at once. A thread runs nothing native, so it may be ended in mid-work: that is what a caller who leaves and a deadline do. It is started
 * at the first picture that needs one and replaced whenever it is gone.
 *
 * Memory beside the caller's pictures: a copy of the part that counts, for as many pictures as there are threads.
 */
export class ExactResizer {
  readonly #options: Required<ExactResizerOptions>;
  readonly #line: Admission;
  readonly #idle = new Set<Worker>();
  readonly #all = new Set<Worker>();
  readonly #stop = new AbortController();
  #bytes = 0;

  constructor(options: ExactResizerOptions = {}) {
    this.#options = {
      threads: defaultThreads(),
      // As many as may wait for the model behind it; their memory is bounded by maxBytes.
      maxWaiting: 256,
      maxWaitMs: 5_000,
      maxBytes: 512 * 2 ** 20,
      deadlineMs: 10_000,
      script: new URL('./exact-worker.ts', import.meta.url),
      ...options,
    };
    const { threads, maxWaiting, maxWaitMs } = this.#options;
    this.#line = new Admission({ capacity: threads, maxWaiting, maxWaitMs, what: 'pictures to be scaled' });
  }

  /** How many there are now. */
  get threads(): number {
    return this.#all.size;
  }

  /**
   * @returns the window alone.
   * @throws MargayError OVERLOADED, DEADLINE_EXCEEDED, ENCODER_UNAVAILABLE when closed or when the thread died over it; the signal's reason.
   */
  async resize(picture: Picture, scaling: Scaling, options: { signal: AbortSignal }): Promise<Picture> {
    options.signal.throwIfAborted();
    this.#stop.signal.throwIfAborted();
    const { width, height } = scaling.window;
    const way = plan(picture, scaling);
    if (way.work <= IN_PLACE) {
      const stride = picture.width * 3;
      const offset = way.region.top * stride + way.region.left * 3;
      return { width, height, rgb: scaled(picture.rgb, way, { offset, stride }) };
    }
    return { width, height, rgb: await this.#elsewhere(picture, way, options.signal) };
  }

  /** Starts every thread and has each scale a picture, so that the first one that matters takes no longer than the tenth. */
  async warmUp(options: { signal: AbortSignal }): Promise<void> {
    const side = 1024;
    const gray = { width: side, height: side, rgb: new Uint8Array(side * side * 3).fill(128) };
    const window = { left: 0, top: 0, width: 224, height: 224 };
    const scaling = { width: 224, height: 224, kernel: 'cubic', window } as const;
    await Promise.all(Array.from({ length: this.#options.threads }, () => this.resize(gray, scaling, options)));
  }

  /** Ends the threads. Pictures at work and waiting are refused. */
  async close(): Promise<void> {
    this.#stop.abort(closed());
    await Promise.all([...this.#all].map((worker) => this.#end(worker)));
  }

  async #elsewhere(picture: Picture, way: Plan, caller: AbortSignal): Promise<ExactAnswer> {
    const { maxBytes, maxWaitMs, deadlineMs } = this.#options;
    const size = picture.rgb.length;
    if (this.#bytes > 0 && this.#bytes + size > maxBytes)
      throw new MargayError('OVERLOADED', 'The server is busy with large pictures.', {
        remedy: 'Try again later, or send a smaller picture.',
        retryAfter: Math.max(1, Math.ceil(maxWaitMs / 1000)),
      });
    using deadline = withDeadline(
      AbortSignal.any([caller, this.#stop.signal]),
      deadlineMs,
      'Scaling the picture for the encoder',
    );
    this.#bytes += size;
    try {
      return await this.#line.run(1, { signal: deadline }, async () =>
        this.#ask({ rgb: await copied(picture, way.region, deadline), plan: way }, deadline),
      );
    } finally {
      this.#bytes -= size;
    }
  }

  async #ask(task: ExactTask, signal: AbortSignal): Promise<ExactAnswer> {
    signal.throwIfAborted();
    const [worker = this.#start()] = this.#idle;
    this.#idle.delete(worker);
    worker.ref();
    const { promise, resolve, reject } = Promise.withResolvers<ExactAnswer>();
    const onAbort = () => reject(signal.reason);
    const onExit = () =>
      reject(
        new MargayError('ENCODER_UNAVAILABLE', 'The thread that scales pictures for the encoder ended.', {
          remedy: 'Send the request again.',
        }),
      );
    worker.once('message', resolve).once('exit', onExit);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      worker.postMessage(task, [task.rgb.buffer]);
      const answer = await promise;
      this.#idle.add(worker);
      return answer;
    } catch (error) {
      await this.#end(worker);
      throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
      worker.off('message', resolve).off('exit', onExit).unref();
    }
  }

  #start(): Worker {
    const worker = new Worker(this.#options.script, { execArgv: [], env: {}, name: 'exact' });
    this.#all.add(worker);
    // Without a listener the error would end the process; the exit that follows tells the rest.
    worker.on('error', () => {});
    worker.once('exit', () => this.#forget(worker));
    return worker;
  }

  async #end(worker: Worker): Promise<void> {
    this.#forget(worker);
    await worker.terminate();
  }

  #forget(worker: Worker): void {
    this.#idle.delete(worker);
    this.#all.delete(worker);
  }
}

/** The pixels of a region in memory of their own, which can be handed to a thread: a decoder's cannot, and its owner may need them again. */
async function copied(
  { width, rgb }: Picture,
  region: Rectangle,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const length = region.width * 3;
  const copy = new Uint8Array(region.height * length);
  let untold = 0;
  for (let row = 0; row < region.height; row++) {
    const start = ((region.top + row) * width + region.left) * 3;
    copy.set(rgb.subarray(start, start + length), row * length);
    untold += length;
    if (untold < COPIED_AT_ONCE) continue;
    untold = 0;
    await turn();
    signal.throwIfAborted();
  }
  return copy;
}
