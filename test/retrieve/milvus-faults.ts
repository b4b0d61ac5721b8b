import { afterAll, beforeAll, describe } from 'vitest';
import { milvusCollectionFaults } from './milvus-collection-faults.ts';
import { milvusNetworkFaults } from './milvus-network-faults.ts';
import { milvusProcessFaults } from './milvus-process-faults.ts';
import { lacksMilvus, type MilvusKind, MilvusServer } from './milvus-server.ts';

/** Another file may have its turn at the server first. */
const START_MS = 400_000;

/** Faults of a real server process and of the way to it. */
export function milvusFaults(kind: MilvusKind): void {
  describe.skipIf(lacksMilvus(kind))(
    `faults of Milvus, ${kind} (needs scripts/milvus-venv.sh)`,
    { timeout: 90_000 },
    () => {
      let server: MilvusServer;
      const measured = new Map<string, number>();
      beforeAll(async () => {
        server = await MilvusServer.start(kind);
      }, START_MS);
      afterAll(async () => {
        await server?.stop();
        for (const [name, milliseconds] of measured) console.log(`recovered, ${name}: ${milliseconds} ms`);
      });

      describe('the network', () => milvusNetworkFaults(kind, () => server, measured));
      describe('the collection', () => milvusCollectionFaults(() => server));
      describe('the process', () => milvusProcessFaults(kind, () => server, measured));
    },
  );
}
