import {
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhen,
  retry,
  TaskCancelledError,
  wrap,
} from 'cockatiel';
import { isFailure, isWorthRetrying, type ReadRefusal, retryAfterMs } from './server-faults.ts';

export interface ServerCallOptions {
  /** Calls at work at once, and waiting for that. Servers queue by themselves, but not for ever. */
  readonly atOnce: number;
  readonly waiting: number;
  /** What a caller's signal gives the whole of its work, in milliseconds: what is to be thought of a call that was cut off depends on how much of it the call had. */
  readonly timeoutMs: number;
  readonly read: ReadRefusal;
}

/** So many failures in a row, and the server is left alone for so long, in milliseconds. */
const FAILURES = 6;
const REST_MS = 10_000;
/** Before the retry, in milliseconds. */
const PAUSE_MS = 200;

/**
 * A call that had this share of its caller's time without an answer is the server's fault; one that began late, after waiting in our own line, is not. Of
 * calls that take t each in passes of T, one that waited for another has T - t left; it is cut off only where that is less than t, and then it is less than T / 2.
 */
const FAIR_SHARE = 0.5;

/** How a model server is asked, whatever it is asked: one retry, a breaker, a bulkhead; the deadline is the caller's signal. */
export class ServerCalls {
  readonly #policy;
  readonly #once;
  readonly #patienceMs: number;
  #restUntil = 0;

  constructor({ atOnce, waiting, timeoutMs, read }: ServerCallOptions) {
    this.#patienceMs = FAIR_SHARE * timeoutMs;
    const breaker = circuitBreaker(
      handleWhen((error) => isFailure(error, read)),
      { halfOpenAfter: REST_MS, breaker: new ConsecutiveBreaker(FAILURES) },
    );
    breaker.onBreak(() => {
      this.#restUntil = performance.now() + REST_MS;
    });
    const retrying = retry(
      handleWhen((error) => isWorthRetrying(error, read)),
      {
        maxAttempts: 1,
        backoff: new DelegateBackoff(
          ({ result }) => ('error' in result && retryAfterMs(read(result.error))) || PAUSE_MS,
        ),
      },
    );
    this.#once = wrap(breaker, bulkhead(atOnce, waiting));
    this.#policy = wrap(retrying, this.#once);
  }

  /** Milliseconds for which the server is left alone yet; 0 where it is not. */
  get restMs(): number {
    return Math.max(0, this.#restUntil - performance.now());
  }

  /**
   * @param options `retry` false asks at most once.
   * @returns what `work` gave, and whether the one retry is used up.
   * @throws what `work` throws; cockatiel's errors where the line is full or the server is left alone: `troubleOf` reads them all. Check the signal first.
   */
  async run<T>(
    work: () => Promise<T>,
    { signal, retry = true }: { signal: AbortSignal; retry?: boolean },
  ): Promise<{ value: T; retried: boolean }> {
    let attempts = 0;
    const attempt = async () => {
      // Given up before it was asked: that is no fault of the server.
      if (signal.aborted) throw new TaskCancelledError();
      attempts++;
      const began = performance.now();
      try {
        return await work();
      } catch (error) {
        if (!signal.aborted) throw error;
        throw performance.now() - began < this.#patienceMs ? new TaskCancelledError() : signal.reason;
      }
    };
    const value = await (retry ? this.#policy : this.#once).execute(attempt, signal);
    return { value, retried: attempts > 1 };
  }
}
