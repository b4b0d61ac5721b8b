import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type App, createApp, serve } from './app.ts';
import { type Config, readConfig } from './config.ts';
import { MargayError } from './errors.ts';
import { EVAL_USAGE, evalCommand } from './eval-command.ts';
import { encodeLinesIn, loadEncoder, makeGoldenIn } from './folder-encoder.ts';
import { INDEX_USAGE, indexCommand } from './index-command.ts';
import { MODEL_USAGE, modelCommand } from './model-command.ts';
import { Progress } from './progress.ts';
import { RERANK_USAGE, rerankCommand } from './rerank-command.ts';
import { SCHEMA_USAGE, schemaCommand } from './schema-command.ts';
import { type Catalog, openCatalog } from './served-catalog.ts';

const USAGE = `margay: multimodal search over GraphQL

  npm start                                 serve (the demo, or the catalog you indexed)
${INDEX_USAGE}
${EVAL_USAGE}
${RERANK_USAGE}
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
  const tools = { signal: stop.signal, from: whereTheyStand(), say, print };
  switch (command) {
    case 'serve':
      return serveCommand(config, stop.signal);
    case 'index':
      return indexCommand(config, rest, tools);
    case 'eval':
      return evalCommand(config, rest, tools);
    case 'rerank':
      return rerankCommand(config, rest, tools);
    case 'schema':
      return schemaCommand(config, rest, tools);
    case 'model':
      process.exitCode = await modelCommand(config, rest, {
        ...tools,
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
