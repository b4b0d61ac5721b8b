import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CatalogDefinition } from './catalog/definition.ts';
import { readDefinition } from './catalog/read-definition.ts';
import type { Config } from './config.ts';
import { MargayError } from './errors.ts';

/** Fifty fields with a page of description each take a tenth of it. */
const MAX_BYTES = 1024 * 1024;

const DEMO_FILE = fileURLToPath(new URL('../catalog.graphql', import.meta.url));

/** catalog.graphql of the project, or the operator's own. @throws MargayError BAD_INPUT with every fault by its line. */
export async function openDefinition({ CATALOG_FILE }: Pick<Config, 'CATALOG_FILE'>): Promise<CatalogDefinition> {
  return CATALOG_FILE === undefined
    ? readDefinitionFile(DEMO_FILE, 'The file')
    : readDefinitionFile(CATALOG_FILE, 'CATALOG_FILE');
}

/**
 * @param told What messages call the file where it can't be read.
 * @throws MargayError BAD_INPUT with every fault by its line, or saying why there is nothing to read.
 */
export async function readDefinitionFile(path: string, told: string): Promise<CatalogDefinition> {
  return readDefinition(await textOf(path, told), basename(path));
}

async function textOf(path: string, told: string): Promise<string> {
  const unread = (fault: string, cause?: unknown) =>
    new MargayError('BAD_INPUT', `${told}: ${basename(path)} ${fault}.`, {
      cause,
      remedy: 'Name a file that says what a product is, as examples/catalogs/books.graphql does.',
    });
  try {
    const found = await stat(path);
    if (!found.isFile()) throw unread('is no file');
    if (found.size > MAX_BYTES) throw unread(`has ${found.size} bytes, and a catalog file at most ${MAX_BYTES}`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof MargayError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const fault = FAULTS[code ?? ''];
    throw fault ? unread(fault) : unread('cannot be read', error);
  }
}

const FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  ENOTDIR: 'is not there',
  EACCES: 'may not be read',
  EPERM: 'may not be read',
};
