import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createApp, index, openCatalog, serve } from './app.ts';
import { type Config, readConfig } from './config.ts';
import { MargayError } from './errors.ts';
import { folderSource } from './ingest/folder-source.ts';
import { jsonlSource } from './ingest/jsonl-source.ts';
import { Progress } from './progress.ts';

const USAGE = `margay: multimodal search over GraphQL

  npm start                                 serve (the demo, or the catalog you indexed)
  npm run index -- FOLDER                   index a folder of pictures, titled by file name
  npm run index -- FILE.jsonl               index products: {"id", "title", "category", "price", "images": ["path", ...]} a line
  npm run index -- FOLDER|FILE --rebuild    the same from nothing, after a change of encoder
  npm run eval -- [--count 300]             retrieval quality of the encoder on the demo's held-out queries, as a table

Settings are environment variables; README.md lists them.`;

/** Exit status for a command line or a setting that is wrong. */
const EXIT_USAGE = 2;

const say = (text: string) => process.stderr.write(`${text}\n`);

async function main(argv: readonly string[]): Promise<void> {
  const [command = 'serve', ...rest] = argv;
  const config = readConfig(process.env);
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  switch (command) {
    case 'serve':
      return serveCommand(config, stop.signal);
    case 'index':
      return indexCommand(config, stop.signal, rest);
    case 'eval':
      return evalCommand(config, stop.signal, rest);
    case 'help':
    case '--help':
      say(USAGE);
      return;
    default:
      throw new MargayError('BAD_INPUT', `Unknown command "${command}".`, { remedy: `\n${USAGE}` });
  }
}

async function serveCommand(config: Config, stop: AbortSignal): Promise<void> {
  const app = await createApp(config, stop);
  try {
    let bar: Progress | undefined;
    const catalog = await openCatalog(app, (total) => {
      bar = new Progress('Preparing the demo catalog', total);
      return bar.count;
    });
    if (bar) for (const line of bar.finish()) say(line);
    const server = await serve(app, catalog, (error) => say(`error: ${describe(error)}`));
    const { encoder, stores } = app;
    say(`margay serves catalog "${catalog.stamp.name}" (${stores.kind}, encoder ${encoder.info.name})`);
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

async function indexCommand(config: Config, stop: AbortSignal, argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { rebuild: { type: 'boolean', default: false } },
  });
  const [given, ...extra] = positionals;
  if (!given || extra.length > 0)
    throw new MargayError('BAD_INPUT', 'index takes one folder or one .jsonl file.', { remedy: `\n${USAGE}` });
  // npm changes to the project's folder; what the person typed is relative to where they stood.
  const from = resolve(process.env.INIT_CWD ?? '.', given);
  const found = await stat(from).catch(() => undefined);
  if (!found)
    throw new MargayError('NOT_FOUND', `There is no ${given}.`, { remedy: 'Name a folder or a .jsonl file.' });
  const source = found.isDirectory() ? await folderSource(from) : await jsonlSource(from);
  if (source.total === 0)
    throw new MargayError('BAD_INPUT', `${given} is empty.`, { remedy: 'Name a folder with pictures.' });
  const app = await createApp(config, stop);
  try {
    if (app.encoder.info.demo)
      say(
        `warning: "${app.encoder.info.name}" is a demo model trained on drawings; on photos of your own it finds little more than colors. ` +
          'ENCODER=FOLDER takes a real one (an ONNX model folder, see models/pocket/model.json for its shape).',
      );
    const bar = new Progress('Indexing', source.total);
    try {
      await index(app, source, from, values.rebuild, bar.count);
    } finally {
      for (const line of bar.finish()) say(line);
    }
    say('`npm start` serves it now; a server that runs already must be started again to leave the demo.');
  } finally {
    await app.close();
  }
}

async function evalCommand(config: Config, stop: AbortSignal, argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...argv], options: { count: { type: 'string', default: '300' } } });
  const count = Number(values.count);
  if (!Number.isInteger(count) || count < 1)
    throw new MargayError('BAD_INPUT', '--count is not a number of queries.', {
      remedy: 'npm run eval -- --count 300',
    });
  const app = await createApp({ ...config, RERANK: 'on' }, stop);
  try {
    const { demoEvaluation } = await import('./eval/demo-eval.ts');
    process.stdout.write(`${await demoEvaluation(app, { count, signal: stop })}\n`);
  } finally {
    await app.close();
  }
}

function describe(error: unknown): string {
  if (!(error instanceof MargayError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const cause = error.cause instanceof Error ? `\n  cause: ${error.cause.message}` : '';
  return `${error.message}${error.remedy ? `\n  ${error.remedy}` : ''}${cause}`;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  say(`margay: ${describe(error)}`);
  process.exitCode = error instanceof MargayError && error.code === 'BAD_INPUT' ? EXIT_USAGE : 1;
}
