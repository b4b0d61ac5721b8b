import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeDataFolder } from './catalog/data-folder.ts';
import { DiskMedia } from './catalog/disk-media.ts';
import { type MediaStore, THUMBNAIL } from './catalog/media-store.ts';
import { catalogFingerprint, DEMO, OWN, otherName, readServed, type Served, writeServed } from './catalog/served.ts';
import { type Config, isLoopback } from './config.ts';
import type { Encoder } from './encode/encoder.ts';
import { OnnxEncoder } from './encode/onnx-encoder.ts';
import { MargayError } from './errors.ts';
import { coresOf } from './folder-encoder.ts';
import type { GraphContext } from './graph/context.ts';
import { Cost } from './graph/cost.ts';
import { ProductLoaders } from './graph/loaders.ts';
import { makeSchema } from './graph/schema.ts';
import { createGateway } from './http/gateway.ts';
import { graphiqlAssets } from './http/graphiql.ts';
import { loopbackHosts, originOf } from './http/origin.ts';
import { readPicture } from './http/picture-upload.ts';
import { servePictures } from './http/pictures.ts';
import { listen, type RunningServer } from './http/server.ts';
import { notThere } from './hub/absence.ts';
import { readKnown } from './hub/known-model.ts';
import { isThere } from './hub/model-folder.ts';
import type { Decoder } from './image/decoder.ts';
import type { Renderer } from './image/renderer.ts';
import { SharpDecoder } from './image/sharp-decoder.ts';
import { SharpRenderer } from './image/sharp-renderer.ts';
import { ingest, type Outcome } from './ingest/indexer.ts';
import type { Source } from './ingest/source.ts';
import { Budget } from './policy/budget.ts';
import { PocketReranker } from './rerank/pocket-reranker.ts';
import type { Reranker } from './rerank/reranker.ts';
import type { CatalogStamp, StoreFactory, VectorStore } from './retrieve/vector-store.ts';
import type { Stages } from './search/search.ts';

/** The largest picture accepted, in bytes. */
const MAX_UPLOAD_BYTES = 20 * 1024 * 1024;
const UPLOADS = { maxFileSize: MAX_UPLOAD_BYTES, maxFiles: 10, maxFieldSize: 1024 * 1024 };

/** How often query pictures that nobody can ask for any more are deleted. */
const SWEEP_EVERY_MS = 10 * 60_000;

/** Everything that stands behind a port; tests give their own. */
export interface Adapters {
  readonly decoder: Decoder;
  readonly renderer: Renderer;
  readonly encoder: Encoder;
  readonly media: MediaStore;
  readonly stores: StoreFactory;
  readonly reranker: Reranker | null;
}

export interface App extends Adapters {
  readonly config: Config;
  readonly signal: AbortSignal;
  close(): Promise<void>;
}

/** Adapters by configuration. `signal` is the process's: it ends every wait. */
export async function createApp(config: Config, signal: AbortSignal, given: Partial<Adapters> = {}): Promise<App> {
  const data = config.MARGAY_DATA;
  await makeDataFolder(data);
  const opened: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const part of opened.reverse().splice(0)) await part.close();
  };
  const keep = <T extends { close(): Promise<void> }>(part: T): T => {
    opened.push(part);
    return part;
  };
  try {
    const decoder = keep(given.decoder ?? new SharpDecoder({ maxBytes: MAX_UPLOAD_BYTES }));
    const renderer = keep(given.renderer ?? new SharpRenderer());
    const media = keep(given.media ?? new DiskMedia({ folder: join(data, 'media'), renderer }));
    const encoder = keep(given.encoder ?? (await openEncoder(config, decoder, renderer, signal)));
    const stores = keep(given.stores ?? (await openStores(config)));
    const reranker = given.reranker ?? (reranks(config, encoder) ? await openReranker(config, renderer, media) : null);
    return { config, signal, decoder, renderer, encoder, media, stores, reranker, close };
  } catch (error) {
    // A model's process that goes on would keep this one alive.
    await close();
    throw error;
  }
}

