import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { filesOf, type Manifest, ManifestSchema } from '../encode/manifest.ts';
import { digestsOf } from './digests.ts';

/** What stands in model.json beside the manifest: where the files came from. */
const Pulled = z.object({
  source: z.object({
    hub: z.string(),
    repo: z.string(),
    commit: z.string(),
    files: z.record(z.string(), z.object({ path: z.string(), bytes: z.number(), sha256: z.string() })),
  }),
});
export type Origin = z.infer<typeof Pulled>['source'];

/** The folders of a model: its own, and what is there before it. */
export interface ModelPlaces {
  /** Here when everything is whole, and never before. */
  readonly target: string;
  /** Hidden, beside it. */
  readonly partial: string;
  /** Inside `partial`, of the same name as `target`: what becomes `target` by one rename. */
  readonly staged: string;
}

export function placesOf(folder: string): ModelPlaces {
  const target = resolve(folder);
  const partial = join(dirname(target), `.${basename(target)}.partial`);
  return { target, partial, staged: join(partial, basename(target)) };
}

/** The manifest of a folder, its files not yet looked at; null where there is none. */
export async function manifestIn(folder: string): Promise<{ manifest: Manifest; origin: Origin | undefined } | null> {
  try {
    const json: unknown = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'));
    return { manifest: ManifestSchema.parse(json), origin: Pulled.safeParse(json).data?.source };
  } catch {
    return null;
  }
}

/** Whether a model, good or bad, is in the folder. */
export const isThere = async (folder: string): Promise<boolean> =>
  (await stat(join(folder, 'model.json')).catch(() => undefined)) !== undefined;

/** The first file of a model that is not what model.json says; null where all are. */
export async function firstFault(folder: string, manifest: Manifest, signal: AbortSignal): Promise<string | null> {
  for (const { file, sha256 } of filesOf(manifest)) {
    const path = join(folder, file);
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) return file;
    const any = { name: file, path: file, bytes: found.size, digest: { kind: 'sha256', hex: sha256 } } as const;
    if (!(await digestsOf(path, any, signal)).finish().agrees) return file;
  }
  return (await stat(join(folder, 'golden.json')).catch(() => undefined)) ? null : 'golden.json';
}
