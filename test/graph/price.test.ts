import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MargayError } from '../../src/errors.ts';
import { type Door, openDoor } from '../door.ts';
import { drawnPicture } from '../pictures.ts';

let door: Door;
let photo: Uint8Array;
beforeAll(async () => {
  door = await openDoor({ RERANK_TIMEOUT_MS: '5000' });
  photo = await drawnPicture();
});
afterAll(() => door[Symbol.asyncDispose]());
beforeEach(() => {
  door.reranker.fault = undefined;
});

const NOTHING = { calls: 0, promptTokens: 0, completionTokens: 0, milliseconds: 0 };
const REQUESTED = { calls: 1, promptTokens: 120, completionTokens: 20, milliseconds: 5000 };
const ACTUAL = { calls: 1, promptTokens: 100, completionTokens: 10, milliseconds: expect.any(Number) };

describe('extensions.cost', () => {
  test.each([
    ['hits', '{ search(text: "x") { hits { rank } } }', NOTHING, NOTHING],
    ['the report alone', '{ search(text: "x") { rerank { status } } }', NOTHING, NOTHING],
    ['a pass', '{ search(text: "x") { rationale } }', REQUESTED, ACTUAL],
    ['a pass that may not run', '{ search(text: "x", rerank: false) { rationale } }', NOTHING, NOTHING],
    ['a caption without a picture', '{ search(text: "x") { queryCaption } }', NOTHING, NOTHING],
  ])('%s', async (_name, query, requested, actual) => {
    const { extensions, errors } = await door.ask(query);
    expect(errors).toBeUndefined();
    expect(extensions).toEqual({ cost: { requested, actual, searches: [{ path: 'search', requested, actual }] } });
  });

  test('a caption alone', async () => {
    const { extensions } = await door.upload(
      'query ($image: Upload) { search(image: $image) { queryCaption } }',
      photo,
    );
    expect(extensions).toMatchObject({ cost: { requested: REQUESTED, actual: ACTUAL } });
  });

  test('of several searches, each by its name and all together', async () => {
    const { extensions } = await door.ask(
      '{ a: search(text: "a") { rationale } b: search(text: "b") { hits { rank } } c: search(text: "c") { reranked { rank } } }',
    );
    const { cost } = extensions as { cost: { searches: { path: string; actual: { calls: number } }[] } };
    expect(cost).toMatchObject({
      requested: { calls: 2, promptTokens: 240, completionTokens: 40, milliseconds: 5000 },
      actual: { calls: 2, promptTokens: 200, completionTokens: 20 },
    });
    expect(cost.searches.map(({ path, actual }) => [path, actual.calls])).toEqual([
      ['a', 1],
      ['b', 0],
      ['c', 1],
    ]);
  });

  test('what is no search has none', async () => {
    expect(await door.ask('{ catalog { name } }')).not.toHaveProperty('extensions');
    const { extensions, errors } = await door.ask('{ search(text: " ") { hits { rank } } }');
    expect([extensions, errors?.[0]?.extensions.code]).toEqual([undefined, 'BAD_INPUT']);
  });

  test('a pass that fails is paid for all the same', async () => {
    door.reranker.fault = new MargayError('OVERLOADED', 'busy', { retryAfter: 7 });
    const { data, extensions } = await door.ask('{ search(text: "x") { rationale rerank { status fallback calls } } }');
    expect(data.search.rerank).toEqual({ status: 'FELL_BACK', fallback: 'BUSY', calls: 1 });
    expect(extensions).toMatchObject({ retryAfter: 7, cost: { actual: { calls: 1, promptTokens: null } } });
    expect(door.reported).toEqual([]);
  });

  test('a model that can’t be asked is told to the operator, not to the client', async () => {
    door.reranker.fault = new MargayError('INTERNAL', 'wrong key');
    const answer = await door.ask('{ search(text: "x") { rationale rerank { status fallback } } }');
    expect(answer.data.search.rerank).toEqual({ status: 'FELL_BACK', fallback: 'UNAVAILABLE' });
    expect(JSON.stringify(answer)).not.toContain('wrong key');
    expect(door.reported.splice(0)).toEqual([door.reranker.fault]);
  });

  test('under @defer it comes with the last part, and only there', async () => {
    const query = '{ search(text: "x") { hits { rank } ... @defer { rationale } } }';
    const response = await door.post({ query }, { accept: 'multipart/mixed' });
    const parts = [...(await response.text()).matchAll(/^\{.*\}$/gm)].map(([json]) => JSON.parse(json));
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.map((part) => 'extensions' in part)).toEqual(parts.map(({ hasNext }) => !hasNext));
    expect(parts.at(-1)).toMatchObject({ hasNext: false, extensions: { cost: { actual: ACTUAL } } });
  });
});

describe('RERANK_TOKENS_PER_HOUR', () => {
  const SEARCH = '{ search(text: "x") { hits { rank } reranked { rank } rationale rerank { status fallback calls } } }';

  test('over it the hits come and the pass is not made', async () => {
    await using poor = await openDoor({ RERANK_TOKENS_PER_HOUR: '150' });
    for (const status of ['APPLIED', 'APPLIED', 'FELL_BACK'])
      expect((await poor.ask(SEARCH)).data.search.rerank.status).toBe(status);
    const { data, errors, extensions } = await poor.ask(SEARCH);
    expect(errors).toBeUndefined();
    expect(data.search.rerank).toEqual({ status: 'FELL_BACK', fallback: 'BUDGET', calls: 0 });
    expect(data.search.reranked).toEqual(data.search.hits);
    expect(data.search.rationale).toBeNull();
    const { retryAfter, cost } = extensions as { retryAfter: number; cost: object };
    expect(retryAfter).toBeGreaterThan(3_500);
    expect(retryAfter).toBeLessThanOrEqual(3_660);
    expect(cost).toMatchObject({ requested: { calls: 1 }, actual: { calls: 0 }, searches: [{ retryAfter }] });
    expect(poor.reranker.ranked).toHaveLength(4);
    // What needs no pass goes on.
    expect(
      (await poor.ask('{ search(text: "x") { hits { rank } rerank { status } } }')).data.search.rerank.status,
    ).toBe('NOT_SELECTED');
  });

  test('is each key’s own', async () => {
    const hash = async (key: string) =>
      Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key))).toString('hex');
    const HTTP_API_KEYS = `${await hash('one')},${await hash('two')}`;
    await using poor = await openDoor({ RERANK_TOKENS_PER_HOUR: '50', HTTP_API_KEYS });
    const status = async (key: string) => {
      const response = await poor.post({ query: SEARCH }, { authorization: `Bearer ${key}` });
      return ((await response.json()) as { data: { search: { rerank: { status: string } } } }).data.search.rerank
        .status;
    };
    expect([await status('one'), await status('one'), await status('two')]).toEqual([
      'APPLIED',
      'FELL_BACK',
      'APPLIED',
    ]);
  });

  test('a header that is no known key opens no second account', async () => {
    await using poor = await openDoor({ RERANK_TOKENS_PER_HOUR: '50' });
    const statuses: string[] = [];
    for (const key of ['one', 'two', 'three']) {
      const response = await poor.post({ query: SEARCH }, { authorization: `Bearer ${key}`, 'x-forwarded-for': key });
      const { data } = (await response.json()) as { data: { search: { rerank: { status: string } } } };
      statuses.push(data.search.rerank.status);
    }
    expect(statuses).toEqual(['APPLIED', 'FELL_BACK', 'FELL_BACK']);
  });
});
