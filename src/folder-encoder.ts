import type { Config } from './config.ts';
import { type EncodedLine, encodeLines } from './encode/encode-lines.ts';
import type { Encoder } from './encode/encoder.ts';
import { makeGolden } from './encode/golden.ts';
import { readManifest } from './encode/model-folder.ts';
import { OnnxEncoder, type OnnxEncoderOptions } from './encode/onnx-encoder.ts';
import { SharpDecoder } from './image/sharp-decoder.ts';

export interface LineOptions {
  readonly lines: AsyncIterable<string>;
  /** Paths of pictures are relative to it. */
  readonly from: string;
  /** Lines under way at once, and the most that the model takes together. */
  readonly batch: number;
  /** Whether the raw states are wanted too. */
  readonly state: boolean;
  readonly signal: AbortSignal;
}

type Options = Partial<OnnxEncoderOptions> & { readonly signal: AbortSignal };

/** Whoever compares numbers has time: long texts in a large batch may take minutes. In milliseconds. */
const PATIENT = 1_800_000;

/** How many cores the settings give an encoder; by default it knows best. */
export const coresOf = ({ ENCODER_THREADS: threads, ENCODER_WORKERS: workers }: Config) => ({
  ...(threads && { threads }),
  ...(workers && { workers }),
});

async function open(config: Config, folder: string, options: Options) {
  const decoder = new SharpDecoder();
  try {
    const encoder = await OnnxEncoder.load(folder, { decoder, ...coresOf(config), ...options });
    return { encoder, decoder, close: () => encoder.close().finally(() => decoder.close()) };
  } catch (error) {
    await decoder.close();
    throw error;
  }
}

/** The encoder of a folder alone, as a server loads it. @throws MargayError ENCODER_UNAVAILABLE naming the file at fault. */
export async function loadEncoder(config: Config, folder: string, options: Options) {
  const { encoder, close } = await open(config, folder, options);
  const prepare: Encoder['prepare'] = (...given) => encoder.prepare(...given);
  const encode: Encoder['encode'] = (...given) => encoder.encode(...given);
  return { info: encoder.info, pid: encoder.pid, prepare, encode, close };
}

/** Runs the graphs of a folder that has no golden.json yet, and writes it. */
export async function makeGoldenIn(config: Config, folder: string, options: Options): Promise<void> {
  const { encoder, close } = await open(config, folder, { ...options, unproved: true });
  try {
    await makeGolden(folder, encoder, await readManifest(folder, encoder.info.name), options.signal);
  } finally {
    await close();
  }
}

/** Lines of JSON to vectors, see encode-lines.ts. */
export async function* encodeLinesIn(
  config: Config,
  folder: string,
  { lines, from, batch, state, signal }: LineOptions,
): AsyncGenerator<EncodedLine> {
  const { encoder, decoder, close } = await open(config, folder, {
    signal,
    state,
    limits: { texts: batch, cells: Infinity, pictures: batch, indexPictures: batch, patience: 1 },
    batchDeadline: PATIENT,
    // The same line given twice is computed twice.
    cacheBytes: { tokens: 1, texts: 1 },
  });
  try {
    yield* encodeLines(lines, { encoder, decoder, folder: from, batch, signal });
  } finally {
    await close();
  }
}
