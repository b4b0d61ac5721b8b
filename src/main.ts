import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type App, createApp, openDefinition, openVoters, serve } from './app.ts';
import type { CatalogDefinition } from './catalog/definition.ts';
import { type Config, readConfig } from './config.ts';
import { MargayError } from './errors.ts';
import { encodeLinesIn, loadEncoder, makeGoldenIn } from './folder-encoder.ts';
import { folderSource } from './ingest/folder-source.ts';
import { jsonlSource } from './ingest/jsonl-source.ts';
import type { Source } from './ingest/source.ts';
import { MODEL_USAGE, modelCommand } from './model-command.ts';
import { Progress } from './progress.ts';
import { type Catalog, index, openCatalog } from './served-catalog.ts';

const USAGE = `margay: multimodal search over GraphQL

  npm start                                 serve (the demo, or the catalog you indexed)
  npm run index -- FOLDER                   index a folder of pictures, titled by file name
  npm run index -- FILE.jsonl               index products: {"id", "title", "category", "price", "images": ["path", ...]} a line
  npm run index -- FOLDER|FILE --rebuild    a new catalog of this source alone, also after a change of encoder
  npm run eval -- [--count 300]             retrieval quality of the encoder on the demo's held-out queries, as a table
  npm run eval -- FOLDER [--count N]        the same on labelled photos (photos.jsonl, tasks.jsonl, baselines.json), and the picture's best weight;
                                            N queries a task, or all
  npm run rerank -- check [--count 25] [--photos FOLDER]
                                            what the configured rerank model does to labelled queries, and whether to serve it
${MODEL_USAGE}

Settings are environment variables; README.md lists them.`;

/** Exit status for a command line or a setting that is wrong. */
const EXIT_USAGE = 2;
/** Exit status of work that was stopped by a signal. */
const EXIT_STOPPED = 130;
/** The same error is told at most this often, in milliseconds. */
const TELL_EVERY_MS = 10_000;
/** A second signal this much later ends the process at once, in milliseconds. */
const IMPATIENT_MS = 1_000;

/** Labelled photos, where a checkout has them beside it. */
const PHOTOS = fileURLToPath(new URL('../../shared/data', import.meta.url));

// Whoever reads our output may have had enough of it, as `head` has.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') say(`margay: ${error.message}`);
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

const say = (text: string) => process.stderr.write(`${text}\n`);

async function main(argv: readonly string[]): Promise<void> {
  const [command = 'serve', ...rest] = argv;
  const config = fromHere(readConfig(process.env));
  const stop = new AbortController();
  let asked: number | undefined;
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => {
      asked ??= performance.now();
      // A terminal's Ctrl-C comes twice, from the terminal and through npm; asked again later, somebody means it.
      if (performance.now() - asked > IMPATIENT_MS) process.exit(EXIT_STOPPED);
      stop.abort();
    });
  switch (command) {
    case 'serve':
      return serveCommand(config, stop.signal);
    case 'index':
      return indexCommand(config, stop.signal, rest);
    case 'eval':
      return evalCommand(config, stop.signal, rest);
    case 'rerank':
      return rerankCommand(config, stop.signal, rest);
    case 'model':
      process.exitCode = await modelCommand(config, rest, {
        signal: stop.signal,
        from: resolve(process.env.INIT_CWD ?? '.'),
        say,
        print: (text) => process.stdout.write(`${text}\n`),
        self: { pid: process.pid, isRunning },
        load: (...given) => loadEncoder(config, ...given),
        makeGolden: (...given) => makeGoldenIn(config, ...given),
        encode: (folder, options) => encodeLinesIn(config, folder, options),
        lines: () => stdinLines(stop.signal),
      });
      return;
    case 'help':
    case '--help':
      say(USAGE);
      return;
    default:
      throw new MargayError('BAD_INPUT', `Unknown command "${command}".`, { remedy: `\n${USAGE}` });
  }
}

/** npm changes to the project's folder; what the person typed is relative to where they stood. */
const fromHere = (config: Config): Config => ({
  ...config,
  ...(config.CATALOG_FILE && { CATALOG_FILE: resolve(process.env.INIT_CWD ?? '.', config.CATALOG_FILE) }),
});

/** Opened when the first line is asked for: what readline has read before, nobody gets. */
async function* stdinLines(signal: AbortSignal): AsyncGenerator<string> {
  yield* createInterface({ input: process.stdin, crlfDelay: Infinity, signal });
  signal.throwIfAborted();
}

