import { InferenceSession, Tensor } from 'onnxruntime-node';

/** What the worker must know of a model: files are absolute paths. */
export interface SessionModel {
  readonly vision: string;
  readonly encode: string;
  readonly threads: number;
  readonly dimensions: number;
  readonly padId: number;
  readonly textPosition: number;
  readonly picture: {
    readonly size: number;
    readonly mean: readonly number[];
    readonly std: readonly number[];
    readonly tokens: number;
    readonly width: number;
  };
  /** Number of labels of each attribute head. */
  readonly heads: Readonly<Record<string, number>>;
}

/** One input. In a batch all rows have a picture or none has. */
export interface Row {
  readonly ids: readonly number[];
  /** RGB bytes, or the image tokens that an earlier run gave for them. */
  readonly picture?: { readonly rgb: Uint8Array } | { readonly tokens: Float32Array };
}

export interface RowResult {
  readonly vector: Float32Array;
  readonly logits: Readonly<Record<string, Float32Array>>;
  /** Where the picture came as bytes and the tokens were asked for. */
  readonly tokens?: Float32Array;
}

/** The model folder is at fault, not the run: starting again will not help. */
export class UnfitGraph extends Error {
  readonly graph: 'vision' | 'encode';

  constructor(graph: 'vision' | 'encode', message: string, options?: ErrorOptions) {
    super(message, options);
    this.graph = graph;
  }
}

/** Both graphs of a model. Its calls block the thread: it lives in the worker alone. */
export class OnnxSession {
  readonly #model: SessionModel;
  readonly #vision: InferenceSession;
  readonly #encode: InferenceSession;

  constructor(model: SessionModel, vision: InferenceSession, encode: InferenceSession) {
    this.#model = model;
    this.#vision = vision;
    this.#encode = encode;
  }

  /** Loads both graphs and runs each once, so that the first search is as fast as the tenth. @throws UnfitGraph */
  static async load(model: SessionModel): Promise<OnnxSession> {
    const options: InferenceSession.SessionOptions = {
      intraOpNumThreads: model.threads,
      interOpNumThreads: 1,
      // Spinning threads take the cores that the decoder and the gateway need: 1.6 times slower on shared cores.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    };
    const open = (graph: 'vision' | 'encode') =>
      InferenceSession.create(model[graph], options).catch((cause: unknown) => {
        throw new UnfitGraph(graph, 'is not a graph that ONNX Runtime can load', { cause });
      });
    const session = new OnnxSession(model, await open('vision'), await open('encode'));
    await session.#warmUp();
    return session;
  }

  async #warmUp(): Promise<void> {
    const { size, tokens, width } = this.#model.picture;
    const gray = new Uint8Array(size * size * 3).fill(128);
    const seen = await this.#see([gray]).catch((cause: unknown) => {
      throw new UnfitGraph('vision', 'does not take or give what model.json says', { cause });
    });
    if (seen[0]!.length !== tokens * width) {
      throw new UnfitGraph(
        'vision',
        `gives ${seen[0]!.length} floats a picture where model.json says ${tokens * width}`,
      );
    }
    for (const picture of [{ tokens: seen[0]! }, undefined]) {
      const [row] = await this.run([{ ids: [0, 0], picture }]).catch((cause: unknown) => {
        if (cause instanceof UnfitGraph) throw cause;
        throw new UnfitGraph('encode', 'does not take or give what model.json says', { cause });
      });
      if (row!.vector.length !== this.#model.dimensions) {
        throw new UnfitGraph(
          'encode',
          `gives ${row!.vector.length} dimensions where model.json says ${this.#model.dimensions}`,
        );
      }
    }
  }

  async run(rows: readonly Row[], keepTokens = false): Promise<RowResult[]> {
    const { tokens: count, width } = this.#model.picture;
    const pictures = rows.flatMap(({ picture }) => picture ?? []);
    const raw = pictures.flatMap((picture) => ('rgb' in picture ? picture.rgb : []));
    const seen = raw.length > 0 ? await this.#see(raw) : [];

    let next = 0;
    const known = pictures.map((picture) => ('tokens' in picture ? picture.tokens : seen[next++]!));
    const tokens = new Float32Array(known.length * count * width);
    known.forEach((values, index) => {
      tokens.set(values, index * count * width);
    });

    const { embedding, logits } = await this.#join(rows, tokens, pictures.length > 0 ? count : 0);
    const rowOf = (values: Float32Array, index: number) => {
      const length = values.length / rows.length;
      return values.slice(index * length, (index + 1) * length);
    };
    return rows.map(({ picture }, index) => ({
      vector: rowOf(embedding, index),
      logits: Object.fromEntries(Object.entries(logits).map(([name, values]) => [name, rowOf(values, index)])),
      ...(keepTokens && picture && 'rgb' in picture && { tokens: known[index]! }),
    }));
  }

  /** RGB bytes -> image tokens, one array a picture. */
  async #see(pictures: readonly Uint8Array[]): Promise<Float32Array[]> {
    const { size, mean, std } = this.#model.picture;
    const plane = size * size;
    const pixels = new Float32Array(pictures.length * 3 * plane);
    pictures.forEach((rgb, picture) => {
      for (let channel = 0; channel < 3; channel++) {
        const start = (picture * 3 + channel) * plane;
        const scale = 1 / (255 * std[channel]!);
        const shift = mean[channel]! / std[channel]!;
        for (let index = 0; index < plane; index++) pixels[start + index] = rgb[index * 3 + channel]! * scale - shift;
      }
    });
    const { tokens } = await this.#vision.run({
      pixels: new Tensor('float32', pixels, [pictures.length, 3, size, size]),
    });
    if (!tokens) throw new Error('No output "tokens".');
    const values = tokens.data as Float32Array;
    const length = values.length / pictures.length;
    return pictures.map((_, index) => values.slice(index * length, (index + 1) * length));
  }

  async #join(rows: readonly Row[], tokens: Float32Array, visible: number) {
    const batch = rows.length;
    const longest = Math.max(...rows.map(({ ids }) => ids.length));
    const { padId, textPosition, picture, heads } = this.#model;
    const cells = batch * longest;
    const ids = new BigInt64Array(cells).fill(BigInt(padId));
    const positions = new BigInt64Array(cells);
    const mask = new BigInt64Array(cells);
    // [CLS] stands before the picture, at 0; the other tokens behind it.
    const second = visible > 0 ? visible + 1 : textPosition;
    rows.forEach((row, index) => {
      row.ids.forEach((id, place) => {
        const cell = index * longest + place;
        ids[cell] = BigInt(id);
        positions[cell] = place === 0 ? 0n : BigInt(second + place - 1);
        mask[cell] = 1n;
      });
    });
    const words = (values: BigInt64Array) => new Tensor('int64', values, [batch, longest]);
    const outputs = await this.#encode.run({
      tokens: new Tensor('float32', tokens, [batch, visible, picture.width]),
      ids: words(ids),
      positions: words(positions),
      mask: words(mask),
    });
    const read = (name: string, length?: number) => {
      const values = outputs[name]?.data;
      if (!(values instanceof Float32Array)) throw new UnfitGraph('encode', `has no output "${name}" of floats`);
      if (length !== undefined && values.length !== batch * length) {
        throw new UnfitGraph(
          'encode',
          `gives ${values.length / batch} scores for "${name}" where model.json has ${length} labels`,
        );
      }
      return values;
    };
    return {
      embedding: read('embedding'),
      logits: Object.fromEntries(Object.entries(heads).map(([name, labels]) => [name, read(name, labels)])),
    };
  }
}
