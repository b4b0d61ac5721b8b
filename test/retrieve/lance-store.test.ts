import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { LanceStores } from '../../src/retrieve/lance-store.ts';
import { changedFieldsContract } from '../contract/changed-fields.ts';
import { fullTextContract } from '../contract/full-text.ts';
import { vectorStoreContract } from '../contract/vector-store.ts';

const folders: string[] = [];
async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'margay-lance-'));
  folders.push(made);
  return made;
}
afterAll(() => Promise.all(folders.map((made) => rm(made, { recursive: true, force: true }))));

vectorStoreContract('LanceDB, in memory', async () => LanceStores.open(await folder()));
vectorStoreContract('LanceDB, exact', async () => LanceStores.open(await folder(), { memoryFloats: 0 }), { runs: 10 });
changedFieldsContract('LanceDB, in memory', async () => LanceStores.open(await folder()), { adds: true });
changedFieldsContract('LanceDB', async () => LanceStores.open(await folder(), { memoryFloats: 0 }), { adds: true });
fullTextContract('LanceDB', async () => LanceStores.open(await folder()), {
  analyzers: ['STANDARD', 'ENGLISH', 'CHINESE'],
});
