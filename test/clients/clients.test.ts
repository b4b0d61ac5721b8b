import { CombinedGraphQLErrors } from '@apollo/client';
import { CombinedError } from '@urql/core';
import { ClientError } from 'graphql-request';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as apollo from '../../examples/apollo.ts';
import * as graphqlRequest from '../../examples/graphql-request.ts';
import * as urql from '../../examples/urql.ts';
import { type Door, openDoor } from '../door.ts';
import { FakeReranker } from '../fakes.ts';
import type { HitsFragment, ReasonsFragment, SearchQueryVariables } from '../generated/operations.ts';
import { drawnPicture } from '../pictures.ts';
import * as relay from './relay-client.ts';

type Hits = HitsFragment['hits'];
type Delivery = HitsFragment & Partial<ReasonsFragment>;

/** What every client is asked to do; `connect` and the calls are those of its example. */
interface Client {
  upload(image: Blob): Promise<string>;
  search(variables: SearchQueryVariables): Promise<Hits>;
  searchByPhoto(image: Blob, text?: string): Promise<Hits>;
  /** What arrived, in the order of arrival, and each as it arrives. */
  searchForReasons(variables: SearchQueryVariables, arrived: () => void): Promise<Delivery[]>;
  codeOf(error: unknown): unknown;
}

interface Example<C> {
  connect(url: string): C;
  uploadPhoto(client: C, image: Blob): Promise<string>;
  search(client: C, variables: SearchQueryVariables): Promise<Hits>;
  searchByPhoto(client: C, image: Blob, text?: string): Promise<Hits>;
}

function over<C>(
  example: Example<C>,
  searchForReasons: (client: C, variables: SearchQueryVariables, arrived: () => void) => Promise<Delivery[]>,
  codeOf: Client['codeOf'],
): (url: string) => Client {
  return (url) => {
    const client = example.connect(url);
    return {
      upload: (image) => example.uploadPhoto(client, image),
      search: (variables) => example.search(client, variables),
      searchByPhoto: (image, text) => example.searchByPhoto(client, image, text),
      searchForReasons: (variables, arrived) => searchForReasons(client, variables, arrived),
      codeOf,
    };
  };
}

/** Keeps what an example shows, as it was at that moment. */
const collected =
  <C>(run: (client: C, variables: SearchQueryVariables, show: (search: unknown) => void) => Promise<void>) =>
  async (client: C, variables: SearchQueryVariables, arrived: () => void): Promise<Delivery[]> => {
    const shown: Delivery[] = [];
    await run(client, variables, (search) => {
      shown.push(structuredClone(search) as Delivery);
      arrived();
    });
    return shown;
  };

const CLIENTS: [string, (url: string) => Client, { defers: boolean }][] = [
  [
    'Apollo Client',
    over(apollo, collected(apollo.searchThenReasons), (error) =>
      CombinedGraphQLErrors.is(error) ? error.errors[0]?.extensions?.code : error,
    ),
    { defers: true },
  ],
  [
    'urql',
    over(urql, collected(urql.searchThenReasons), (error) =>
      error instanceof CombinedError ? error.graphQLErrors[0]?.extensions.code : error,
    ),
    { defers: true },
  ],
  [
    'graphql-request',
    over(
      graphqlRequest,
      async (client, variables) => [await graphqlRequest.searchWithReasons(client, variables)],
      (error) => (error instanceof ClientError ? error.response.errors?.[0]?.extensions.code : error),
    ),
    { defers: false },
  ],
  [
    'Relay',
    over(relay, collected(relay.searchThenReasons), (error) =>
      error instanceof Error ? (error.cause as { extensions?: { code: string } })?.extensions?.code : error,
    ),
    { defers: true },
  ],
];

/** Its pass ends when the test says so. */
class HeldReranker extends FakeReranker {
  held: Promise<void> | undefined;

  override async rank(...asked: Parameters<FakeReranker['rank']>) {
    await this.held;
    return super.rank(...asked);
  }
}

const reranker = new HeldReranker();
let door: Door;
let leopard: Blob;
let zebra: Blob;
beforeAll(async () => {
  door = await openDoor({}, { reranker });
  leopard = new Blob([new Uint8Array(await drawnPicture('#c86432'))], { type: 'image/jpeg' });
  zebra = new Blob([new Uint8Array(await drawnPicture('#f0f0f0'))], { type: 'image/jpeg' });
});
afterAll(() => door[Symbol.asyncDispose]());
beforeEach(() => {
  door.encoder.calls.length = 0;
  reranker.ranked.length = 0;
  reranker.held = undefined;
});

const idsOf = (hits: Hits) => hits.map(({ product }) => product.id);

