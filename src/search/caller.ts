import type { Allowance } from '../policy/budget.ts';

/** Who asks, and for how long. */
export interface Caller {
  /** Aborts when the client leaves. */
  readonly signal: AbortSignal;
  /** What the client may still take of the rerank model; undefined without a limit. */
  readonly allowance?: Allowance | undefined;
}
