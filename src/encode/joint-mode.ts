import { Kept } from '../policy/kept.ts';
import type { EncodeQueue } from './encode-queue.ts';
import {
  bytesOf,
  type CacheBytes,
  keyOfPicture,
  keyOfText,
  type Mode,
  type ModeInput,
  type ModeOptions,
} from './mode.ts';
import type { RowResult } from './onnx-session.ts';

/** Pictures whose tokens are kept while they are indexed: by themselves and again with their title, soon after. */
const INDEXED_PICTURES = 16;

/** One vector from words and picture together. A picture's tokens do not depend on the words, and are kept for the next query about it. */
export class JointMode implements Mode {
  readonly #queue: EncodeQueue;
  readonly #texts: Kept<RowResult>;
  readonly #seen: Kept<RowResult>;
  readonly #indexed: Kept<RowResult>;

  constructor(queue: EncodeQueue, { tokens, texts }: CacheBytes) {
    this.#queue = queue;
    this.#texts = new Kept({ maxSize: texts, sizeOf: bytesOf });
    this.#seen = new Kept({ maxSize: tokens, sizeOf: bytesOf });
    this.#indexed = new Kept({ max: INDEXED_PICTURES });
  }

  async embed({ ids, pixels }: ModeInput, { priority, signal }: ModeOptions): Promise<RowResult> {
    if (!pixels) {
      const read = (until: AbortSignal) => this.#queue.submit({ kind: 'text', ids }, priority, until);
      // Titles that are indexed are rarely asked for; queries are, page after page.
      return priority === 'query' ? this.#texts.make(keyOfText(ids), { signal }, read) : read(signal);
    }
    const { rgb } = pixels;
    const key = keyOfPicture(pixels);
    const known = this.#seen.get(key);
    if (known) return this.#join(ids, { tokens: known.vector }, priority, signal);
    if (priority === 'query') {
      const { tokens, ...result } = await this.#join(ids, { rgb }, priority, signal);
      if (tokens) this.#seen.set(key, { vector: tokens, logits: {} });
      return result;
    }
    // In two steps, so that a search that comes meanwhile waits for one of them and not for both.
    const { vector: tokens } = await this.#indexed.make(key, { signal }, (until) =>
      this.#queue.submit({ kind: 'sight', rgb }, priority, until),
    );
    return this.#join(ids, { tokens }, priority, signal);
  }

  clear(): void {
    for (const kept of [this.#texts, this.#seen, this.#indexed]) kept.clear();
  }

  #join(
    ids: readonly number[],
    picture: { rgb: Uint8Array } | { tokens: Float32Array },
    priority: ModeOptions['priority'],
    signal: AbortSignal,
  ): Promise<RowResult> {
    return this.#queue.submit({ kind: 'picture', ids, picture }, priority, signal);
  }
}
