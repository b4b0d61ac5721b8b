import { MargayError } from '../errors.ts';

export interface AdmissionOptions {
  /** What may be at work at once, in the unit of the weights. */
  readonly capacity: number;
  /** How many may wait for room. */
  readonly maxWaiting: number;
  /** How long one may wait, in milliseconds. */
  readonly maxWaitMs: number;
  /** What is admitted, as messages name it. */
  readonly what: string;
}

interface Waiting {
  readonly weight: number;
  readonly admit: () => void;
}

/**
 * A weighted semaphore with a short line in front: work is let in by what it costs, first come first served, so that a heavy piece is never starved by light ones.
 * A piece heavier than the capacity is let in alone.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #line: Waiting[] = [];
  #used = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Weight at work now. Never over the capacity. */
  get used(): number {
    return this.#used;
  }

  get waiting(): number {
    return this.#line.length;
  }

  /**
   * Runs `work` once there is room. The room is held until `work` really settles, whatever its caller has given up on meanwhile.
   * @throws MargayError OVERLOADED when the line is full or the wait too long; the signal's reason when it fires while waiting.
   */
  async run<T>(weight: number, options: { signal: AbortSignal }, work: () => Promise<T>): Promise<T> {
    const cost = Math.min(Math.max(weight, 0), this.#options.capacity);
    await this.#enter(cost, options.signal);
    try {
      return await work();
    } finally {
      this.#used -= cost;
      this.#advance();
    }
  }

  async #enter(weight: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#line.length === 0 && this.#fits(weight)) {
      this.#used += weight;
      return;
    }
    if (this.#line.length >= this.#options.maxWaiting) throw this.#overloaded('the line is full');
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abandon);
      };
      const waiting: Waiting = {
        weight,
        admit: () => {
          leave();
          resolve();
        },
      };
      const giveUp = (reason: unknown) => {
        leave();
        this.#line.splice(this.#line.indexOf(waiting), 1);
        // The head of the line may have been the only thing in the way of those behind it.
        this.#advance();
        reject(reason);
      };
      const abandon = () => giveUp(signal.reason);
      const timer = setTimeout(() => giveUp(this.#overloaded('no room was found in time')), this.#options.maxWaitMs);
      signal.addEventListener('abort', abandon, { once: true });
      this.#line.push(waiting);
    });
  }

  #fits(weight: number): boolean {
    return this.#used + weight <= this.#options.capacity;
  }

  #advance(): void {
    for (let next = this.#line[0]; next && this.#fits(next.weight); next = this.#line[0]) {
      this.#line.shift();
      this.#used += next.weight;
      next.admit();
    }
  }

  #overloaded(why: string): MargayError {
    const retryAfter = Math.max(1, Math.ceil(this.#options.maxWaitMs / 1000));
    return new MargayError('OVERLOADED', `The server is busy with ${this.#options.what}: ${why}.`, {
      remedy: `Try again in ${retryAfter} s.`,
      retryAfter,
    });
  }
}
