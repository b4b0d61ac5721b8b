import { open } from 'node:fs/promises';
import { MargayError } from '../errors.ts';

/** No picture that the decoder would take is larger; it says so itself with its own limit. */
const MAX_BYTES = 64 * 1024 * 1024;

/** The bytes of a file. @throws MargayError NOT_FOUND, IMAGE_TOO_LARGE, BAD_IMAGE, with `name` in place of the path. */
export async function readPictureFile(path: string, name: string): Promise<Uint8Array> {
  const file = await open(path, 'r').catch((cause) => {
    throw new MargayError('NOT_FOUND', `${name} cannot be opened.`, { cause });
  });
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new MargayError('BAD_IMAGE', `${name} is not a file.`);
    const { size } = stats;
    if (size > MAX_BYTES) throw new MargayError('IMAGE_TOO_LARGE', `${name} has ${size} bytes.`);
    return await file.readFile();
  } catch (cause) {
    if (cause instanceof MargayError) throw cause;
    throw new MargayError('BAD_IMAGE', `${name} cannot be read.`, { cause });
  } finally {
    await file.close();
  }
}
