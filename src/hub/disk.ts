import { mkdir, open, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MargayError } from '../errors.ts';

/** Left free beside the model, for model.json, golden vectors and what else runs on the machine, in bytes. */
const RESERVE = 32 * 2 ** 20;

export const megabytes = (bytes: number): string =>
  bytes >= 1e9
    ? `${(bytes / 1e9).toFixed(2)} GB`
    : bytes >= 1e5
      ? `${Math.round(bytes / 1e6) || (bytes / 1e6).toFixed(1)} MB`
      : `${bytes} bytes`;

/**
 * @param folder is there.
 * @throws MargayError where the disk has not so many bytes left.
 */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < bytes + RESERVE) throw full(`${megabytes(bytes)} are to come and ${megabytes(free)} are free`);
}

const full = (why: string, cause?: unknown): MargayError =>
  new MargayError('ENCODER_UNAVAILABLE', `There is not enough space on the disk: ${why}.`, {
    remedy:
      'Free some space, or name a folder on another disk with --out FOLDER. What has come stays, and the next run goes on from there.',
    cause,
  });

/** The errors of a file system in words that name a remedy; others as they are. */
export function diskFault(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return full('it is full now', error);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new MargayError('BAD_INPUT', `${path} cannot be written (${code}).`, {
      remedy: 'Name a folder that this user may write with --out FOLDER.',
      cause: error,
    });
  return error;
}

/** As `mkdir -p`, told in words. */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((error: unknown) => {
    throw diskFault(error, path);
  });
}

/** Makes a rename outlast a power cut. Not every system lets a folder be synced: there the system's own care has to do. */
export async function syncFolderOf(path: string): Promise<void> {
  const folder = await open(dirname(path)).catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}
