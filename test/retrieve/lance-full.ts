import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LanceStores } from '../../src/retrieve/lance-store.ts';
import { rowsOf, stampOf } from './rows.ts';

// Fills a small disk with products and prints what happens: before there is room again, and after.
const [, , disk] = process.argv as unknown as [string, string, string];
const signal = new AbortController().signal;
const query = Float32Array.of(1, 0, 0, 0);
const filler = join(disk, 'filler');
const { bavail, bsize } = await statfs(disk);
await writeFile(filler, Buffer.alloc(Math.floor((bavail * bsize) / 2)));
const stores = await LanceStores.open(join(disk, 'lance'));
const store = await stores.open(stampOf('full'), { signal });
const acknowledged: string[] = [];
let failure: Record<string, unknown> | undefined;
for (let n = 0; !failure; n++)
  await store.upsert(rowsOf(`p${n}`, [[1, n, 0, 0]], {}, 'x'.repeat(10_000)), { signal }).then(
    () => acknowledged.push(`p${n}`),
    ({ name, code, remedy, message }) => {
      failure = { name, code, remedy, message };
    },
  );
const there = async () => (await store.get(acknowledged, { columns: ['@images'], signal })).size;
const search = async () => (await store.search([query], { topK: 1, columns: [], signal }))[0]![0]!.productId;
const full = {
  failure,
  there: await there(),
  hit: await search(),
  ping: await store.ping({ signal }).then(() => 'OK'),
};
await rm(filler);
await store.upsert(rowsOf('after', [[0, 1, 0, 0]]), { signal });
const count = await store.count({ signal });
await store.optimize({ signal });
const roomy = { there: await there(), hit: await search(), count };
process.stdout.write(`${JSON.stringify({ acknowledged: acknowledged.length, full, roomy })}\n`);
await store.close();
await stores.close();
