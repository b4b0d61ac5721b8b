import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Manifest } from '../encode/manifest.ts';
import type { KnownModel } from './known-model.ts';
import { manifestIn, placesOf } from './model-folder.ts';

export type Presence =
  | { readonly state: 'ready'; readonly bytes: number }
  /** `share` in [0, 1] of what is to come; undefined before the hub was asked. */
  | { readonly state: 'partial'; readonly share: number | undefined }
  | { readonly state: 'absent' };

export interface ListedModel {
  readonly name: string;
  readonly known: KnownModel | undefined;
  /** Of the folder, where there is one. */
  readonly manifest: Manifest | undefined;
  readonly presence: Presence;
}

const Total = z.object({ bytes: z.number().positive() });

/** Known models, and those that lie in the folder. Files are counted and not hashed: `check` does that. */
export async function listModels(known: ReadonlyMap<string, KnownModel>, folder: string): Promise<ListedModel[]> {
  const there = (await readdir(folder, { withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'known')
    .map(({ name }) => name);
  const names = [...new Set([...there, ...known.keys()])].sort();
  const models = await Promise.all(names.map((name) => listed(name, known.get(name), join(folder, name))));
  return models.filter((model) => model.known || model.manifest);
}

async function listed(name: string, known: KnownModel | undefined, folder: string): Promise<ListedModel> {
  const found = await manifestIn(folder);
  if (found)
    return { name, known, manifest: found.manifest, presence: { state: 'ready', bytes: await bytesIn(folder) } };
  const { partial, staged } = placesOf(folder);
  if (!(await stat(partial).catch(() => undefined)))
    return { name, known, manifest: undefined, presence: { state: 'absent' } };
  const done = (await bytesIn(staged)) + (await bytesIn(partial));
  // A pull that the hub refused left nothing but its folder.
  if (done === 0) return { name, known, manifest: undefined, presence: { state: 'absent' } };
  const total = await readFile(totalFile(partial), 'utf8').then(
    (text) => Total.safeParse(JSON.parse(text)).data?.bytes,
    () => undefined,
  );
  return {
    name,
    known,
    manifest: undefined,
    presence: { state: 'partial', share: total && Math.min(1, done / total) },
  };
}

/** Where a pull notes how much is to come. */
export const totalFile = (partial: string): string => join(partial, 'total.json');

/** What a pull writes down beside what it downloads. */
const NOTES = /^total\.json$|^lock|\.part\.json$/;

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile() && !NOTES.test(entry.name))
      .map(async ({ name }) => (await stat(join(folder, name)).catch(() => undefined))?.size ?? 0),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
