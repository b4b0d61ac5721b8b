import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { pictureFetcher } from '../../web/fetcher.ts';
import { PictureShelf } from '../../web/picture-shelf.ts';
import { operationNamed, pictureSlots, picturesUsed } from '../../web/picture-variables.ts';

const cat = new File(['meow'], 'cat.jpg', { type: 'image/jpeg', lastModified: 1 });
const SEARCH = 'query Q($image: Upload, $text: String) { search(image: $image, text: $text) { scoreKind } }';

interface Sent {
  readonly headers: Headers;
  readonly body: unknown;
}

/** A fetcher whose requests are kept and answered in turn; the last answer stays. */
function fetcherOf(shelf: PictureShelf, ...answers: (() => Response)[]) {
  const sent: Sent[] = [];
  const fetcher = pictureFetcher({
    url: '/graphql',
    shelf,
    fetch: async (_url, init) => {
      init?.signal?.throwIfAborted();
      sent.push({ headers: new Headers(init?.headers), body: init?.body });
      return (answers.length > 1 ? answers.shift() : answers[0])!();
    },
  });
  const ask = async (query: string, variables: object, headers?: Record<string, string>) => {
    const results: unknown[] = [];
    const answer = await fetcher({ query, variables }, { headers });
    for await (const result of answer as AsyncIterable<unknown>) results.push(result);
    return results;
  };
  return { fetcher, sent, ask };
}

const json = (body: unknown) => () => Response.json(body);
const parts = (form: unknown) => {
  const { operations, map } = Object.fromEntries(form as FormData) as Record<string, string>;
  return { operations: JSON.parse(operations!), map: JSON.parse(map!), file: (form as FormData).get('0') as File };
};

describe('what is sent', () => {
  test('a picked file goes as the multipart request specification says', async () => {
    const shelf = new PictureShelf();
    const { sent, ask } = fetcherOf(shelf, json({ data: {} }));
    await ask(SEARCH, { image: shelf.add(cat), text: 'bag' }, { authorization: 'Bearer k', 'content-type': 'x/y' });
    const { operations, map, file } = parts(sent[0]?.body);
    expect(operations).toMatchObject({ query: SEARCH, variables: { image: null, text: 'bag' } });
    expect(map).toEqual({ 0: ['variables.image'] });
    expect([file.name, file.type, await file.text()]).toEqual(['cat.jpg', 'image/jpeg', 'meow']);
    const headers = Object.fromEntries(sent[0]?.headers ?? []);
    expect(headers).toMatchObject({ authorization: 'Bearer k', 'apollo-require-preflight': 'true' });
    // Left to the browser, which knows the boundary.
    expect(headers['content-type']).toBeUndefined();
    expect([...(sent[0]!.body as FormData).keys()]).toEqual(['operations', 'map', '0']);
  });

  test.each([
    ['no picture', {}],
    ['null', { image: null }],
    ['a data: URI', { image: 'data:image/png;base64,AAAA' }],
    ['a word that looks like a token', { text: 'file:cat.jpg' }],
  ])('%s goes as JSON, untouched', async (_what, variables) => {
    const shelf = new PictureShelf();
    shelf.add(cat);
    const { sent, ask } = fetcherOf(shelf, json({ data: {} }));
    await ask(SEARCH, variables);
    expect(JSON.parse(String(sent[0]?.body)).variables).toEqual(variables);
    expect(sent[0]?.headers.get('content-type')).toBe('application/json');
    expect(sent[0]?.headers.get('x-graphql-yoga-csrf')).toBe('true');
  });

  test.each([
    ["the former tab's", 'query B { a }', 'A', 'B'],
    ['its own', 'query A { a } query B { a }', 'B', 'B'],
    ['none', 'query A { a } query B { a }', undefined, undefined],
    ['one that is not there', 'query A { a } query B { a }', 'C', 'C'],
    ['one, and no syntax', 'query A {', 'A', 'A'],
  ])('with %s name, %s is asked as it should be', async (_what, query, operationName, expected) => {
    const { fetcher, sent } = fetcherOf(new PictureShelf(), json({ data: {} }));
    await ((await fetcher({ query, operationName })) as AsyncIterableIterator<unknown>).next();
    expect(JSON.parse(String(sent[0]?.body)).operationName).toBe(expected);
  });

  test('a list of pictures, and one inside an input object, are mapped to their places', async () => {
    const shelf = new PictureShelf();
    const token = shelf.add(cat);
    const { sent, ask } = fetcherOf(shelf, json({ data: {} }));
    await ask('mutation M($many: [Upload!]!, $input: Thing!) { a }', {
      many: ['data:,', token],
      input: { b: { c: token } },
    });
    const { operations, map } = parts(sent[0]?.body);
    expect(map).toEqual({ 0: ['variables.many.1'], 1: ['variables.input.b.c'] });
    expect(operations.variables).toEqual({ many: ['data:,', null], input: { b: { c: null } } });
  });

  test('a picture in an ID variable is uploaded first, and its id is used', async () => {
    const shelf = new PictureShelf();
    const { sent, ask } = fetcherOf(
      shelf,
      json({ data: { uploadImage: { id: 'abc' } } }),
      json({ data: { search: 1 } }),
    );
    const query = 'query N($imageId: ID!) { search(imageId: $imageId) { scoreKind } }';
    const results = await ask(query, { imageId: shelf.add(cat) }, { authorization: 'Bearer k' });
    expect(parts(sent[0]?.body).operations.query).toContain('uploadImage');
    expect(sent[0]?.headers.get('authorization')).toBe('Bearer k');
    expect(JSON.parse(String(sent[1]?.body)).variables).toEqual({ imageId: 'abc' });
    expect(results).toEqual([{ data: { search: 1 } }]);
  });

  test('when that upload is refused, the refusal is the result', async () => {
    const shelf = new PictureShelf();
    const refusal = { errors: [{ message: 'This is no picture.' }], data: null };
    const { sent, ask } = fetcherOf(shelf, json(refusal));
    expect(await ask('query N($imageId: ID!) { a }', { imageId: shelf.add(cat) })).toEqual([refusal]);
    expect(sent).toHaveLength(1);
  });
});

