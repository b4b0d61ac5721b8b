import { Kept } from '../policy/kept.ts';
import type { EncodeQueue } from './encode-queue.ts';
import { fuse, STORED_WEIGHT, unit } from './fusion.ts';
import type { TwoTowerManifest } from './manifest.ts';
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

/** Words and picture have a vector each; both together give their weighted sum. */
export class TwoTowerMode implements Mode {
  readonly #queue: EncodeQueue;
  readonly #fusion: TwoTowerManifest['fusion'];
  readonly #texts: Kept<RowResult>;
  readonly #seen: Kept<RowResult>;

  constructor(queue: EncodeQueue, fusion: TwoTowerManifest['fusion'], { tokens, texts }: CacheBytes) {
    this.#queue = queue;
    this.#fusion = fusion;
    this.#texts = new Kept({ maxSize: texts, sizeOf: bytesOf });
    this.#seen = new Kept({ maxSize: tokens, sizeOf: bytesOf });
  }

  async embed({ ids, worded, pixels }: ModeInput, { priority, signal }: ModeOptions): Promise<RowResult> {
    const read = (until: AbortSignal) => this.#queue.submit({ kind: 'text', ids }, priority, until);
    const words = () => (priority === 'query' ? this.#texts.make(keyOfText(ids), { signal }, read) : read(signal));
    const sight = (rgb: Uint8Array, key: string) =>
      this.#seen.make(`${priority} ${key}`, { signal }, (until) =>
        this.#queue.submit({ kind: 'sight', rgb }, priority, until),
      );

    if (!pixels) return alone(await words());
    const seeing = sight(pixels.rgb, keyOfPicture(pixels));
    if (!worded) return alone(await seeing);
    const [text, picture] = await Promise.all([words(), seeing]);
    const share = priority === 'query' ? this.#fusion.pictureWeight : STORED_WEIGHT;
    const [a, b] =
      this.#fusion.of === 'unit' ? [unit(text.vector), unit(picture.vector)] : [text.vector, picture.vector];
    return { vector: fuse(a, b, share), logits: {} };
  }

  clear(): void {
    this.#texts.clear();
    this.#seen.clear();
  }
}

const alone = ({ vector }: RowResult): RowResult => ({ vector: unit(vector), logits: {}, state: vector });
