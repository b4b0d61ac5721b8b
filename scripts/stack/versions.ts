import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MilvusClient } from '@zilliz/milvus2-sdk-node';

/** What the server says of itself. */
export async function milvusVersion(address: string): Promise<string> {
  const client = new MilvusClient({ address, telemetry: { enabled: false } });
  try {
    await client.connectPromise;
    return (await client.getVersion()).version;
  } finally {
    await client.closeConnection();
  }
}

/** What the binary says of itself. */
export async function llamaVersion(program: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(program, ['--version']);
  return /version: (.+)/.exec(stdout + stderr)?.[1] ?? 'of no version';
}

/** All files of a folder, in bytes. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
