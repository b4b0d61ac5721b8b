import { availableParallelism, totalmem } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { MargayError } from '../errors.ts';
import type { Decoder, Picture } from '../image/decoder.ts';
import { attributesOf, type Heads } from './attributes.ts';
import { BATCH_LIMITS } from './batches.ts';
import { EncodeQueue, type QueueOptions } from './encode-queue.ts';
import type { Encoded, Encoder, EncoderInfo, EncoderInput, ModelPixels } from './encoder.ts';
import { ExactResizer } from './exact-resizer.ts';
import { fingerprint } from './fingerprint.ts';
import { checkGolden, checkLengths } from './golden.ts';
import { JointMode } from './joint-mode.ts';
import type { Manifest } from './manifest.ts';
import type { CacheBytes, Mode } from './mode.ts';
import { checkFiles, graphBytes, readGolden, readManifest, unfit } from './model-folder.ts';
import { UnfitModel } from './onnx-process.ts';
import { fast, needs, preprocess, type Scale } from './preprocess.ts';
import { sessionModel } from './session-model.ts';
import { normalizeText, Tokenizer, type Tokens } from './tokenizer.ts';
import { TwoTowerMode } from './two-tower-mode.ts';

export interface OnnxEncoderOptions extends Partial<QueueOptions> {
  readonly decoder: Pick<Decoder, 'resize'>;
  readonly signal?: AbortSignal;
  /** Threads that one inference may use. */
  readonly threads?: number | undefined;
  readonly cacheBytes?: CacheBytes;
  /** Whether `encodeRaw` gives the raw states too. */
  readonly state?: boolean;
  /** Loads a folder whose golden vectors are still to be made. */
  readonly unproved?: boolean;
}

/** Tokens and pixels as the model takes them, past tokenizer and preprocessing. */
export interface RawInput {
  readonly ids: readonly number[];
  readonly pixels?: ModelPixels | undefined;
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
  batchDeadline: { small: 15_000, large: 120_000 },
  startDeadline: 120_000,
  cacheBytes: { tokens: 64 * 2 ** 20, texts: 16 * 2 ** 20 },
};

/** Graphs of more bytes than this keep every core busy by themselves. */
const LARGE = 100e6;

/** Past so many threads a run gains little more. */
const MOST_THREADS = 8;

/**
 * A small model gets half the cores, as decoding and serving need the rest, and has no use for more than two threads; a large one all cores: on two of
 * them one process with two threads embeds as many pictures as two processes with one, in half the memory. More processes where there are more cores
 * than one has use for, in at most a quarter of the memory.
 */
export function sizedTo(bytes: number, { cores, memory }: { cores: number; memory: number }) {
  if (bytes <= LARGE) return { threads: Math.min(2, Math.max(1, Math.floor(cores / 2))), workers: 1 };
  const workers = Math.min(Math.floor(cores / MOST_THREADS), Math.floor(memory / 4 / bytes));
  return { threads: Math.min(MOST_THREADS, cores), workers: Math.max(1, workers) };
}

const nothing = (message: string): MargayError =>
  new MargayError('BAD_INPUT', message, { argument: 'text', remedy: 'Give words, a picture or both.' });

/** An encoder read from a model folder (model.json and the files it names), run by ONNX Runtime. */
export class OnnxEncoder implements Encoder {
  readonly info: EncoderInfo;
  readonly #manifest: Manifest;
  readonly #tokenizer: Tokenizer;
  readonly #scale: Scale;
  /** Where the manifest wants PIL's own pixels. */
  readonly #exact: ExactResizer | undefined;
  readonly #queue: EncodeQueue;
  readonly #mode: Mode;
  readonly #heads: Heads;
  /** Whether raw states were asked for. */
  readonly #state: boolean;
  /** Ids of the empty text. */
  readonly #frame: readonly number[];

