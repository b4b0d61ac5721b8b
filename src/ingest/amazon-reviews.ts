import type { CatalogDefinition } from '../catalog/definition.ts';
import { MargayError } from '../errors.ts';
import { amazonFile, amazonProducts } from './amazon-products.ts';
import { type AmazonRecord, fieldsOf } from './amazon-record.ts';
import type { FetchedPictures } from './fetched-pictures.ts';
import { countLines } from './json-lines.ts';
import { isFault, type Source, type SourceFault, type SourceProduct } from './source.ts';

/** What the source is called on the command line. */
export const AMAZON_REVIEWS = 'amazon-reviews-2023';

export interface AmazonReviewsOptions {
  readonly definition: Pick<CatalogDefinition, 'title' | 'fields'>;
  readonly fetched: FetchedPictures;
  /** The first so many products that have a picture; all by default. */
  readonly limit?: number;
  /** `main` takes one picture a product, `all` at most 10. */
  readonly pictures?: 'main' | 'all';
}

/** Most pictures a product. */
const ALL = 10;
/** Products whose pictures may come while those before are embedded. */
const AHEAD = 64;
/** So many products one after another whose servers could not be reached: then it is the network, and no use to go through the rest of the file. */
const HOPELESS = 24;

/** A product on its way, or why it is none. */
type Prepared = { readonly item: SourceProduct | SourceFault; readonly unreachable: boolean };

/**
 * Products of Amazon Reviews 2023 (https://amazon-reviews-2023.github.io), from `meta_CATEGORY.jsonl` or from the reviews of `CATEGORY.jsonl`, either
 * packed with gzip or not. A product comes when its pictures have, in the order of the file; those that were fetched before are not fetched again.
 * `items` throws MargayError NOT_FOUND when no server can be reached.
 */
export async function amazonReviews(path: string, options: AmazonReviewsOptions): Promise<Source> {
  const { limit = Infinity, pictures = 'main' } = options;
  const file = await amazonFile(path);
  return {
    total: await countLines(path, limit),
    async *items() {
      const products = amazonProducts(file, { limit, pictures: pictures === 'all' ? ALL : 1 });
      const waiting: Promise<Prepared>[] = [];
      let [given, failed, ended] = [0, 0, false];
      try {
        for (;;) {
          // Never more than are wanted yet: what would be too many is not fetched.
          while (!ended && waiting.length < Math.min(AHEAD, limit - given)) {
            const next = await products.next();
            if (next.done) ended = true;
            else waiting.push(prepare(next.value, options));
            // Told when its turn comes.
            waiting.at(-1)?.catch(() => {});
          }
          const prepared = await waiting.shift();
          if (!prepared) return;
          if (!isFault(prepared.item)) given += 1;
          failed = prepared.unreachable ? failed + 1 : 0;
          if (failed === HOPELESS) throw hopeless();
          yield prepared.item;
        }
      } finally {
        await products.return(undefined);
      }
    },
  };
}

async function prepare(
  record: AmazonRecord | SourceFault,
  { definition, fetched }: AmazonReviewsOptions,
): Promise<Prepared> {
  if (!('id' in record)) return { item: record, unreachable: false };
  const fields = fieldsOf(record.values, definition);
  if (typeof fields === 'string') return { item: { name: record.id, reason: fields }, unreachable: false };
  const faults = await Promise.all(record.pictures.map((picture) => fetched.prepare(picture)));
  const first = faults.find((fault) => fault !== undefined);
  if (first && !faults.includes(undefined)) {
    const unreachable = faults.every((fault) => fault?.code === 'DEADLINE_EXCEEDED');
    return { item: { name: record.id, reason: first.message }, unreachable };
  }
  const images = record.pictures.map((name, place) => ({
    name,
    read: async () => {
      const fault = faults[place];
      if (fault) throw fault;
      return fetched.read(name);
    },
  }));
  return { item: { id: record.id, fields, images }, unreachable: false };
}

const hopeless = () =>
  new MargayError('NOT_FOUND', `The pictures of ${HOPELESS} products one after another could not be fetched.`, {
    remedy: 'Check the network, HTTPS_PROXY and HTTP_PROXY. What has come stays, and the next run goes on from there.',
  });
