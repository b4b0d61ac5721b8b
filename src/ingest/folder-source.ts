import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, relative, sep } from 'node:path';
import type { CatalogDefinition } from '../catalog/definition.ts';
import { faultOfId } from '../catalog/product.ts';
import { MargayError } from '../errors.ts';
import { readPictureFile } from './picture-file.ts';
import type { Source, SourceProduct } from './source.ts';

/** Every file below a folder, links to files too, as a product of one picture, titled by its file name. Hidden files are left out. */
export async function folderSource(folder: string, definition: CatalogDefinition): Promise<Source> {
  const needed = definition.fields.filter(({ name, required }) => required && name !== definition.title);
  if (needed.length > 0)
    throw new MargayError(
      'BAD_INPUT',
      `A folder gives titles alone, and every ${definition.type} needs ${needed.map(({ name }) => name).join(', ')}.`,
      { remedy: 'Index a .jsonl file that names them.' },
    );
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries) {
    const path = relative(folder, join(entry.parentPath, entry.name));
    if (path.split(sep).some((part) => part.startsWith('.'))) continue;
    if (entry.isFile() || (entry.isSymbolicLink() && (await leadsToFile(join(folder, path))))) files.push(path);
  }
  files.sort();
  return {
    total: files.length,
    *items() {
      for (const path of files) yield productOf(folder, path, definition.title);
    },
  };
}

function productOf(folder: string, path: string, title: string): SourceProduct {
  const name = path.split(sep).join('/');
  return {
    // A path too long for an id still has one of its own.
    id: faultOfId(name) ? createHash('sha256').update(name).digest('hex') : name,
    fields: { [title]: titleOf(name) },
    images: [{ name, read: () => readPictureFile(join(folder, path)) }],
  };
}

const leadsToFile = (path: string) =>
  stat(path).then(
    (found) => found.isFile(),
    () => true, // A link that leads nowhere is reported like any other file that cannot be opened.
  );

/** "red-polka_dot mug.jpg" -> "red polka dot mug" */
export function titleOf(name: string): string {
  const stem = basename(name, extname(name));
  return stem.replace(/[-_\s]+/g, ' ').trim() || stem;
}
