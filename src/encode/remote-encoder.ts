import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { MargayError } from '../errors.ts';
import type { Decoder, Picture } from '../image/decoder.ts';
import type { Renderer } from '../image/renderer.ts';
import { within } from '../policy/deadline.ts';
import { ServerCalls } from '../policy/server-call.ts';
import type { Embedding, Encoded, Encoder, EncoderInfo, EncoderInput, ModelPixels } from './encoder.ts';
import { fuse, STORED_WEIGHT } from './fusion.ts';
import { vectorsIn } from './remote-answer.ts';
import { type Api, apiOf, type ItemKind, type RemoteApi, type RemoteItem } from './remote-api.ts';
import { type Named, servingError } from './remote-faults.ts';
import { type Priority, RemoteLine } from './remote-line.ts';
import { dataUri, PICTURE_VERSION, prepareRemote } from './remote-picture.ts';
import { type Probed, probe } from './remote-probe.ts';
import { RemoteWire, refusalIn } from './remote-wire.ts';
import { normalizeText } from './tokenizer.ts';

export interface RemoteEncoderOptions {
  /** What stands before `/embeddings`, without a slash at its end. */
  readonly url: string;
  readonly api: Api;
  readonly model: string;
  readonly key?: string | undefined;
  /** Deadline of one embedding, in milliseconds: waiting and the retry included. */
  readonly timeoutMs: number;
  /** Short side in pixels of the pictures that are sent. */
  readonly side: number;
  /** Share of the picture in a query of both, in [0, 1], where the model gives each a vector of its own. */
  readonly pictureWeight: number;
  readonly decoder: Pick<Decoder, 'resize'>;
  readonly renderer: Pick<Renderer, 'write'>;
  readonly signal?: AbortSignal;
  /** Bytes that the cache of vectors may hold. */
  readonly cacheBytes?: number;
}

/** A text longer than this, in characters, is cut here, at the same place everywhere; what a model reads of the rest is its own affair. */
const MAX_CHARACTERS = 8_192;
const AT_ONCE = 8;
const INDEX_AT_ONCE = 6;
const CAPACITY = { query: 256, index: 1024 };
const CACHE_BYTES = 16 * 2 ** 20;

interface Part {
  readonly text?: string | undefined;
  readonly pixels?: ModelPixels | undefined;
}

interface Vector {
  readonly vector: Embedding;
  readonly truncated: boolean;
}

/** An encoder whose model lives on a server with OpenAI's embeddings: vLLM or Infinity, which take pictures in different ways. */
export class RemoteEncoder implements Encoder {
  readonly info: EncoderInfo;
  readonly #options: RemoteEncoderOptions;
  readonly #api: RemoteApi;
  readonly #probed: Probed;
  readonly #wire: RemoteWire;
  readonly #calls: ServerCalls;
  readonly #line: RemoteLine<Part, Vector>;
  /** Vectors of texts and of pictures of queries, by content. */
  readonly #known: LRUCache<string, Vector>;

