import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Manifest, ManifestSchema } from '../encode/manifest.ts';
import { MargayError } from '../errors.ts';
import { withNames } from './graph-choice.ts';
import type { GraphNames } from './graph-names.ts';

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');
const Bytes = z.number().int().positive();
const Url = z.url({ protocol: /^https$/ });
/** A name for a file of ours, and for nothing outside the model's folder. */
const FileName = z.string().regex(/^\w[\w.-]*$/, 'must be a plain file name');
/** A path inside a repository of the hub. */
const HubPath = z.string().regex(/^\w[\w.-]*(\/\w[\w.-]*)*$/, 'must be a path such as onnx/model.onnx');

const HubSource = z.strictObject({
  hub: z.strictObject({
    repo: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'must be OWNER/NAME'),
    /** A commit, where the pages show one: what is pulled then stays the same. */
    revision: z.string().regex(/^[\w.-]+$/),
    /** By their names in the model's folder. What is pinned here must agree with what the hub says. */
    files: z.record(FileName, z.strictObject({ path: HubPath, sha256: Sha256.optional(), bytes: Bytes.optional() })),
  }),
});
/** Nobody hosts the graphs; `training/export` makes them of the published checkpoint. */
const ExportSource = z.strictObject({
  export: z.literal(true),
  checkpoint: z.strictObject({ url: Url, sha256: Sha256, bytes: Bytes }),
  tokenizer: Url,
});
/** Nobody hosts the graphs, and `training/export` does not make them. */
const NoSource = z.strictObject({ unpublished: z.literal(true), weights: Url });

const Schema = z
  .strictObject({
    /** What model.json will say, without hashes; the names of graph inputs and outputs as `withNames` reads them. */
    manifest: z.looseObject({ name: z.string() }),
    /** What the model embeds by itself; a query of both is otherwise the weighted sum of its two vectors. */
    queries: z.array(z.enum(['text', 'picture', 'joint'])).min(1),
    /** Bytes to download, about. */
    bytes: Bytes.optional(),
    /** Resident memory of both graphs, about. */
    residentBytes: Bytes.optional(),
    source: z.union([HubSource, ExportSource, NoSource]),
    /** What was read where. */
    facts: z.record(z.string(), z.string()),
    /** What no page could be found for. */
    unverified: z.array(z.string()),
  })
  .superRefine((known, context) => {
    const files = fileNames(known.manifest);
    const parsed = ManifestSchema.safeParse(withoutFiles(known.manifest));
    for (const { path, message } of parsed.error?.issues ?? [])
      context.addIssue({ code: 'custom', path: ['manifest', ...path], message });
    if ('hub' in known.source && Object.keys(known.source.hub.files).sort().join() !== files.sort().join())
      context.addIssue({ code: 'custom', path: ['source'], message: `must give ${files.join(', ')} and no more` });
    if (known.queries.includes('joint') !== (known.manifest.mode === 'joint'))
      context.addIssue({ code: 'custom', path: ['queries'], message: 'joint stands for the mode joint alone' });
  });

type Data = z.infer<typeof Schema>;
export interface KnownModel extends Data {
  readonly name: string;
  /** What model.json will say, with no hashes yet. */
  readonly expected: Manifest;
}
export type HubRepo = z.infer<typeof HubSource>['hub'];

/**
 * A model described in `models/known`.
 * @param label names the file in faults.
 * @throws MargayError INTERNAL naming the file: it is ours.
 */
export function parseKnown(label: string, text: string): KnownModel {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new MargayError('INTERNAL', `models/known/${label} is not JSON.`, { cause });
  }
  const parsed = Schema.safeParse(value);
  const name = label.replace(/\.json$/, '');
  const faults = parsed.error?.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`) ?? [];
  if (parsed.data && parsed.data.manifest.name !== name) faults.push(`manifest.name: must be ${name}, as the file is`);
  if (!parsed.data || faults.length > 0)
    throw new MargayError('INTERNAL', `models/known/${label} does not describe a model (${faults.join('; ')}).`);
  return { ...parsed.data, name, expected: ManifestSchema.parse(withoutFiles(parsed.data.manifest)) };
}

/** All known models by name, sorted. */
export async function readKnown(folder: string): Promise<Map<string, KnownModel>> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).sort();
  const models = await Promise.all(
    files.map(async (file) => parseKnown(file, await readFile(join(folder, file), 'utf8'))),
  );
  return new Map(models.map((model) => [model.name, model]));
}

/**
 * The manifest of a known model whose files are there.
 * @param sha256 by file name; lower-case hex.
 * @param graphs the names that each graph really has, by file name.
 * @throws MargayError ENCODER_UNAVAILABLE when a graph has none of the names that are expected.
 */
export function manifestOf(
  { manifest }: KnownModel,
  sha256: ReadonlyMap<string, string>,
  graphs?: ReadonlyMap<string, GraphNames>,
): { manifest: Manifest; json: Record<string, unknown> } {
  const json = withHashes(withNames(manifest, graphs), (file) => sha256.get(file) ?? '') as Record<string, unknown>;
  return { manifest: ManifestSchema.parse(json), json };
}

/** Fit to be parsed before any file is there. */
const withoutFiles = (manifest: Data['manifest']) => withHashes(withNames(manifest), () => '0'.repeat(64));

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The files that a manifest names, at whatever depth. */
function fileNames(value: unknown): string[] {
  if (!isObject(value)) return [];
  const own = typeof value.file === 'string' ? [value.file] : [];
  return [...own, ...Object.values(value).flatMap(fileNames)];
}

function withHashes(value: unknown, of: (file: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => withHashes(item, of));
  if (!isObject(value)) return value;
  const { file, ...rest } = value;
  const deeper = Object.fromEntries(Object.entries(rest).map(([key, item]) => [key, withHashes(item, of)]));
  return typeof file === 'string' ? { file, sha256: of(file), ...deeper } : deeper;
}
