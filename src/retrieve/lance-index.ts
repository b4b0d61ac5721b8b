import { Index, type Table } from '@lancedb/lancedb';
import type { Table as ArrowTable } from 'apache-arrow';
import type { Column } from '../catalog/product.ts';
import type { Embedding } from '../encode/encoder.ts';
import type { Candidate } from './grouping.ts';
import { isPreempted } from './lance-errors.ts';
import { readId } from './product-key.ts';
import { storedName } from './stored-row.ts';

/** Partitions read at least. */
export const PROBES = 40;
/**
 * As many partitions as each has rows: LanceDB's own choice, one for 4,096 rows, has a search read 160,000 of a million rows, where this reads
 * 40,000. Finding them by the book (50 rounds over 256 rows a partition) would take twenty times as long, for the same recall.
 */
const partitions = (rows: number) => ({
  numPartitions: Math.ceil(Math.sqrt(rows)),
  maxIterations: 10,
  sampleRate: 64,
});
/** Read further, as many as there are, where those hold too few rows. */
const ALL_PROBES = 100_000;
/** Growth since the index was made, after which its partitions are made anew. */
const OUTGROWN = 2;
/** Old versions younger than this may still be read by a search under way. */
const KEEP_VERSIONS_MS = 60_000;
const TRIES = 3;
const FEW_PARTITIONS = 64;
/** Key of the vector field's metadata: how many rows the index was made from. */
const INDEXED_ROWS = 'margay:indexed-rows';

/** Where a found row lies. */
export interface LancePlace {
  readonly table: ArrowTable;
  readonly row: number;
}

/** For each vector its nearest rows, best first, with these columns, in one trip. `exact` passes the index by. */
export async function nearestRows(
  table: Table,
  [first, ...others]: readonly Embedding[],
  {
    limit,
    columns,
    exact,
    where,
  }: { limit: number; columns: readonly Column[]; exact: boolean; where?: string | undefined },
): Promise<Candidate<LancePlace>[][]> {
  const query = table.query().nearestTo(first!);
  for (const vector of others) query.addQueryVector(vector);
  query.distanceType('cosine').limit(limit);
  if (where !== undefined) query.where(where);
  if (exact) query.bypassVectorIndex();
  else query.maximumNprobes(ALL_PROBES).minimumNprobes(PROBES);
  const selected = new Set<string>(['product_id', 'ordinal', ...columns.map(storedName), '_distance']);
  if (others.length > 0) selected.add('query_index');
  const rows: ArrowTable = await query.select([...selected]).toArrow();
  const found: Candidate<LancePlace>[][] = [[], ...others.map(() => [])];
  // A query without rows comes back without columns.
  if (rows.numRows === 0) return found;
  const ids = rows.getChild('product_id')!;
  const ordinals = rows.getChild('ordinal')!;
  const distances = rows.getChild('_distance')!;
  const queries = rows.getChild('query_index');
  for (let row = 0; row < rows.numRows; row++)
    found[queries ? Number(queries.get(row)) : 0]!.push({
      productId: readId(ids.get(row)),
      ordinal: ordinals.get(row),
      score: Math.min(1, Math.max(-1, 1 - distances.get(row))),
      place: { table: rows, row },
    });
  return found;
}

/**
 * Makes the index of more than `exactRows` rows, and anew when they have outgrown it. Rows written meanwhile are found without it.
 * @returns of how many rows it was made; undefined where none was.
 */
export async function indexVectors(table: Table, exactRows: number): Promise<number | undefined> {
  const rows = await table.countRows();
  if (rows <= exactRows || !(await outgrown(table, rows))) return undefined;
  const make = (wanted: ReturnType<typeof partitions>) =>
    unlessPreempted(() =>
      table.createIndex('vector', { config: Index.ivfFlat({ distanceType: 'cosine', ...wanted }), replace: true }),
    );
  try {
    await make(partitions(rows));
  } catch (error) {
    // Where most vectors are alike (one placeholder picture), LanceDB can't part them into more than 256.
    if (!(error instanceof Error) || !/cluster/i.test(error.message)) throw error;
    await make({ ...partitions(rows), numPartitions: FEW_PARTITIONS });
  }
  await unlessPreempted(() => table.createIndex('product_id', { config: Index.btree(), replace: true }));
  return rows;
}

/** A commit of another came first: once more, on what it left. */
async function unlessPreempted(commit: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++)
    try {
      return await commit();
    } catch (error) {
      if (!isPreempted(error) || tries === TRIES) throw error;
    }
}

/** Fewer fragments, and no versions that nobody reads. @param indexed of how many rows an index was just made. */
export async function compact(table: Table, indexed: number | undefined): Promise<void> {
  if (indexed !== undefined)
    await table.updateFieldMetadata([{ path: 'vector', metadata: { [INDEXED_ROWS]: String(indexed) } }]);
  await table.optimize({ cleanupOlderThan: new Date(Date.now() - KEEP_VERSIONS_MS) }).catch((error) => {
    // Another process compacts or writes at the same moment; what it leaves is for the next time.
    if (!isPreempted(error)) throw error;
  });
}

async function outgrown(table: Table, rows: number): Promise<boolean> {
  const vector = (await table.schema()).fields.find(({ name }) => name === 'vector');
  const indexed = (await table.listIndices()).some(({ columns }) => columns.includes('vector'));
  return !indexed || rows >= OUTGROWN * Number(vector?.metadata.get(INDEXED_ROWS) ?? 0);
}
