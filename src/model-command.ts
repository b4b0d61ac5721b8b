import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArguments } from './command-line.ts';
import type { Config } from './config.ts';
import { MargayError } from './errors.ts';
import { notThere } from './hub/absence.ts';
import { exportModel } from './hub/exporter.ts';
import { type KnownModel, readKnown } from './hub/known-model.ts';
import { checkModel, type LoadedEncoder } from './hub/model-check.ts';
import { isThere } from './hub/model-folder.ts';
import { modelTable } from './hub/model-table.ts';
import { listModels } from './hub/presence.ts';
import { pull } from './hub/pull.ts';
import { DownloadProgress } from './progress.ts';

export const MODEL_USAGE = `  npm run model -- list                     models known here, and those that are on this machine
  npm run model -- pull NAME [--out FOLDER] download one (license and size are said first); a second run goes on where the first was cut off
  npm run model -- check NAME|FOLDER        every file, the golden vectors, memory and time of one text and one picture
  npm run model -- export NAME --checkpoint FILE.pth --tokenizer FOLDER [--out FOLDER] [--precision int8]
                                            make the graphs of a published checkpoint, in Python
  npm run model -- encode NAME|FOLDER [--batch 8] [--state]
                                            lines of {"text", "image"} or {"ids", "pixels"} on standard input to vectors; --state: and the raw states`;

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const MODELS = join(PROJECT, 'models');

/** What the command needs of the process and of the app. */
export interface ModelTools {
  readonly signal: AbortSignal;
  /** Where the person stands: paths are relative to it. */
  readonly from: string;
  /** For people, on standard error. */
  readonly say: (line: string) => void;
  /** Results, on standard output. */
  readonly print: (text: string) => void;
  readonly self: { readonly pid: number; readonly isRunning: (pid: number) => boolean };
  /** Loads a model folder as a server does, golden vectors checked. */
  readonly load: (folder: string, options: { signal: AbortSignal }) => Promise<LoadedEncoder>;
  /** Runs the graphs of a folder that has no golden.json yet, and writes it. */
  readonly makeGolden: (folder: string, options: { signal: AbortSignal }) => Promise<void>;
  /** Lines of JSON through the encoder of a folder, answered in order. */
  readonly encode: (
    folder: string,
    options: { lines: AsyncIterable<string>; from: string; batch: number; state: boolean; signal: AbortSignal },
  ) => AsyncIterable<object>;
  /** Of standard input. */
  readonly lines: () => AsyncIterable<string>;
}

/** @returns the exit status. */
export async function modelCommand(config: Config, argv: readonly string[], tools: ModelTools): Promise<number> {
  const { values, positionals } = parse(argv);
  const [word, name, ...extra] = positionals;
  if (extra.length > 0) throw usage(`model ${word} takes one model.`);
  const known = await readKnown(join(MODELS, 'known'));
  const out = values.out === undefined ? undefined : resolve(tools.from, values.out);
  switch (word) {
    case 'list':
      tools.print(modelTable(await listModels(known, MODELS)));
      return 0;
    case 'pull':
      await pullModel(config, knownModel(known, name), out, tools);
      return 0;
    case 'check': {
      if (name === undefined) throw usage('model check takes a model or a folder.');
      const lines = await checkModel(name, await folderOf(name, known, tools.from), tools);
      tools.print(lines.join('\n'));
      return 0;
    }
    case 'export': {
      const model = knownModel(known, name);
      const { checkpoint, tokenizer, precision } = values;
      if (checkpoint === undefined || tokenizer === undefined)
        throw usage('model export needs --checkpoint and --tokenizer.');
      const request = {
        checkpoint: resolve(tools.from, checkpoint),
        tokenizer: resolve(tools.from, tokenizer),
        out: out ?? join(MODELS, model.name),
        precision,
      };
      return exportModel(model, request, { ...tools, project: PROJECT });
    }
    case 'encode': {
      if (name === undefined) throw usage('model encode takes a model or a folder.');
      return encodeModel(await folderOf(name, known, tools.from), values, tools);
    }
    default:
      throw usage(
        word === undefined ? 'model takes one word: list, pull, check, export or encode.' : `model has no ${word}.`,
      );
  }
}

function pullModel(config: Config, model: KnownModel, out: string | undefined, tools: ModelTools): Promise<void> {
  const { HTTP_PROXY, HTTPS_PROXY, NO_PROXY } = config;
  return pull(model, out ?? join(MODELS, model.name), {
    ...tools,
    hub: {
      endpoint: config.HF_ENDPOINT,
      token: config.HF_TOKEN,
      proxy: { HTTP_PROXY, HTTPS_PROXY, NO_PROXY },
      stallMs: config.HF_HUB_DOWNLOAD_TIMEOUT * 1000,
    },
    meter: (total) => new DownloadProgress(total),
  });
}

/** Most lines under way at once: so many queries may wait for an encoder. */
const MOST_AT_ONCE = 256;

/** @returns 1 where a line was at fault; its place in the answers says why. */
async function encodeModel(
  folder: string,
  { batch, state }: { batch: string; state: boolean },
  tools: ModelTools,
): Promise<number> {
  const atOnce = Number(batch);
  if (!Number.isInteger(atOnce) || atOnce < 1 || atOnce > MOST_AT_ONCE)
    throw usage(`--batch is not a number from 1 to ${MOST_AT_ONCE}.`);
  const { from, signal } = tools;
  let status = 0;
  for await (const line of tools.encode(folder, { lines: tools.lines(), from, batch: atOnce, state, signal })) {
    if ('error' in line) status = 1;
    tools.print(JSON.stringify(line));
  }
  return status;
}

/** @throws MargayError BAD_INPUT naming those that there are. */
function knownModel(known: ReadonlyMap<string, KnownModel>, name: string | undefined): KnownModel {
  const model = name === undefined ? undefined : known.get(name);
  if (model) return model;
  throw new MargayError('BAD_INPUT', name === undefined ? 'Name a model.' : `No model "${name}" is known here.`, {
    remedy: `There are ${[...known.keys()].join(', ')}.`,
  });
}

/** A name stands for a folder of models/, a path for itself. */
async function folderOf(name: string, known: ReadonlyMap<string, KnownModel>, from: string): Promise<string> {
  const isPath = isAbsolute(name) || name.includes('/') || name.startsWith('.');
  if (isPath) return resolve(from, name);
  const folder = join(MODELS, name);
  const model = known.get(name);
  if (model && !(await isThere(folder))) throw notThere(model);
  return folder;
}

function parse(argv: readonly string[]) {
  const options = {
    out: { type: 'string' },
    checkpoint: { type: 'string' },
    tokenizer: { type: 'string' },
    precision: { type: 'string' },
    batch: { type: 'string', default: '8' },
    state: { type: 'boolean', default: false },
  } as const;
  return parseArguments(argv, options, MODEL_USAGE);
}

const usage = (message: string) => new MargayError('BAD_INPUT', message, { remedy: `\n${MODEL_USAGE}` });