/** A name stands for a folder of models/, anything with a slash for itself. */
export const modelFolder = (name: string): string =>
  isAbsolute(name) || name.includes('/') ? name : fileURLToPath(new URL(`../models/${name}`, import.meta.url));

const KNOWN = fileURLToPath(new URL('../models/known', import.meta.url));

/** @throws MargayError NOT_FOUND naming the command that brings the model, where it is known and not there. */
async function encoderFolder(name: string): Promise<string> {
  const folder = modelFolder(name);
  const known = (await isThere(folder)) ? undefined : (await readKnown(KNOWN)).get(name);
  if (known) throw notThere(known);
  return folder;
}

/** The model on the configured server, or else of a folder. */
async function openEncoder(
  config: Config,
  decoder: Decoder,
  renderer: Renderer,
  signal: AbortSignal,
): Promise<Encoder> {
  const { ENCODER_URL: url, ENCODER_MODEL: model, ENCODER_KEY: key, ENCODER_API: api } = config;
  if (url === undefined || model === undefined)
    return OnnxEncoder.load(await encoderFolder(config.ENCODER), { decoder, signal, ...coresOf(config) });
  const { RemoteEncoder } = await import('./encode/remote-encoder.ts');
  return RemoteEncoder.open({
    url,
    api,
    model,
    key,
    timeoutMs: config.ENCODER_TIMEOUT_MS,
    side: config.ENCODER_PICTURE_SIDE,
    pictureWeight: config.ENCODER_PICTURE_WEIGHT,
    decoder,
    renderer,
    signal,
  });
}

/** What of the media store a reranker sees. */
type Thumbnails = Pick<MediaStore, 'sized'>;

/** Without a vision model only an encoder that sees attributes can be reranked: the built-in reranker compares those and nothing else. */
const reranks = ({ RERANK, RERANK_URL }: Config, { info }: Encoder): boolean =>
  RERANK === 'on' && (RERANK_URL !== undefined || info.attributes.length > 0);

/** The configured vision model; without one the built-in reranker. */
async function openReranker(config: Config, renderer: Renderer, media: Thumbnails): Promise<Reranker> {
  const [reranker] = await openVoters(config, renderer, media, [config.RERANK_VOTES]);
  return reranker!;
}

/** The same once for each number of votes, sharing what the model answered; the built-in reranker has no votes, and comes once. */
export async function openVoters(
  config: Config,
  renderer: Renderer,
  media: Thumbnails,
  numbers: readonly (1 | 2)[],
): Promise<Reranker[]> {
  const { RERANK_URL: url, RERANK_MODEL: model, RERANK_KEY: key, RERANK_FLOW: flow } = config;
  const timeoutMs = config.RERANK_TIMEOUT_MS;
  if (url === undefined || model === undefined) return [new PocketReranker()];
  const { Answers } = await import('./rerank/answers.ts');
  const { VisionReranker } = await import('./rerank/vision-reranker.ts');
  const { VisionServer } = await import('./rerank/vision-server.ts');
  const server = new VisionServer({ url, model, key, timeoutMs });
  const answers = new Answers();
  const thumbnail = (id: string, options: { signal: AbortSignal }) => media.sized(id, THUMBNAIL, 'jpeg', options);
  return numbers.map((votes) => new VisionReranker({ server, renderer, thumbnail, flow, votes, answers }));
}

async function openStores(config: Config): Promise<StoreFactory> {
  // Both bring native code or a large SDK: only the one in use is loaded.
  if (!config.MILVUS_ADDRESS) {
    const { LanceStores } = await import('./retrieve/lance-store.ts');
    return LanceStores.open(join(config.MARGAY_DATA, 'lance'));
  }
  const { MilvusStores } = await import('./retrieve/milvus-store.ts');
  return MilvusStores.connect({
    address: config.MILVUS_ADDRESS,
    ...(config.MILVUS_TOKEN && { token: config.MILVUS_TOKEN }),
    ...(config.MILVUS_DATABASE && { database: config.MILVUS_DATABASE }),
  });
}

