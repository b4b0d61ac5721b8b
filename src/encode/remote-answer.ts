import { endianness } from 'node:os';
import { z } from 'zod';
import { WireFault } from '../policy/server-faults.ts';
import type { Embedding } from './encoder.ts';
import { unit } from './fusion.ts';

const MAX_DIMENSIONS = 16_384;

const Answer = z.object({
  data: z.array(
    z.object({
      index: z.int().min(0),
      /** Numbers where a proxy passes no base64 on. */
      embedding: z.union([z.base64(), z.array(z.number())]),
    }),
  ),
  usage: z
    .object({ prompt_tokens: z.int().min(0) })
    .optional()
    .catch(undefined),
});

const Models = z.object({
  data: z.array(z.object({ id: z.string(), max_model_len: z.int().positive().optional().catch(undefined) })),
});

export interface Vectors {
  /** Of length one, in the order in which they were asked for. */
  readonly vectors: readonly Embedding[];
  readonly promptTokens: number | undefined;
}

/**
 * @param expected how many vectors were asked for, and how long they are, where that is known.
 * @throws WireFault where that is not what came: another number or length of vectors, numbers that are none, or zeros that point nowhere.
 */
export function vectorsIn(answer: unknown, expected: { count: number; dimensions?: number | undefined }): Vectors {
  const parsed = Answer.safeParse(answer);
  if (!parsed.success) throw new WireFault(`The answer is no list of embeddings${saidIn(answer)}.`);
  const { data, usage } = parsed.data;
  const places = new Set(data.map(({ index }) => index));
  if (data.length !== expected.count || places.size !== data.length || data.some(({ index }) => index >= data.length))
    throw new WireFault(`The answer has ${data.length} embeddings where ${expected.count} were asked for.`);
  const vectors = data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => read(embedding));
  const dimensions = expected.dimensions ?? vectors[0]!.length;
  for (const { length } of vectors)
    if (length !== dimensions)
      throw new WireFault(`The answer has an embedding of ${length} dimensions where ${dimensions} are expected.`);
  return { vectors, promptTokens: usage?.prompt_tokens };
}

/** What a server serves; undefined where it has no such list. */
export function modelsIn(answer: unknown): z.infer<typeof Models>['data'] | undefined {
  return Models.safeParse(answer).data?.data;
}

function read(embedding: string | number[]): Embedding {
  const vector = typeof embedding === 'string' ? fromBase64(embedding) : Float32Array.from(embedding);
  if (vector.length === 0 || vector.length > MAX_DIMENSIONS)
    throw new WireFault(`The answer has an embedding of ${vector.length} dimensions.`);
  if (!vector.every(Number.isFinite))
    throw new WireFault('The answer has an embedding with a value that is no number.');
  const normalized = unit(vector);
  // Also where the squares of very small numbers are zero.
  if (!normalized.every(Number.isFinite) || !(Math.abs(Math.hypot(...normalized) - 1) < 1e-3))
    throw new WireFault('The answer has an embedding of length zero, which points nowhere.');
  return normalized;
}

/** Little-endian float32, as OpenAI's API has it. */
function fromBase64(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length % 4 !== 0) throw new WireFault('The answer has an embedding that is no list of 4-byte floats.');
  if (endianness() === 'BE') bytes.swap32();
  return new Float32Array(new Uint8Array(bytes).buffer);
}

/** Some servers answer 200 and tell an error. */
function saidIn(answer: unknown): string {
  const error = typeof answer === 'object' && answer !== null && 'error' in answer ? answer.error : undefined;
  return error === undefined ? '' : `: ${JSON.stringify(error)}`;
}
