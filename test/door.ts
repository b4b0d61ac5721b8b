import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { type Adapters, createApp, serve } from '../src/app.ts';
import { DiskMedia } from '../src/catalog/disk-media.ts';
import { catalogFingerprint, OWN, writeServed } from '../src/catalog/served.ts';
import { readConfig } from '../src/config.ts';
import { SharpRenderer } from '../src/image/sharp-renderer.ts';
import { schemaOf } from '../src/retrieve/catalog-stamp.ts';
import { openCatalog } from '../src/served-catalog.ts';
import { DEMO_DEFINITION } from './demo-definition.ts';
import { FakeEncoder, FakeReranker, MemoryStores, vectorOf } from './fakes.ts';

export interface GraphQLAnswer {
  // biome-ignore lint/suspicious/noExplicitAny: tests say in their expectations what they expect.
  data?: any;
  errors?: { message: string; path?: (string | number)[]; extensions: { code: string } & Record<string, unknown> }[];
  extensions?: Record<string, unknown>;
}

export interface Door extends AsyncDisposable {
  readonly url: string;
  readonly encoder: FakeEncoder;
  readonly stores: MemoryStores;
  readonly reranker: FakeReranker;
  /** Errors that were reported as ours. */
  readonly reported: unknown[];
  post(body: unknown, headers?: Record<string, string>, signal?: AbortSignal): Promise<Response>;
  ask(query: string, variables?: Record<string, unknown>): Promise<GraphQLAnswer>;
  /** A multipart request with one file in `variables.image`. */
  upload(query: string, file: Uint8Array, variables?: Record<string, unknown>): Promise<GraphQLAnswer>;
}

/** Ids of the fake catalog, `p000` and on. */
export const idOf = (place: number) => `p${String(place).padStart(3, '0')}`;

/** The real server on a free port, with fakes behind the ports of model, store and reranker; pictures are really decoded and kept. */
export async function openDoor(
  settings: Record<string, string> = {},
  given: Partial<Adapters> & { products?: number } = {},
): Promise<Door> {
  const data = await mkdtemp(join(tmpdir(), 'margay-door-'));
  const encoder = new FakeEncoder();
  const stores = new MemoryStores();
  const reranker = new FakeReranker();
  fill(stores, encoder, given.products ?? 30);
  await writeServed(data, { name: OWN, sources: ['shop.jsonl'] });
  const stop = new AbortController();
  const config = readConfig({ PORT: '0', MARGAY_DATA: data, ...settings });
  // With a model server in the settings the app's own reranker asks it.
  const isFake = config.RERANK === 'on' && config.RERANK_URL === undefined;
  const renderer = new SharpRenderer();
  const media = new FakePictures({ folder: join(data, 'media'), renderer });
  // Without full text, so that AUTO is DENSE; a test of modes brings a catalog that has it.
  const definition = { ...DEMO_DEFINITION, analyzer: undefined };
  const adapters = { definition, encoder, stores, renderer, media, ...(isFake && { reranker }), ...given };
  const app = await createApp(config, stop.signal, adapters);
  const reported: unknown[] = [];
  const catalog = await openCatalog(app, () => () => {});
  const server = await serve(app, catalog, (error) => reported.push(error));
  const endpoint = `${server.url}/graphql`;
  const post: Door['post'] = (body, headers = {}, signal) =>
    fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });
  return {
    url: server.url,
    encoder,
    stores,
    reranker,
    reported,
    post,
    ask: async (query, variables) => (await post({ query, variables })).json() as Promise<GraphQLAnswer>,
    async upload(query, file, variables = {}) {
      const form = new FormData();
      form.set('operations', JSON.stringify({ query, variables: { ...variables, image: null } }));
      form.set('map', JSON.stringify({ 0: ['variables.image'] }));
      form.set('0', new Blob([new Uint8Array(file)]), 'photo.jpg');
      const headers = { accept: 'application/json', 'apollo-require-preflight': 'true' };
      return (await fetch(endpoint, { method: 'POST', headers, body: form })).json() as Promise<GraphQLAnswer>;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await server.close(0);
      await app.close();
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** The fake catalog's pictures were never kept: one stands for all of them. */
class FakePictures extends DiskMedia {
  override sized(...[id, width, format, options]: Parameters<DiskMedia['sized']>): Promise<Uint8Array> {
    if (!/^a{58,}\d+$/.test(id)) return super.sized(id, width, format, options);
    pixel ??= sharp(Buffer.of(90, 120, 200), { raw: { width: 1, height: 1, channels: 3 } })
      .jpeg()
      .toBuffer();
    return pixel;
  }
}
let pixel: Promise<Uint8Array> | undefined;

/** A catalog made by this very encoder; every third product has two pictures. */
function fill(stores: MemoryStores, encoder: FakeEncoder, count: number): void {
  const { dimensions, fingerprint } = encoder.info;
  stores.stored = {
    name: OWN,
    dimensions,
    fingerprint: catalogFingerprint(fingerprint, 'image', 'title'),
    schema: schemaOf(DEMO_DEFINITION),
  };
  for (let place = 0; place < count; place += 1) {
    const id = idOf(place);
    const images = Array.from({ length: place % 3 === 0 ? 2 : 1 }, (_, ordinal) => ({
      id: `${place}${ordinal}`.padStart(64, 'a'),
      width: 640,
      height: 480,
      thumbhash: '1QcSHQRnh493V4dIh4eXh1h4kJUI',
    }));
    const product = {
      id,
      fields: { title: `Product ${place}`, category: 'mug', print: null, color: 'red', price: place / 10 },
      images,
    };
    for (const [ordinal, image] of images.entries())
      stores.store.stored.push({
        productId: id,
        ordinal,
        vector: vectorOf(id, String(ordinal)),
        image,
        attributes: {},
        product,
        source: id,
      });
  }
}
