/**
 * How many rows products had that this process wrote a moment ago. A read that sees all that was written waits for the next tick of Milvus's
 * clock, for as long as the writing of several hundred rows takes; with this memory a Bounded read does, which misses nothing older.
 */
export class RecentLengths {
  readonly #keptMs: number;
  readonly #since = performance.now();
  readonly #lengths = new Map<string, { readonly length: number; readonly at: number }>();

  /** @param keptMs until every read sees what was written. */
  constructor(keptMs: number) {
    this.#keptMs = keptMs;
  }

  /** False for a while at first: what the process before us wrote is not in here. */
  get isComplete(): boolean {
    return performance.now() - this.#since > this.#keptMs;
  }

  of(id: string): number {
    return this.#lengths.get(id)?.length ?? 0;
  }

  /** Before they are written: a write that fails may be carried out nevertheless. Of several writes the longest counts. */
  wrote(products: readonly { readonly id: string; readonly rows: readonly unknown[] }[]): void {
    const at = performance.now();
    // The oldest ones come first.
    for (const [id, known] of this.#lengths) {
      if (at - known.at < this.#keptMs) break;
      this.#lengths.delete(id);
    }
    for (const { id, rows } of products) {
      const length = Math.max(this.of(id), rows.length);
      this.#lengths.delete(id);
      this.#lengths.set(id, { length, at });
    }
  }
}