describe('what comes back', () => {
  const bare = () => new PictureShelf();

  test('incremental parts come one after the other', async () => {
    const part = (body: unknown) => `\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(body)}\r\n---`;
    const answer = () =>
      new Response(`---${part({ data: { a: 1 }, hasNext: true })}${part({ incremental: [], hasNext: false })}--\r\n`, {
        headers: { 'content-type': 'multipart/mixed; boundary="-"' },
      });
    const results = await fetcherOf(bare(), answer).ask('{ a }', {});
    expect(results.flat()).toEqual([
      { data: { a: 1 }, hasNext: true },
      { incremental: [], hasNext: false },
    ]);
  });

  test('an error in JSON is shown as it is, whatever its status', async () => {
    const errors = [{ message: 'No.', extensions: { code: 'UNAUTHENTICATED' } }];
    const answer = () => Response.json({ errors }, { status: 401 });
    expect(await fetcherOf(bare(), answer).ask('{ a }', {})).toEqual([{ errors }]);
  });

  test('an answer that is no JSON names its status and text', async () => {
    const answer = () =>
      new Response('<h1>too big</h1>', {
        status: 413,
        statusText: 'Content Too Large',
        headers: { 'content-type': 'text/html' },
      });
    expect(await fetcherOf(bare(), answer).ask('{ a }', {})).toEqual([
      { errors: [{ message: 'HTTP 413 Content Too Large', extensions: { body: '<h1>too big</h1>' } }] },
    ]);
  });

  test('stopping aborts the request and ends quietly', async () => {
    let signal: AbortSignal | null | undefined;
    const fetcher = pictureFetcher({
      url: '/graphql',
      shelf: bare(),
      fetch: (_url, init) => {
        signal = init?.signal;
        return new Promise((_done, fail) => signal?.addEventListener('abort', () => fail(signal?.reason)));
      },
    });
    const answer = (await fetcher({ query: '{ a }' })) as AsyncIterableIterator<unknown>;
    const next = answer.next();
    await expect.poll(() => signal !== undefined).toBe(true);
    await answer.return?.();
    expect(signal?.aborted).toBe(true);
    expect(await next).toEqual({ done: true, value: undefined });
  });
});

describe('the shelf', () => {
  test('one token for one file, two for two of one name', () => {
    const shelf = new PictureShelf();
    const other = new File(['another'], 'cat.jpg', { lastModified: 2 });
    const bare = new File(['x'], 'photo', { lastModified: 3 });
    expect([cat, cat, other, other, bare].map((file) => shelf.add(file))).toEqual([
      'file:cat.jpg',
      'file:cat.jpg',
      'file:cat (2).jpg',
      'file:cat (2).jpg',
      'file:photo',
    ]);
  });

  test.each([
    ['file:gone.jpg', /gone\.jpg is no longer attached.*Attach it again/],
    ['example:lion', /no picture example:lion.*example:leopard/],
  ])('%s: an error that says what to do', async (token, message) => {
    const shelf = new PictureShelf({ 'example:leopard': '/leopard.jpg' });
    await expect(shelf.load(token)).rejects.toThrow(message);
  });
});

describe('which variables take a picture', () => {
  const operation = operationNamed(
    parse(
      'query A { a } query B($a: Upload!, $b: [Upload!]!, $imageId: ID, $id: ID!, $image: String, $t: Thing) { a }',
    ),
    'B',
  );

  test('by type; an ID by its name as well', () => {
    expect(pictureSlots(operation)).toEqual([
      { variable: 'a', kind: 'upload', list: false },
      { variable: 'b', kind: 'upload', list: true },
      { variable: 'imageId', kind: 'id', list: false },
    ]);
  });

  test('tokens are looked for there and in input objects, not in strings and other ids', () => {
    const token = 'example:leopard';
    const variables = {
      a: token,
      b: [token],
      imageId: token,
      id: token,
      image: token,
      t: { x: token },
      undeclared: token,
    };
    expect(picturesUsed(operation, variables).map(({ path, kind }) => [path.slice(1).join('.'), kind])).toEqual([
      ['a', 'upload'],
      ['b.0', 'upload'],
      ['imageId', 'id'],
      ['t.x', 'upload'],
    ]);
  });
});
