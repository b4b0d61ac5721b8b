import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { MargayError } from '../errors.ts';

/** The catalog of one's own, where there is one: written by the first `index`, and served from then on in place of the demo. */
const Served = z.object({ name: z.enum(['own', 'own_2']), sources: z.array(z.string()) });
export type Served = z.infer<typeof Served>;

export const DEMO = 'demo';
export const OWN = 'own';

/** The name of a catalog that is built anew while the other one is still served. */
export const otherName = (name: Served['name']): Served['name'] => (name === 'own' ? 'own_2' : 'own');

const fileOf = (folder: string) => join(folder, 'catalog.json');

/** What is served from this data folder, or null for the demo. */
export async function readServed(folder: string): Promise<Served | null> {
  const text = await readFile(fileOf(folder), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  try {
    return Served.parse(JSON.parse(text));
  } catch (cause) {
    throw new MargayError('CATALOG_MISMATCH', 'catalog.json in the data folder cannot be read.', {
      remedy: 'Delete it to serve the demo, or index your data again.',
      cause,
    });
  }
}

/** Written beside and renamed, so that a reader never meets half of it. */
export async function writeServed(folder: string, served: Served): Promise<void> {
  const temporary = `${fileOf(folder)}.tmp`;
  await writeFile(temporary, `${JSON.stringify(served, null, 2)}\n`);
  await rename(temporary, fileOf(folder));
}

/** Vectors of two of these are never compared: the encoder's own fingerprint and what of a product it was given. */
export const catalogFingerprint = (encoder: string, embed: string, title: string): string =>
  createHash('sha256')
    .update(JSON.stringify(embed === 'image' ? [encoder, embed] : [encoder, embed, title]))
    .digest('hex')
    .slice(0, 32);
