import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, extname, join, relative, sep } from 'node:path';
import { readPictureFile } from './picture-file.ts';
import type { Source, SourceProduct } from './source.ts';

/** Ids longer than this are replaced by a hash: stores bound their keys. */
const MAX_ID = 100;

/** Every file below a folder as a product of one picture, titled by its file name. Hidden files are left out. */
export async function folderSource(folder: string): Promise<Source> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !path.split(sep).some((part) => part.startsWith('.')))
    .sort();
  return {
    total: files.length,
    *items() {
      for (const path of files) yield productOf(folder, path);
    },
  };
}

function productOf(folder: string, path: string): SourceProduct {
  const name = path.split(sep).join('/');
  return {
    id: name.length <= MAX_ID ? name : createHash('sha256').update(name).digest('hex'),
    title: titleOf(name),
    images: [{ name, read: () => readPictureFile(join(folder, path), name) }],
  };
}

/** "red-polka_dot mug.jpg" -> "red polka dot mug" */
export function titleOf(name: string): string {
  const stem = basename(name, extname(name));
  return stem.replace(/[-_\s]+/g, ' ').trim() || stem;
}
