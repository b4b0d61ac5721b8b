import { Worker } from 'node:worker_threads';
import { MargayError } from '../errors.ts';
import { Admission } from '../policy/admission.ts';
import type { HeicAnswer, HeicTask, HeicThreadData } from './heic-worker.ts';

/** A heap that one big picture has grown past this is given back by replacing the thread. */
const KEPT_HEAP = 256 * 2 ** 20;

export interface HeicOptions {
  readonly maxPixels: number;
  readonly maxWaiting?: number;
  readonly maxWaitMs?: number;
  /** What one decode may take, in bytes. */
  readonly maxHeap?: number;
  /** The thread's module; a test may put one that fails. */
  readonly script?: URL;
}

/** Decodes HEIC in one warm thread, one picture at a time. The thread is started at the first picture, ended when a picture is given up, and replaced whenever it is gone. */
export class HeicDecoder {
  readonly #options: Required<HeicOptions>;
  readonly #line: Admission;
  #worker: Worker | undefined;
  #closed = false;

  constructor(options: HeicOptions) {
    this.#options = {
      maxWaiting: 16,
      maxWaitMs: 5_000,
      maxHeap: 2 ** 30,
      script: new URL('./heic-worker.ts', import.meta.url),
      ...options,
    };
    const { maxWaiting, maxWaitMs } = this.#options;
    this.#line = new Admission({ capacity: 1, maxWaiting, maxWaitMs, what: 'HEIC pictures' });
  }

  /** Id of the running thread; undefined while there is none. */
  get threadId(): number | undefined {
    return this.#worker?.threadId;
  }

  /**
   * RGBA, upright, in the file's own color space.
   * @throws MargayError BAD_IMAGE, IMAGE_TOO_LARGE, OVERLOADED; the signal's reason, with the thread ended in mid-decode.
   */
  async decode(
    bytes: Uint8Array,
    size: { width: number; height: number },
    options: { signal: AbortSignal },
  ): Promise<{ width: number; height: number; rgba: Uint8Array }> {
    return this.#line.run(1, options, async () => {
      if (this.#closed) throw new MargayError('OVERLOADED', 'The server is shutting down.', { retryAfter: 5 });
      // Its own copy: the bytes are handed over, and heic-decode knows fewer brands than libheif.
      const copy = Uint8Array.from(bytes);
      copy.set(Buffer.from('heic'), 8);
      const answer = await this.#ask({ bytes: copy, ...size, maxPixels: this.#options.maxPixels }, options.signal);
      if (answer.ok) {
        if (answer.heapBytes > KEPT_HEAP) await this.#end();
        return answer;
      }
      const cause = new Error(answer.detail);
      if (answer.why === 'too large') {
        // Its heap is full, and never shrinks.
        await this.#end();
        throw new MargayError('IMAGE_TOO_LARGE', `The HEIC is too large: ${answer.detail}.`, {
          cause,
          remedy: 'Send a smaller picture.',
        });
      }
      throw new MargayError('BAD_IMAGE', 'The HEIC is damaged or cut off.', {
        cause,
        remedy: 'Send the whole file, or a JPEG of it.',
      });
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#end();
  }

  async #ask(task: HeicTask, signal: AbortSignal): Promise<HeicAnswer> {
    signal.throwIfAborted();
    this.#worker ??= this.#start();
    const worker = this.#worker;
    worker.ref();
    const { promise, resolve, reject } = Promise.withResolvers<HeicAnswer>();
    const onAbort = () => reject(signal.reason);
    const onExit = () => resolve({ ok: false, why: 'damaged', detail: 'the decoder broke down over it' });
    worker.once('message', resolve).once('exit', onExit);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      worker.postMessage(task, [task.bytes.buffer as ArrayBuffer]);
      return await promise;
    } catch (error) {
      await this.#end();
      throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
      worker.off('message', resolve).off('exit', onExit).unref();
    }
  }

  #start(): Worker {
    const workerData: HeicThreadData = { maxHeap: this.#options.maxHeap };
    const worker = new Worker(this.#options.script, { execArgv: [], env: {}, name: 'heic', workerData });
    // Without a listener the error would end the process; the exit that follows tells the rest.
    worker.on('error', () => {});
    worker.once('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    return worker;
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}
