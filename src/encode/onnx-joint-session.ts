import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { grayPicture, pixelTensor } from './onnx-pixels.ts';
import {
  firstRun,
  floats,
  type JointSessionModel,
  openGraph,
  type Row,
  type RowResult,
  rowOf,
  type Session,
} from './onnx-session.ts';

type Joined = Extract<Row, { kind: 'picture' | 'text' }>;

/** A model that computes one vector from words and picture together. */
export class JointSession implements Session {
  readonly #model: JointSessionModel;
  readonly #vision: InferenceSession;
  readonly #encode: InferenceSession;

  private constructor(model: JointSessionModel, vision: InferenceSession, encode: InferenceSession) {
    this.#model = model;
    this.#vision = vision;
    this.#encode = encode;
  }

  /** Loads both graphs and runs each once, so that the first search is as fast as the tenth. @throws UnfitGraph */
  static async open(model: JointSessionModel): Promise<JointSession> {
    const { graphs, threads } = model;
    const session = new JointSession(
      model,
      await openGraph('vision', graphs.vision, threads, { inputs: ['pixels'], outputs: ['tokens'] }),
      await openGraph('encode', graphs.encode, threads, {
        inputs: ['tokens', 'ids', 'positions', 'mask'],
        outputs: wantedOf(model),
      }),
    );
    await session.#warmUp();
    return session;
  }

  async #warmUp(): Promise<void> {
    const [tokens] = await firstRun('vision', () => this.#see([grayPicture(this.#model.scale)]));
    const rows: Joined[] = [
      { kind: 'picture', ids: [0, 0], picture: { tokens: tokens! } },
      { kind: 'text', ids: [0, 0] },
    ];
    for (const row of rows) await firstRun('encode', () => this.run([row], false));
  }

  async run(rows: readonly Row[], keepTokens: boolean): Promise<RowResult[]> {
    const joined: Joined[] = [];
    const raw: Uint8Array[] = [];
    for (const row of rows) {
      if (row.kind === 'sight') raw.push(row.rgb);
      else {
        joined.push(row);
        if (row.kind === 'picture' && 'rgb' in row.picture) raw.push(row.picture.rgb);
      }
    }
    const seen = raw.length > 0 ? await this.#see(raw) : [];
    if (joined.length === 0) return seen.map((vector) => ({ vector, logits: {} }));

    let next = 0;
    const known = joined.map((row) => {
      if (row.kind === 'text') return undefined;
      return 'tokens' in row.picture ? row.picture.tokens : seen[next++]!;
    });
    const { embedding, state, logits } = await this.#join(joined, known);
    return joined.map((row, index) => ({
      vector: rowOf(embedding, index, joined.length),
      logits: Object.fromEntries(
        Object.entries(logits).map(([name, values]) => [name, rowOf(values, index, joined.length)]),
      ),
      ...(keepTokens && row.kind === 'picture' && 'rgb' in row.picture && { tokens: known[index]! }),
      ...(state && { state: rowOf(state, index, joined.length) }),
    }));
  }

  /** RGB bytes -> image tokens, one array a picture. */
  async #see(pictures: readonly Uint8Array[]): Promise<Float32Array[]> {
    const { scale, picture } = this.#model;
    const outputs = await this.#vision.run({ pixels: pixelTensor(pictures, scale) });
    const values = floats('vision', outputs, 'tokens', pictures.length, picture.tokens * picture.width);
    return pictures.map((_, index) => rowOf(values, index, pictures.length));
  }

  async #join(rows: readonly Joined[], known: readonly (Float32Array | undefined)[]) {
    const { padId, positions: alone, picture, heads, dimensions } = this.#model;
    const batch = rows.length;
    const visible = known[0] ? picture.tokens : 0;
    const tokens = new Float32Array(batch * visible * picture.width);
    known.forEach((values, index) => {
      if (values) tokens.set(values, index * visible * picture.width);
    });
    const longest = Math.max(...rows.map(({ ids }) => ids.length));
    const cells = batch * longest;
    const ids = new BigInt64Array(cells).fill(BigInt(padId));
    const positions = new BigInt64Array(cells);
    const mask = new BigInt64Array(cells);
    // [CLS] stands before the picture, at 0; the other tokens behind it.
    const { cls, text } = visible > 0 ? { cls: 0, text: visible + 1 } : alone;
    rows.forEach((row, index) => {
      row.ids.forEach((id, place) => {
        const cell = index * longest + place;
        ids[cell] = BigInt(id);
        positions[cell] = BigInt(place === 0 ? cls : text + place - 1);
        mask[cell] = 1n;
      });
    });
    const words = (values: BigInt64Array) => new Tensor('int64', values, [batch, longest]);
    const outputs = await this.#encode.run(
      {
        tokens: new Tensor('float32', tokens, [batch, visible, picture.width]),
        ids: words(ids),
        positions: words(positions),
        mask: words(mask),
      },
      wantedOf(this.#model),
    );
    const read = (name: string, length: number) => floats('encode', outputs, name, batch, length);
    return {
      embedding: read('embedding', dimensions),
      state: this.#model.state ? read('state', dimensions) : undefined,
      logits: Object.fromEntries(Object.entries(heads).map(([name, labels]) => [name, read(name, labels)])),
    };
  }
}

const wantedOf = ({ heads, state }: JointSessionModel): string[] => [
  'embedding',
  ...Object.keys(heads),
  ...(state ? ['state'] : []),
];
