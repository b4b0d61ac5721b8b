import { createHash } from 'node:crypto';
import { z } from 'zod';
import { PictureFolder } from '../catalog/picture-folder.ts';
import { MargayError } from '../errors.ts';

/** A server that had no picture is not asked again for so long, in milliseconds: a day. */
const FORGIVEN_AFTER_MS = 24 * 60 * 60_000;
const PICTURE = '.picture';
const FAILURE = '.failure';

/** Faults that say something of what lies there; others may be gone a moment later, or with another option. */
const LASTING = ['NOT_FOUND', 'IMAGE_TOO_LARGE', 'UNSUPPORTED_IMAGE', 'BAD_IMAGE'] as const;
const Failure = z.object({ code: z.enum(LASTING), message: z.string(), at: z.number() });

/** Pictures that were fetched, by the SHA-256 of their address. Whoever is cut off finds each whole or not at all. */
export class PictureCache {
  readonly #folder: PictureFolder;
  readonly #now: () => number;

  /** @param folder may be deleted at any time: what is missing is fetched again. @param now milliseconds since 1970. */
  constructor(folder: string, now: () => number = Date.now) {
    this.#folder = new PictureFolder(folder);
    this.#now = now;
  }

  has(address: string): Promise<boolean> {
    return this.#folder.has(idOf(address), PICTURE);
  }

  read(address: string): Promise<Buffer | null> {
    return this.#folder.read(idOf(address), PICTURE);
  }

  async write(address: string, bytes: Uint8Array): Promise<void> {
    await this.#folder.write(idOf(address), PICTURE, bytes);
  }

  /** The fault that was found there within a day. */
  async failure(address: string): Promise<MargayError | undefined> {
    const text = await this.#folder.read(idOf(address), FAILURE);
    if (!text) return undefined;
    try {
      const { code, message, at } = Failure.parse(JSON.parse(text.toString('utf8')));
      return Math.abs(this.#now() - at) < FORGIVEN_AFTER_MS ? new MargayError(code, message) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Keeps a fault that lasts. */
  async writeFailure(address: string, { code, message }: MargayError): Promise<void> {
    const failure = Failure.safeParse({ code, message, at: this.#now() });
    if (!failure.success) return;
    await this.#folder.write(idOf(address), FAILURE, Buffer.from(JSON.stringify(failure.data)));
  }
}

const idOf = (address: string) => createHash('sha256').update(address).digest('hex');
