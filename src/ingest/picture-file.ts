import { open } from 'node:fs/promises';
import { MargayError } from '../errors.ts';

/** No picture that the decoder takes is larger. */
export const MAX_BYTES = 20 * 1024 * 1024;

/** The bytes of a file. @throws MargayError NOT_FOUND, IMAGE_TOO_LARGE, BAD_IMAGE; no message names the path. */
export async function readPictureFile(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r').catch((cause) => {
    throw new MargayError('NOT_FOUND', 'It cannot be opened.', { cause });
  });
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new MargayError('BAD_IMAGE', 'It is not a file.');
    const { size } = stats;
    if (size > MAX_BYTES)
      throw new MargayError('IMAGE_TOO_LARGE', `It has ${size} bytes; at most ${MAX_BYTES} are taken.`);
    return await file.readFile();
  } catch (cause) {
    if (cause instanceof MargayError) throw cause;
    throw new MargayError('BAD_IMAGE', 'It cannot be read.', { cause });
  } finally {
    await file.close();
  }
}
