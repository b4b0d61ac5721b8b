import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { MargayError } from '../errors.ts';
import type { Decoder } from '../image/decoder.ts';
import type { OnnxEncoder } from './onnx-encoder.ts';

/** Words and a picture (a path or a `data:` URI), or the same past tokenizer and preprocessing: ids, and base64 of size x size x 3 RGB bytes. */
const Line = z.union([
  z
    .strictObject({ text: z.string().optional(), image: z.string().optional() })
    .refine(({ text, image }) => text !== undefined || image !== undefined),
  z.strictObject({ ids: z.array(z.number().int().min(0)).min(1), pixels: z.base64().min(1).optional() }),
]);

export interface EncodeLinesOptions {
  readonly encoder: OnnxEncoder;
  readonly decoder: Pick<Decoder, 'decode'>;
  /** Paths of pictures are relative to it. */
  readonly folder: string;
  /** Lines under way at once; the model takes those of one kind together. */
  readonly batch: number;
  readonly signal: AbortSignal;
}

/** What became of a line: the vector, of length one, or why there is none. */
export type EncodedLine =
  | {
      readonly vector: readonly number[];
      /** The raw state behind it, where the encoder was loaded to give it. */
      readonly state?: readonly number[];
      /** Set where the text was longer than the model reads. */
      readonly truncated?: true;
    }
  | { readonly error: string };

/** Each line of JSON through the model, answered in order. A line that is at fault has its own answer, and the others go on. */
export async function* encodeLines(
  lines: AsyncIterable<string>,
  options: EncodeLinesOptions,
): AsyncGenerator<EncodedLine> {
  let waiting: string[] = [];
  for await (const line of lines) {
    if (line.trim() === '') continue;
    waiting.push(line);
    if (waiting.length < options.batch) continue;
    yield* await Promise.all(waiting.map((one) => encodeLine(one, options)));
    waiting = [];
  }
  yield* await Promise.all(waiting.map((one) => encodeLine(one, options)));
}

async function encodeLine(line: string, options: EncodeLinesOptions): Promise<EncodedLine> {
  const { signal } = options;
  try {
    const { vector, state, truncated } = await encoded(parse(line), options);
    return {
      vector: [...vector],
      ...(state && { state: [...state] }),
      ...(truncated && { truncated }),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof MargayError) return { error: told(error) };
    if (error instanceof Error && 'syscall' in error) return { error: error.message };
    throw error;
  }
}

function parse(line: string): z.infer<typeof Line> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new MargayError('BAD_INPUT', 'The line is not JSON.', { cause });
  }
  const parsed = Line.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new MargayError(
    'BAD_INPUT',
    'Expected {"text"} with or without {"image"} (a path or a data: URI), or {"ids"} with or without {"pixels"} (base64).',
  );
}

async function encoded(given: z.infer<typeof Line>, { encoder, decoder, folder, signal }: EncodeLinesOptions) {
  if ('ids' in given) {
    const { ids, pixels } = given;
    const rgb = pixels === undefined ? undefined : Buffer.from(pixels, 'base64');
    const size = rgb && Math.sqrt(rgb.length / 3);
    const raw = await encoder.encodeRaw({ ids, pixels: rgb && size ? { size, rgb } : undefined }, { signal });
    return { ...raw, truncated: false };
  }
  const { text = '', image } = given;
  const pixels =
    image === undefined ? undefined : await seen(await bytesOf(image, folder), { encoder, decoder, signal });
  if (!pixels && text.trim() === '') throw new MargayError('BAD_INPUT', 'There is nothing to embed: text is blank.');
  const { ids, truncated } = encoder.tokenize(text, pixels !== undefined);
  return { ...(await encoder.encodeRaw({ ids, pixels }, { signal })), truncated };
}

async function seen(
  bytes: Uint8Array,
  { encoder, decoder, signal }: Pick<EncodeLinesOptions, 'encoder' | 'decoder' | 'signal'>,
) {
  const { picture } = await decoder.decode(bytes, { signal, needs: encoder.info.needs });
  return encoder.prepare(picture, { signal });
}

async function bytesOf(image: string, folder: string): Promise<Uint8Array> {
  const data = /^data:[^,]*;base64,/.exec(image);
  return data ? Buffer.from(image.slice(data[0].length), 'base64') : readFile(resolve(folder, image));
}

/** What ONNX Runtime says of ids that it does not know is in the cause. */
const told = ({ message, cause }: MargayError) => (cause instanceof Error ? `${message} (${cause.message})` : message);
