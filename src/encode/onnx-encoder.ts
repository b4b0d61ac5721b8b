import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { LRUCache } from 'lru-cache';
import { MargayError } from '../errors.ts';
import type { Decoder, Picture } from '../image/decoder.ts';
import { attributesOf } from './attributes.ts';
import { BATCH_LIMITS, ONE_BY_ONE } from './batches.ts';
import { EncodeQueue, type QueueOptions } from './encode-queue.ts';
import type { Encoded, Encoder, EncoderInfo, EncoderInput, ModelPixels } from './encoder.ts';
import { checkGolden } from './golden.ts';
import { fingerprint, type Manifest, readManifest, unfit } from './manifest.ts';
import { UnfitModel } from './onnx-process.ts';
import type { Row } from './onnx-session.ts';
import { fast, needs, preprocess } from './preprocess.ts';
import { normalizeText, Tokenizer } from './tokenizer.ts';

export interface OnnxEncoderOptions extends Partial<QueueOptions> {
  readonly decoder: Pick<Decoder, 'resize'>;
  readonly signal?: AbortSignal;
  /** Threads that one inference may use. */
  readonly threads?: number;
  /** Bytes that the caches of image tokens and of text vectors may hold. */
  readonly cacheBytes?: { readonly tokens: number; readonly texts: number };
}

/**
 * Inference runs in a child process, not in a worker thread. A thread ended in the middle of a run takes the whole gateway with it: the
 * addon throws an error where V8 can no longer take it, and about every second such kill was a SIGABRT of the parent. Of 191 killed
 * processes none harmed the parent or lost a request, and encodes per second were no fewer. Figures: bench/results/worker-kill.txt, by
 * bench/worker-kill.ts.
 */
const WORKER = new URL('./onnx-worker.ts', import.meta.url);

const DEFAULTS = {
  capacity: { query: 256, index: 1024 },
  batchDeadline: 15_000,
  startDeadline: 60_000,
  cacheBytes: { tokens: 64 * 2 ** 20, texts: 16 * 2 ** 20 },
};

/** Half the cores, as decoding and serving need the rest; past two threads a small model gains nothing. */
const defaultThreads = () => Math.min(2, Math.max(1, Math.floor(availableParallelism() / 2)));

const bytesOf = ({ vector }: Encoded) => vector.byteLength + 512;

/** An encoder read from a model folder (model.json and the files it names), run by ONNX Runtime. */
export class OnnxEncoder implements Encoder {
  readonly info: EncoderInfo;
  readonly #manifest: Manifest;
  readonly #tokenizer: Tokenizer;
  readonly #decoder: Pick<Decoder, 'resize'>;
  readonly #queue: EncodeQueue;
  readonly #tokens: LRUCache<string, Float32Array>;
  readonly #texts: LRUCache<string, Encoded>;

