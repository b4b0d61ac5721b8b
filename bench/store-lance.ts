import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@lancedb/lancedb';
import { PROBES } from '../src/retrieve/lance-index.ts';
import { rowsToArrow } from '../src/retrieve/lance-schema.ts';
import { LanceStores } from '../src/retrieve/lance-store.ts';
import { storedName } from '../src/retrieve/stored-row.ts';
import type { Engine } from './store-engine.ts';
import { COLUMNS, stampOf } from './store-rows.ts';

const { signal } = new AbortController();

/** LanceDB in this process; by hand means through a connection of its own, which looks for what others wrote before each read as ours does. */
export async function lanceEngine(): Promise<Engine> {
  const folder = await mkdtemp(join(tmpdir(), 'margay-bench-lance-'));
  const stores = await LanceStores.open(folder, { timeoutMs: 60_000 });
  const connection = await connect(folder, { readConsistencyInterval: 0 });
  return {
    name: 'LanceDB',
    settleMs: 0,
    async open(name) {
      const stamp = stampOf(name);
      const store = await stores.open(stamp, { signal });
      const table = await connection.openTable(name);
      const columns = ['product_id', ...COLUMNS.map(storedName), '_distance'];
      let indexed: boolean | undefined;
      return {
        store,
        async bare(vector, limit) {
          indexed ??= (await table.listIndices()).some(({ columns }) => columns.includes('vector'));
          const query = table.query().nearestTo(vector).distanceType('cosine').limit(limit);
          if (indexed) query.nprobes(PROBES);
          const rows = await query.select(columns).toArray();
          return rows.map(({ product_id }) => String(product_id));
        },
        async bareUpsert(rows) {
          await table
            .mergeInsert('key')
            .whenMatchedUpdateAll()
            .whenNotMatchedInsertAll()
            .whenNotMatchedBySourceDelete({
              where: `product_id IN (${rows.map(({ productId }) => `'${productId}'`).join()})`,
            })
            .execute(await rowsToArrow(rows, stamp));
        },
        async index() {
          const count = await table.countRows();
          const stats = await table.indexStats('vector_idx');
          if (!stats) return 'none, exact';
          return `${stats.indexType} {"partitions":${Math.ceil(Math.sqrt(count))}}, ${stats.numIndexedRows} of ${count} rows in it, {"nprobes":${PROBES}}`;
        },
      };
    },
    drop: (name) => stores.drop(name, { signal }),
    serverMemory: () => 0,
    async close() {
      await stores.close();
      connection.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
