import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { RemoteFile } from './repository.ts';

/** What a file hashes to as it comes: its SHA-256, and what the hub knows it by. */
export class Digests {
  readonly #file: RemoteFile;
  readonly #sha256 = createHash('sha256');
  readonly #git: Hash | undefined;
  #bytes = 0;

  constructor(file: RemoteFile) {
    this.#file = file;
    // Git hashes a blob with its length before it: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
    if (file.digest.kind === 'git-sha1') this.#git = createHash('sha1').update(`blob ${file.bytes}\0`);
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(part: Uint8Array): void {
    this.#bytes += part.byteLength;
    this.#sha256.update(part);
    this.#git?.update(part);
  }

  /** The file's SHA-256 in lower-case hex, and whether the file is the one that the hub knows. Once only. */
  finish(): { sha256: string; agrees: boolean } {
    const sha256 = this.#sha256.digest('hex');
    const found = this.#git ? this.#git.digest('hex') : sha256;
    return { sha256, agrees: this.#bytes === this.#file.bytes && found === this.#file.digest.hex };
  }
}

/** Digests of what a file on disk holds so far. */
export async function digestsOf(path: string, file: RemoteFile, signal: AbortSignal): Promise<Digests> {
  const digests = new Digests(file);
  for await (const part of createReadStream(path, { highWaterMark: 2 ** 20, signal })) digests.add(part as Buffer);
  return digests;
}
