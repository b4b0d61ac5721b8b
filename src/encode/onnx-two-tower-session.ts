import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { grayPicture, pixelTensor } from './onnx-pixels.ts';
import {
  firstRun,
  floats,
  openGraph,
  type Row,
  type RowResult,
  rowOf,
  type Session,
  type TwoTowerSessionModel,
} from './onnx-session.ts';

/** A model with a vector for words and another for a picture, as its towers give them. */
export class TwoTowerSession implements Session {
  readonly #model: TwoTowerSessionModel;
  readonly #vision: InferenceSession;
  readonly #text: InferenceSession;

  private constructor(model: TwoTowerSessionModel, vision: InferenceSession, text: InferenceSession) {
    this.#model = model;
    this.#vision = vision;
    this.#text = text;
  }

  /** Loads both graphs and runs each once. @throws UnfitGraph */
  static async open(model: TwoTowerSessionModel): Promise<TwoTowerSession> {
    const { graphs, threads, scale } = model;
    const { vision, text } = graphs;
    const session = new TwoTowerSession(
      model,
      await openGraph('vision', vision.path, threads, { inputs: [vision.input], outputs: [vision.output] }),
      await openGraph('text', text.path, threads, {
        inputs: [text.input, ...(text.mask ? [text.mask] : [])],
        outputs: [text.output],
      }),
    );
    await firstRun('vision', () => session.#see([grayPicture(scale)]));
    await firstRun('text', () => session.#read([[0, 0]]));
    return session;
  }

  async run(rows: readonly Row[]): Promise<RowResult[]> {
    const texts = rows.flatMap((row) => (row.kind === 'text' ? [row.ids] : []));
    const pictures = rows.flatMap((row) => (row.kind === 'sight' ? [row.rgb] : []));
    const values = texts.length > 0 ? await this.#read(texts) : await this.#see(pictures);
    return rows.map((_, index) => ({ vector: rowOf(values, index, rows.length), logits: {} }));
  }

  async #see(pictures: readonly Uint8Array[]): Promise<Float32Array> {
    const { scale, graphs, dimensions } = this.#model;
    const { input, output } = graphs.vision;
    // Published graphs give their hidden states too, which nobody needs.
    const outputs = await this.#vision.run({ [input]: pixelTensor(pictures, scale) }, [output]);
    return floats('vision', outputs, output, pictures.length, dimensions);
  }

  async #read(texts: readonly (readonly number[])[]): Promise<Float32Array> {
    const { graphs, padTo, padId, dimensions } = this.#model;
    const { input, output, mask } = graphs.text;
    const longest = padTo ?? Math.max(...texts.map((ids) => ids.length));
    const ids = new BigInt64Array(texts.length * longest).fill(BigInt(padId));
    const given = new BigInt64Array(texts.length * longest);
    texts.forEach((text, index) => {
      text.forEach((id, place) => {
        ids[index * longest + place] = BigInt(id);
        given[index * longest + place] = 1n;
      });
    });
    const words = (values: BigInt64Array) => new Tensor('int64', values, [texts.length, longest]);
    const outputs = await this.#text.run({ [input]: words(ids), ...(mask && { [mask]: words(given) }) }, [output]);
    return floats('text', outputs, output, texts.length, dimensions);
  }
}
