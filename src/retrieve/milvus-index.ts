/** Lists that the vectors of each segment are parted into. Milvus makes fewer of them where a list would have less than 39 rows. */
const LISTS = 1024;
/** Lists of each segment that are searched at least. */
const PROBES = 32;
/** Catalogs of at most so many rows are searched exactly. */
const EXACT_ROWS = 20_000;

/**
 * The index of the vectors. IVF_FLAT is made ten times faster than HNSW and takes no memory beside the vectors'; segments under 1,024 rows and
 * those that still grow are searched exactly without it. Milvus Lite searches each index slower than FLAT.
 */
export const vectorIndex = (version: string) => ({
  field_name: 'vector',
  metric_type: 'COSINE',
  ...(version.startsWith('milvus_lite')
    ? { index_type: 'FLAT', params: {} }
    : { index_type: 'IVF_FLAT', params: { nlist: LISTS } }),
});

/** How a search that wants `limit` of `rows` rows goes through the index. An exact one passes a FLAT index by. */
export function searchParams(limit: number, rows: number): { readonly nprobe: number } {
  if (rows <= EXACT_ROWS) return { nprobe: LISTS };
  // Four times as many rows as are wanted lie in the lists searched, if they were all of one length.
  const enough = Math.ceil((4 * limit * LISTS) / rows);
  return { nprobe: Math.min(LISTS, Math.max(PROBES, enough)) };
}
