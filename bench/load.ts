/** Runs `work` over all items, so many at once. */
export async function atOnce<T>(
  concurrency: number,
  items: readonly T[],
  work: (item: T, place: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let place = next++; place < items.length; place = next++) await work(items[place]!, place);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, lane));
}
