import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeDataFolder } from './catalog/data-folder.ts';
import type { CatalogDefinition } from './catalog/definition.ts';
import { DiskMedia } from './catalog/disk-media.ts';
import { type MediaStore, THUMBNAIL } from './catalog/media-store.ts';
import { DEMO } from './catalog/served.ts';
import { openDefinition } from './catalog-file.ts';
import { type Config, isLoopback } from './config.ts';
import type { Encoder } from './encode/encoder.ts';
import { MargayError } from './errors.ts';
import type { GraphContext } from './graph/context.ts';
import { Cost } from './graph/cost.ts';
import { ProductLoaders } from './graph/loaders.ts';
import { makeSchema } from './graph/schema.ts';
import { writeChecker } from './http/access.ts';
import { createGateway } from './http/gateway.ts';
import { graphiqlAssets } from './http/graphiql.ts';
import { loopbackHosts, originOf } from './http/origin.ts';
import { readPicture } from './http/picture-upload.ts';
import { servePictures } from './http/pictures.ts';
import { listen, type RunningServer } from './http/server.ts';
import type { Decoder } from './image/decoder.ts';
import type { Renderer } from './image/renderer.ts';
import { SharpDecoder } from './image/sharp-decoder.ts';
import { SharpRenderer } from './image/sharp-renderer.ts';
import { CatalogWrites } from './ingest/catalog-writes.ts';
import { openEncoder } from './opened-encoder.ts';
import { Budget } from './policy/budget.ts';
import { PocketReranker } from './rerank/pocket-reranker.ts';
import type { Reranker } from './rerank/reranker.ts';
import type { StoreFactory } from './retrieve/vector-store.ts';
import type { Stages } from './search/search.ts';
import type { Catalog } from './served-catalog.ts';

/** The largest picture accepted, in bytes. */
const MAX_UPLOAD_BYTES = 20 * 1024 * 1024;
const UPLOADS = { maxFileSize: MAX_UPLOAD_BYTES, maxFiles: 10, maxFieldSize: 1024 * 1024 };
/** Of those who may write: a hundred products with a picture each, on disk while they are indexed. */
const WRITER_UPLOADS = {
  maxFileSize: MAX_UPLOAD_BYTES,
  maxFiles: 100,
  maxFieldSize: 8 * 1024 * 1024,
  maxBodySize: 200 * 1024 * 1024,
};

/** How often query pictures that nobody can ask for any more are deleted. */
const SWEEP_EVERY_MS = 10 * 60_000;

/** What the products are, and everything that stands behind a port; tests give their own. */
export interface Adapters {
  readonly definition: CatalogDefinition;
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
    const definition = given.definition ?? (await openDefinition(config));
    const decoder = keep(given.decoder ?? new SharpDecoder({ maxBytes: MAX_UPLOAD_BYTES }));
    const renderer = keep(given.renderer ?? new SharpRenderer());
    const media = keep(given.media ?? new DiskMedia({ folder: join(data, 'media'), renderer }));
    const encoder = keep(given.encoder ?? (await openEncoder(config, decoder, renderer, signal)));
    const stores = keep(given.stores ?? (await openStores(config)));
    const reranker = given.reranker ?? (reranks(config, encoder) ? await openReranker(config, renderer, media) : null);
    return { config, signal, definition, decoder, renderer, encoder, media, stores, reranker, close };
  } catch (error) {
    // A model's process that goes on would keep this one alive.
    await close();
    throw error;
  }
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

/** Serves a catalog over HTTP until closed. */
export async function serve(app: App, catalog: Catalog, report: (error: unknown) => void): Promise<RunningServer> {
  const { config, definition, decoder, encoder, media, reranker, stores, signal } = app;
  const stages: Stages = {
    definition,
    embed: config.CATALOG_EMBED,
    decoder,
    encoder,
    media,
    reranker,
    store: catalog.store,
    isDemo: catalog.stamp.name === DEMO,
    timeoutMs: config.HTTP_TIMEOUT_MS,
    rerankTimeoutMs: config.RERANK_TIMEOUT_MS,
    report,
  };
  const perHour = config.RERANK_TOKENS_PER_HOUR;
  const budget = perHour === undefined ? undefined : new Budget(perHour);
  const { HTTP_API_KEYS: api, HTTP_ADMIN_KEYS: admin } = config;
  const isLocal = isLoopback(config.HOST) && !config.HTTP_OPEN;
  // Where anyone may read, a key says nothing of who a reader is.
  const hasKeys = api.length > 0 || (!isLoopback(config.HOST) && !config.HTTP_OPEN);
  const refusal = writeChecker({ api, admin, local: isLocal });
  const writes = new CatalogWrites({
    definition,
    embed: config.CATALOG_EMBED,
    stages: { decoder, encoder, media },
    store: catalog.store,
    timeoutMs: config.HTTP_TIMEOUT_MS,
    report,
  });
  const graphql = createGateway({
    schema: makeSchema(definition),
    origins: config.HTTP_ORIGINS,
    uploads: UPLOADS,
    writers: { uploads: WRITER_UPLOADS, mayWrite: (req) => refusal(req) === undefined },
    report,
    hasKeys,
    context: (request, client, req): GraphContext => ({
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
      writes,
      checkWriter: () => {
        const fault = refusal(req);
        if (fault) throw fault;
      },
    }),
  });
  const sweep = setInterval(() => void media.sweep().catch(report), SWEEP_EVERY_MS);
  sweep.unref();
  signal.addEventListener('abort', () => clearInterval(sweep));
  const server = await listen({
    host: config.HOST,
    port: config.PORT,
    keyHashes: hasKeys ? [...api, ...admin] : [],
    origins: config.HTTP_ORIGINS,
    ...(isLocal && { acceptsHost: loopbackHosts(config.HTTP_PUBLIC_URL) }),
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
  return {
    url: server.url,
    close: async (graceMs) => {
      await server.close(graceMs);
      await writes.close();
    },
  };
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
