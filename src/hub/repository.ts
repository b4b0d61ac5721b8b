import { z } from 'zod';
import { MargayError } from '../errors.ts';
import { type Patience, patiently } from '../policy/patience.ts';
import { distrust } from './hub-faults.ts';
import type { HubLink } from './hub-link.ts';
import type { HubRepo } from './known-model.ts';

/** The digest that the hub knows of a file: SHA-256 of what is in Git LFS, else Git's own of the blob. Lower-case hex. */
export interface Digest {
  readonly kind: 'sha256' | 'git-sha1';
  readonly hex: string;
}

/** A file as the hub describes it before it is downloaded. */
export interface RemoteFile {
  /** Its name in the model's folder. */
  readonly name: string;
  /** In the repository. */
  readonly path: string;
  readonly bytes: number;
  readonly digest: Digest;
}

export interface Listing {
  readonly repo: string;
  /** 40 hex digits: every file is taken from this one. */
  readonly commit: string;
  readonly files: readonly RemoteFile[];
}

const MAX_PAGES = 50;
const Commit = z.string().regex(/^[0-9a-f]{40}$/);
const Info = z.object({ sha: Commit });
const Bytes = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const Entries = z.array(
  z.object({
    type: z.string(),
    path: z.string(),
    size: Bytes.optional(),
    oid: z.string().optional(),
    lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/), size: Bytes }).optional(),
  }),
);
type Entry = z.infer<typeof Entries>[number];

const escaped = (path: string) => path.split('/').map(encodeURIComponent).join('/');

export const fileUrl = (repo: string, commit: string, path: string): string =>
  `/${escaped(repo)}/resolve/${commit}/${escaped(path)}`;

/**
 * Resolves the revision to a commit, once, and asks for sizes and digests of the files that are wanted. Other files of the repository, whatever they are
 * called, are not looked at.
 * @throws MargayError as the hub refuses, or where it contradicts what is pinned.
 */
export async function listRepository(
  link: HubLink,
  { repo, revision, files }: HubRepo,
  patience: Patience,
  signal: AbortSignal,
  onWait?: (fault: MargayError, waitMs: number) => void,
): Promise<Listing> {
  const subject = { repo, revision };
  const ask = (path: string) => patiently(() => link.json(path, subject, signal), patience, signal, onWait);
  const api = `/api/models/${escaped(repo)}`;
  const info = Info.safeParse((await ask(`${api}/revision/${encodeURIComponent(revision)}`)).value);
  if (!info.success) throw unreadable(link, repo);
  const commit = info.data.sha;
  if (Commit.safeParse(revision).success && commit !== revision)
    throw distrust(
      `${link.hub} gives the commit ${commit} of ${repo} where ${revision} was asked for.`,
      'Check HF_ENDPOINT.',
    );

  const entries = new Map<string, Entry>();
  let next: string | undefined = `${api}/tree/${commit}?recursive=true`;
  for (let page = 0; next !== undefined && page < MAX_PAGES; page++) {
    const answer: { value: unknown; next: string | undefined } = await ask(next);
    const parsed = Entries.safeParse(answer.value);
    if (!parsed.success) throw unreadable(link, repo);
    for (const entry of parsed.data) if (entry.type === 'file') entries.set(entry.path, entry);
    next = answer.next;
  }
  return {
    repo,
    commit,
    files: Object.entries(files).map(([name, pinned]) =>
      remoteFile(name, pinned, entries.get(pinned.path), { repo, commit }),
    ),
  };
}

function remoteFile(
  name: string,
  pinned: HubRepo['files'][string],
  entry: Entry | undefined,
  { repo, commit }: { repo: string; commit: string },
): RemoteFile {
  const { path } = pinned;
  if (!entry)
    throw new MargayError('NOT_FOUND', `${repo} has no file ${path} at ${commit}.`, {
      remedy:
        'The repository was rearranged since the model was made known here: take a newer version of this project.',
    });
  const bytes = entry.lfs?.size ?? entry.size;
  const digest = digestOf(entry);
  if (bytes === undefined || !digest)
    throw distrust(`${repo} says neither size nor digest of ${path}.`, 'Check HF_ENDPOINT.');
  const other =
    (pinned.bytes !== undefined && pinned.bytes !== bytes) ||
    (pinned.sha256 !== undefined && digest.kind === 'sha256' && pinned.sha256 !== digest.hex);
  if (other) throw notPinned(repo, path, name);
  return { name, path, bytes, digest };
}

function digestOf({ lfs, oid }: Entry): Digest | undefined {
  if (lfs) return { kind: 'sha256', hex: lfs.oid };
  return oid !== undefined && Commit.safeParse(oid).success ? { kind: 'git-sha1', hex: oid } : undefined;
}

/** The fault of a file that is not the one known here. */
export const notPinned = (repo: string, path: string, name: string): MargayError =>
  distrust(
    `${path} of ${repo} is another file than the one known here as ${name} (its size or SHA-256 differs).`,
    'The repository was changed, or something else answers in its place: check HF_ENDPOINT, or take a newer version of this project.',
  );

const unreadable = (link: HubLink, repo: string): MargayError =>
  distrust(
    `${link.hub} describes ${repo} in a form that this version cannot read.`,
    'Check HF_ENDPOINT: it must be a hub with the API of huggingface.co.',
  );