/** Signal 0 asks for leave to send one: a process of somebody else's is there, and says so. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function serveCommand(config: Config, stop: AbortSignal): Promise<void> {
  const app = await createApp(config, stop);
  try {
    const catalog = await openPrepared(app);
    const server = await serve(app, catalog, teller());
    const { encoder, stores, reranker } = app;
    const parts = `${stores.kind}, encoder ${encoder.info.name}, reranker ${reranker?.model ?? 'off'}`;
    say(`margay serves catalog "${catalog.stamp.name}" (${parts})`);
    say(`  GraphiQL and API  ${server.url}/graphql`);
    try {
      await catalog.store().count({ signal: stop });
    } catch (error) {
      say(`warning: searches are refused: ${describe(error)}`);
    }
    if (!stop.aborted) await once(stop, 'abort');
    await server.close();
  } finally {
    await app.close();
  }
}

/** Shows how the demo is prepared, where it has to be. */
async function openPrepared(app: App): Promise<Catalog> {
  let bar: Progress | undefined;
  try {
    return await openCatalog(app, (total) => {
      bar = new Progress('Preparing the demo catalog', total);
      return bar.count;
    });
  } finally {
    // Its timer would keep the process alive.
    for (const line of bar?.finish() ?? []) say(line);
  }
}

async function indexCommand(config: Config, stop: AbortSignal, argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArguments(argv, {
    rebuild: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  });
  const [given, ...extra] = positionals;
  if (!given || extra.length > 0)
    throw new MargayError('BAD_INPUT', 'index takes one folder or one .jsonl file.', { remedy: `\n${USAGE}` });
  // npm changes to the project's folder; what the person typed is relative to where they stood.
  const from = resolve(process.env.INIT_CWD ?? '.', given);
  const source = await sourceOf(from, given, await openDefinition(config));
  const app = await createApp(config, stop);
  try {
    if (app.encoder.info.demo)
      say(
        `warning: "${app.encoder.info.name}" is a demo model trained on drawings; on photos of your own it finds little more than colors, and its reranker harms more than it helps (RERANK=off). ` +
          'ENCODER=FOLDER takes a real one (an ONNX model folder, see models/pocket/model.json for its shape).',
      );
    const bar = new Progress('Indexing', source.total, values.verbose);
    let count: number;
    try {
      count = await index(app, source, from, values.rebuild, bar.count);
    } finally {
      for (const line of bar.finish()) say(line);
    }
    say(
      `The catalog has ${count} products now. \`npm start\` serves it; a server that runs needs a new start if it served another.`,
    );
  } finally {
    await app.close();
  }
}

/** Tells errors on standard error; one that comes again and again, once in a while. */
function teller(): (error: unknown) => void {
  const told = new Map<string, number>();
  return (error) => {
    const text = describe(error);
    const now = performance.now();
    if (now - (told.get(text) ?? Number.NEGATIVE_INFINITY) < TELL_EVERY_MS) return;
    if (told.size > 100) told.clear();
    told.set(text, now);
    say(`${new Date().toISOString()} error: ${text}`);
  };
}

async function sourceOf(from: string, given: string, definition: CatalogDefinition): Promise<Source> {
  const found = await stat(from).catch(() => undefined);
  if (!found)
    throw new MargayError('NOT_FOUND', `There is no ${given}.`, { remedy: 'Name a folder or a .jsonl file.' });
  if (!found.isDirectory() && !/\.(jsonl|ndjson)$/i.test(from))
    throw new MargayError('BAD_INPUT', `${given} is neither a folder nor a .jsonl file.`, {
      remedy: 'Name the folder that the pictures lie in, or a .jsonl file with one product a line.',
    });
  const source = found.isDirectory() ? await folderSource(from, definition) : await jsonlSource(from, definition);
  if (source.total > 0) return source;
  throw new MargayError('BAD_INPUT', `${given} is empty.`, { remedy: 'Name a folder with pictures.' });
}

function parseArguments<T extends NonNullable<ParseArgsConfig['options']>>(argv: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options });
  } catch (cause) {
    throw new MargayError('BAD_INPUT', cause instanceof Error ? cause.message : 'The command line cannot be read.', {
      remedy: `\n${USAGE}`,
    });
  }
}

async function evalCommand(config: Config, stop: AbortSignal, argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArguments(argv, { count: { type: 'string' } });
  const count = values.count === undefined ? undefined : countOf(values.count, 'npm run eval -- --count 300');
  const [given, ...extra] = positionals;
  if (extra.length > 0) throw new MargayError('BAD_INPUT', 'eval takes one folder at most.', { remedy: `\n${USAGE}` });
  if (given !== undefined) return evalPhotos(config, stop, given, count);
  const app = await createApp({ ...config, RERANK: 'on' }, stop);
  try {
    const { demoEvaluation } = await import('./eval/demo-eval.ts');
    process.stdout.write(`${await demoEvaluation(app, { count: count ?? 300, signal: stop, tell: say })}\n`);
  } finally {
    await app.close();
  }
}

