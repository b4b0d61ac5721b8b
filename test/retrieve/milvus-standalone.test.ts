import { afterAll, beforeAll, describe } from 'vitest';
import { MilvusStores } from '../../src/retrieve/milvus-store.ts';
import { changedFieldsContract } from '../contract/changed-fields.ts';
import { filteredSearchContract } from '../contract/filtered-search.ts';
import { fullTextContract } from '../contract/full-text.ts';
import { vectorStoreContract } from '../contract/vector-store.ts';
import { milvusFilters } from './milvus-filtered.ts';
import { milvusGrowing } from './milvus-growing.ts';
import { lacksMilvus, MilvusServer } from './milvus-server.ts';

describe.skipIf(lacksMilvus('standalone'))('Milvus 2.3.5 (needs scripts/milvus-venv.sh)', () => {
  let server: MilvusServer;
  beforeAll(async () => {
    server = await MilvusServer.start('standalone');
  }, 120_000);
  afterAll(() => server?.stop());

  vectorStoreContract('Milvus 2.3.5', () => MilvusStores.connect({ address: server.address }), { runs: 2 });
  fullTextContract('Milvus 2.3.5', () => MilvusStores.connect({ address: server.address }), { analyzers: [] });
  changedFieldsContract('Milvus 2.3.5', () => MilvusStores.connect({ address: server.address }), { adds: false });
  milvusFilters(() => server.address);
  milvusGrowing(() => server.address);
  filteredSearchContract('Milvus 2.3.5', () => MilvusStores.connect({ address: server.address }));
});
