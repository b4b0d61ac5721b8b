import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type App, createApp, serve } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { MargayError } from '../../src/errors.ts';
import type { RunningServer } from '../../src/http/server.ts';
import { folderSource } from '../../src/ingest/folder-source.ts';
import { index, openCatalog } from '../../src/served-catalog.ts';
import { DEMO_DEFINITION } from '../demo-definition.ts';
import type { GraphQLAnswer } from '../door.ts';
import { drawnPicture } from '../pictures.ts';
import { type RemoteServer, startRemoteServer } from './remote-server.ts';

let folder: string;
let model: RemoteServer;
let app: App;
let gateway: RunningServer | undefined;
const reported: unknown[] = [];
const { signal } = new AbortController();

const openApp = (settings: Record<string, string> = {}) =>
  createApp(
    readConfig({
      PORT: '0',
      MARGAY_DATA: join(folder, 'data'),
      RERANK: 'off',
      ENCODER_URL: model.url,
      ENCODER_API: 'infinity',
      ENCODER_MODEL: model.model,
      ENCODER_KEY: 'sesame-0123456789',
      ...settings,
    }),
    signal,
  );
const open = async (settings?: Record<string, string>) => {
  app = await openApp(settings);
  gateway = await serve(app, await openCatalog(app, () => () => {}), (error) => reported.push(error));
};
const close = async () => {
  await gateway?.close(0);
  gateway = undefined;
  await app.close();
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'margay-remote-'));
  model = await startRemoteServer('infinity', { key: 'sesame-0123456789' });
  await mkdir(join(folder, 'shop'));
  for (const [name, width] of [
    ['red', 300],
    ['blue', 700],
    ['green', 900],
  ] as const)
    await writeFile(join(folder, `shop/${name}.jpg`), await drawnPicture(name, { width, height: 300 }));
  app = await openApp();
  const outcomes: string[] = [];
  await index(app, await folderSource(join(folder, 'shop'), DEMO_DEFINITION), 'shop', false, ({ status }) =>
    outcomes.push(status),
  );
  expect(outcomes).toEqual(['INDEXED', 'INDEXED', 'INDEXED']);
  await app.close();
  await open();
});
afterEach(async () => {
  await close();
  await model[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function ask(variables: Record<string, unknown>): Promise<GraphQLAnswer> {
  const query = `query ($text: String, $image: Upload, $imageId: ID) {
    search(text: $text, image: $image, imageId: $imageId) { image { id } hits { product { title } score } }
    catalog { encoder { joint } }
  }`;
  const response = await fetch(`${gateway!.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as GraphQLAnswer;
}
const uriOf = async (width: number) =>
  `data:image/jpeg;base64,${Buffer.from(await drawnPicture('blue', { width, height: 300 })).toString('base64')}`;

test('a catalog is indexed and searched by a model on a server, with pictures in their shape', async () => {
  const image = await uriOf(700);
  const { data } = await ask({ image });
  expect(data.catalog.encoder.joint).toBe('FUSED');
  expect(data.search.hits.map(({ product }: { product: { title: string } }) => product.title)[0]).toBe('blue');
  expect(data.search.hits[0].score).toBeCloseTo(1, 4);

  // By its id the same pixels are sent, oblong as they are, also after a new start.
  await close();
  await open();
  model.asked.length = 0;
  const again = await ask({ imageId: data.search.image.id });
  expect(again.data.search.hits).toEqual(data.search.hits);
  expect(model.asked.map(({ kind }) => kind)).toEqual(['picture']);
  const both = await ask({ imageId: data.search.image.id, text: 'in red' });
  expect(both.data.search.hits).toHaveLength(3);
  expect(model.asked.map(({ kind }) => kind)).toEqual(['picture', 'text']);
});

test('a server that fails is no fault of the client: it is told when to come back, and the operator why', async () => {
  model.scripted = () => ({ status: 500, raw: '{"detail":"CUDA out of memory"}' });
  const { errors } = await ask({ text: 'a mug' });
  expect(errors![0]!.extensions).toMatchObject({ code: 'ENCODER_UNAVAILABLE', retryAfter: 1 });
  expect(JSON.stringify(errors)).not.toMatch(/CUDA|127\.0\.0\.1|sesame/);
  const [error] = reported.splice(0) as MargayError[];
  expect((error!.cause as Error).message).toBe('500: CUDA out of memory');
});

test.each([
  ['another size of pictures', { ENCODER_PICTURE_SIDE: '96' }, 'CATALOG_MISMATCH'],
  ['another weight of pictures', { ENCODER_PICTURE_WEIGHT: '0.8' }, undefined],
])('%s after indexing', async (_name, settings, code) => {
  await close();
  await open(settings as Record<string, string>);
  const { errors } = await ask({ text: 'a mug' });
  expect(errors?.[0]?.extensions.code).toBe(code);
});
