import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MargayError } from '../../src/errors.ts';
import { type Door, idOf, openDoor } from '../door.ts';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door[Symbol.asyncDispose]());
beforeEach(() => {
  door.stores.store.asked.length = 0;
});
afterEach(() => {
  door.stores.store.fault = undefined;
});

const calls = () => door.stores.store.asked.map(({ call }) => call);

describe('product', () => {
  test('shows what the catalog holds, null for what it lacks', async () => {
    const { data } = await door.ask(
      '{ product(id: "p003") { id title category print color price images { id width height } } }',
    );
    expect(data.product).toMatchObject({ id: 'p003', title: 'Product 3', category: 'mug', print: null, price: 0.3 });
    expect(data.product.images).toHaveLength(2);
  });

  test.each(['nobody', '', "p001' or '1' = '1", '../p001', 'p001#0', '\u0000', '🐆'])(
    'no product %j is null',
    async (id) => {
      expect(await door.ask('query ($id: ID!) { product(id: $id) { title } }', { id })).toEqual({
        data: { product: null },
      });
    },
  );

  test('a product that is asked for by id alone is looked up all the same', async () => {
    const { data } = await door.ask('{ there: product(id: "p001") { id } gone: product(id: "nobody") { id } }');
    expect(data).toEqual({ there: { id: 'p001' }, gone: null });
  });

  test('the store being down is an error of each, and nothing else', async () => {
    door.stores.store.fault = new MargayError('STORE_UNAVAILABLE', 'The store is away.');
    const { data, errors } = await door.ask('{ a: product(id: "p001") { title } b: product(id: "p002") { title } }');
    expect(data).toEqual({ a: null, b: null });
    expect(errors).toMatchObject([
      { path: ['a'], extensions: { code: 'STORE_UNAVAILABLE' } },
      { path: ['b'], extensions: { code: 'STORE_UNAVAILABLE' } },
    ]);
  });
});