export const stampOf = ({ encoder, config }: App, name: string): CatalogStamp => ({
  name,
  dimensions: encoder.info.dimensions,
  fingerprint: catalogFingerprint(encoder.info.fingerprint, config.CATALOG_EMBED),
});

const isSame = (stored: CatalogStamp | null, stamp: CatalogStamp): boolean =>
  stored?.fingerprint === stamp.fingerprint && stored.dimensions === stamp.dimensions;

export type OnOutcome = (outcome: Outcome) => void;

/**
 * Adds a source's products to the catalog of one's own, which is served from then on. With `rebuild` it is made anew of this source alone,
 * beside the old one, which goes when the new one stands.
 * @returns how many products the catalog has then.
 * @throws MargayError BAD_INPUT where nothing could be indexed: what was served before still is.
 */
export async function index(
  app: App,
  source: Source,
  from: string,
  rebuild: boolean,
  onOutcome: OnOutcome,
): Promise<number> {
  const { stores, signal, config } = app;
  const served = await readServed(config.MARGAY_DATA);
  const stamp = stampOf(app, served ? (rebuild ? otherName(served.name) : served.name) : OWN);
  const stored = await stores.stamp(stamp.name, { signal });
  const agrees = isSame(stored, stamp);
  if (stored && !agrees && served && !rebuild) throw mismatch(served.sources);
  // A first run that was cut off goes on; a rebuild that was cut off starts again.
  if (stored && (rebuild || !agrees)) await stores.drop(stamp.name, { signal });
  const store = await stores.open(stamp, { signal });
  await ingest(source, { ...app, store }, { embed: config.CATALOG_EMBED, signal, onOutcome });
  await store.optimize({ signal });
  const count = await store.count({ signal });
  await store.close();
  if (count === 0)
    throw new MargayError('BAD_INPUT', 'Nothing could be indexed.', {
      remedy: 'Name a folder of pictures, or a .jsonl file of products with their pictures.',
    });
  const sources = rebuild ? [from] : [...new Set([...(served?.sources ?? []), from])];
  await writeServed(config.MARGAY_DATA, { name: stamp.name as Served['name'], sources });
  if (served && rebuild) await stores.drop(served.name, { signal });
  return count;
}

const mismatch = ([first, ...others]: readonly string[]) =>
  new MargayError(
    'CATALOG_MISMATCH',
    'The stored vectors were made by another encoder or from other parts of the products.',
    {
      remedy: [
        `Start with the former ENCODER and CATALOG_EMBED, or index again: npm run index -- ${first} --rebuild`,
        ...others.map((other) => `npm run index -- ${other}`),
      ].join(' && '),
    },
  );

/** The catalog to serve. The demo is drawn and embedded where it is missing, unfinished or another encoder's. */
export async function openCatalog(app: App, prepareDemo: (total: number) => OnOutcome) {
  const { stores, signal, config } = app;
  const served = await readServed(config.MARGAY_DATA);
  const stamp = stampOf(app, served?.name ?? DEMO);
  const stored = await stores.stamp(stamp.name, { signal });
  const agrees = isSame(stored, stamp);
  if (served && !agrees) {
    const refuse = (): VectorStore => {
      throw mismatch(served.sources);
    };
    return { stamp, store: refuse };
  }
  if (!served && stored && !agrees) await stores.drop(DEMO, { signal });
  const store = await stores.open(stamp, { signal });
  if (!served) {
    const { demoSource } = await import('./demo/source.ts');
    const source = demoSource(app.renderer);
    if ((await store.count({ signal })) < source.total || !(await keepsPictures(store, app))) {
      const failed: Outcome[] = [];
      const report = prepareDemo(source.total);
      const onOutcome: OnOutcome = (outcome) => {
        if (outcome.status === 'FAILED') failed.push(outcome);
        report(outcome);
      };
      await ingest(source, { ...app, store }, { embed: config.CATALOG_EMBED, signal, onOutcome });
      await store.optimize({ signal });
      if (failed[0]?.status === 'FAILED')
        throw new MargayError('INTERNAL', `The demo could not be prepared: ${failed[0].reason}`);
    }
  }
  return { stamp, store: () => store };
}

