import { abortable } from './deadline.ts';

interface Flight<T> {
  readonly promise: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

/** One piece of work per key, however many ask for it meanwhile. It is aborted when the last of them has left. */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();

  async run(key: string, { signal }: { signal: AbortSignal }, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const flight = this.#flights.get(key) ?? this.#start(key, work);
    flight.waiting++;
    try {
      return await abortable(flight.promise, signal);
    } finally {
      flight.waiting--;
      if (flight.waiting === 0) {
        // Who comes now starts anew instead of joining what was given up.
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
        flight.controller.abort(signal.reason);
      }
    }
  }

  /** Whether work for this key is under way. */
  has(key: string): boolean {
    return this.#flights.has(key);
  }

  /** Settles when all work has, well or not. */
  async idle(): Promise<void> {
    await Promise.allSettled([...this.#flights.values()].map(({ promise }) => promise));
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const controller = new AbortController();
    const flight: Flight<T> = { promise: work(controller.signal), controller, waiting: 0 };
    this.#flights.set(key, flight);
    return flight;
  }
}
