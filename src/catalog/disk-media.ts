import { join } from 'node:path';
import pLimit from 'p-limit';
import type { ModelPixels } from '../encode/encoder.ts';
import { MargayError } from '../errors.ts';
import type { Decoded, Picture } from '../image/decoder.ts';
import type { EncodedFormat, Renderer } from '../image/renderer.ts';
import { SingleFlight } from '../policy/single-flight.ts';
import { type MediaStore, type QueryPicture, THUMBNAIL, WIDTHS } from './media-store.ts';
import { isPictureId, type KeptPicture, MASTER, PictureFolder, toImage } from './picture-folder.ts';
import type { StoredImage } from './product.ts';

/** A query picture is kept this long after it was last sent, in milliseconds. */
export const QUERY_LIFE = 3_600_000;

const PIXELS = '.pixels';
const EXTENSION: Record<EncodedFormat, string> = { jpeg: 'jpg', webp: 'webp', avif: 'avif' };

export interface DiskMediaOptions {
  /** Made when missing. `pictures/` are for good, `queries/` for an hour. */
  readonly folder: string;
  readonly renderer: Renderer;
  /** Milliseconds since 1970; tests bring their own. */
  readonly now?: () => number;
}

/** Pictures as files. The master is a JPEG of the decoded pixels, so nothing of the file that was sent (position, profile, comments, what hides behind its end) is ever kept. */
export class DiskMedia implements MediaStore {
  readonly #renderer: Renderer;
  readonly #now: () => number;
  readonly #pictures: PictureFolder;
  readonly #queries: PictureFolder;
  readonly #flights = new SingleFlight<Uint8Array>();
  /** Encoders take all cores and much memory: AVIF one at a time, the others two. */
  readonly #room = { avif: pLimit(1), others: pLimit(2) };
  /** The last change of each picture under way: changes of one picture follow each other. */
  readonly #changes = new Map<string, Promise<unknown>>();

  constructor({ folder, renderer, now = Date.now }: DiskMediaOptions) {
    this.#renderer = renderer;
    this.#now = now;
    this.#pictures = new PictureFolder(join(folder, 'pictures'));
    this.#queries = new PictureFolder(join(folder, 'queries'));
  }

