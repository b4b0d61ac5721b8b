import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MargayError } from '../errors.ts';
import { PATIENCE, type Patience } from '../policy/patience.ts';
import { notPullable } from './absence.ts';
import { describe } from './description.ts';
import { diskFault, makeFolder, megabytes, syncFolderOf } from './disk.ts';
import { lockFolder } from './folder-lock.ts';
import { type GatheringOptions, gather } from './gathering.ts';
import { HubLink, type HubSettings } from './hub-link.ts';
import type { KnownModel } from './known-model.ts';
import { firstFault, type ModelPlaces, manifestIn, placesOf } from './model-folder.ts';
import { type Listing, listRepository } from './repository.ts';

export interface PullOptions extends Omit<GatheringOptions, 'patience'> {
  readonly hub: HubSettings;
  /** This process, for the lock. */
  readonly self: { readonly pid: number; readonly isRunning: (pid: number) => boolean };
  /** Runs the model of the folder once and writes golden.json there: vectors that every later start must give again. */
  readonly makeGolden: (folder: string, options: { signal: AbortSignal }) => Promise<void>;
  readonly patience?: Patience;
}

/**
 * Downloads a known model into a folder, which appears at once and whole. What was there of it already is used; a whole model costs nothing but a check.
 * @throws MargayError saying what to do; what has come stays in a hidden folder beside, for the next run.
 */
export async function pull(known: KnownModel, folder: string, options: PullOptions): Promise<void> {
  const { signal, say, patience = PATIENCE } = options;
  if (!('hub' in known.source)) throw notPullable(known);
  const places = placesOf(folder);
  if (await isWhole(known, known.source.hub.revision, places, options)) return;

  // First, as it refuses what is set wrongly.
  const link = new HubLink(options.hub);
  await makeFolder(places.staged);
  const unlock = await lockFolder(places.partial, options.self);
  try {
    const listing = await listRepository(link, known.source.hub, patience, signal, (fault, waitMs) =>
      say(`${fault.message} Trying again in ${Math.ceil(waitMs / 1000)} s.`),
    );
    announce(known, listing, places, say);
    const sha256 = await gather(link, known.source.hub, listing, places, { ...options, patience });
    await describe(known, listing, options.hub.endpoint, places.staged, sha256);
    say('Running the model once, for the vectors that every start must give again ...');
    await options.makeGolden(places.staged, { signal });
    await putInPlace(places, unlock);
  } finally {
    link.close();
    await unlock();
  }
  say(
    `${known.name} is ready in ${places.target}. ENCODER=${known.name} npm start serves with it; a catalog of another encoder has to be indexed again (--rebuild).`,
  );
}

/** Whether there is nothing to do. A folder that is something else is left alone. */
async function isWhole(
  known: KnownModel,
  revision: string,
  { target }: ModelPlaces,
  { signal, say }: PullOptions,
): Promise<boolean> {
  if (!(await stat(target).catch(() => undefined))) return false;
  const there = await manifestIn(target);
  if (there?.manifest.name !== known.name && (await readdir(target).catch(() => ['a file'])).length > 0)
    throw new MargayError('BAD_INPUT', `There is something else in ${target}.`, {
      remedy: 'Move it away, or name another folder with --out FOLDER.',
    });
  if (!there) return false;
  const commit = there.origin?.commit;
  if (/^[0-9a-f]{40}$/.test(revision) && commit !== revision) {
    say(
      `${target} holds ${known.name} of ${commit ? `commit ${commit}` : 'elsewhere'}, and commit ${revision} is known here now: it takes its place.`,
    );
    return false;
  }
  const fault = await firstFault(target, there.manifest, signal);
  if (fault === null)
    say(`${known.name} is there already, in ${target}, and every file is whole. Nothing was downloaded.`);
  else say(`${fault} in ${target} is missing or damaged: what is still good is kept, the rest comes again.`);
  return fault === null;
}

function announce(
  { name, manifest, unverified }: KnownModel,
  { repo, commit, files }: Listing,
  { target }: ModelPlaces,
  say: (line: string) => void,
): void {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  say(`${name}: ${manifest.description}`);
  say(`  license   ${manifest.license}`);
  say(`  size      ${megabytes(bytes)} in ${files.length} files`);
  say(`  from      ${repo}, commit ${commit}`);
  say(`  to        ${target}`);
  for (const doubt of unverified) say(`  unproven  ${doubt}`);
}

async function putInPlace({ target, partial, staged }: ModelPlaces, unlock: () => Promise<void>): Promise<void> {
  const former = join(partial, 'former');
  await rm(former, { recursive: true, force: true });
  // Only what `isWhole` found to be this model, or empty, is put aside.
  await rename(target, former).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw diskFault(error, target);
  });
  try {
    await rename(staged, target);
  } catch (error) {
    await rename(former, target).catch(() => {});
    throw diskFault(error, target);
  }
  await syncFolderOf(target);
  await unlock();
  await rm(partial, { recursive: true, force: true });
}
