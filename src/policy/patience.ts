import { setTimeout as sleep } from 'node:timers/promises';
import type { MargayError } from '../errors.ts';

/** A fault that may pass by itself: what waits tries again, and then tells the fault. */
export class Passing extends Error {
  readonly fault: MargayError;
  /** What the server asked us to wait, in milliseconds. */
  readonly waitMs: number | undefined;

  constructor(fault: MargayError, waitMs?: number) {
    super(fault.message, { cause: fault });
    this.fault = fault;
    this.waitMs = waitMs;
  }
}

export interface Patience {
  /** Attempts without any progress after which we give up. */
  readonly attempts: number;
  /** The first wait, in milliseconds; each further one is twice as long. */
  readonly firstWaitMs: number;
  /** No wait is longer, whatever the server asks for, in milliseconds. */
  readonly longestWaitMs: number;
}

/** For a large file: two minutes in all, without progress. */
export const PATIENCE: Patience = { attempts: 7, firstWaitMs: 1_000, longestWaitMs: 60_000 };

/**
 * Works again after faults that may pass, with growing waits.
 * @param work calls `progressed` when it has come further than before: the count of attempts starts anew then.
 * @param onWait is told what is waited for.
 * @throws MargayError the last fault, or the first that does not pass; the signal's reason when it is aborted.
 */
export async function patiently<T>(
  work: (progressed: () => void) => Promise<T>,
  { attempts, firstWaitMs, longestWaitMs }: Patience,
  signal: AbortSignal,
  onWait?: (fault: MargayError, waitMs: number) => void,
): Promise<T> {
  let failed = 0;
  for (;;) {
    try {
      return await work(() => {
        failed = 0;
      });
    } catch (error) {
      if (!(error instanceof Passing)) throw error;
      failed += 1;
      if (failed >= attempts) throw error.fault;
      // A spread, so that many clients of a server that was down do not come back as one.
      const grown = firstWaitMs * 2 ** (failed - 1) * (0.75 + Math.random() / 2);
      const waitMs = Math.min(longestWaitMs, Math.max(grown, error.waitMs ?? 0));
      onWait?.(error.fault, waitMs);
      await sleep(waitMs, undefined, { signal });
    }
  }
}
