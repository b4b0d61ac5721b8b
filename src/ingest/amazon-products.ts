import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type AmazonRecord, isReview, readMeta, readReview } from './amazon-record.ts';
import { type JsonLine, jsonLines } from './json-lines.ts';
import type { SourceFault } from './source.ts';

export interface AmazonFile {
  readonly path: string;
  /** Whether its lines are reviews, and not products. */
  readonly reviews: boolean;
  /** meta_CATEGORY.jsonl beside the reviews of CATEGORY.jsonl, where it is. */
  readonly meta?: string;
}

/** What the file holds, by its first line that can be read. */
export async function amazonFile(path: string): Promise<AmazonFile> {
  for await (const line of jsonLines(path))
    if ('value' in line) {
      const reviews = isReview(line.value);
      const meta = reviews ? await metaBeside(path) : undefined;
      return { path, reviews, ...(meta !== undefined && { meta }) };
    }
  return { path, reviews: false };
}

async function metaBeside(path: string): Promise<string | undefined> {
  const stem = join(dirname(path), `meta_${basename(path).replace(/\.gz$/i, '')}`);
  for (const meta of [stem, `${stem}.gz`]) {
    const found = await stat(meta).catch(() => undefined);
    if (found?.isFile()) return meta;
  }
  return undefined;
}

/** Products of reviews that are looked up in the meta file together: each time it is read from its beginning. */
const TOGETHER = 10_000;

export interface AmazonProductsOptions {
  /** How many products somebody wants; more may come. */
  readonly limit: number;
  /** Most pictures a product. */
  readonly pictures: number;
}

/**
 * The products of a file in its order, each once, and its faults. Of a reviews file a product's pictures are those of its reviews; reviews without one
 * are passed over. Where one picture a product is asked for, that of its first review with one, the file is read as far as it has to be; where more are,
 * all of it first.
 */
export async function* amazonProducts(
  file: AmazonFile,
  options: AmazonProductsOptions,
): AsyncGenerator<AmazonRecord | SourceFault> {
  const found = file.reviews ? reviewed(file.path, options) : listed(file.path, options);
  if (file.meta === undefined) yield* found;
  else yield* described(found, file.meta, Math.min(TOGETHER, 2 * options.limit));
}

async function* listed(path: string, { pictures }: AmazonProductsOptions): AsyncGenerator<AmazonRecord | SourceFault> {
  const seen = new Set<string>();
  for await (const line of jsonLines(path)) {
    const record = recordOf(line, readMeta);
    if (!('id' in record)) yield record;
    else if (!seen.has(record.id)) {
      seen.add(record.id);
      if (record.pictures.length === 0) yield { name: record.id, reason: 'It names no picture.' };
      else yield { ...record, pictures: record.pictures.slice(0, pictures) };
    }
  }
}

async function* reviewed(
  path: string,
  { pictures }: AmazonProductsOptions,
): AsyncGenerator<AmazonRecord | SourceFault> {
  const products = new Map<string, AmazonRecord>();
  for await (const line of jsonLines(path)) {
    const record = recordOf(line, readReview);
    if (!('id' in record)) yield record;
    else if (record.pictures.length > 0) {
      const before = products.get(record.id);
      if (before && before.pictures.length >= pictures) continue;
      const all = [...new Set([...(before?.pictures ?? []), ...record.pictures])].slice(0, pictures);
      const product = { ...(before ?? record), pictures: all };
      products.set(record.id, product);
      if (pictures === 1) yield product;
    }
  }
  if (pictures > 1) yield* products.values();
}

/** The same with what the meta file says of each, where it does. */
async function* described(
  found: AsyncIterable<AmazonRecord | SourceFault>,
  meta: string,
  together: number,
): AsyncGenerator<AmazonRecord | SourceFault> {
  let waiting: AmazonRecord[] = [];
  for await (const item of found)
    if (!('id' in item)) yield item;
    else if (waiting.push(item) === together) {
      yield* await withMeta(waiting, meta);
      waiting = [];
    }
  if (waiting.length > 0) yield* await withMeta(waiting, meta);
}

async function withMeta(products: readonly AmazonRecord[], meta: string): Promise<AmazonRecord[]> {
  const wanted = new Set(products.map(({ id }) => id));
  const known = new Map<string, AmazonRecord>();
  for await (const line of jsonLines(meta)) {
    const record = recordOf(line, readMeta);
    if ('id' in record && wanted.delete(record.id)) known.set(record.id, record);
    if (wanted.size === 0) break;
  }
  return products.map((product) => {
    const values = known.get(product.id)?.values;
    return { ...product, values: values ? { ...values, title: values.title || product.values.title } : product.values };
  });
}

function recordOf(line: JsonLine, read: (value: unknown) => AmazonRecord | string): AmazonRecord | SourceFault {
  const record = 'fault' in line ? line.fault : read(line.value);
  return typeof record === 'string' ? { name: `line ${line.number}`, reason: record } : record;
}
