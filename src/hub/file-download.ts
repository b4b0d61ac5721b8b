import { type FileHandle, open, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { MargayError } from '../errors.ts';
import { Passing, type Patience, patiently } from '../policy/patience.ts';
import { Digests, digestsOf } from './digests.ts';
import { diskFault, syncFolderOf } from './disk.ts';
import { distrust, unreachable } from './hub-faults.ts';
import type { HubLink, Reply } from './hub-link.ts';
import { fileUrl, type RemoteFile } from './repository.ts';

export interface Place {
  /** Where the whole file will be. */
  readonly whole: string;
  /** Where it grows; what is known of it is kept beside, with `.json`. */
  readonly part: string;
}

export interface DownloadOptions {
  readonly repo: string;
  readonly commit: string;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  /** Told of bytes as they are there: those of an earlier run, and a negative number where some have to come again. */
  readonly onBytes: (bytes: number) => void;
  readonly onWait: (fault: MargayError, waitMs: number) => void;
}

/** Of which file the part is, and the ETag under which its bytes came. */
const Kept = z.object({ digest: z.string(), etag: z.string().optional() });
type Kept = z.infer<typeof Kept>;

/**
 * Downloads a file, or the rest of it, and gives it its name when it is whole and is what the hub says.
 * @returns its SHA-256 in lower-case hex.
 * @throws MargayError; the part stays for the next run unless it is known to be wrong.
 */
export async function downloadFile(
  link: HubLink,
  file: RemoteFile,
  place: Place,
  options: DownloadOptions,
): Promise<string> {
  const { signal, onBytes } = options;
  let told = 0;
  let furthest = 0;
  const tell = (bytes: number) => {
    if (bytes !== told) onBytes(bytes - told);
    told = bytes;
  };
  // Twice: bytes of an earlier run may have been damaged since.
  for (let again = true; ; again = false) {
    const digests = await patiently(
      (progressed) => {
        const further = (bytes: number) => {
          // A server that starts again each time makes no progress.
          if (bytes > furthest) progressed();
          furthest = Math.max(furthest, bytes);
        };
        return attempt(link, file, place, { ...options, progressed: further, tell });
      },
      options.patience,
      signal,
      options.onWait,
    );
    const { sha256, agrees } = digests.finish();
    if (agrees) {
      await settle(place);
      return sha256;
    }
    await forget(place);
    tell(0);
    if (!again)
      throw distrust(
        `${file.path} of ${options.repo} came twice as something else than ${link.hub} says it is (got SHA-256 ${sha256}, expected ${file.digest.kind} ${file.digest.hex}).`,
        'Nothing of it was kept. A proxy or a mirror may change files: check HF_ENDPOINT and HTTPS_PROXY, then try again.',
      );
  }
}

interface Attempt extends DownloadOptions {
  readonly progressed: (bytes: number) => void;
  readonly tell: (bytes: number) => void;
}

/** One request for what is missing. */
async function attempt(
  link: HubLink,
  file: RemoteFile,
  place: Place,
  { repo, commit, signal, progressed, tell }: Attempt,
): Promise<Digests> {
  const kept = await keptPart(file, place);
  let digests = await digestsOf(place.part, file, signal);
  tell(digests.bytes);
  if (digests.bytes === file.bytes) return digests;
  const from = digests.bytes;
  const range = from > 0 ? { range: `bytes=${from}-`, ...(kept.etag && { 'if-range': kept.etag }) } : {};
  const subject = { repo, revision: commit, path: file.path };
  const reply = await link.get(fileUrl(repo, commit, file.path), range, subject, signal);
  try {
    checkHub(file, commit, reply, link.hub);
    if (reply.status === 200 && from > 0) {
      // The file is another now, or the server knows no ranges: it comes from the start.
      await forget(place);
      digests = new Digests(file);
      tell(0);
    } else if (reply.status !== 200 && !goesOn(reply, file, from)) {
      await forget(place);
      throw new Passing(
        distrust(
          `${reply.host} does not go on with ${file.path} from where it was cut off.`,
          'Check the proxy, then try again.',
        ),
      );
    }
    const length = Number(reply.headers['content-length'] ?? Number.NaN);
    if (Number.isFinite(length) && digests.bytes + length !== file.bytes)
      throw wrongSize(link.hub, file, digests.bytes + length);
    await keep(place, { digest: file.digest.hex, etag: strong(reply.headers.etag) });
    await receive(reply, file, place, digests, { hub: link.hub, progressed, tell });
  } finally {
    reply.body.leave();
  }
  return digests;
}

async function receive(
  reply: Reply,
  file: RemoteFile,
  place: Place,
  digests: Digests,
  { hub, progressed, tell }: Pick<Attempt, 'progressed' | 'tell'> & { hub: string },
): Promise<void> {
  const out = await open(place.part, 'a').catch((error: unknown) => {
    throw diskFault(error, place.part);
  });
  try {
    for await (const part of reply.body) {
      if (digests.bytes + part.length > file.bytes) throw wrongSize(hub, file, undefined);
      await append(out, part, place.part);
      digests.add(part);
      progressed(digests.bytes);
      tell(digests.bytes);
    }
  } finally {
    await out.close();
  }
  if (digests.bytes < file.bytes)
    throw unreachable(reply.host, new Error(`it ended after ${digests.bytes} of ${file.bytes} bytes of ${file.path}`));
}

async function append(out: FileHandle, part: Buffer, path: string): Promise<void> {
  try {
    for (let at = 0; at < part.length; ) at += (await out.write(part, at)).bytesWritten;
  } catch (error) {
    throw diskFault(error, path);
  }
}

/** Makes the part what it is for: of this file, and no longer than it. */
async function keptPart(file: RemoteFile, place: Place): Promise<Kept> {
  const text = await readFile(`${place.part}.json`, 'utf8').catch(() => '{}');
  const parsed = Kept.safeParse(safeJson(text));
  const size = (await stat(place.part).catch(() => undefined))?.size;
  const ours = parsed.data?.digest === file.digest.hex && size !== undefined && size <= file.bytes;
  if (!ours) {
    await forget(place);
    await keep(place, { digest: file.digest.hex });
  }
  return ours ? parsed.data! : { digest: file.digest.hex };
}

const safeJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

async function keep({ part }: Place, kept: Kept): Promise<void> {
  try {
    await writeFile(`${part}.json`, JSON.stringify(kept));
    await (await open(part, 'a')).close();
  } catch (error) {
    throw diskFault(error, part);
  }
}

async function forget({ part }: Place): Promise<void> {
  await rm(`${part}.json`, { force: true });
  await truncate(part).catch(() => {});
}

/** On the disk for good, and under its name. */
async function settle({ part, whole }: Place): Promise<void> {
  try {
    const file = await open(part, 'r+');
    await file.sync().finally(() => file.close());
    await rename(part, whole);
    await syncFolderOf(whole);
    await rm(`${part}.json`, { force: true });
  } catch (error) {
    throw diskFault(error, whole);
  }
}

/** What the hub says beside its redirect must be what its list said. */
function checkHub(file: RemoteFile, commit: string, { hub }: Reply, name: string): void {
  const theirs = hub['x-repo-commit'];
  const linked = unquoted(hub['x-linked-etag']);
  const other =
    (theirs !== undefined && theirs !== commit) ||
    (linked !== undefined &&
      file.digest.kind === 'sha256' &&
      /^[0-9a-f]{64}$/.test(linked) &&
      linked !== file.digest.hex);
  if (other)
    throw distrust(
      `${name} now says that ${file.path} is another file than the one it listed.`,
      'The repository is being changed: try again later.',
    );
}

/** Whether an answer of a range goes on where we are, in a file of the size that was listed. */
function goesOn({ status, headers }: Reply, file: RemoteFile, from: number): boolean {
  if (status !== 206) return false;
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '') ?? [];
  return Number(start) === from && (total === '*' || Number(total) === file.bytes);
}

const unquoted = (etag: string | string[] | undefined) =>
  etag === undefined ? undefined : String(etag).replace(/^"|"$/g, '');
/** Only a strong one says that bytes are the same (RFC 9110, 13.1.5). */
const strong = (etag: string | undefined) => (etag?.startsWith('"') ? etag : undefined);

const wrongSize = (hub: string, file: RemoteFile, bytes: number | undefined): MargayError =>
  distrust(
    `${file.path} is ${bytes === undefined ? 'longer than' : `${bytes} bytes and not`} the ${file.bytes} bytes that ${hub} lists.`,
    'Something else may have answered: check HF_ENDPOINT and the proxy, then try again.',
  );
