import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CountingProxy } from './counting-proxy.ts';
import { count } from './table.ts';

/** The longest that it may take, in milliseconds. */
const DEADLINE_MS = 1_200_000;

/**
 * Indexes the file with the gateway's own command line.
 * @returns what it said, how long it took and what went over the wire to the store.
 */
export async function indexCatalog(
  root: string,
  file: string,
  settings: Readonly<Record<string, string>>,
  toMilvus: CountingProxy,
): Promise<string> {
  toMilvus.take();
  const started = performance.now();
  const { stderr } = await promisify(execFile)(process.execPath, [join(root, 'src/main.ts'), 'index', file], {
    cwd: root,
    env: { PATH: process.env.PATH, ...settings },
    timeout: DEADLINE_MS,
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const wire = toMilvus.take();
  const [up, down] = (['up', 'down'] as const).map((way) => wire.reduce((sum, exchange) => sum + exchange[way], 0));
  const said = /The catalog has \d+ products/.exec(stderr)?.[0];
  if (!said) throw new Error(`The catalog was not indexed:\n${stderr}`);
  return `Indexed by the gateway's own command in ${seconds} s, its start included; ${count(up!)} bytes to Milvus, ${count(down!)} back. ${said} now.`;
}
