import pLimit from 'p-limit';
import { MargayError } from '../errors.ts';
import { SingleFlight } from '../policy/single-flight.ts';
import type { PictureCache } from './picture-cache.ts';
import type { PictureFetch } from './picture-fetch.ts';

/** Requests under way at once, in all. */
const AT_ONCE = 8;

/** Pictures by their address, each fetched once and kept. */
export class FetchedPictures {
  readonly #cache: PictureCache;
  readonly #fetch: Pick<PictureFetch, 'get'>;
  readonly #signal: AbortSignal;
  readonly #limit = pLimit(AT_ONCE);
  /** Two products may show one picture. */
  readonly #underWay = new SingleFlight<Buffer>();
  /** Of this run: what was asked for, was there, and could not be had. */
  readonly counts = { fetched: 0, cached: 0, failed: 0 };

  constructor(cache: PictureCache, fetch: Pick<PictureFetch, 'get'>, signal: AbortSignal) {
    this.#cache = cache;
    this.#fetch = fetch;
    this.#signal = signal;
  }

  /**
   * Sees to it that the picture is there, and counts it.
   * @returns the fault where it can't be had.
   * @throws the signal's reason when it is aborted; what the disk throws.
   */
  async prepare(address: string): Promise<MargayError | undefined> {
    if (await this.#cache.has(address)) {
      this.counts.cached += 1;
      return undefined;
    }
    try {
      await this.#get(address);
      this.counts.fetched += 1;
      return undefined;
    } catch (error) {
      this.#signal.throwIfAborted();
      if (!(error instanceof MargayError)) throw error;
      this.counts.failed += 1;
      return error;
    }
  }

  /** @throws MargayError as `PictureFetch` does, where it was deleted since. */
  async read(address: string): Promise<Uint8Array> {
    return (await this.#cache.read(address)) ?? this.#get(address);
  }

  #get(address: string): Promise<Buffer> {
    return this.#underWay.run(address, { signal: this.#signal }, (signal) =>
      this.#limit(() => this.#fetchOnce(address, signal)),
    );
  }

  async #fetchOnce(address: string, signal: AbortSignal): Promise<Buffer> {
    signal.throwIfAborted();
    const failure = await this.#cache.failure(address);
    if (failure) throw failure;
    try {
      const bytes = await this.#fetch.get(address, signal);
      await this.#cache.write(address, bytes);
      return bytes;
    } catch (error) {
      if (error instanceof MargayError && !signal.aborted) await this.#cache.writeFailure(address, error);
      throw error;
    }
  }
}
