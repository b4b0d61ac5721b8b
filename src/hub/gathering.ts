import { constants, copyFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Patience } from '../policy/patience.ts';
import { digestsOf } from './digests.ts';
import { diskFault, requireSpace } from './disk.ts';
import { downloadFile } from './file-download.ts';
import type { HubLink } from './hub-link.ts';
import type { HubRepo } from './known-model.ts';
import type { ModelPlaces } from './model-folder.ts';
import { totalFile } from './presence.ts';
import { type Listing, notPinned, type RemoteFile } from './repository.ts';

/** Shows bytes as they come. */
export interface Meter {
  add(bytes: number): void;
  end(): void;
}

export interface GatheringOptions {
  readonly patience: Patience;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** @param total bytes of the model. */
  readonly meter: (total: number) => Meter;
}

/** Every file into the staged folder. @returns their SHA-256 by name. */
export async function gather(
  link: HubLink,
  pinned: HubRepo,
  listing: Listing,
  places: ModelPlaces,
  options: GatheringOptions,
): Promise<Map<string, string>> {
  const { signal, say } = options;
  const sha256 = new Map<string, string>();
  await noteTotal(listing, places);
  const meter = options.meter(listing.files.reduce((sum, file) => sum + file.bytes, 0));
  try {
    const missing: RemoteFile[] = [];
    for (const file of listing.files) {
      const hash = await adopt(file, places, signal);
      if (hash === undefined) missing.push(file);
      else meter.add(file.bytes);
      if (hash !== undefined) sha256.set(file.name, hash);
    }
    await requireSpace(places.partial, await toCome(missing, places));
    for (const file of missing) {
      const place = { whole: join(places.staged, file.name), part: join(places.partial, `${file.name}.part`) };
      const hash = await downloadFile(link, file, place, {
        repo: listing.repo,
        commit: listing.commit,
        patience: options.patience,
        signal,
        onBytes: (bytes) => meter.add(bytes),
        onWait: (fault, waitMs) => say(`${fault.message} Trying again in ${Math.ceil(waitMs / 1000)} s.`),
      });
      const wanted = pinned.files[file.name]?.sha256;
      if (wanted !== undefined && wanted !== hash) throw notPinned(listing.repo, file.path, file.name);
      sha256.set(file.name, hash);
    }
  } finally {
    meter.end();
  }
  return sha256;
}

/** The file of an earlier run, or of a damaged model that is to be mended, where it is still the one that the hub has. */
async function adopt(
  file: RemoteFile,
  { staged, target }: ModelPlaces,
  signal: AbortSignal,
): Promise<string | undefined> {
  const whole = join(staged, file.name);
  for (const path of [whole, join(target, file.name)]) {
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile() || found.size !== file.bytes) continue;
    const { sha256, agrees } = (await digestsOf(path, file, signal)).finish();
    if (!agrees) continue;
    if (path !== whole)
      await copyFile(path, whole, constants.COPYFILE_FICLONE).catch((error: unknown) => {
        throw diskFault(error, whole);
      });
    return sha256;
  }
  await rm(whole, { force: true });
  return undefined;
}

async function toCome(files: readonly RemoteFile[], { partial }: ModelPlaces): Promise<number> {
  const sizes = await Promise.all(
    files.map(async ({ name, bytes }) => {
      const part = await stat(join(partial, `${name}.part`)).catch(() => undefined);
      return Math.max(0, bytes - (part?.size ?? 0));
    }),
  );
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

/** For `list`, which asks no hub. */
async function noteTotal({ files }: Listing, { partial }: ModelPlaces): Promise<void> {
  const path = totalFile(partial);
  await writeFile(path, JSON.stringify({ bytes: files.reduce((sum, file) => sum + file.bytes, 0) })).catch(
    (error: unknown) => {
      throw diskFault(error, path);
    },
  );
}
