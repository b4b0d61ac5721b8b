/** How long a reading is good for, ms. */
const GOOD_FOR_MS = 1_000;

/**
 * A reading that costs a trip, taken at most once a second by all who ask for it: what changed beneath us is noticed within a second.
 * A reading that failed is none.
 */
export class Recent<T> {
  readonly #read: () => Promise<T>;
  #last: Promise<T> | undefined;
  #known: T | undefined;
  #at = 0;

  constructor(read: () => Promise<T>) {
    this.#read = read;
  }

  /** At most a second old. */
  value(): Promise<T> {
    return this.#last && performance.now() - this.#at < GOOD_FOR_MS ? this.#last : this.now();
  }

  /** The last that came, however old; undefined before the first. */
  get known(): T | undefined {
    return this.#known;
  }

  now(): Promise<T> {
    const reading = this.#read();
    this.#last = reading;
    this.#at = performance.now();
    reading.then(
      (value) => {
        if (this.#last === reading) this.#known = value;
      },
      () => {
        if (this.#last === reading) this.#last = undefined;
      },
    );
    return reading;
  }
}
