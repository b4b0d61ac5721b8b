import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, Index } from '@lancedb/lancedb';
import { afterAll } from 'vitest';
import { LanceStores } from '../../src/retrieve/lance-store.ts';
import { filteredSearchContract } from '../contract/filtered-search.ts';

const folders: string[] = [];
async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'margay-lance-'));
  folders.push(made);
  return made;
}
afterAll(() => Promise.all(folders.map((made) => rm(made, { recursive: true, force: true }))));

filteredSearchContract('LanceDB, in memory', async () => LanceStores.open(await folder()));
filteredSearchContract('LanceDB, exact', async () => LanceStores.open(await folder(), { memoryFloats: 0 }));

/** More partitions than a search reads at first: the farthest rows lie in none of them. */
const PARTITIONS = 120;
let indexed = '';
filteredSearchContract(
  'LanceDB, by an index',
  async () => {
    indexed = await folder();
    return LanceStores.open(indexed, { memoryFloats: 0, exactRows: 50 });
  },
  {
    exact: false,
    filters: 40,
    onWritten: async (name) => {
      const connection = await connect(indexed);
      const table = await connection.openTable(name);
      const numPartitions = Math.min(PARTITIONS, Math.floor((await table.countRows()) / 2));
      await table.createIndex('vector', { config: Index.ivfFlat({ distanceType: 'cosine', numPartitions }) });
      connection.close();
    },
  },
);
