import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { MargayError } from '../errors.ts';

/** A plain name: a manifest must not reach outside its own folder. */
const FileName = z.string().regex(/^\w[\w.-]*$/, 'must be the name of a file beside model.json');
const File = z.object({
  file: FileName,
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits'),
});
const Channels = z.tuple([z.number(), z.number(), z.number()]);
const Size = z.number().int().positive();

const Picture = z.object({
  /** Side in pixels of the square that the model sees. */
  size: Size.max(2048),
  resize: z.literal('short-side'),
  crop: z.literal('center'),
  kernel: z.enum(['cubic', 'lanczos3']),
  /** How the resize is computed: `fast` is the image library's own. */
  method: z.enum(['fast']),
  mean: Channels,
  std: Channels.refine((std) => std.every((value) => value > 0), 'must be positive'),
  /** What the vision graph gives: `tokens` vectors of `width` floats a picture. */
  tokens: Size,
  width: Size,
});

const Heads = z.record(
  z.string(),
  z.object({ labels: z.array(z.string()).min(2), threshold: z.number().min(0).max(1) }),
);

/** model.json, told apart by `mode`: how the model makes one vector of words and a picture. */
const Schema = z.discriminatedUnion('mode', [
  z.object({
    mode: z.literal('joint'),
    name: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/),
    version: z.string(),
    license: z.string().min(1),
    description: z.string(),
    demo: z.boolean().default(false),
    languages: z.array(z.string()),
    precision: z.enum(['fp32', 'int8']),
    dimensions: Size.max(16_384),
    graphs: z.object({ vision: File, encode: File }),
    tokenizer: File.extend({ maxTokens: z.number().int().min(3), padId: z.number().int().min(0) }),
    picture: Picture,
    /** The position of the first token after [CLS] where there is no picture. */
    positions: z.object({ text: z.number().int().min(0) }),
    pooling: z.literal('cls'),
    normalize: z.literal(true),
    attributes: Heads.default({}),
  }),
]);

export type Manifest = z.infer<typeof Schema>;

const Golden = z.object({
  tolerance: z.number().positive().max(1e-3),
  cases: z
    .array(
      z
        .object({
          name: z.string(),
          text: z.string().nullish(),
          ids: z.array(z.number().int()).nullish(),
          /** Base64 of size x size x 3 bytes: the model's pixels, past resize and crop. */
          pixels: z.base64().nullish(),
          vector: z.array(z.number()),
        })
        .refine((golden) => golden.text != null || golden.pixels != null, 'needs text or pixels'),
    )
    .min(1),
});
export type Golden = z.infer<typeof Golden>;

/** The one way in which a model folder is refused. `file` is a name inside the folder. */
export function unfit(model: string, file: string, fault: string, cause?: unknown): MargayError {
  return new MargayError('ENCODER_UNAVAILABLE', `The encoder "${model}" cannot be used: ${file} ${fault}.`, {
    remedy: `Restore ${file} from the place the model came from, or choose another encoder.`,
    cause,
  });
}

async function readJson<T>(folder: string, model: string, file: string, schema: z.ZodType<T>): Promise<T> {
  let text: string;
  try {
    text = await readFile(join(folder, file), 'utf8');
  } catch (cause) {
    throw unfit(model, file, 'is missing or cannot be read', cause);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unfit(model, file, 'is not JSON', cause);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'it'}: ${issue.message}`);
  throw unfit(
    model,
    file,
    `does not describe an encoder that this version can run (${faults.join('; ')})`,
    parsed.error,
  );
}

async function checkHash(folder: string, model: string, { file, sha256 }: z.infer<typeof File>): Promise<void> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(join(folder, file)), hash);
  } catch (cause) {
    throw unfit(model, file, 'is missing or cannot be read', cause);
  }
  if (hash.digest('hex') !== sha256)
    throw unfit(model, file, 'is not the file that model.json names (its SHA-256 differs)');
}

/**
 * The manifest of a model folder with the hash of every file checked, and its golden vectors, not yet run.
 * @throws MargayError ENCODER_UNAVAILABLE naming the file at fault.
 */
export async function readManifest(folder: string, model: string): Promise<{ manifest: Manifest; golden: Golden }> {
  const manifest = await readJson(folder, model, 'model.json', Schema);
  const golden = await readJson(folder, model, 'golden.json', Golden);
  for (const file of [manifest.graphs.vision, manifest.graphs.encode, manifest.tokenizer]) {
    await checkHash(folder, model, file);
  }
  const bytes = manifest.picture.size ** 2 * 3;
  for (const { name, pixels, vector } of golden.cases) {
    if (vector.length !== manifest.dimensions) {
      throw unfit(
        model,
        'golden.json',
        `has ${vector.length} dimensions in "${name}" where model.json says ${manifest.dimensions}`,
      );
    }
    const found = pixels == null ? bytes : Buffer.byteLength(pixels, 'base64');
    if (found !== bytes)
      throw unfit(model, 'golden.json', `has ${found} bytes of pixels in "${name}" where ${bytes} are expected`);
  }
  return { manifest, golden };
}

/** Everything that changes a vector, and nothing else: two encoders of one fingerprint may share a store. Lower-case hex. */
export function fingerprint(manifest: Manifest): string {
  const { mode, precision, dimensions, graphs, tokenizer, picture, positions, pooling, normalize } = manifest;
  // Written out by hand, in this order: the fingerprint must not depend on the order of keys in model.json.
  const covered = [
    [mode, precision, dimensions, pooling, normalize, positions.text],
    [graphs.vision.sha256, graphs.encode.sha256],
    [tokenizer.sha256, tokenizer.maxTokens, tokenizer.padId],
    [picture.size, picture.resize, picture.crop, picture.kernel, picture.method, ...picture.mean, ...picture.std],
  ];
  return createHash('sha256').update(JSON.stringify(covered)).digest('hex');
}