  private constructor(manifest: Manifest, tokenizer: Tokenizer, queue: EncodeQueue, options: OnnxEncoderOptions) {
    const { tokens, texts } = options.cacheBytes ?? DEFAULTS.cacheBytes;
    this.#manifest = manifest;
    this.#tokenizer = tokenizer;
    this.#decoder = options.decoder;
    this.#queue = queue;
    this.#tokens = new LRUCache({ maxSize: tokens, sizeCalculation: ({ byteLength }) => byteLength });
    this.#texts = new LRUCache({
      maxSize: texts,
      sizeCalculation: (encoded, text) => bytesOf(encoded) + 2 * text.length,
    });
    const { name, dimensions, demo, license } = manifest;
    this.info = {
      name,
      dimensions,
      fingerprint: fingerprint(manifest),
      joint: 'NATIVE',
      needs: needs(manifest.picture),
      demo,
      license,
    };
  }

  /**
   * Checks the folder (manifest, hash of every file), starts the worker, and has the golden vectors computed the way every
   * request is: what does not agree is refused.
   * @throws MargayError ENCODER_UNAVAILABLE naming the file at fault and the remedy.
   */
  static async load(folder: string, options: OnnxEncoderOptions): Promise<OnnxEncoder> {
    const name = basename(resolve(folder));
    const signal = options.signal ?? new AbortController().signal;
    const { manifest, golden } = await readManifest(folder, name);
    const { tokenizer: words, graphs, picture, positions, attributes } = manifest;
    const tokenizer = await Tokenizer.load(join(folder, words.file), words.maxTokens).catch((cause: unknown) => {
      throw unfit(name, words.file, 'is not a tokenizer that this version can read', cause);
    });
    const queue = new EncodeQueue(
      {
        vision: resolve(folder, graphs.vision.file),
        encode: resolve(folder, graphs.encode.file),
        threads: options.threads ?? defaultThreads(),
        dimensions: manifest.dimensions,
        padId: words.padId,
        textPosition: positions.text,
        picture,
        heads: Object.fromEntries(Object.entries(attributes).map(([head, { labels }]) => [head, labels.length])),
      },
      {
        entry: options.entry ?? WORKER,
        limits: options.limits ?? (manifest.precision === 'int8' ? ONE_BY_ONE : BATCH_LIMITS),
        capacity: options.capacity ?? DEFAULTS.capacity,
        batchDeadline: options.batchDeadline ?? DEFAULTS.batchDeadline,
        startDeadline: options.startDeadline ?? DEFAULTS.startDeadline,
      },
    );
    try {
      await queue.start(signal);
      const encoder = new OnnxEncoder(manifest, tokenizer, queue, options);
      await checkGolden(encoder, tokenizer, manifest, golden, signal);
      // What the check left behind are answers, not traffic: the first search must take the way of every other.
      encoder.#texts.clear();
      encoder.#tokens.clear();
      return encoder;
    } catch (error) {
      await queue.close();
      // The process that an abort ended complains of its end; the reason is the caller's.
      signal.throwIfAborted();
      if (error instanceof MargayError) throw error;
      if (error instanceof UnfitModel) {
        throw unfit(name, error.graph ? graphs[error.graph].file : 'model.json', error.message, error);
      }
      throw new MargayError('ENCODER_UNAVAILABLE', `The process of the encoder "${name}" did not start.`, {
        remedy:
          'See the log above; check that onnxruntime-node is installed for this platform and that memory is left.',
        cause: error,
      });
    }
  }

  /** The worker's process, while there is one. */
  get pid(): number | undefined {
    return this.#queue.pid;
  }

  prepare(picture: Picture, { signal }: { signal: AbortSignal }): Promise<ModelPixels> {
    return preprocess(
      picture,
      this.#manifest.picture,
      fast((...given) => this.#decoder.resize(...given)),
      signal,
    );
  }

  async encode(
    input: EncoderInput,
    { signal, priority = 'query' }: { signal: AbortSignal; priority?: 'query' | 'index' },
  ): Promise<Encoded> {
    signal.throwIfAborted();
    const text = normalizeText(input.text);
    const { pixels } = input;
    if (pixels) this.#checkPixels(pixels);
    else if (text === '') {
      throw new MargayError('BAD_INPUT', 'There is nothing to embed: `text` is blank and no picture is given.', {
        argument: 'text',
        remedy: 'Give words, a picture or both.',
      });
    }
    const cached = pixels ? undefined : this.#texts.get(text);
    if (cached) return { ...cached, vector: cached.vector.slice() };

    const key = pixels && createHash('sha256').update(pixels.rgb).digest('base64');
    const { ids, truncated } = this.#tokenizer.encode(text);
    const result = await this.#queue.submit(
      { ids, picture: pixels && key ? this.#seen(key, pixels) : undefined },
      priority,
      signal,
    );
    if (key && result.tokens) this.#tokens.set(key, result.tokens);

    const attributes = attributesOf(this.#manifest.attributes, result.logits);
    const encoded = { vector: result.vector, attributes, truncated };
    // Titles that are indexed are rarely asked for; queries are, page after page.
    if (!pixels && priority === 'query') this.#texts.set(text, { ...encoded, vector: result.vector.slice() });
    return encoded;
  }

  close(): Promise<void> {
    return this.#queue.close();
  }

  #seen(key: string, { rgb }: ModelPixels): Row['picture'] {
    const tokens = this.#tokens.get(key);
    return tokens ? { tokens } : { rgb };
  }

  #checkPixels({ size, rgb }: ModelPixels): void {
    const expected = this.#manifest.picture.size;
    if (size === expected && rgb.length === size * size * 3) return;
    throw new MargayError(
      'INTERNAL',
      `Expected pixels of side ${expected} but got side ${size} with ${rgb.length} bytes.`,
      {
        remedy: "Prepare the picture with this encoder's `prepare`.",
      },
    );
  }
}
