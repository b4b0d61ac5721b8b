import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { CatalogDefinition } from '../catalog/definition.ts';
import type { MediaStore } from '../catalog/media-store.ts';
import { faultOfId, IMAGES, type Product, type ProductId, type Row, type StoredImage } from '../catalog/product.ts';
import type { Encoder } from '../encode/encoder.ts';
import { MargayError } from '../errors.ts';
import type { Decoder } from '../image/decoder.ts';
import type { VectorStore } from '../retrieve/vector-store.ts';
import { isFault, type Source, type SourceImage, type SourceProduct } from './source.ts';

export interface IngestStages {
  readonly decoder: Decoder;
  readonly encoder: Encoder;
  readonly media: MediaStore;
  readonly store: VectorStore;
}

export interface IngestOptions {
  readonly definition: CatalogDefinition;
  /** What is embedded of a product. */
  readonly embed: 'image' | 'image+title';
  /** Whether a bad picture fails its product; by default it is passed over. */
  readonly whole?: boolean;
  readonly signal: AbortSignal;
  /** Called after each item, in order of completion. */
  readonly onOutcome?: (outcome: Outcome) => void;
}

/** What became of one item. `skipped` are its pictures that could not be read. */
export type Outcome =
  | {
      readonly name: string;
      readonly status: 'INDEXED' | 'UNCHANGED';
      /** Whether a product of this id was there before. */
      readonly replaced: boolean;
      readonly skipped: readonly Skipped[];
    }
  | { readonly name: string; readonly status: 'FAILED'; readonly reason: string; readonly skipped: readonly Skipped[] };

export interface Skipped {
  readonly name: string;
  readonly reason: string;
}

/** Products written together: large enough to be quick, small enough to lose little when stopped. */
const BATCH = 64;
/** Products prepared at once; decoding and inference bound themselves. */
export const AT_ONCE = 6;

/**
 * Source -> decoded pictures -> embeddings -> stored products, through the same decoder and encoder as a search.
 * Items are answered one by one: a bad picture is passed over, a product without a good one fails, nothing else stops.
 * A product whose pictures and fields are unchanged is not embedded again, unless a picture of it was lost from the media store.
 * @throws what the stores throw; everything acknowledged by `onOutcome` before is stored.
 */
export async function ingest(source: Source, stages: IngestStages, options: IngestOptions): Promise<void> {
  const answer = options.onOutcome ?? (() => {});
  let batch = new Map<ProductId, SourceProduct>();
  const flush = async () => {
    const products = [...batch.values()];
    batch = new Map();
    if (products.length > 0) for (const outcome of await ingestBatch(products, stages, options)) answer(outcome);
  };
  for await (const item of source.items()) {
    options.signal.throwIfAborted();
    if (isFault(item)) {
      answer({ name: item.name, status: 'FAILED', reason: item.reason, skipped: [] });
      continue;
    }
    const fault = faultOfId(item.id);
    if (fault) {
      answer({
        name: JSON.stringify(item.id.slice(0, 100)),
        status: 'FAILED',
        reason: `Its id ${fault}.`,
        skipped: [],
      });
    } else {
      // Two of one id in one batch would be written in no certain order.
      if (batch.has(item.id)) await flush();
      batch.set(item.id, item);
      if (batch.size === BATCH) await flush();
    }
  }
  await flush();
}

async function ingestBatch(
  products: readonly SourceProduct[],
  stages: IngestStages,
  options: IngestOptions,
): Promise<Outcome[]> {
  const { signal } = options;
  const known = await loadKnown(products, stages, signal);
  const done = await pLimit(AT_ONCE).map(products, (product) =>
    prepare(product, known.get(product.id), stages, options),
  );
  const rows = done.flatMap(({ rows }) => rows);
  if (rows.length > 0) await stages.store.upsert(rows, { signal });
  return done.map(({ outcome }) => outcome);
}

/** What is stored of a product. */
export interface Known {
  readonly source: string;
  readonly images: readonly StoredImage[];
}

export interface Prepared {
  readonly outcome: Outcome;
  readonly rows: readonly Row[];
}

/** A picture as it was read, by the SHA-256 of its bytes. */
interface SeenPicture {
  readonly image: SourceImage;
  readonly digest: Uint8Array;
}

/** What is stored of those products that are. */
export async function loadKnown(
  products: readonly SourceProduct[],
  { store }: Pick<IngestStages, 'store'>,
  signal: AbortSignal,
): Promise<Map<ProductId, Known>> {
  const ids = products.map(({ id }) => id);
  const [sources, stored] = await Promise.all([
    store.sources(ids, { signal }),
    store.get(ids, { columns: [IMAGES], signal }),
  ]);
  return new Map([...sources].map(([id, source]) => [id, { source, images: stored.get(id)?.images ?? [] }]));
}