  private constructor(manifest: Manifest, tokenizer: Tokenizer, queue: EncodeQueue, options: OnnxEncoderOptions) {
    const cacheBytes = options.cacheBytes ?? DEFAULTS.cacheBytes;
    const joint = manifest.mode === 'joint';
    this.#manifest = manifest;
    this.#tokenizer = tokenizer;
    this.#state = options.state ?? false;
    this.#frame = tokenizer.encode('', manifest.tokenizer.maxTokens).ids;
    const exact = manifest.picture.method === 'exact' ? new ExactResizer() : undefined;
    this.#exact = exact;
    this.#scale = exact ? (...given) => exact.resize(...given) : fast((...given) => options.decoder.resize(...given));
    this.#queue = queue;
    this.#mode = joint ? new JointMode(queue, cacheBytes) : new TwoTowerMode(queue, manifest.fusion, cacheBytes);
    this.#heads = joint ? manifest.attributes : {};
    const { name, dimensions, relevance, demo, caution, license } = manifest;
    this.info = {
      name,
      dimensions,
      fingerprint: fingerprint(manifest),
      ...(joint ? { joint: 'NATIVE' } : { joint: 'FUSED', pictureWeight: manifest.fusion.pictureWeight }),
      relevance,
      needs: needs(manifest.picture),
      attributes: Object.keys(this.#heads),
      demo,
      caution,
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
    const manifest = await readManifest(folder, name);
    const golden = options.unproved ? undefined : await readGolden(folder, name, manifest);
    await checkFiles(folder, name, manifest, signal);
    const { tokenizer: words, graphs } = manifest;
    const tokenizer = await Tokenizer.load(join(folder, words.file)).catch((cause: unknown) => {
      throw unfit(name, words.file, 'is not a tokenizer that this version can read', cause);
    });
    const machine = { cores: availableParallelism(), memory: totalmem() };
    const bytes = await graphBytes(folder, manifest);
    const sized = sizedTo(bytes, machine);
    const threads = options.threads ?? sized.threads;
    const queue = new EncodeQueue(sessionModel(resolve(folder), manifest, { threads, state: options.state ?? false }), {
      entry: options.entry ?? WORKER,
      workers: options.workers ?? sized.workers,
      limits: options.limits ?? BATCH_LIMITS,
      capacity: options.capacity ?? DEFAULTS.capacity,
      batchDeadline: options.batchDeadline ?? DEFAULTS.batchDeadline[bytes > LARGE ? 'large' : 'small'],
      verify: () => checkFiles(folder, name, manifest),
      startDeadline: options.startDeadline ?? DEFAULTS.startDeadline,
    });
    try {
      await queue.start(signal);
      const encoder = new OnnxEncoder(manifest, tokenizer, queue, options);
      try {
        if (golden) await checkGolden(encoder, manifest, golden, signal);
        await checkLengths(encoder, manifest, signal);
        await encoder.#exact?.warmUp({ signal });
      } catch (error) {
        await encoder.close();
        throw error;
      }
      // What the check left behind are answers, not traffic: the first search must take the way of every other.
      encoder.#mode.clear();
      return encoder;
    } catch (error) {
      await queue.close();
      // The process that an abort ended complains of its end; the reason is the caller's.
      signal.throwIfAborted();
      if (error instanceof MargayError) throw error;
      if (error instanceof UnfitModel) {
        const graph = Object.entries(graphs).find(([graphName]) => graphName === error.graph)?.[1];
        throw unfit(name, graph?.file ?? 'model.json', error.message, error);
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

  /** What the worker's process takes with the model loaded and warm, in bytes. */
  get memory(): number {
    return this.#queue.memory;
  }

  prepare(picture: Picture, { signal }: { signal: AbortSignal }): Promise<ModelPixels> {
    return preprocess(picture, this.#manifest.picture, this.#scale, signal);
  }

  async encode(
    input: EncoderInput,
    { signal, priority = 'query' }: { signal: AbortSignal; priority?: 'query' | 'index' },
  ): Promise<Encoded> {
    signal.throwIfAborted();
    const { pixels, text = '' } = input;
    if (!pixels && normalizeText(text) === '')
      throw nothing('There is nothing to embed: `text` is blank and no picture is given.');
    const { ids, truncated } = this.tokenize(text, pixels !== undefined);
    if (!pixels && ids.length <= this.#frame.length)
      throw nothing('Of `text` nothing is left that the encoder can read.');
    const { vector, logits } = await this.encodeRaw({ ids, pixels }, { signal, priority });
    return { vector, attributes: attributesOf(this.#heads, logits), truncated };
  }

  /** Ids as `encode` gives them to the model: beside a picture a text may be cut earlier than alone. */
  tokenize(text: string, besidePicture: boolean): Tokens {
    return this.#tokenizer.encode(normalizeText(text), this.#limit(besidePicture));
  }

  /** The same past tokenizer and preprocessing, for whoever compares with another implementation. `state` comes where it was asked for in `load`. */
  async encodeRaw(
    { ids, pixels }: RawInput,
    { signal, priority = 'query' }: { signal: AbortSignal; priority?: 'query' | 'index' },
  ): Promise<{ vector: Float32Array; state?: Float32Array; logits: Readonly<Record<string, Float32Array>> }> {
    if (pixels) this.#checkPixels(pixels);
    const limit = this.#limit(pixels !== undefined);
    if (ids.length > limit)
      throw new MargayError('BAD_INPUT', `There are ${ids.length} ids; the model reads ${limit}.`, { argument: 'ids' });
    const worded = ids.length !== this.#frame.length || ids.some((id, place) => id !== this.#frame[place]);
    const { vector, state, logits } = await this.#mode.embed({ ids, worded, pixels }, { priority, signal });
    if (!vector.every(Number.isFinite))
      throw new MargayError('INTERNAL', `The encoder "${this.info.name}" gave a vector that is not of finite numbers.`);
    // Copies: what is kept must not change with what somebody does to an answer.
    return { vector: vector.slice(), ...(this.#state && state && { state: state.slice() }), logits };
  }

  async close(): Promise<void> {
    await Promise.all([this.#queue.close(), this.#exact?.close()]);
  }

  /** Tokens that the model reads of a text, its frame included. */
  #limit(besidePicture: boolean): number {
    const { tokenizer } = this.#manifest;
    const beside = 'maxTokensWithPicture' in tokenizer ? tokenizer.maxTokensWithPicture : undefined;
    return (besidePicture ? beside : undefined) ?? tokenizer.maxTokens;
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