  private constructor(options: RemoteEncoderOptions, probed: Probed, wire: RemoteWire) {
    const { api, model: name, side, timeoutMs, pictureWeight } = options;
    const { dimensions, joint } = probed;
    this.#options = options;
    this.#probed = probed;
    this.#wire = wire;
    this.#api = apiOf(api, joint);
    this.#calls = new ServerCalls({ atOnce: AT_ONCE, waiting: 0, timeoutMs, read: refusalIn });
    this.#known = new LRUCache({
      maxSize: options.cacheBytes ?? CACHE_BYTES,
      sizeCalculation: ({ vector }, key) => vector.byteLength + 2 * key.length + 512,
    });
    this.#line = new RemoteLine({
      call: (parts, kind, signal) => this.#call(parts, kind as ItemKind, signal),
      limit: (kind, priority) => this.#api.limit(kind as ItemKind, priority),
      isAboutAnInput: (error) => error instanceof MargayError && error.code === 'BAD_INPUT',
      atOnce: AT_ONCE,
      indexAtOnce: INDEX_AT_ONCE,
      capacity: CAPACITY,
    });
    // Not where the server is nor how it is entered: the same model elsewhere gives the same vectors. That a name stays with its model is trusted.
    const parts = [api, name, dimensions, joint, side, PICTURE_VERSION, MAX_CHARACTERS];
    this.info = {
      name,
      dimensions,
      fingerprint: createHash('sha256').update(JSON.stringify(parts)).digest('hex'),
      joint: joint ? 'NATIVE' : 'FUSED',
      pictureWeight: joint ? undefined : pictureWeight,
      needs: { shortSide: side },
      attributes: [],
      demo: false,
      license: 'unknown',
    };
  }

  /**
   * Asks the server once for a text and a picture, to know what it is.
   * @throws MargayError ENCODER_UNAVAILABLE that names the setting at fault: a gateway without its encoder can neither search nor say whether its catalog fits.
   */
  static async open(options: RemoteEncoderOptions): Promise<RemoteEncoder> {
    const { url, api, model, key, timeoutMs, renderer } = options;
    const wire = new RemoteWire(url, key);
    const signal = options.signal ?? new AbortController().signal;
    const write: Renderer['write'] = (...given) => renderer.write(...given);
    const probed = await probe(wire, { api, model, key }, { write, signal, timeoutMs });
    return new RemoteEncoder(options, probed, wire);
  }

  prepare(picture: Picture, { signal }: { signal: AbortSignal }): Promise<ModelPixels> {
    const { decoder, side } = this.#options;
    return prepareRemote(picture, side, (...given) => decoder.resize(...given), signal);
  }

  async encode(
    input: EncoderInput,
    { signal, priority = 'query' }: { signal: AbortSignal; priority?: Priority },
  ): Promise<Encoded> {
    signal.throwIfAborted();
    const { text, cut } = shortened(normalizeText(input.text));
    const { pixels } = input;
    if (pixels && pixels.rgb.length !== pixels.size * (pixels.height ?? pixels.size) * 3)
      throw new MargayError('INTERNAL', `Pixels of ${pixels.size} columns have ${pixels.rgb.length} bytes.`, {
        remedy: "Prepare the picture with this encoder's `prepare`.",
      });
    if (!pixels && text === '')
      throw new MargayError('BAD_INPUT', 'There is nothing to embed: `text` is blank and no picture is given.', {
        argument: 'text',
        remedy: 'Give words, a picture or both.',
      });
    const { timeoutMs } = this.#options;
    const { vector, truncated } = await within(signal, timeoutMs, 'The encoder', (inTime) =>
      this.#vector(text, pixels, priority, inTime),
    );
    return { vector: vector.slice(), attributes: {}, truncated: cut || truncated };
  }

  async close(): Promise<void> {
    this.#line.close();
  }

  async #vector(
    text: string,
    pixels: ModelPixels | undefined,
    priority: Priority,
    signal: AbortSignal,
  ): Promise<Vector> {
    if (!pixels) return this.#part('text', { text }, priority, signal);
    if (text === '') return this.#part('picture', { pixels }, priority, signal);
    if (this.#probed.joint) return this.#part('both', { text, pixels }, priority, signal);
    // Where one half fails, nobody waits for the other: it must not hold a place in the line.
    const over = new AbortController();
    const halves = AbortSignal.any([signal, over.signal]);
    const [words, picture] = await Promise.all([
      this.#part('text', { text }, priority, halves),
      this.#part('picture', { pixels }, priority, halves),
    ]).finally(() => over.abort());
    const weight = priority === 'index' ? STORED_WEIGHT : this.#options.pictureWeight;
    return { vector: fuse(words.vector, picture.vector, weight), truncated: words.truncated };
  }

  async #part(kind: ItemKind, part: Part, priority: Priority, signal: AbortSignal): Promise<Vector> {
    const key = keyOf(kind, part);
    const known = this.#known.get(key);
    if (known) return known;
    const made = await this.#line.submit(part, kind, priority, signal);
    // What is indexed is rarely asked for; queries are, page after page, and with other words on the same picture.
    if (priority === 'query') this.#known.set(key, made);
    return made;
  }

  async #call(parts: readonly Part[], kind: ItemKind, signal: AbortSignal): Promise<Vector[]> {
    const { api, model, key, renderer } = this.#options;
    const named: Named = { api, model, key };
    const { dimensions, maxTokens } = this.#probed;
    try {
      const items: RemoteItem[] = await Promise.all(
        parts.map(async ({ text, pixels }) => ({
          text,
          picture: pixels && (await dataUri(pixels, (...given) => renderer.write(...given))),
        })),
      );
      const body = this.#api.body(model, kind, items);
      const { value } = await this.#calls.run(
        async () => vectorsIn(await this.#wire.post('/embeddings', body, signal), { count: parts.length, dimensions }),
        { signal },
      );
      const cut = parts.length === 1 && this.#api.truncated(kind, value.promptTokens, maxTokens) === true;
      return value.vectors.map((vector) => ({ vector, truncated: cut }));
    } catch (error) {
      signal.throwIfAborted();
      throw servingError(error, named, this.#calls.restMs);
    }
  }
}

function shortened(text: string): { text: string; cut: boolean } {
  if (text.length <= MAX_CHARACTERS) return { text, cut: false };
  // Between the halves of a character there is none.
  return { text: text.slice(0, MAX_CHARACTERS).toWellFormed(), cut: true };
}

function keyOf(kind: ItemKind, { text, pixels }: Part): string {
  const hash = createHash('sha256').update(JSON.stringify([kind, text, pixels?.size, pixels?.height]));
  return (pixels ? hash.update(pixels.rgb) : hash).digest('base64');
}
