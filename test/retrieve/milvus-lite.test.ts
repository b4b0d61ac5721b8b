import { afterAll, beforeAll, describe } from 'vitest';
import { MilvusStores } from '../../src/retrieve/milvus-store.ts';
import { changedFieldsContract } from '../contract/changed-fields.ts';
import { filteredSearchContract } from '../contract/filtered-search.ts';
import { fullTextContract } from '../contract/full-text.ts';
import { vectorStoreContract } from '../contract/vector-store.ts';
import { milvusFilters } from './milvus-filtered.ts';
import { lacksMilvus, MilvusServer } from './milvus-server.ts';

describe.skipIf(lacksMilvus('lite'))('Milvus Lite (needs scripts/milvus-venv.sh)', () => {
  let server: MilvusServer;
  beforeAll(async () => {
    server = await MilvusServer.start('lite');
  }, 120_000);
  afterAll(() => server?.stop());

  vectorStoreContract('Milvus Lite', () => MilvusStores.connect({ address: server.address }), { runs: 6 });
  fullTextContract('Milvus Lite', () => MilvusStores.connect({ address: server.address }), {
    analyzers: ['STANDARD', 'CHINESE'],
  });
  changedFieldsContract('Milvus Lite', () => MilvusStores.connect({ address: server.address }), { adds: false });
  milvusFilters(() => server.address);
  filteredSearchContract('Milvus Lite', () => MilvusStores.connect({ address: server.address }));
});
