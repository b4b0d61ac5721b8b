import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LIMITS } from '../../src/graph/limits.ts';
import { type Door, openDoor } from '../door.ts';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
  await door.ask('{ __typename }');
});
afterAll(() => door[Symbol.asyncDispose]());
beforeEach(() => {
  door.stores.store.asked.length = 0;
});

/** Milliseconds of CPU since; the server runs in this process, and others may keep the cores busy. */
function cpuTime(): () => number {
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
}

/** `similar` within itself, `levels` of them, and `leaf` at the bottom. */
const nested = (levels: number, leaf = 'id', argument = '') =>
  `${`similar${argument} { product { `.repeat(levels)}${leaf}${' } }'.repeat(levels)}`;
const times = (count: number, part: (place: number) => string) =>
  Array.from({ length: count }, (_, place) => part(place)).join(' ');

/** Each fragment spreads the next one twice: 2 to the power of `steps` fields when written out. */
const bomb = (on: string, steps: number, wrap: (spread: string) => string, end: string) =>
  `${times(steps, (step) => `fragment f${step} on ${on} { ${wrap(`...f${step + 1}`)} }`)} fragment f${steps} on ${on} { ${end} }`;

describe('refused before anything runs', () => {
  test.each<[string, string, Record<string, unknown>?]>([
    ['too deep', `{ product(id: "p001") { ${nested(6, 'id', '(topK: 1)')} } }`],
    [
      'too deep through fragments',
      `{ product(id: "p001") { ...f0 } } ${times(7, (n) => `fragment f${n} on Product { similar(topK: 1) { product { ...f${n + 1} } } }`)} fragment f7 on Product { id }`,
    ],
    [
      'too many aliases',
      `{ ${times(31, (n) => `a${n}: __typename`)} ${times(31, (n) => `b${n}: product(id: "p001") { id }`)} }`,
    ],
    [
      'aliases through fragments',
      `{ product(id: "p001") { ...f0 } } ${bomb('Product', 6, (f) => `${f} ${f}`, 'a: id')}`,
    ],
    ['too many searches', `{ ${times(11, (n) => `s${n}: search(text: "${n}") { scoreKind }`)} }`],
    ['100 x 100 by literals', '{ search(text: "x", topK: 100) { hits { product { similar(topK: 100) { rank } } } } }'],
    [
      '100 x 100 by variables',
      'query ($n: Int!) { search(text: "x", topK: $n) { hits { product { similar(topK: $n) { product { id } } } } } }',
      { n: 100 },
    ],
    [
      '100 x 100 by defaults of variables',
      'query ($n: Int! = 100) { search(text: "x", topK: $n) { hits { product { similar(topK: $n) { product { id } } } } } }',
    ],
    [
      '100 x 100 by the field default',
      'query ($n: Int) { products(first: 100) { nodes { similar(topK: 100) { product { id } } } } }',
    ],
    ['defaults of the schema, nested', `{ products { nodes { ${nested(3)} } } }`],
    [
      'within a fragment, by a variable',
      'query ($n: Int!) { products(first: $n) { ...f } } fragment f on ProductConnection { nodes { similar(topK: $n) { product { id } } } }',
      { n: 100 },
    ],
    [
      'deferred',
      '{ search(text: "x", topK: 100) { ... @defer { hits { product { similar(topK: 100) { product { id } } } } } } }',
    ],
    ['facets again and again', `{ search(text: "x") { ${times(13, (n) => `f${n}: facets { values { value } }`)} } }`],
    [
      'an exponential fragment of lists',
      `{ product(id: "p001") { ...f0 } } ${bomb('Product', 40, (f) => `a: similar { product { ${f} } } b: similar { product { ${f} } }`, 'id')}`,
    ],
  ])('%s', async (_name, query, variables) => {
    const spent = cpuTime();
    const { data, errors } = await door.ask(query, variables);
    expect(spent()).toBeLessThan(500);
    expect(data ?? null).toBeNull();
    expect(errors).toHaveLength(1);
    expect(errors![0]).toMatchObject({ extensions: { code: 'TOO_COMPLEX', remedy: expect.any(String) } });
    expect(door.stores.store.asked).toEqual([]);
  });

  test('too many tokens', async () => {
    const { errors } = await door.ask(`{ ${'__typename '.repeat(LIMITS.tokens)} }`);
    expect(errors).toMatchObject([{ message: expect.stringContaining('tokens'), extensions: { code: 'BAD_INPUT' } }]);
  });

  test('introspection within introspection', async () => {
    const deep = `{ __schema { types { ${'fields { type { '.repeat(6)} name ${'} }'.repeat(6)} } } }`;
    const { data, errors } = await door.ask(deep);
    expect(data ?? null).toBeNull();
    expect(errors![0]!.message).toContain('introspection depth');
  });
});

describe('finishes fast', () => {
  test.each([
    [
      'a bomb of fragments',
      `{ search(text: "x") { ...f0 } } ${bomb('SearchResult', 150, (f) => `${f} ${f}`, 'scoreKind')}`,
    ],
    [
      'a bomb that pays',
      `{ search(text: "x") { ...f0 } } ${bomb('SearchResult', 150, (f) => `${f} ${f}`, 'hits { rank } rationale')}`,
    ],
    [
      'a cycle of fragments',
      '{ search(text: "x") { ...a } } fragment a on SearchResult { ...b } fragment b on SearchResult { ...a }',
    ],
    ['one field again and again', `{ product(id: "p001") { ${'id '.repeat(1_900)} } }`],
    [
      'lists that overlap at each level',
      (() => {
        const twice = (n: number): string =>
          n ? `similar { product { ${twice(n - 1)} } } similar { product { ${twice(n - 1)} } }` : 'id';
        return `{ product(id: "p001") { ${twice(7)} } }`;
      })(),
    ],
    [
      'a mesh of fragments',
      `{ product(id: "p001") { ...f0 } } ${times(60, (n) => `fragment f${n} on Product { id ${times(10, (k) => (n + k < 59 ? `...f${n + k + 1}` : 'id'))} }`)}`,
    ],
    ['many unknown fields', `{ product(id: "p001") { ${times(600, (n) => `x${n}`)} } }`],
  ])('%s', async (_name, query) => {
    const spent = cpuTime();
    await door.ask(query);
    expect(spent()).toBeLessThan(600);
    expect((await door.ask('{ __typename }')).data).toEqual({ __typename: 'Query' });
  });

  test('a bomb asks for one pass', async () => {
    door.reranker.ranked.length = 0;
    const query = `{ search(text: "x") { ...f0 } } ${bomb('SearchResult', 20, (f) => `${f} ${f}`, 'rationale')}`;
    expect((await door.ask(query)).data.search.rationale).toBe('It fits.');
    expect(door.reranker.ranked).toHaveLength(1);
  });
});

test.each([
  [
    "GraphiQL's introspection",
    getIntrospectionQuery({
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
    }),
  ],
  [
    'a rich search',
    `{ search(text: "x", topK: 20) { rationale queryCaption rerank { status }
    hits { rank score image { url(width: 300) placeholder } product { id title price images { url } similar(topK: 4) { product { id title images { url } } } } }
    reranked { position reason product { id title images { url } } } } }`,
  ],
  ['a full page', '{ products(first: 100) { nodes { id title images { url } } } }'],
  [
    'a whole page and its facets',
    '{ search(text: "x", topK: 100) { hits { product { title images { url } } } facets { field values { value count } } } }',
  ],
  [
    'ten searches with facets',
    `{ ${times(10, (n) => `s${n}: search(text: "${n}") { hits { product { title } } facets { values { value } } }`)} }`,
  ],
  ['ten searches', `{ ${times(10, (n) => `s${n}: search(text: "${n}") { hits { product { title } } }`)} }`],
])('%s passes', async (_name, query) => {
  const { data, errors } = await door.ask(query);
  expect(errors).toBeUndefined();
  expect(data).toBeTruthy();
});
