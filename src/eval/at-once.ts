import pLimit from 'p-limit';

/** Items under way together, as in an ingest: enough for a slow encoder to fill its batches. Decoding and inference bound themselves. */
const AT_ONCE = 6;

/**
 * Does something with each of many, several under way at a time. The first failure stops the others, and is thrown when all have ended.
 * @returns the results in the order of `items`.
 */
export async function atOnce<T, R>(
  items: readonly T[],
  work: (item: T, signal: AbortSignal) => Promise<R>,
  { signal, onDone }: { signal: AbortSignal; onDone?: () => void },
): Promise<R[]> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const limit = pLimit(AT_ONCE);
  const settled = await Promise.allSettled(
    items.map((item) =>
      limit(async () => {
        either.throwIfAborted();
        try {
          const result = await work(item, either);
          onDone?.();
          return result;
        } catch (error) {
          failed.abort(error);
          throw error;
        }
      }),
    ),
  );
  either.throwIfAborted();
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}
