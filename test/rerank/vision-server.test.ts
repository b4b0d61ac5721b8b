import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Door, openDoor } from '../door.ts';
import { drawnPicture } from '../pictures.ts';
import { type Answering, canonicalAnswer, identity, type ModelServer, startModelServer } from './model-server.ts';

let model: ModelServer;
let doors: Door[];
beforeEach(async () => {
  doors = [];
  model = await startModelServer({ key: 'secret-key' });
});
afterEach(async () => {
  for (const door of doors) await door[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
});

async function open(settings: Record<string, string> = {}): Promise<Door> {
  const door = await openDoor({
    RERANK_URL: model.url,
    RERANK_MODEL: model.model,
    RERANK_KEY: 'secret-key',
    ...settings,
  });
  doors.push(door);
  return door;
}

const query = (text: string) =>
  `{ search(text: "${text}") { hits { rank } reranked { rank } rationale rerank { status fallback calls completionTokens } } }`;
const passOf = async (door: Door, text: string) => (await door.ask(query(text))).data.search.rerank;

/** Other suites may have the cores. In milliseconds. */
const ROOM = { timeout: 5_000 };

describe('a client that leaves', () => {
  const stalled = async (door: Door, text: string) => {
    const leave = new AbortController();
    const before = model.asked.length;
    const answer = door.post({ query: query(text) }, {}, leave.signal).catch(() => 'left');
    await expect.poll(() => model.asked.length, ROOM).toBeGreaterThan(before);
    return { leave: () => leave.abort(), answer };
  };

  test('ends its call', async () => {
    const door = await open();
    model.delayMs = 60_000;
    const { leave, answer } = await stalled(door, 'x');
    leave();
    expect(await answer).toBe('left');
    await expect.poll(() => model.aborted, { ...ROOM, interval: 5 }).toBe(1);
  });

  test('does not end a call that another waits for', async () => {
    const door = await open();
    model.delayMs = 6_000;
    const { leave, answer } = await stalled(door, 'x');
    const other = door.ask(query('x'));
    await expect.poll(() => door.encoder.calls.length, ROOM).toBe(2);
    leave();
    expect(await answer).toBe('left');
    expect((await other).data.search.rerank).toMatchObject({ status: 'APPLIED', calls: 0 });
    expect([model.asked.length, model.aborted]).toEqual([1, 0]);
  });
});

describe('one retry', () => {
  const failing =
    (times: number, fault: Awaited<ReturnType<Answering>>): Answering =>
    (asked, nth) =>
      nth < times ? fault : canonicalAnswer(asked, identity(asked).reverse());
  test.each([
    ['a reset', failing(1, { fault: 'reset' }), { status: 'APPLIED', calls: 2 }],
    ['a 500', failing(1, { status: 500 }), { status: 'APPLIED', calls: 2 }],
    ['two 500', failing(2, { status: 500 }), { status: 'FELL_BACK', fallback: 'UNAVAILABLE', calls: 2 }],
    ['a 429 at once', failing(1, { status: 429, headers: { 'retry-after': '0' } }), { status: 'APPLIED', calls: 2 }],
    [
      'a 429 for a minute',
      failing(1, { status: 429, headers: { 'retry-after': '60' } }),
      { status: 'FELL_BACK', fallback: 'BUSY', calls: 1 },
    ],
    ['nothing', failing(1, ''), { status: 'APPLIED', calls: 2 }],
    [
      'a reset, then nothing',
      (asked: Parameters<Answering>[0], nth: number) =>
        nth === 0 ? { fault: 'reset' as const } : failing(2, '')(asked, nth),
      { status: 'FELL_BACK', fallback: 'UNUSABLE_ANSWER', calls: 2 },
    ],
  ] as [string, Answering, object][])('after %s', async (_name, answering, report) => {
    const door = await open();
    model.answering = answering;
    expect(await passOf(door, 'x')).toMatchObject(report);
  });

  test('says what was wrong, and gives a cut-off answer twice the room', async () => {
    const door = await open();
    model.answering = (asked, nth) =>
      nth === 0 ? { content: '{"order":[', finish: 'length' } : canonicalAnswer(asked, identity(asked).reverse());
    expect(await passOf(door, 'x')).toMatchObject({ status: 'APPLIED', calls: 2 });
    const [first, second] = model.asked;
    expect(second!.text).toContain('An earlier answer could not be used');
    expect(second!.body.max_tokens).toBe(2 * Number(first!.body.max_tokens));
  });
});

describe('what a server does not understand', () => {
  const refusing =
    (name: string, message: string): Answering =>
    (asked) =>
      name in asked.body ? { status: 400, content: message } : canonicalAnswer(asked);
  test.each([
    ['response_format', 'response_format is not supported by this model', 2],
    ['response_format', 'grammar error', 3],
    ['temperature', "Unsupported value: 'temperature' does not support 0 with this model.", 2],
    ['max_tokens', "'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", 2],
  ])('%s (%s) is left out, and remembered', async (name, message, calls) => {
    const door = await open();
    model.answering = refusing(name, message);
    expect(await passOf(door, 'x')).toMatchObject({ status: 'APPLIED', calls });
    expect(await passOf(door, 'y')).toMatchObject({ status: 'APPLIED', calls: 1 });
    expect(model.asked.at(-1)!.body).not.toHaveProperty(name);
    expect('max_completion_tokens' in model.asked.at(-1)!.body).toBe(name === 'max_tokens');
  });

  test('bounds of a schema are loosened before the schema goes', async () => {
    const door = await open();
    model.answering = (asked) =>
      JSON.stringify(asked.body).includes('minItems')
        ? { status: 400, content: 'Invalid schema: minItems is not permitted' }
        : canonicalAnswer(asked);
    expect(await passOf(door, 'x')).toMatchObject({ status: 'APPLIED', calls: 2 });
    expect(model.asked.at(-1)!.body).toHaveProperty('response_format');
  });

  test('is not guessed at where leaving out does not help', async () => {
    const door = await open();
    model.answering = () => ({ status: 400, content: 'This model reads no pictures.' });
    expect(await passOf(door, 'x')).toMatchObject({ fallback: 'UNAVAILABLE', calls: 3 });
    model.answering = (asked) => canonicalAnswer(asked);
    expect(await passOf(door, 'y')).toMatchObject({ status: 'APPLIED', calls: 1 });
    expect(model.asked.at(-1)!.body).toHaveProperty('response_format');
  });
});

describe('the operator is told', () => {
  test.each([
    ['a wrong key', { RERANK_KEY: 'other-secret' }, 'RERANK_KEY'],
    ['a wrong model', { RERANK_MODEL: 'other' }, 'RERANK_MODEL'],
    ['a URL without its version', { RERANK_URL: 'without' }, 'RERANK_URL'],
    ['a server that is not there', { RERANK_URL: 'http://127.0.0.1:9/v1' }, 'RERANK_URL'],
  ])('of %s, and the client only that it was not there', async (_name, settings, named) => {
    const given = settings as Record<string, string>;
    const door = await open(given.RERANK_URL === 'without' ? { RERANK_URL: model.url.replace('/v1', '') } : given);
    const answer = await door.ask(query('x'));
    expect(answer.data.search.rerank).toMatchObject({ status: 'FELL_BACK', fallback: 'UNAVAILABLE' });
    expect(JSON.stringify(answer)).not.toContain('127.0.0.1');
    const [reported] = door.reported.splice(0) as { message: string; remedy: string }[];
    expect(reported!.remedy).toContain(named);
    expect(reported!.message + reported!.remedy).not.toMatch(/secret/);
  });
});

test('a server that fails again and again is left alone for a while, and its searches do not wait', async () => {
  const door = await open();
  model.answering = () => ({ status: 500 });
  for (const text of ['a', 'b', 'c', 'd', 'e']) await passOf(door, text);
  const asked = model.asked.length;
  expect(asked).toBe(6);
  expect(await passOf(door, 'f')).toMatchObject({ status: 'FELL_BACK', fallback: 'UNAVAILABLE', calls: 0 });
  expect(model.asked.length).toBe(asked);
});

test('waiting in our own line is no fault of the server', async () => {
  const door = await open({ RERANK_TIMEOUT_MS: '6000' });
  model.delayMs = 4_000;
  const passes = await Promise.all(Array.from({ length: 18 }, (_, n) => passOf(door, `line ${n}`)));
  expect(new Set(passes.map(({ fallback }) => fallback))).toEqual(new Set([null, 'TIMEOUT']));
  model.delayMs = 0;
  expect(await passOf(door, 'after')).toMatchObject({ status: 'APPLIED', calls: 1 });
});

test('a server that does not answer at all is left alone for a while', async () => {
  const door = await open({ RERANK_TIMEOUT_MS: '6000' });
  model.answering = () => ({ fault: 'stall' });
  await Promise.all(Array.from({ length: 8 }, (_, n) => passOf(door, `stalled ${n}`)));
  expect(await passOf(door, 'after')).toMatchObject({ fallback: 'UNAVAILABLE', calls: 0 });
});

test.each([
  ['as the server counts', undefined, '4200', 4],
  ['by formula where it does not count', null, '4200', 3],
  ['by formula where what it counts is nonsense', { prompt_tokens: 2 ** 40, completion_tokens: -1 }, '4200', 3],
])('a budget is charged %s', async (_name, usage, limit, passes) => {
  const door = await open({ RERANK_TOKENS_PER_HOUR: limit });
  model.answering = (asked) => ({ content: canonicalAnswer(asked), ...(usage !== undefined && { usage }) });
  const statuses: string[] = [];
  for (let n = 0; n < 6; n++) statuses.push((await passOf(door, `x${n}`)).status);
  expect(statuses.filter((status) => status === 'APPLIED')).toHaveLength(passes);
  expect(statuses.at(-1)).toBe('FELL_BACK');
});

test('the deadline holds for the whole pass', async () => {
  const door = await open({ RERANK_TIMEOUT_MS: '4000' });
  model.answering = () => ({ fault: 'stall' });
  expect(await passOf(door, 'x')).toMatchObject({ status: 'FELL_BACK', fallback: 'TIMEOUT', calls: 1 });
  await expect.poll(() => model.aborted, ROOM).toBe(1);
});

test('a caption stays that was paid for before the ranking failed', async () => {
  const door = await open({ RERANK_TIMEOUT_MS: '4000' });
  model.answering = (asked) => (asked.kind === 'caption' ? 'A leopard.' : { fault: 'stall' });
  const { data } = await door.upload(
    'query ($image: Upload) { search(image: $image) { queryCaption rationale rerank { fallback calls } } }',
    await drawnPicture(),
  );
  expect(data.search).toEqual({
    queryCaption: 'A leopard.',
    rationale: null,
    rerank: { fallback: 'TIMEOUT', calls: 2 },
  });
});
