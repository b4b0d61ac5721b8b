/** The order in which stores compare text. */
export const byCodePoint = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/**
 * The `wanted` smallest of a set of texts, ascending, where a query brings at most `most` of them and in no order. Fewer are all there are.
 * As many may be any of them; but the smallest `wanted` of all are then none larger than the `wanted`-th smallest of these, which bounds
 * the next query. One query does for up to `most` texts, and two for most larger sets.
 * @param query texts up to and with `bound`; `wanted` is less than `most`.
 */
export async function smallest(
  wanted: number,
  most: number,
  query: (bound: string | undefined) => Promise<readonly string[]>,
): Promise<string[]> {
  let bound: string | undefined;
  for (;;) {
    const texts = [...(await query(bound))].sort(byCodePoint);
    if (texts.length < most) return texts.slice(0, wanted);
    bound = texts[wanted - 1]!;
  }
}
