import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp, serve } from '../../src/app.ts';
import { OWN, writeServed } from '../../src/catalog/served.ts';
import { readConfig } from '../../src/config.ts';
import { openCatalog } from '../../src/served-catalog.ts';
import type { GraphQLAnswer } from '../door.ts';
import { colored, DELETE, dataUri, indexProducts, outcomes } from './writing.ts';

/** The pocket encoder and LanceDB themselves, with nothing of ours in their place. */
let url: string;
let close: () => Promise<void>;
const reported: unknown[] = [];

async function open(data: string): Promise<void> {
  const stop = new AbortController();
  const app = await createApp(readConfig({ PORT: '0', MARGAY_DATA: data, RERANK: 'off' }), stop.signal);
  const catalog = await openCatalog(app, () => () => {});
  const server = await serve(app, catalog, (error) => reported.push(error));
  url = server.url;
  close = async () => {
    stop.abort();
    await server.close(0);
    await app.close();
  };
}

let folder: string;
let leopard: Uint8Array;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'margay-writes-'));
  leopard = new Uint8Array(await readFile(new URL('../../docs/leopard.jpg', import.meta.url)));
  await writeServed(folder, { name: OWN, sources: [] });
  await open(folder);
}, 120_000);
afterAll(async () => {
  await close();
  await rm(folder, { recursive: true, force: true });
  expect(reported).toEqual([]);
});

async function ask(query: string, variables: Record<string, unknown> = {}): Promise<GraphQLAnswer> {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query, variables }),
  });
  return response.json() as Promise<GraphQLAnswer>;
}
const FIND =
  'query ($image: Upload) { search(image: $image, topK: 5) { hits { score product { id title images { id } } } } }';
async function best(picture: Uint8Array) {
  const { data, errors } = await ask(FIND, { image: dataUri(picture) });
  expect(errors).toBeUndefined();
  return data.search.hits;
}

test('indexed, found, replaced, found again after a new start, and gone', { timeout: 120_000 }, async () => {
  const [red, green] = await Promise.all([colored(5), colored(90)]);
  const answer = await indexProducts({ url }, [
    { id: 'leopard', title: 'A leopard', price: 3, pictures: [leopard, red!] },
    { id: 'broken', title: 'Broken', pictures: [leopard.subarray(0, 2_000)] },
    { id: 'green', title: 'Green', pictures: [dataUri(green!)] },
  ]);
  expect(outcomes(answer)).toEqual(['leopard INDEXED', 'broken FAILED BAD_IMAGE', 'green INDEXED']);
  const [first] = await best(leopard);
  expect(first.product).toMatchObject({ id: 'leopard', title: 'A leopard', images: [{}, {}] });
  expect(first.score).toBeCloseTo(1, 4);
  expect((await best(red!))[0].product.id).toBe('leopard');

  const again = await indexProducts({ url }, [
    { id: 'leopard', title: 'A leopard', price: 3, pictures: [dataUri(leopard)] },
  ]);
  expect(outcomes(again)).toEqual(['leopard INDEXED']);
  const [replaced] = (await best(leopard)).filter(
    ({ product }: { product: { id: string } }) => product.id === 'leopard',
  );
  expect(replaced.product.images).toHaveLength(1);
  const ofRed = (await best(red!)).find(({ product }: { product: { id: string } }) => product.id === 'leopard');
  expect(ofRed?.score ?? 0).toBeLessThan(0.999);

  await close();
  await open(folder);
  expect((await best(leopard))[0].product.id).toBe('leopard');
  expect((await ask(DELETE, { where: { filter: { price: { eq: 3 } } } })).data.deleteProducts.deletedCount).toBe(1);
  expect((await best(leopard)).map(({ product }: { product: { id: string } }) => product.id)).toEqual(['green']);
});

test('a hundred in one request, while a search is answered', { timeout: 120_000 }, async () => {
  const pictures = await Promise.all(Array.from({ length: 100 }, (_, place) => colored(place + 200)));
  const products = pictures.map((picture, place) => ({
    id: `n${place}`,
    title: `Number ${place}`,
    pictures: [picture],
  }));
  let over = false;
  const indexing = indexProducts({ url }, products).finally(() => {
    over = true;
  });
  let searches = 0;
  while (!over) {
    expect((await ask('{ search(text: "green") { hits { rank } } }')).errors).toBeUndefined();
    searches += 1;
  }
  expect(outcomes(await indexing)).toEqual(products.map(({ id }) => `${id} INDEXED`));
  expect(searches).toBeGreaterThan(0);
  expect((await ask('{ catalog { count } }')).data.catalog.count).toBe(101);
  expect(outcomes(await indexProducts({ url }, products))).toEqual(products.map(({ id }) => `${id} UNCHANGED`));
});