async function evalPhotos(config: Config, stop: AbortSignal, given: string, count: number | undefined): Promise<void> {
  const { photoSet } = await import('./eval/photo-queries.ts');
  const { floorsOf } = await import('./eval/floors.ts');
  const { photoEvaluation } = await import('./eval/photo-eval.ts');
  const folder = resolve(process.env.INIT_CWD ?? '.', given);
  const [train, held] = [await photoSet(folder, 'train'), await photoSet(folder, 'eval')];
  if (!train || !held)
    throw new MargayError('BAD_INPUT', `${given} has no tasks.jsonl.`, {
      remedy: 'Name a folder with photos.jsonl and tasks.jsonl.',
    });
  const floors = await floorsOf(folder);
  const app = await createApp({ ...config, RERANK: 'off' }, stop);
  try {
    const sets = { train, eval: held };
    process.stdout.write(`${await photoEvaluation(sets, app, { floors, count, signal: stop, tell: say })}\n`);
  } finally {
    await app.close();
  }
}

async function rerankCommand(config: Config, stop: AbortSignal, argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArguments(argv, {
    count: { type: 'string', default: '25' },
    photos: { type: 'string' },
  });
  if (positionals.join(' ') !== 'check')
    throw new MargayError('BAD_INPUT', 'rerank takes one word: check.', { remedy: `\n${USAGE}` });
  const count = countOf(values.count, 'npm run rerank -- check --count 25');
  const { demoSet } = await import('./eval/labelled.ts');
  const { photoSet } = await import('./eval/photo-queries.ts');
  const { rerankCheck } = await import('./eval/rerank-check.ts');
  const { LEGEND, rerankReport } = await import('./eval/rerank-report.ts');
  const folder = values.photos === undefined ? PHOTOS : resolve(process.env.INIT_CWD ?? '.', values.photos);
  const photos = await photoSet(folder, 'train');
  if (!photos && values.photos !== undefined)
    throw new MargayError('BAD_INPUT', `--photos: ${values.photos} has no tasks.jsonl.`);
  const app = await createApp({ ...config, RERANK: 'off' }, stop);
  try {
    const print = (text: string) => process.stdout.write(`${text}\n\n`);
    const model = config.RERANK_URL === undefined ? 'the built-in pocket reranker' : `"${config.RERANK_MODEL}"`;
    print(`# What ${model} does to labelled queries, retrieved by ${app.encoder.info.name}`);
    print(LEGEND);
    // Of some tasks most queries have to be passed over.
    for (const set of [demoSet(app.renderer, 5 * count), photos]) {
      if (!set) {
        print('No photos: there is no ../shared/data beside the repository; --photos FOLDER names another folder.');
        continue;
      }
      const checked = await rerankCheck(
        set,
        app,
        async (thumbnail) => {
          const media = {
            sized: (id: string, width: number, _format: string, options: { signal: AbortSignal }) =>
              thumbnail(id, width, options),
          };
          const [one, two] = await openVoters(config, app.renderer, media, [1, 2]);
          return [one!, two];
        },
        { count, timeoutMs: config.RERANK_TIMEOUT_MS, signal: stop, tell: say },
      );
      print(rerankReport(checked));
    }
  } finally {
    await app.close();
  }
}

function countOf(given: string, example: string): number {
  const count = Number(given);
  if (!Number.isInteger(count) || count < 1)
    throw new MargayError('BAD_INPUT', '--count is not a number of queries.', { remedy: example });
  return count;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // What the system says of a file or a port needs no stack.
  if (!(error instanceof MargayError)) return 'syscall' in error ? error.message : (error.stack ?? error.message);
  const cause = error.cause instanceof Error ? `\n  cause: ${error.cause.message}` : '';
  return `${error.message}${error.remedy ? `\n  ${error.remedy}` : ''}${cause}`;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const stopped = error instanceof Error && error.name === 'AbortError';
  say(stopped ? 'margay: stopped; the next run goes on from here.' : `margay: ${describe(error)}`);
  if (stopped) process.exitCode = EXIT_STOPPED;
  else process.exitCode = error instanceof MargayError && error.code === 'BAD_INPUT' ? EXIT_USAGE : 1;
}
