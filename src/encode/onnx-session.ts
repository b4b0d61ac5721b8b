import { InferenceSession } from 'onnxruntime-node';
import type { PixelScale } from './onnx-pixels.ts';

/** What the worker must know of a model: files are absolute paths. */
export type SessionModel = JointSessionModel | TwoTowerSessionModel;

interface Shared {
  readonly threads: number;
  /** Rows run one after the other, since their vectors would depend on what else is in the batch (int8). */
  readonly alone: boolean;
  /** Whether the raw state behind each vector is wanted too, before it was brought to length one. */
  readonly state: boolean;
  readonly dimensions: number;
  readonly padId: number;
  readonly scale: PixelScale;
}

export interface JointSessionModel extends Shared {
  readonly mode: 'joint';
  readonly graphs: { readonly vision: string; readonly encode: string };
  /** Positions of [CLS] and of the first token after it, where there is no picture. */
  readonly positions: { readonly cls: number; readonly text: number };
  /** What the vision graph gives of a picture: `tokens` vectors of `width` floats. */
  readonly picture: { readonly tokens: number; readonly width: number };
  /** Number of labels of each attribute head. */
  readonly heads: Readonly<Record<string, number>>;
}

export interface TwoTowerSessionModel extends Shared {
  readonly mode: 'two-tower';
  readonly graphs: {
    readonly vision: { readonly path: string; readonly input: string; readonly output: string };
    readonly text: {
      readonly path: string;
      readonly input: string;
      readonly output: string;
      readonly mask?: string | undefined;
    };
  };
  /** All texts are padded to so many tokens; undefined pads to the longest of a batch. */
  readonly padTo: number | undefined;
}

/** The graphs of a folder, as its manifest calls them. */
export type GraphName = 'vision' | 'encode' | 'text';

/**
 * One input of one kind; a batch holds rows of one kind. `text`: words alone. `sight`: what the model sees in a picture, which for two towers is its
 * vector and otherwise the tokens of a later `picture`. `picture` (joint models): a picture with words or without.
 */
export type Row =
  | { readonly kind: 'text'; readonly ids: readonly number[] }
  | { readonly kind: 'sight'; readonly rgb: Uint8Array }
  | {
      readonly kind: 'picture';
      readonly ids: readonly number[];
      /** RGB bytes, or what a `sight` gave for them. */
      readonly picture: { readonly rgb: Uint8Array } | { readonly tokens: Float32Array };
    };

export interface RowResult {
  /** Of a `sight` of a joint model: its image tokens, one after the other. Of two towers: not brought to length one. */
  readonly vector: Float32Array;
  readonly logits: Readonly<Record<string, Float32Array>>;
  readonly tokens?: Float32Array;
  readonly state?: Float32Array;
}

/** A model's graphs, open. Its calls block the thread: it lives in the worker alone. */
export interface Session {
  /** @param keepTokens whether the image tokens of pictures that came as bytes are wanted beside the vectors. */
  run(rows: readonly Row[], keepTokens: boolean): Promise<RowResult[]>;
}

/** The model folder is at fault, not the run: starting again will not help. */
export class UnfitGraph extends Error {
  readonly graph: GraphName;

  constructor(graph: GraphName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.graph = graph;
  }
}

/** A graph with the inputs and outputs that are asked for. @throws UnfitGraph */
export async function openGraph(
  graph: GraphName,
  path: string,
  threads: number,
  { inputs, outputs }: { inputs: readonly string[]; outputs: readonly string[] },
): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Spinning threads take the cores that the decoder and the gateway need: 1.6 times slower on shared cores.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
  const session = await InferenceSession.create(path, options).catch((cause: unknown) => {
    throw new UnfitGraph(graph, 'is not a graph that ONNX Runtime can load', { cause });
  });
  for (const name of inputs)
    if (!session.inputNames.includes(name)) throw new UnfitGraph(graph, `has no input "${name}"`);
  for (const name of outputs)
    if (!session.outputNames.includes(name)) throw new UnfitGraph(graph, `has no output "${name}"`);
  return session;
}

/** Row `index` of `rows` equal ones, copied. */
export function rowOf(values: Float32Array, index: number, rows: number): Float32Array {
  const length = values.length / rows;
  return values.slice(index * length, (index + 1) * length);
}

/** The named output as floats, `length` of them a row where that is known. @throws UnfitGraph */
export function floats(
  graph: GraphName,
  outputs: InferenceSession.ReturnType,
  name: string,
  rows: number,
  length?: number,
): Float32Array {
  const values = outputs[name]?.data;
  if (!(values instanceof Float32Array)) throw new UnfitGraph(graph, `has no output "${name}" of floats`);
  if (length !== undefined && values.length !== rows * length)
    throw new UnfitGraph(graph, `gives ${values.length / rows} floats of "${name}" where model.json says ${length}`);
  return values;
}

/** A run whose failure is the graph's: the first, with inputs that fit model.json. */
export async function firstRun<T>(graph: GraphName, run: () => Promise<T>): Promise<T> {
  return run().catch((cause: unknown) => {
    if (cause instanceof UnfitGraph) throw cause;
    throw new UnfitGraph(graph, 'does not take or give what model.json says', { cause });
  });
}
