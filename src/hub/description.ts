import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFault } from './disk.ts';
import { type GraphNames, graphNames } from './graph-names.ts';
import { distrust } from './hub-faults.ts';
import { type KnownModel, manifestOf } from './known-model.ts';
import type { Listing } from './repository.ts';

/** Writes model.json: the manifest with the hash of every file, and where they came from. */
export async function describe(
  known: KnownModel,
  { repo, commit, files }: Listing,
  hub: string,
  folder: string,
  sha256: ReadonlyMap<string, string>,
): Promise<void> {
  const graphs = new Map<string, GraphNames>();
  for (const { name } of files.filter((file) => file.name.endsWith('.onnx'))) {
    const names = await graphNames(join(folder, name)).catch((cause: unknown) => {
      throw distrust(
        `${name} of ${repo} is no ONNX graph (${cause instanceof Error ? cause.message : cause}).`,
        'Choose another model, and tell the project.',
      );
    });
    graphs.set(name, names);
  }
  const { json } = manifestOf(known, sha256, graphs);
  const source = {
    hub,
    repo,
    commit,
    files: Object.fromEntries(files.map(({ name, path, bytes }) => [name, { path, bytes, sha256: sha256.get(name) }])),
  };
  const golden =
    'golden.json was made here, by running the graphs once after the download: it shows that the machine or a file changed since, not that the graphs were right.';
  const path = join(folder, 'model.json');
  await writeFile(path, `${JSON.stringify({ ...json, source, golden }, null, 2)}\n`).catch((error: unknown) => {
    throw diskFault(error, path);
  });
}
