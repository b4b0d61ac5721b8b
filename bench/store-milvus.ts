import { readdirSync, readFileSync } from 'node:fs';
import { MilvusClient } from '@zilliz/milvus2-sdk-node';
import { succeeded } from '../src/retrieve/milvus-errors.ts';
import { searchParams } from '../src/retrieve/milvus-index.ts';
import { rowToMilvus } from '../src/retrieve/milvus-schema.ts';
import { MilvusStores } from '../src/retrieve/milvus-store.ts';
import { storedName } from '../src/retrieve/stored-row.ts';
import { MilvusServer } from '../test/retrieve/milvus-server.ts';
import type { Engine } from './store-engine.ts';
import { COLUMNS, stampOf } from './store-rows.ts';

const { signal } = new AbortController();
/** Milvus as it comes. */
const TICK_MS = 200;

/** Milvus 2.3.5 in a process of its own; by hand means through its SDK. */
export async function milvusEngine(): Promise<Engine> {
  const server = await MilvusServer.start('standalone', TICK_MS);
  const stores = await MilvusStores.connect({ address: server.address, timeoutMs: 60_000 });
  const client = new MilvusClient({
    address: server.address,
    timeout: 60_000,
    maxRetries: 0,
    logLevel: 'none',
    telemetry: { enabled: false },
  });
  await client.connectPromise;
  return {
    name: 'Milvus 2.3.5',
    // Reads are Strong for 10 s after a write, and the data others wrote may be 5 s old.
    settleMs: 11_000,
    async open(name) {
      const stamp = stampOf(name);
      const store = await stores.open(stamp, { signal });
      const collection_name = `margay_${name}`;
      const rows = () => store.count({ signal });
      const output_fields = ['product_id', ...COLUMNS.map(storedName)];
      let params: object | undefined;
      const segments = async () =>
        succeeded(await client.getQuerySegmentInfo({ collectionName: collection_name })).infos ?? [];
      return {
        store,
        async bare(vector, limit) {
          params ??= searchParams(limit, await rows());
          const { results } = succeeded(
            await client.search({
              collection_name,
              data: Array.from(vector),
              anns_field: 'vector',
              metric_type: 'COSINE',
              limit,
              params: params as never,
              output_fields,
              consistency_level: 'Bounded' as never,
            }),
          );
          return results.map((row) => String(row.product_id));
        },
        async bareUpsert(given) {
          const data = given.map((row) => rowToMilvus(row, stamp.schema));
          succeeded(await client.upsert({ collection_name, data: data as never }));
        },
        async index() {
          const found = succeeded(await client.describeIndex({ collection_name, field_name: 'vector' }));
          const [index] = found.index_descriptions;
          const of = (name: string) => index?.params.find(({ key }) => key === name)?.value;
          const count = await rows();
          const sealed = `${(await segments()).length} segments`;
          return `${of('index_type')} ${of('params')}, ${index?.indexed_rows} of ${count} rows in it, ${sealed}, ${JSON.stringify(searchParams(10, count))}`;
        },
      };
    },
    drop: (name) => stores.drop(name, { signal }),
    serverMemory: () => groupMemory(server.pid),
    async close() {
      await stores.close();
      await client.closeConnection();
      await server.stop();
    },
  };
}

/** Of all processes of a group. Linux only. */
function groupMemory(group: number): number {
  let sum = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    try {
      const [, , of] = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      if (Number(of) !== group) continue;
      sum += 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
    } catch {
      // It ended meanwhile.
    }
  return sum;
}
