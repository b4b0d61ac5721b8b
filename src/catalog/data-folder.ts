import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { MargayError } from '../errors.ts';

/**
 * Makes the data folder where it is missing, and the folders above it.
 * Not by `recursive`: Node tries for ever where a folder cannot be made and the system says ENOENT, as below /proc.
 * @throws MargayError BAD_INPUT naming the setting.
 */
export async function makeDataFolder(folder: string): Promise<void> {
  const missing: string[] = [];
  try {
    for (let at = resolve(folder); !(await isFolder(at)); at = dirname(at)) missing.unshift(at);
    for (const path of missing)
      await mkdir(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
  } catch (cause) {
    throw new MargayError('BAD_INPUT', 'MARGAY_DATA: the folder cannot be made.', {
      cause,
      remedy: 'Set it to a folder that this user may write.',
    });
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found && !found.isDirectory()) throw new Error('There is a file in its place.');
  return found !== undefined;
}
