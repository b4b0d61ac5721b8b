import type { VectorStore } from '../retrieve/vector-store.ts';

export interface UpkeepOptions {
  /** Optimized after so long without a write, in milliseconds. */
  readonly idleMs: number;
  /** At the latest so long after the first write, or after so many products, however busy it is. */
  readonly latestMs: number;
  readonly products: number;
}

const OPTIONS: UpkeepOptions = { idleMs: 60_000, latestMs: 600_000, products: 10_000 };

/** Tidies up the store some time after writes, one run at a time and off every request: each write leaves a version and a fragment behind. */
export class Upkeep {
  readonly #store: () => Pick<VectorStore, 'optimize'>;
  readonly #report: (error: unknown) => void;
  readonly #options: UpkeepOptions;
  readonly #closing = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #products = 0;
  /** When the first write since the last run came. */
  #since: number | undefined;

  constructor(
    store: () => Pick<VectorStore, 'optimize'>,
    report: (error: unknown) => void,
    options: Partial<UpkeepOptions> = {},
  ) {
    this.#store = store;
    this.#report = report;
    this.#options = { ...OPTIONS, ...options };
  }

  /** To be told of every write. */
  wrote(products: number): void {
    if (products === 0 || this.#closing.signal.aborted) return;
    this.#products += products;
    this.#since ??= performance.now();
    this.#schedule();
  }

  /** Waits for nobody: a run under way is left, and what runs within the store ends by itself. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#closing.abort();
    await this.#running;
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#since === undefined || this.#running) return;
    const { idleMs, latestMs, products } = this.#options;
    const left = this.#products >= products ? 0 : this.#since + latestMs - performance.now();
    this.#timer = setTimeout(() => this.#run(), Math.max(0, Math.min(idleMs, left)));
    this.#timer.unref();
  }

  #run(): void {
    this.#products = 0;
    this.#since = undefined;
    const { signal } = this.#closing;
    this.#running = (async () => this.#store().optimize({ signal }))()
      .catch((error: unknown) => {
        if (!signal.aborted) this.#report(error);
      })
      .finally(() => {
        this.#running = undefined;
        if (!signal.aborted) this.#schedule();
      });
  }
}
