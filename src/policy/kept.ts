import { LRUCache } from 'lru-cache';
import { SingleFlight } from './single-flight.ts';

export interface KeptOptions<T> {
  /** The most entries kept. At least one of `max` and `maxSize` is needed. */
  readonly max?: number;
  /** The most that all entries together may take, in the unit of `sizeOf`, and what one takes. */
  readonly maxSize?: number;
  readonly sizeOf?: (value: T) => number;
  /** How long an entry lives, in milliseconds; by default until others need its place. */
  readonly ttlMs?: number;
  /** Which values are worth keeping; all by default. The others go to those who wait for them, and are worked out anew for who comes later. */
  readonly keeps?: (value: T) => boolean;
}

/** Values by key, each worked out once however many ask for it at the same moment, and kept for a while. Failures are not kept. */
export class Kept<T extends object> {
  readonly #values: LRUCache<string, T>;
  readonly #keeps: (value: T) => boolean;
  readonly #flights = new SingleFlight<T>();

  constructor({ max = 0, maxSize, sizeOf = () => 1, ttlMs = 0, keeps = () => true }: KeptOptions<T>) {
    this.#keeps = keeps;
    const sizes = maxSize === undefined ? {} : { maxSize, sizeCalculation: (value: T) => Math.max(1, sizeOf(value)) };
    this.#values = new LRUCache({ max, ttl: ttlMs, ...sizes });
  }

  get(key: string): T | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: T): void {
    this.#values.set(key, value);
  }

  clear(): void {
    this.#values.clear();
  }

  /** Whether it is there, or somebody is working it out now. */
  has(key: string): boolean {
    return this.#values.has(key) || this.#flights.has(key);
  }

  /** The value; `work` runs where there is none, and its signal fires when nobody waits for it any more. */
  async make(key: string, options: { signal: AbortSignal }, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const known = this.#values.get(key);
    if (known) return known;
    return this.#flights.run(key, options, async (signal) => {
      const made = await work(signal);
      if (this.#keeps(made)) this.#values.set(key, made);
      return made;
    });
  }
}
