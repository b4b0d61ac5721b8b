import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { StoredImage } from './product.ts';

/** What an id must look like before it becomes part of a path. */
export const isPictureId = (id: string): boolean => /^[0-9a-f]{64}$/.test(id);

const Kept = z.object({
  width: z.int().positive(),
  height: z.int().positive(),
  thumbhash: z.string(),
  /** Width of the stored file, in pixels. */
  stored: z.int().positive(),
  /** Query pictures alone: milliseconds since 1970, and what the model saw. */
  expiresAt: z.number().optional(),
  fingerprint: z.string().optional(),
  size: z.int().positive().optional(),
  /** Rows of what the model saw, where they are not as many as `size`. */
  rows: z.int().positive().optional(),
});

/** What is kept beside a picture. It is written last: a picture without it is not there. */
export type KeptPicture = z.infer<typeof Kept>;

const RECORD = '.json';
export const MASTER = '.jpg';

/** Files by picture id, spread over 256 folders. Every file appears whole or not at all. */
export class PictureFolder {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async record(id: string): Promise<KeptPicture | null> {
    const text = await this.read(id, RECORD);
    if (!text) return null;
    try {
      return Kept.parse(JSON.parse(text.toString('utf8')));
    } catch {
      return null;
    }
  }

  /** The record of a picture whose master is there as well: after a power cut one may be without the other. */
  async whole(id: string): Promise<KeptPicture | null> {
    const record = await this.record(id);
    return record && (await this.has(id, MASTER)) ? record : null;
  }

  /** Whether there is such a file; an empty one that a power cut left does not count. */
  async has(id: string, suffix: string): Promise<boolean> {
    return Boolean((await stat(this.#path(id, suffix)).catch(orNull))?.size);
  }

  async writeRecord(id: string, record: KeptPicture): Promise<void> {
    await this.write(id, RECORD, Buffer.from(JSON.stringify(record)));
  }

  /** Null when there is no such file, or an empty one that a power cut left. */
  async read(id: string, suffix: string): Promise<Buffer | null> {
    const bytes = await readFile(this.#path(id, suffix)).catch(orNull);
    return bytes?.length ? bytes : null;
  }

  async write(id: string, suffix: string, bytes: Uint8Array): Promise<void> {
    const path = this.#path(id, suffix);
    const draft = `${path}.${randomUUID()}.tmp`;
    await mkdir(this.#folder(id), { recursive: true });
    try {
      await writeFile(draft, bytes);
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }

  /** Every file of the picture, the record first: from then on it is not there. */
  async remove(id: string): Promise<void> {
    await rm(this.#path(id, RECORD), { force: true });
    const names = ((await readdir(this.#folder(id)).catch(orNull)) ?? []).filter((name) => name.startsWith(id));
    await Promise.all(names.map((name) => rm(join(this.#folder(id), name), { force: true })));
  }

  /** Every id that has files, with when the last of them was written, in milliseconds since 1970. */
  async *list(): AsyncGenerator<{ id: string; touchedAt: number }> {
    for (const folder of (await readdir(this.#root).catch(orNull)) ?? []) {
      const touched = new Map<string, number>();
      for (const name of (await readdir(join(this.#root, folder)).catch(orNull)) ?? []) {
        const id = name.slice(0, 64);
        if (!isPictureId(id)) continue;
        const file = await stat(join(this.#root, folder, name)).catch(orNull);
        touched.set(id, Math.max(touched.get(id) ?? 0, file?.mtimeMs ?? 0));
      }
      for (const [id, touchedAt] of touched) yield { id, touchedAt };
    }
  }

  #folder(id: string): string {
    if (!isPictureId(id)) throw new RangeError('No picture id.');
    return join(this.#root, id.slice(0, 2));
  }

  #path(id: string, suffix: string): string {
    return join(this.#folder(id), `${id}${suffix}`);
  }
}

export const toImage = (id: string, { width, height, thumbhash }: KeptPicture): StoredImage => ({
  id,
  width,
  height,
  thumbhash,
});

function orNull(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}