describe('products', () => {
  const PAGE = `query ($first: Int! = 50, $after: String) { products(first: $first, after: $after) {
    nodes { id title } edges { cursor node { id price } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

  test.each([1, 7, 10, 30, 100])('pages by %i visit each once, in order', async (first) => {
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { data, errors } = await door.ask(PAGE, { first, after });
      expect(errors).toBeUndefined();
      const { nodes, edges, pageInfo } = data.products;
      expect(edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual(
        nodes.map(({ id }: { id: string }) => id),
      );
      expect([edges[0].cursor, edges.at(-1).cursor]).toEqual([pageInfo.startCursor, pageInfo.endCursor]);
      expect(pageInfo.hasPreviousPage).toBe(after !== null);
      seen.push(...nodes.map(({ id }: { id: string }) => id));
      after = pageInfo.endCursor;
      more = pageInfo.hasNextPage;
    }
    expect(seen).toEqual(Array.from({ length: 30 }, (_, place) => idOf(place)));
    expect(new Set(calls())).toEqual(new Set(['page']));
  });

  test('beyond the end is an empty page', async () => {
    const after = Buffer.from('product:zzz').toString('base64url');
    const { data } = await door.ask(PAGE, { after });
    expect(data.products).toMatchObject({ nodes: [], edges: [], pageInfo: { hasNextPage: false, endCursor: null } });
  });

  test.each([
    '',
    'x',
    'p001',
    '====',
    Buffer.from('product:').toString('base64url'),
    Buffer.from('order:1').toString('base64url'),
  ])('the cursor %j is refused', async (after) => {
    const { data, errors } = await door.ask(PAGE, { after });
    expect(data).toEqual({ products: null });
    expect(errors).toMatchObject([{ path: ['products'], extensions: { code: 'BAD_INPUT', argument: 'after' } }]);
  });

  test.each([0, -1, 101, 2_147_483_647])('first: %i is refused', async (first) => {
    const { errors } = await door.ask('query ($n: Int!) { products(first: $n) { pageInfo { hasNextPage } } }', {
      n: first,
    });
    const [error] = errors!;
    expect(['BAD_INPUT', 'TOO_COMPLEX']).toContain(error!.extensions.code);
    expect(error!.extensions.remedy).toBeTruthy();
  });

  test('counts only when totalCount is selected', async () => {
    await door.ask('{ products { nodes { id } } }');
    expect(calls()).toEqual(['page']);
    const { data } = await door.ask('{ products(first: 2) { totalCount nodes { id } } }');
    expect(data.products.totalCount).toBe(30);
    expect(calls()).toEqual(['page', 'page', 'count']);
  });

  test('reads the columns of nodes and of edges, and no others', async () => {
    await door.ask('{ products { nodes { title } edges { node { price ... on Product { color } } } } }');
    expect(door.stores.store.asked).toEqual([{ call: 'page', columns: ['title', 'color', 'price'], size: 1 }]);
  });

  test('a store deaf to its signal is left behind at the deadline', async () => {
    await using slow = await openDoor({ HTTP_TIMEOUT_MS: '200' }, { products: 1 });
    const never = () => new Promise<never>(() => {});
    Object.assign(slow.stores.store, { count: never, page: never, get: never });
    const { errors } = await slow.ask('{ products { nodes { id } } catalog { count } product(id: "p000") { title } }');
    expect(errors!.map(({ extensions }) => extensions.code)).toEqual(Array(3).fill('DEADLINE_EXCEEDED'));
  });
});

describe('similar', () => {
  test('neighbors without the product itself, best first', async () => {
    const { data } = await door.ask(
      '{ product(id: "p000") { similar(topK: 100) { rank score product { id title } image { id } } } }',
    );
    const { similar } = data.product;
    expect(similar).toHaveLength(29);
    expect(similar.map(({ product }: { product: { id: string } }) => product.id)).not.toContain('p000');
    expect(similar.map(({ rank }: { rank: number }) => rank)).toEqual(
      Array.from({ length: 29 }, (_, place) => place + 1),
    );
    const scores = similar.map(({ score }: { score: number }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });

  test.each([0, -1, 101])('topK: %i is refused at its path', async (topK) => {
    const { data, errors } = await door.ask(
      'query ($k: Int!) { product(id: "p000") { id similar(topK: $k) { rank } } }',
      { k: topK },
    );
    expect(data.product).toEqual({ id: 'p000', similar: null });
    expect(errors).toMatchObject([
      { path: ['product', 'similar'], extensions: { code: 'BAD_INPUT', argument: 'topK' } },
    ]);
  });

  test('of a product that has gone meanwhile is null', async () => {
    const { data, errors } = await door.ask('{ product(id: "p001") { similar { rank } } }');
    expect([data.product.similar.length, errors]).toEqual([9, undefined]);
    door.stores.store.vectors = async () => new Map();
    const gone = await door.ask('{ product(id: "p001") { similar { rank } } }');
    expect(gone).toEqual({ data: { product: { similar: null } } });
    delete (door.stores.store as { vectors?: unknown }).vectors;
  });

  test('different sizes and columns of one product do not mix', async () => {
    const { data } = await door.ask(
      '{ product(id: "p001") { a: similar(topK: 2) { product { title } } b: similar(topK: 3) { product { price } } } }',
    );
    expect([data.product.a.length, data.product.b.length]).toEqual([2, 3]);
  });
});

test('catalog says what is served', async () => {
  const { data } = await door.ask('{ catalog { name count store encoder { name dimensions fingerprint joint } } }');
  const { fingerprint } = data.catalog.encoder;
  expect(data.catalog).toEqual({
    name: 'own',
    count: 30,
    store: 'memory',
    encoder: { name: 'fake', dimensions: 8, fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/), joint: 'NATIVE' },
  });
  expect(fingerprint).toBe(door.stores.stored?.fingerprint);
});
