import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { z } from 'zod';
import { MargayError } from '../errors.ts';
import { filesOf, type Golden, GoldenSchema, type Manifest, ManifestSchema } from './manifest.ts';

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

async function checkHash(
  folder: string,
  model: string,
  { file, sha256 }: { file: string; sha256: string },
  signal: AbortSignal | undefined,
): Promise<void> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(join(folder, file)), hash, signal ? { signal } : {});
  } catch (cause) {
    signal?.throwIfAborted();
    throw unfit(model, file, 'is missing or cannot be read', cause);
  }
  if (hash.digest('hex') !== sha256)
    throw unfit(model, file, 'is not the file that model.json names (its SHA-256 differs)');
}

/**
 * What a model folder says of itself. The files that it names are checked by `checkFiles`.
 * @throws MargayError ENCODER_UNAVAILABLE naming the file at fault.
 */
export function readManifest(folder: string, model: string): Promise<Manifest> {
  return readJson(folder, model, 'model.json', ManifestSchema);
}

/** Its golden vectors, not yet run. @throws MargayError ENCODER_UNAVAILABLE */
export async function readGolden(folder: string, model: string, manifest: Manifest): Promise<Golden> {
  const golden = await readJson(folder, model, 'golden.json', GoldenSchema);
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
  const proves = (has: boolean) => golden.cases.some(({ pixels }) => (pixels != null) === has);
  if (!proves(true) || !proves(false))
    throw unfit(model, 'golden.json', 'needs a case without pixels and one with them, or a graph would go unproved');
  return golden;
}

/**
 * Whether every file is there, and the one that the manifest names.
 * @throws MargayError ENCODER_UNAVAILABLE naming the file at fault.
 */
export async function checkFiles(
  folder: string,
  model: string,
  manifest: Manifest,
  signal?: AbortSignal,
): Promise<void> {
  const files = filesOf(manifest);
  const unlisted = (await readdir(folder)).find(
    (name) => /\.onnx[._]data/.test(name) && !files.some(({ file }) => file === name),
  );
  if (unlisted) throw unfit(model, 'model.json', `does not list the weights in ${unlisted}`);
  for (const file of files) await checkHash(folder, model, file, signal);
}

/** What the graphs take on disk, weights included, in bytes. */
export async function graphBytes(folder: string, { graphs }: Manifest): Promise<number> {
  const files = Object.values(graphs).flatMap((graph) => [graph, ...graph.data]);
  const sizes = await Promise.all(files.map(({ file }) => stat(join(folder, file))));
  return sizes.reduce((total, { size }) => total + size, 0);
}