describe.each(CLIENTS)('%s', (_name, connect, { defers }) => {
  const connected = () => connect(`${door.url}/graphql`);

  test('searches by words', async () => {
    const hits = await connected().search({ text: 'a red mug' });
    expect(hits.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(hits[0]!.product.title).toMatch(/^Product \d+$/);
    expect(door.encoder.calls.map(({ text, pixels }) => [text, pixels])).toEqual([['a red mug', undefined]]);
  });

  test('searches by a photo and words in one multipart request', async () => {
    const hits = await connected().searchByPhoto(leopard, 'phone case with this');
    expect(hits).toHaveLength(9);
    const [call] = door.encoder.calls;
    expect(call!.text).toBe('phone case with this');
    expect(call!.pixels!.rgb).toHaveLength(3);
  });

  test('a photo sent first is the photo searched by: two photos, two answers', async () => {
    const client = connected();
    const [leopardId, zebraId] = [await client.upload(leopard), await client.upload(zebra)];
    const byId = [await client.search({ imageId: leopardId }), await client.search({ imageId: zebraId })];
    expect(leopardId).not.toBe(zebraId);
    expect(idsOf(byId[0]!)).not.toEqual(idsOf(byId[1]!));
    expect(idsOf(await client.searchByPhoto(leopard))).toEqual(idsOf(byId[0]!));
    expect(idsOf(await client.searchByPhoto(zebra))).toEqual(idsOf(byId[1]!));
  });

  test('pages by imageId to the end without a repeat', async () => {
    const client = connected();
    const imageId = await client.upload(leopard);
    const pages: Hits[] = [];
    for (let offset = 0; pages.at(-1)?.length !== 0; offset += 9)
      pages.push(await client.search({ imageId, text: 'x', offset }));
    const hits = pages.flat();
    expect(pages.map(({ length }) => length)).toEqual([9, 9, 9, 3, 0]);
    expect(new Set(idsOf(hits)).size).toBe(30);
    expect(hits.map(({ rank }) => rank)).toEqual(hits.map((_hit, place) => place + 1));
  });

  test(defers ? 'shows the hits first, then the reasons' : 'gets hits and reasons in one answer', async () => {
    const client = connected();
    const imageId = await client.upload(leopard);
    const { promise, resolve: release } = Promise.withResolvers<void>();
    // The pass waits for the hits to be shown; a client that does not defer would wait for ever.
    if (defers) reranker.held = promise;
    const deliveries = await client.searchForReasons({ imageId, text: 'x' }, release);
    expect(deliveries.map(({ rationale, hits }) => [hits.length, rationale ?? null])).toEqual([
      ...(defers ? [[9, null]] : []),
      [9, 'It fits.'],
    ]);
    const { hits, reranked } = deliveries.at(-1)!;
    expect(reranked!.map(({ product }) => product.id)).toEqual(idsOf(hits).reverse());
    expect(reranked!.map(({ position, reason }) => [position, reason])).toEqual(
      idsOf(hits)
        .reverse()
        .map((id, place) => [place + 1, `Because ${id}.`]),
    );
    expect(reranker.ranked).toHaveLength(1);
  });

  test.each([
    ['topK out of range', (client: Client) => client.search({ text: 'x', topK: 0 }), 'BAD_INPUT'],
    ['an id of nothing', (client: Client) => client.search({ imageId: 'f'.repeat(64) }), 'NOT_FOUND'],
    ['no picture', (client: Client) => client.upload(new Blob(['not a picture'])), 'UNSUPPORTED_IMAGE'],
    ['no picture, in a search', (client: Client) => client.searchByPhoto(new Blob(['none'])), 'UNSUPPORTED_IMAGE'],
  ])('learns the code of an error: %s', async (_fault, ask, code) => {
    const client = connected();
    const error = await ask(client).then(
      () => 'no error',
      (error: unknown) => error,
    );
    expect(client.codeOf(error)).toBe(code);
    expect(await client.search({ text: 'still served' })).toHaveLength(9);
  });
});

describe('clients that cache', () => {
  test('Apollo: two photos are one cache entry, so searches by photo go past the cache or by id', async () => {
    const client = apollo.connect(`${door.url}/graphql`);
    const [first, second] = [await apollo.searchByPhoto(client, leopard), await apollo.searchByPhoto(client, zebra)];
    expect(idsOf(second)).not.toEqual(idsOf(first));
    const { SearchByPhotoDocument: query } = await import('../generated/operations.ts');
    const cached = async (image: Blob) => (await client.query({ query, variables: { image } })).data!.search!.hits;
    // The trap that the example avoids: if this ever fails, its `no-cache` may go.
    expect(idsOf(await cached(leopard))).toEqual(idsOf(first));
    expect(idsOf(await cached(zebra))).toEqual(idsOf(first));
  });

  test('Apollo: a page asked for again costs nothing', async () => {
    const client = apollo.connect(`${door.url}/graphql`);
    const imageId = await apollo.uploadPhoto(client, leopard);
    const pages = [await apollo.search(client, { imageId }), await apollo.search(client, { imageId })];
    expect(pages[1]).toEqual(pages[0]);
    expect(door.encoder.calls).toHaveLength(1);
  });
});