  put(decoded: Decoded): Promise<StoredImage> {
    const { id, picture } = decoded;
    return this.#change(id, async () => {
      const known = await this.#pictures.whole(id);
      if (known) return toImage(id, known);
      const master = await this.#renderer.write(picture, 'jpeg');
      await this.#pictures.write(id, MASTER, master);
      if (picture.width > THUMBNAIL) {
        const thumbnail = await this.#renderer.write(picture, 'jpeg', { width: THUMBNAIL, quality: 82 });
        await this.#pictures.write(id, sizedSuffix(THUMBNAIL, 'jpeg'), thumbnail);
      }
      const record = await this.#describe(decoded);
      await this.#pictures.writeRecord(id, record);
      return toImage(id, record);
    });
  }

  async has(id: string): Promise<boolean> {
    return isPictureId(id) && (await this.#pictures.record(id)) !== null;
  }

  putQuery(decoded: Decoded, pixels: ModelPixels, fingerprint: string): Promise<QueryPicture> {
    const { id, picture } = decoded;
    return this.#change(id, async () => {
      const known = await this.#queries.whole(id);
      if (!known) await this.#queries.write(id, MASTER, await this.#renderer.write(picture, 'jpeg'));
      await this.#queries.write(id, PIXELS, pixels.rgb);
      const expiresAt = this.#now() + QUERY_LIFE;
      const described = known ?? (await this.#describe(decoded));
      await this.#queries.writeRecord(id, {
        ...described,
        expiresAt,
        fingerprint,
        size: pixels.size,
        rows: pixels.height,
      });
      return { image: toImage(id, described), expiresAt: new Date(expiresAt) };
    });
  }

  async query(id: string, fingerprint: string): Promise<(QueryPicture & { pixels: ModelPixels | null }) | null> {
    const record = await this.#queryRecord(id);
    if (!record?.expiresAt) return null;
    const pixels = record.fingerprint === fingerprint ? await this.#pixels(id, record) : null;
    return { image: toImage(id, record), expiresAt: new Date(record.expiresAt), pixels };
  }

  async picture(id: string): Promise<Picture> {
    const { folder } = await this.#find(id);
    return this.#renderer.read(await master(folder, id));
  }

  async sized(id: string, width: number, format: EncodedFormat, options: { signal: AbortSignal }): Promise<Uint8Array> {
    if (!WIDTHS.includes(width as (typeof WIDTHS)[number]))
      throw new MargayError('BAD_INPUT', `No pictures are served at width ${width}.`, {
        argument: 'width',
        remedy: `Ask for one of ${WIDTHS.join(', ')}.`,
      });
    options.signal.throwIfAborted();
    const { folder, record } = await this.#find(id);
    // Widths beyond the picture's own all mean the same file.
    const served = Math.min(width, record.stored);
    if (format === 'jpeg' && served === record.stored) return master(folder, id);
    const suffix = sizedSuffix(served, format);
    const made = await folder.read(id, suffix);
    if (made) return made;
    return this.#flights.run(`${record.expiresAt ? 'query' : 'catalog'} ${id}${suffix}`, options, (signal) =>
      this.#room[format === 'avif' ? 'avif' : 'others'](async () => {
        signal.throwIfAborted();
        const file = await this.#renderer.convert(await master(folder, id), format, { width: served });
        await folder.write(id, suffix, file);
        return file;
      }),
    );
  }

  async sweep(): Promise<number> {
    let removed = 0;
    for await (const { id, touchedAt } of this.#queries.list()) {
      const gone = await this.#change(id, async () => {
        const record = await this.#queries.record(id);
        // Without a record it is being written, or was left behind by a crash.
        if ((record?.expiresAt ?? touchedAt + QUERY_LIFE) > this.#now()) return false;
        await this.#queries.remove(id);
        return record !== null;
      });
      if (gone) removed++;
    }
    return removed;
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#changes.values(), this.#flights.idle()]);
  }

  async #describe({ width, height, picture }: Decoded): Promise<KeptPicture> {
    const hash = await this.#renderer.thumbhash(picture);
    return { width, height, thumbhash: Buffer.from(hash).toString('base64'), stored: picture.width };
  }

  async #queryRecord(id: string): Promise<KeptPicture | null> {
    const record = isPictureId(id) ? await this.#queries.record(id) : null;
    return record?.expiresAt && record.expiresAt > this.#now() ? record : null;
  }

  async #pixels(id: string, { size, rows }: KeptPicture): Promise<ModelPixels | null> {
    const rgb = await this.#queries.read(id, PIXELS);
    if (!size || rgb?.length !== size * (rows ?? size) * 3) return null;
    return rows === undefined ? { size, rgb } : { size, height: rows, rgb };
  }

  async #find(id: string): Promise<{ folder: PictureFolder; record: KeptPicture }> {
    const kept = isPictureId(id) ? await this.#pictures.record(id) : null;
    if (kept) return { folder: this.#pictures, record: kept };
    const asked = await this.#queryRecord(id);
    if (asked) return { folder: this.#queries, record: asked };
    throw noPicture();
  }

  async #change<T>(id: string, work: () => Promise<T>): Promise<T> {
    if (!isPictureId(id)) throw noPicture();
    const before = this.#changes.get(id);
    const change = (async () => {
      await before?.catch(() => {});
      return work();
    })();
    this.#changes.set(id, change);
    try {
      return await change;
    } finally {
      if (this.#changes.get(id) === change) this.#changes.delete(id);
    }
  }
}

const sizedSuffix = (width: number, format: EncodedFormat) => `-${width}.${EXTENSION[format]}`;

async function master(folder: PictureFolder, id: string): Promise<Buffer> {
  const bytes = await folder.read(id, MASTER);
  if (!bytes) throw noPicture();
  return bytes;
}

const noPicture = () =>
  new MargayError('NOT_FOUND', 'There is no such picture.', {
    remedy: 'Query pictures are kept for an hour: send it again.',
  });