/** Whether the pictures are there beside the vectors: a look at the first product tells a lost media folder. */
async function keepsPictures(store: VectorStore, { media, signal }: App): Promise<boolean> {
  const { products } = await store.page({ first: 1, columns: ['images'], signal });
  const [image] = products[0]?.images ?? [];
  return image !== undefined && (await media.has(image.id));
}

export type Catalog = Awaited<ReturnType<typeof openCatalog>>;

/** Serves a catalog over HTTP until closed. */
export async function serve(app: App, catalog: Catalog, report: (error: unknown) => void): Promise<RunningServer> {
  const { config, decoder, encoder, media, reranker, stores, signal } = app;
  const stages: Stages = {
    decoder,
    encoder,
    media,
    reranker,
    store: catalog.store,
    timeoutMs: config.HTTP_TIMEOUT_MS,
    rerankTimeoutMs: config.RERANK_TIMEOUT_MS,
    report,
  };
  const perHour = config.RERANK_TOKENS_PER_HOUR;
  const budget = perHour === undefined ? undefined : new Budget(perHour);
  const graphql = createGateway({
    schema: makeSchema(),
    origins: config.HTTP_ORIGINS,
    uploads: UPLOADS,
    report,
    hasKeys: config.HTTP_API_KEYS.length > 0,
    context: (request, client): GraphContext => ({
      stages,
      catalogName: catalog.stamp.name,
      storeKind: stores.kind,
      fingerprint: catalog.stamp.fingerprint,
      origin: originOf(request, config.HTTP_PUBLIC_URL),
      readPicture: (upload, argument) =>
        readPicture(upload, { argument, maxBytes: MAX_UPLOAD_BYTES, signal: request.signal }),
      signal: request.signal,
      allowance: budget?.of(client),
      cost: new Cost(config.RERANK_TIMEOUT_MS),
      loaders: new ProductLoaders(catalog.store, request.signal, config.HTTP_TIMEOUT_MS),
    }),
  });
  const sweep = setInterval(() => void media.sweep().catch(report), SWEEP_EVERY_MS);
  sweep.unref();
  signal.addEventListener('abort', () => clearInterval(sweep));
  return listen({
    host: config.HOST,
    port: config.PORT,
    keyHashes: config.HTTP_API_KEYS,
    origins: config.HTTP_ORIGINS,
    ...(isLoopback(config.HOST) && !config.HTTP_OPEN && { acceptsHost: loopbackHosts(config.HTTP_PUBLIC_URL) }),
    health: {
      ready: async () => catalog.store().ping({ signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]) }),
    },
    pictures: servePictures(media),
    page: graphiqlAssets(fileURLToPath(new URL('../build/web', import.meta.url)), {
      ...(config.HTTP_PUBLIC_URL && { imageOrigins: [config.HTTP_PUBLIC_URL] }),
    }),
    graphql: (req, res) => graphql(req, res, { req, res }),
    report,
  }).catch((error: NodeJS.ErrnoException) => {
    throw notListening(error, config);
  });
}

function notListening(cause: NodeJS.ErrnoException, { HOST, PORT }: Config): unknown {
  if (cause.code === 'EADDRINUSE')
    return new MargayError('BAD_INPUT', `PORT: ${PORT} is taken on ${HOST}.`, {
      remedy: `Stop what listens there, or take another: PORT=${PORT + 1} npm start`,
    });
  if (cause.code === 'EACCES' || cause.code === 'EADDRNOTAVAIL' || cause.code === 'ENOTFOUND')
    return new MargayError('BAD_INPUT', `HOST, PORT: this machine does not let us listen on ${HOST}:${PORT}.`, {
      cause,
    });
  return cause;
}
