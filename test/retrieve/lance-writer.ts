import { LanceStores } from '../../src/retrieve/lance-store.ts';
import { rowsOf, stampOf } from './rows.ts';

// Writes products until it is killed and names each one once its write is acknowledged.
const signal = new AbortController().signal;
const stores = await LanceStores.open(process.argv[2]!);
const store = await stores.open(stampOf('killed'), { signal });
for (let n = Number(process.argv[3]); ; n++) {
  await store.upsert(rowsOf(`p${n}`, [[1, n, 0, 0], ...(n % 2 ? [[0, 1, n, 0]] : [])]), { signal });
  if (n % 5 === 0) await store.optimize({ signal });
  process.stdout.write(`p${n}\n`);
}
