// Token ids that fake-worker.ts obeys.
export const DIE = 1001;
export const HANG = 1002;
export const REFUSE = 1003;
/** Ends the process when the file that stands in for the encode graph is there, and removes it: a death that happens once. */
export const DIE_ONCE = 1004;
/** Takes 20 ms. */
export const SLOW = 1005;
