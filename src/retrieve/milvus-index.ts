import { setTimeout as sleep } from 'node:timers/promises';
import type { CatalogStamp } from './catalog-stamp.ts';
import { succeeded } from './milvus-errors.ts';
import type { MilvusLink } from './milvus-link.ts';

/** What a collection says of itself. */
export interface Standing {
  readonly stamp: CatalogStamp;
  readonly rows: number;
}

/**
 * Lists that the vectors of each segment are parted into. A segment is 38,000 of our rows at Milvus's default of 512 MB, so that a list has
 * 150; with four times as many a search costs the same, and the index four times the time. Small segments get fewer: 39 rows a list at least.
 */
const LISTS = 256;
/** Lists of each segment that are searched at least. */
const PROBES = 16;
/** Catalogs of at most so many rows are searched exactly. */
const EXACT_ROWS = 20_000;
/** Segments of fewer rows get no index: all their rows are compared. */
export const UNINDEXED_ROWS = 1_024;
const POLL_MS = 500;
/** Longest wait for indexes to be taken in once they are made. */
const LOADED_MS = 60_000;

/**
 * The index of the vectors. IVF_FLAT is made in a tenth of the time that HNSW takes and holds little beside the vectors. A segment that still
 * grows has one of Milvus's own once it has some 4,000 rows, which looks through an eighth of them whatever it is asked, until `optimize` seals
 * it. Milvus Lite takes longer with any index than with FLAT.
 */
export const vectorIndex = (version: string) => ({
  field_name: 'vector',
  metric_type: 'COSINE',
  ...(version.startsWith('milvus_lite')
    ? { index_type: 'FLAT', params: {} }
    : { index_type: 'IVF_FLAT', params: { nlist: LISTS } }),
});

export type SearchParams = { readonly nprobe: number };

/** An exact search. */
export const EVERY_LIST: SearchParams = { nprobe: LISTS };

/** How `limit` of `rows` rows are found. FLAT passes it by. */
export function searchParams(limit: number, rows: number): SearchParams {
  if (rows <= EXACT_ROWS) return EVERY_LIST;
  // Four times the rows that are wanted lie in the lists searched, were all of one length.
  const enough = Math.ceil((4 * limit * LISTS) / rows);
  return { nprobe: Math.min(LISTS, Math.max(PROBES, enough)) };
}

export async function rowCount(link: MilvusLink, collection_name: string, filter = 'ordinal >= 0'): Promise<number> {
  const asked = { collection_name, filter, output_fields: ['count(*)'], consistency_level: 'Bounded' as never };
  const { data } = await link.loaded(collection_name, () => link.client.query(asked));
  return Number(data[0]?.['count(*)'] ?? 0);
}

/**
 * Seals what still grows, puts small segments together, and waits until all that is sealed has its index and is searched by it. Small catalogs
 * and those with FLAT are left as they are.
 */
export async function settleIndex(link: MilvusLink, collection_name: string, signal: AbortSignal): Promise<void> {
  const { client } = link;
  const index = async () =>
    succeeded(await client.describeIndex({ collection_name, field_name: 'vector' })).index_descriptions[0];
  if ((await index())?.params.some(({ key, value }) => key === 'index_type' && value === 'FLAT')) return;
  if ((await rowCount(link, collection_name)) < UNINDEXED_ROWS) return;
  succeeded(await client.flushSync({ collection_names: [collection_name] }));
  const { compactionID } = succeeded(await client.compact({ collection_name }));
  const until = async (done: () => Promise<boolean>) => {
    while (!(await done())) await sleep(POLL_MS, undefined, { signal });
  };
  await until(async () => String(succeeded(await client.getCompactionState({ compactionID })).state) === 'Completed');
  await until(async () => Number((await index())?.pending_index_rows ?? 0) === 0);
  const end = Date.now() + LOADED_MS;
  await until(async () => {
    const { infos } = succeeded(await client.getQuerySegmentInfo({ collectionName: collection_name }));
    const segments = infos ?? [];
    const isSettled = segments.every(({ num_rows, state, index_name }) =>
      Number(num_rows) < UNINDEXED_ROWS ? String(state) === 'Sealed' : index_name !== '',
    );
    return (isSettled && segments.length > 0) || Date.now() > end;
  });
}
