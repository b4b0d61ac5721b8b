import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type App, createApp } from './app.ts';
import type { CatalogDefinition } from './catalog/definition.ts';
import { openDefinition } from './catalog-file.ts';
import { parseArguments } from './command-line.ts';
import type { Config } from './config.ts';
import { MargayError } from './errors.ts';
import { AMAZON_REVIEWS, amazonReviews } from './ingest/amazon-reviews.ts';
import { FetchedPictures } from './ingest/fetched-pictures.ts';
import { folderSource } from './ingest/folder-source.ts';
import { jsonlSource } from './ingest/jsonl-source.ts';
import { PictureCache } from './ingest/picture-cache.ts';
import { PictureFetch } from './ingest/picture-fetch.ts';
import type { Source } from './ingest/source.ts';
import { Progress } from './progress.ts';
import { index } from './served-catalog.ts';

export const INDEX_USAGE = `  npm run index -- FOLDER                   index a folder of pictures, titled by file name
  npm run index -- FILE.jsonl               index products: {"id", "title", "category", "price", "images": ["path", ...]} a line
  npm run index -- ${AMAZON_REVIEWS} FILE [--limit 900] [--pictures all] [--allow-local]
                                            index products of meta_CATEGORY.jsonl(.gz) or CATEGORY.jsonl(.gz) and fetch their pictures:
                                            the first so many that have one; one each, or all up to 10; from private addresses too
  npm run index -- ... --rebuild            a new catalog of this source alone, also after a change of encoder
  npm run index -- ... --verbose            tell all that was passed over`;

/** What the command needs of the process. */
export interface IndexTools {
  readonly signal: AbortSignal;
  /** Where the person stands: paths are relative to it. */
  readonly from: string;
  /** For people, on standard error. */
  readonly say: (line: string) => void;
}

/** A source that is ready to be read. */
interface Opened {
  readonly source: Source;
  /** What names it on a command line. */
  readonly name: string;
  /** Told in the end. */
  readonly summary?: () => string;
  readonly close?: () => void;
}

type Values = ReturnType<typeof parse>['values'];

export async function indexCommand(config: Config, argv: readonly string[], tools: IndexTools): Promise<void> {
  const { values, positionals } = parse(argv);
  const definition = await openDefinition(config);
  const open = await openerOf(positionals, values, tools.from, definition);
  const app = await createApp(config, tools.signal, { definition });
  try {
    const { demo, name, caution } = app.encoder.info;
    if (demo)
      tools.say(
        [
          `warning: "${name}" is a demo model trained on drawings; on photos of your own it finds little more than colors, and its reranker guesses (RERANK=off).`,
          caution,
          'ENCODER=FOLDER takes a real one (an ONNX model folder, see models/pocket/model.json for its shape).',
        ]
          .filter(Boolean)
          .join(' '),
      );
    const opened = await open(app);
    try {
      await indexSource(app, opened, values, tools);
    } finally {
      opened.close?.();
    }
  } finally {
    await app.close();
  }
}

async function indexSource(app: App, { source, name, summary }: Opened, values: Values, { say }: IndexTools) {
  const bar = new Progress('Indexing', source.total, values.verbose);
  let count: number;
  try {
    count = await index(app, source, name, values.rebuild, bar.count);
  } finally {
    for (const line of bar.finish()) say(line);
    if (summary) say(summary());
  }
  say(
    `The catalog has ${count} products now. \`npm start\` serves it; a server that runs needs a new start if it served another.`,
  );
}

