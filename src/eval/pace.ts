const TELL_EVERY_MS = 5_000;

/** Tells how far something is, with rate and time left, about every five seconds and at its end. */
export class Pace {
  readonly #label: string;
  readonly #total: number;
  readonly #tell: (line: string) => void;
  readonly #now: () => number;
  readonly #started: number;
  #told: number;
  #done = 0;

  /** @param now milliseconds; tests bring their own. */
  constructor(label: string, total: number, tell: (line: string) => void, now = () => performance.now()) {
    this.#label = label;
    this.#total = total;
    this.#tell = tell;
    this.#now = now;
    this.#started = this.#told = now();
  }

  readonly count = (): void => {
    this.#done += 1;
    const now = this.#now();
    const seconds = (now - this.#started) / 1000;
    if (this.#done === this.#total) {
      this.#tell(`${this.#label}: ${this.#total} of ${this.#total} in ${seconds.toFixed(1)} s`);
      return;
    }
    if (now - this.#told < TELL_EVERY_MS) return;
    this.#told = now;
    const rate = this.#done / seconds;
    const left = Math.ceil((this.#total - this.#done) / rate);
    const told = rate < 10 ? rate.toFixed(1) : Math.round(rate);
    this.#tell(`${this.#label}: ${this.#done} of ${this.#total}, ${told}/s, ${left} s left`);
  };
}
