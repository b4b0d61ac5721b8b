import { readdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { catalogFingerprint, OWN } from '../../src/catalog/served.ts';
import { schemaOf } from '../../src/retrieve/catalog-stamp.ts';
import { LanceStores } from '../../src/retrieve/lance-store.ts';
import { DEMO_DEFINITION } from '../demo-definition.ts';
import { openDoor } from '../door.ts';
import { DIMENSIONS, vectorOf } from '../fakes.ts';
import { rowsOf } from './rows.ts';

// A process of its own, which native code may take along: serves a catalog, damages its files, and prints what clients then get.
const [, , folder, damage] = process.argv as unknown as [string, string, string, string];
const signal = new AbortController().signal;
const schema = schemaOf(DEMO_DEFINITION);
const stamp = {
  name: OWN,
  dimensions: DIMENSIONS,
  fingerprint: catalogFingerprint('fake-1', 'image', 'title'),
  schema,
};
const table = join(folder, `${OWN}.lance`);

async function each(part: string, damageOne: (path: string) => Promise<unknown>): Promise<void> {
  for (const name of await readdir(join(table, part))) await damageOne(join(table, part, name));
}
const DAMAGES: Readonly<Record<string, () => Promise<unknown>>> = {
  'truncated data': () => each('data', (path) => truncate(path, 10)),
  'empty data': () => each('data', (path) => truncate(path, 0)),
  'missing data': () => each('data', (path) => rm(path)),
  'truncated manifest': () => each('_versions', (path) => truncate(path, 10)),
  'empty manifest': () => each('_versions', (path) => truncate(path, 0)),
  'missing manifest': () => each('_versions', (path) => rm(path)),
  'missing table': () => rm(table, { recursive: true }),
};

const stores = await LanceStores.open(folder);
const store = await stores.open(stamp, { signal });
for (const id of ['a', 'b', 'c']) await store.upsert(rowsOf(id, [[...vectorOf(id)]]), { signal });
await using door = await openDoor({}, { stores });
const ask = async () => {
  const { data, errors } = await door.ask('{ search(text: "a", topK: 1) { hits { product { id } } } }');
  return errors ? errors[0] : data.search.hits[0].product.id;
};
const ready = async () => (await fetch(`${door.url}/health/ready`)).status;
const before = [await ask(), await ready()];
await DAMAGES[damage]!();
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'OK',
    ({ name, code, remedy, message }) => ({ name, code, remedy, message }),
  );
const after = {
  search: await ask(),
  ready: await ready(),
  upsert: await codeOf(store.upsert(rowsOf('d', [[...vectorOf('d')]]), { signal })),
  again: await ask(),
  readyAgain: await ready(),
};
// As after a restart: nothing is left in memory.
const fresh = await LanceStores.open(folder);
const reopened = await fresh.open(stamp, { signal }).catch((error) => error);
const anew =
  'search' in reopened
    ? await codeOf(reopened.search([vectorOf('a')], { topK: 1, columns: ['@images'], signal }))
    : await codeOf(Promise.reject(reopened));
process.stdout.write(`${JSON.stringify({ before, after, anew })}\n`);
