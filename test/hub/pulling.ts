import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { expect } from 'vitest';
import { MargayError } from '../../src/errors.ts';
import type { KnownModel } from '../../src/hub/known-model.ts';
import { type PullOptions, pull } from '../../src/hub/pull.ts';
import { type HubServer, sha256 } from './hub-server.ts';
import { fakeGolden } from './tiny-model.ts';

/** Impatient, so that a test of a server that stays down ends. */
export const PATIENCE = { attempts: 3, firstWaitMs: 1, longestWaitMs: 20 };

export interface Pulled {
  /** Bytes told to the meter, at the end; its total. */
  readonly bytes: number;
  readonly total: number;
  readonly said: string;
}

/** One run of `pull` against the server. @returns what it said, or its error with that. */
export async function pullFrom(
  server: Pick<HubServer, 'url'>,
  known: KnownModel,
  folder: string,
  change: Partial<PullOptions> & { token?: string; stallMs?: number; proxy?: PullOptions['hub']['proxy'] } = {},
): Promise<Pulled> {
  const { token, stallMs = 5_000, proxy = {}, ...options } = change;
  const said: string[] = [];
  const count = { bytes: 0, total: 0 };
  await pull(known, folder, {
    hub: { endpoint: server.url, token, proxy, stallMs },
    signal: new AbortController().signal,
    self: { pid: process.pid, isRunning: () => true },
    makeGolden: fakeGolden,
    say: (line) => said.push(line),
    meter: (total) => {
      count.total = total;
      return {
        add: (bytes) => {
          count.bytes += bytes;
        },
        end: () => {},
      };
    },
    patience: PATIENCE,
    ...options,
  });
  return { ...count, said: said.join('\n') };
}

/** Sizes of what lies in a model's hidden folder, by path in it; null where there is none. Small notes are left out. */
export async function partialOf(folder: string): Promise<Record<string, number> | null> {
  const partial = join(dirname(folder), `.${basename(folder)}.partial`);
  const entries = await readdir(partial, { recursive: true, withFileTypes: true }).catch(() => null);
  if (!entries) return null;
  const files = entries.filter((entry) => entry.isFile() && !/^(total\.json|lock.*|.*\.part\.json)$/.test(entry.name));
  const pairs = await Promise.all(
    files.map(
      async ({ parentPath, name }) =>
        [join(parentPath, name).slice(partial.length + 1), (await stat(join(parentPath, name))).size] as const,
    ),
  );
  return Object.fromEntries(pairs.filter(([, size]) => size > 0));
}

const PATHS = {
  'vision.onnx': 'onnx/vision_model.onnx',
  'text.onnx': 'onnx/text_model.onnx',
  'tokenizer.json': 'tokenizer.json',
};

/** The model is there, whole and as the hub has it, and nothing else is beside it. @param files of the repository, by path. */
export async function expectWhole(folder: string, files: Readonly<Record<string, Buffer>>): Promise<void> {
  expect(await readdir(dirname(folder))).toEqual([basename(folder)]);
  expect((await readdir(folder)).sort()).toEqual(['golden.json', 'model.json', ...Object.keys(PATHS)].sort());
  for (const [name, path] of Object.entries(PATHS))
    expect(sha256(await readFile(join(folder, name)))).toBe(sha256(files[path]!));
}

/** The error of a pull that must fail. */
export async function faultOf(pulling: Promise<unknown>): Promise<MargayError> {
  const fault: unknown = await pulling.then(
    () => undefined,
    (error) => error,
  );
  expect(fault).toBeInstanceOf(MargayError);
  return fault as MargayError;
}