/** What is wrong with the command line is told before anything is opened. */
async function openerOf(
  positionals: readonly string[],
  values: Values,
  from: string,
  definition: CatalogDefinition,
): Promise<(app: App) => Promise<Opened>> {
  const [given, file, ...extra] = positionals;
  if (given === AMAZON_REVIEWS && file !== undefined && extra.length === 0) {
    const path = resolve(from, file);
    const found = await stat(path).catch(() => undefined);
    if (!found) throw new MargayError('NOT_FOUND', `There is no ${file}.`, { remedy: AMAZON_REMEDY });
    if (!found.isFile()) throw new MargayError('BAD_INPUT', `${file} is no file.`, { remedy: AMAZON_REMEDY });
    const limit = values.limit === undefined ? undefined : limitOf(values.limit);
    const { pictures } = values;
    if (pictures !== 'main' && pictures !== 'all') throw usage('--pictures is main or all.');
    return (app) => openAmazon(app, path, { limit, pictures, allowLocal: values['allow-local'] });
  }
  for (const option of ['limit', 'allow-local'] as const)
    if (values[option] !== undefined && values[option] !== false) throw usage(`--${option} is for ${AMAZON_REVIEWS}.`);
  if (values.pictures !== 'main') throw usage(`--pictures is for ${AMAZON_REVIEWS}.`);
  if (!given || file !== undefined)
    throw usage(`index takes one folder or one .jsonl file, or ${AMAZON_REVIEWS} and its file.`);
  // A source of files is as quick to open now.
  const path = resolve(from, given);
  const source = await sourceOf(path, given, definition);
  return async () => ({ source, name: path });
}

const AMAZON_REMEDY = 'Name meta_CATEGORY.jsonl or CATEGORY.jsonl, as published or packed with gzip.';

async function openAmazon(
  { config, decoder, definition, signal }: App,
  path: string,
  { limit, pictures, allowLocal }: { limit: number | undefined; pictures: 'main' | 'all'; allowLocal: boolean },
): Promise<Opened> {
  const { HTTP_PROXY, HTTPS_PROXY, NO_PROXY } = config;
  const fetch = new PictureFetch({
    proxy: { HTTP_PROXY, HTTPS_PROXY, NO_PROXY },
    allowLocal,
    // As small as it may be: it is decoded again when it is embedded.
    check: (bytes, options) => decoder.decode(bytes, { ...options, needs: { shortSide: 64 } }),
  });
  // What is under way when the run ends, however it ends, is of no use to anybody.
  const end = new AbortController();
  const fetched = new FetchedPictures(
    new PictureCache(join(config.MARGAY_DATA, 'fetched')),
    fetch,
    AbortSignal.any([signal, end.signal]),
  );
  const source = await amazonReviews(path, { definition, fetched, pictures, ...(limit && { limit }) });
  const { counts } = fetched;
  return {
    source,
    name: [
      `${AMAZON_REVIEWS} ${path}`,
      ...(limit ? [`--limit ${limit}`] : []),
      ...(pictures === 'all' ? ['--pictures all'] : []),
      ...(allowLocal ? ['--allow-local'] : []),
    ].join(' '),
    summary: () =>
      `Pictures: ${counts.fetched} fetched, ${counts.cached} from the cache, ${counts.failed} not to be had.`,
    close: () => {
      end.abort();
      fetch.close();
    },
  };
}

async function sourceOf(path: string, given: string, definition: CatalogDefinition): Promise<Source> {
  const found = await stat(path).catch(() => undefined);
  if (!found)
    throw new MargayError('NOT_FOUND', `There is no ${given}.`, { remedy: 'Name a folder or a .jsonl file.' });
  if (!found.isDirectory() && !/\.(jsonl|ndjson)$/i.test(path))
    throw new MargayError('BAD_INPUT', `${given} is neither a folder nor a .jsonl file.`, {
      remedy: 'Name the folder that the pictures lie in, or a .jsonl file with one product a line.',
    });
  const source = found.isDirectory() ? await folderSource(path, definition) : await jsonlSource(path, definition);
  if (source.total > 0) return source;
  throw new MargayError('BAD_INPUT', `${given} is empty.`, { remedy: 'Name a folder with pictures.' });
}

function limitOf(given: string): number {
  const limit = Number(given);
  if (/^\d+$/.test(given) && Number.isSafeInteger(limit) && limit > 0) return limit;
  throw usage('--limit is not a number of products.');
}

function parse(argv: readonly string[]) {
  const options = {
    rebuild: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    limit: { type: 'string' },
    pictures: { type: 'string', default: 'main' },
    'allow-local': { type: 'boolean', default: false },
  } as const;
  return parseArguments(argv, options, INDEX_USAGE);
}

const usage = (message: string) => new MargayError('BAD_INPUT', message, { remedy: `\n${INDEX_USAGE}` });
