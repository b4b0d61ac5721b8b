import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type App, createApp, openVoters, serve } from './app.ts';
import { type Config, readConfig } from './config.ts';
import { MargayError } from './errors.ts';
import { encodeLinesIn, loadEncoder, makeGoldenIn } from './folder-encoder.ts';
import { INDEX_USAGE, indexCommand } from './index-command.ts';
import { MODEL_USAGE, modelCommand } from './model-command.ts';
import { Progress } from './progress.ts';
import { SCHEMA_USAGE, schemaCommand } from './schema-command.ts';
import { type Catalog, openCatalog } from './served-catalog.ts';

const USAGE = `margay: multimodal search over GraphQL

  npm start                                 serve (the demo, or the catalog you indexed)
${INDEX_USAGE}
  npm run eval -- [--count 300]             retrieval quality of the encoder on the demo's held-out queries, as a table
  npm run eval -- FOLDER [--count N]        the same on labelled photos (photos.jsonl, tasks.jsonl, baselines.json), and the picture's best weight;
                                            N queries a task, or all
  npm run eval -- [FOLDER] --calibrate [--count N]
                                            thresholds of relevance for the encoder's model.json, of queries that eval does not report
  npm run rerank -- check [--count 25] [--photos FOLDER]
                                            what the configured rerank model does to labelled queries, and whether to serve it
${MODEL_USAGE}
${SCHEMA_USAGE}

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
const print = (text: string) => void process.stdout.write(`${text}\n`);

/** npm changes to the project's folder; what the person typed is relative to where they stood. */
const whereTheyStand = () => resolve(process.env.INIT_CWD ?? '.');

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
      return indexCommand(config, rest, { signal: stop.signal, from: whereTheyStand(), say });
    case 'eval':
      return evalCommand(config, stop.signal, rest);
    case 'rerank':
      return rerankCommand(config, stop.signal, rest);
    case 'schema':
      return schemaCommand(config, rest, { from: whereTheyStand(), print });
    case 'model':
      process.exitCode = await modelCommand(config, rest, {
        signal: stop.signal,
        from: whereTheyStand(),
        say,
        print,
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

const fromHere = (config: Config): Config => ({
  ...config,
  ...(config.CATALOG_FILE && { CATALOG_FILE: resolve(whereTheyStand(), config.CATALOG_FILE) }),
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
      if ((await catalog.store().count({ signal: stop })) === 0)
        say('It has no products yet. `npm run index -- PRODUCTS.jsonl` adds them, and this server shows them at once.');
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
  const { values, positionals } = parseArguments(argv, { count: { type: 'string' }, calibrate: { type: 'boolean' } });
  const count = values.count === undefined ? undefined : countOf(values.count, 'npm run eval -- --count 300');
  const [given, ...extra] = positionals;
  if (extra.length > 0) throw new MargayError('BAD_INPUT', 'eval takes one folder at most.', { remedy: `\n${USAGE}` });
  if (values.calibrate) return calibrateCommand(config, stop, given, count);
  if (given !== undefined) return evalPhotos(config, stop, given, count);
  const app = await createApp({ ...config, RERANK: 'on' }, stop);
  try {
    const { demoEvaluation } = await import('./eval/demo-eval.ts');
    process.stdout.write(`${await demoEvaluation(app, { count: count ?? 300, signal: stop, tell: say })}\n`);
  } finally {
    await app.close();
  }
}

async function calibrateCommand(
  config: Config,
  stop: AbortSignal,
  given: string | undefined,
  count: number | undefined,
): Promise<void> {
  const { demoSet } = await import('./eval/labelled.ts');
  const { photoSet } = await import('./eval/photo-queries.ts');
  const { calibration } = await import('./eval/calibration.ts');
  const photos = given === undefined ? undefined : await photoSet(resolve(process.env.INIT_CWD ?? '.', given), 'train');
  if (photos === null) throw noTasks(given);
  const app = await createApp({ ...config, RERANK: 'off' }, stop);
  try {
    const set = photos ?? demoSet(app.renderer, count ?? 300, 'calibration');
    const relevance = await calibration(set, app, { signal: stop, tell: say });
    process.stdout.write(`${JSON.stringify({ relevance }, null, 2)}\n`);
  } finally {
    await app.close();
  }
}

async function evalPhotos(config: Config, stop: AbortSignal, given: string, count: number | undefined): Promise<void> {
  const { photoSet } = await import('./eval/photo-queries.ts');
  const { floorsOf } = await import('./eval/floors.ts');
  const { photoEvaluation } = await import('./eval/photo-eval.ts');
  const folder = resolve(whereTheyStand(), given);
  const [train, held] = [await photoSet(folder, 'train'), await photoSet(folder, 'eval')];
  if (!train || !held) throw noTasks(given);
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
  const folder = values.photos === undefined ? PHOTOS : resolve(whereTheyStand(), values.photos);
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

const noTasks = (folder: string | undefined) =>
  new MargayError('BAD_INPUT', `${folder} has no tasks.jsonl.`, {
    remedy: 'Name a folder with photos.jsonl and tasks.jsonl.',
  });

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