/** One product, its pictures read, decoded and embedded, and nothing stored but those. @throws with `whole` what is wrong with a picture. */
export async function prepare(
  product: SourceProduct,
  known: Known | undefined,
  stages: Omit<IngestStages, 'store'>,
  { definition, embed, whole, signal }: IngestOptions,
): Promise<Prepared> {
  signal.throwIfAborted();
  const fields = Object.fromEntries(definition.fields.map(({ name }) => [name, product.fields[name] ?? null]));
  const skipped: Skipped[] = [];
  const pass = (image: SourceImage, error: unknown) => {
    signal.throwIfAborted();
    if (!isAboutThePicture(error)) throw error;
    if (whole) throw ofPicture(error, image);
    skipped.push({ name: image.name, reason: error.message });
  };
  // Six products of many large pictures would not fit in memory: each is read again when it is its turn.
  const read: SeenPicture[] = [];
  for (const image of product.images)
    try {
      read.push({ image, digest: digestOf(await image.read()) });
    } catch (error) {
      pass(image, error);
    }
  const replaced = known !== undefined;
  if (fingerprintOf(fields, embed, read) === known?.source && (await allKept(known.images, stages.media)))
    return { outcome: { name: product.id, status: 'UNCHANGED', replaced, skipped }, rows: [] };

  const embedded: Omit<Row, 'productId' | 'ordinal' | 'product' | 'source'>[] = [];
  const judged: typeof read = [];
  for (const { image } of read) {
    let seen: SeenPicture | undefined;
    try {
      const bytes = await image.read();
      seen = { image, digest: digestOf(bytes) };
      const { decoded, pixels } = await patiently(signal, async () => {
        const decoded = await stages.decoder.decode(bytes, { signal, needs: stages.encoder.info.needs });
        return { decoded, pixels: await stages.encoder.prepare(decoded.picture, { signal }) };
      });
      const priority = 'index' as const;
      const encode = (text?: string) =>
        patiently(signal, () => stages.encoder.encode({ pixels, text }, { signal, priority }));
      // Attributes are the picture's own; most models have none, and need not look at it without the title then.
      const alone = embed === 'image' || stages.encoder.info.attributes.length > 0 ? await encode() : undefined;
      const { vector } = alone && embed === 'image' ? alone : await encode(String(fields[definition.title]));
      embedded.push({
        vector,
        attributes: alone?.attributes ?? {},
        image: await stages.media.put(decoded.whole ? decoded : await stages.decoder.decode(bytes, { signal })),
      });
      judged.push(seen);
    } catch (error) {
      pass(image, error);
      // What took too long once gets another chance at the next run: it does not count as seen. Nor does what is gone meanwhile.
      if (seen && !isLate(error)) judged.push(seen);
    }
  }
  if (embedded.length === 0) {
    const reason = skipped[0]?.reason ?? 'It has no picture.';
    return { outcome: { name: product.id, status: 'FAILED', reason, skipped }, rows: [] };
  }
  const shown: Required<Product> = { id: product.id, fields, images: embedded.map(({ image }) => image) };
  const source = fingerprintOf(fields, embed, judged);
  return {
    outcome: { name: product.id, status: 'INDEXED', replaced, skipped },
    rows: embedded.map((row, ordinal) => ({ ...row, productId: product.id, ordinal, product: shown, source })),
  };
}

/** The fault with the picture's name, where it does not say itself. */
function ofPicture(error: MargayError, { name }: SourceImage): MargayError {
  const { code, message, argument, remedy, retryAfter } = error;
  if (argument !== undefined) return error;
  return new MargayError(code, `${name}: ${message}`, {
    argument: name,
    ...(remedy !== undefined && { remedy }),
    ...(retryAfter !== undefined && { retryAfter }),
    cause: error,
  });
}

async function allKept(images: readonly StoredImage[], media: MediaStore): Promise<boolean> {
  for (const { id } of images) if (!(await media.has(id))) return false;
  return true;
}

/** Tries where somebody is busy, and the longest wait before the next, in seconds. */
const TRIES = 10;
const LONGEST_WAIT = 10;

/** An import has time: who is busy is asked again when it says, and not for ever. */
async function patiently<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof MargayError) || error.code !== 'OVERLOADED' || tries === TRIES) throw error;
      await sleep(1000 * Math.min(LONGEST_WAIT, error.retryAfter ?? 1), undefined, { signal });
    }
}

/** A fault of this picture, which the next one need not share. */
const ABOUT_THE_PICTURE = new Set([
  'BAD_IMAGE',
  'IMAGE_TOO_LARGE',
  'UNSUPPORTED_IMAGE',
  'BAD_INPUT',
  'NOT_FOUND',
  'DEADLINE_EXCEEDED',
]);
const isLate = (error: unknown) => error instanceof MargayError && error.code === 'DEADLINE_EXCEEDED';
const isAboutThePicture = (error: unknown): error is MargayError =>
  error instanceof MargayError && ABOUT_THE_PICTURE.has(error.code);

const digestOf = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

function fingerprintOf(fields: Product['fields'], embed: string, read: readonly SeenPicture[]): string {
  const hash = createHash('sha256').update(JSON.stringify([embed, fields]));
  for (const { digest } of read) hash.update(digest);
  return hash.digest('hex');
}
