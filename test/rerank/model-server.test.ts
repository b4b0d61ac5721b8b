import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { drawnPicture } from '../pictures.ts';
import { FAULTS } from './model-faults.ts';
import { canonicalAnswer, type ModelServer, startModelServer } from './model-server.ts';

let server: ModelServer;
let picture: string;

beforeAll(async () => {
  server = await startModelServer({ key: 'secret' });
  picture = `data:image/jpeg;base64,${Buffer.from(await drawnPicture()).toString('base64')}`;
});
beforeEach(() => {
  server.asked.length = 0;
  server.refused.length = 0;
  server.delayMs = 0;
  server.answering = (asked) => canonicalAnswer(asked);
});
afterAll(() => server[Symbol.asyncDispose]());

const TEXT = 'Rank the tiles.\n1: "Leopard \\"phone\\" case" (phone case)\n2: (nothing)\n3: "Mug" (mug)\nTiles: 3';
const object = (properties: Record<string, unknown>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
const ordered = { type: 'array', items: { type: 'integer' }, maxItems: 3 };
const format = (schema: unknown, name = 'answer') => ({
  response_format: { type: 'json_schema', json_schema: { name, strict: true, schema } },
});

function request(change: Record<string, unknown> = {}, url = picture, text = TEXT): Record<string, unknown> {
  const content = [
    { type: 'image_url', image_url: { url } },
    { type: 'text', text },
  ];
  return { model: server.model, messages: [{ role: 'user', content }], ...change };
}
const post = (body: unknown, { key = 'secret', signal }: { key?: string; signal?: AbortSignal } = {}) =>
  fetch(`${server.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });

test('answers a ranking with what its schema wants, and keeps what it was asked', async () => {
  const schema = object({ order: ordered, reasons: object({ 1: { type: 'string' } }) });
  const response = await post(request({ ...format(schema), max_tokens: 90 }));
  expect(response.status).toBe(200);
  const body = await response.json();
  expect(body).toMatchObject({ object: 'chat.completion', choices: [{ finish_reason: 'stop' }] });
  expect(body.usage.total_tokens).toBe(body.usage.prompt_tokens + body.usage.completion_tokens);
  const content = JSON.parse(body.choices[0].message.content);
  expect(Object.keys(content)).toEqual(['order', 'reasons']);
  expect(content.order).toEqual([1, 2, 3]);
  expect(Object.keys(content.reasons)).toEqual(['1', '2', '3']);
  const [asked] = server.asked;
  expect(asked).toMatchObject({
    kind: 'ranking',
    tiles: 3,
    wants: { rationale: false, reasons: true, caption: false },
  });
  expect(asked!.titles).toEqual(['Leopard "phone" case', undefined, 'Mug']);
  expect(asked!.text).toBe(TEXT);
  expect(Buffer.from(asked!.pictures[0]!).toString('base64')).toBe(picture.split(',')[1]);
});

test.each([
  ['a ranking, by its words', `${TEXT}\n{"order": [], "rationale": "..."}`, 'ranking', 3, true],
  ['a caption', 'Say what the picture shows, with the "rationale" of it.', 'caption', 0, false],
])('without a schema it sees %s', async (_name, text, kind, tiles, rationale) => {
  await post(request({}, picture, text));
  expect(server.asked).toMatchObject([{ kind, tiles, wants: { rationale, reasons: false, caption: false } }]);
});

test.each([
  ['another key', 401, request, 'wrong'],
  ['an unknown model', 404, () => request({ model: 'gpt-none' }), 'secret'],
  ['a picture by address', 400, () => request({}, 'https://shop.example/a.jpg'), 'secret'],
  ['a PNG', 400, () => request({}, 'data:image/png;base64,iVBORw0KGgo='), 'secret'],
  ['what only says that it is a JPEG', 400, () => request({}, 'data:image/jpeg;base64,iVBORw0KGgo='), 'secret'],
  ['base64 with breaks', 400, () => request({}, picture.replace(/(.{60})/, '$1\n')), 'secret'],
  ['no message', 400, () => request({ messages: [] }), 'secret'],
  ['an empty message', 400, () => request({ messages: [{ role: 'user', content: [] }] }), 'secret'],
  ['a stream', 400, () => request({ stream: true }), 'secret'],
  ['no tokens', 400, () => request({ max_tokens: 0 }), 'secret'],
  ['a schema without a name', 400, () => request(format(object({ order: ordered }), '')), 'secret'],
  ['an open schema', 400, () => request(format({ type: 'object', properties: {} })), 'secret'],
  ['an optional field', 400, () => request(format({ ...object({ order: ordered }), required: [] })), 'secret'],
  ['an open schema inside', 400, () => request(format(object({ reasons: { type: 'object' } }))), 'secret'],
  ['no object', 400, () => [], 'secret'],
])('refuses %s (%i)', async (_name, status, body, key) => {
  const response = await post(body(), { key });
  expect(response.status).toBe(status);
  const { error } = await response.json();
  expect(server.refused).toEqual([{ status, message: error.message }]);
  expect(server.asked).toEqual([]);
});

test('lists its model, and nothing else', async () => {
  const headers = { authorization: 'Bearer secret' };
  const models = await (await fetch(`${server.url}/models`, { headers })).json();
  expect(models.data).toMatchObject([{ id: server.model }]);
  expect((await fetch(`${server.url}/embeddings`, { headers })).status).toBe(404);
});

test.each([
  ['a text', 'hello', 200, 'hello'],
  ['null', { content: null }, 200, null],
  ['an error', { status: 503, content: 'loading' }, 503, undefined],
])('sends %s as told', async (_name, reply, status, content) => {
  server.answering = () => reply;
  const response = await post(request());
  expect(response.status).toBe(status);
  expect((await response.json()).choices?.[0].message.content).toBe(content);
});

test('counts the answers by kind, and the tokens as told', async () => {
  await using one = await startModelServer({
    usage: (_asked, content) => ({ prompt_tokens: 1, completion_tokens: content.length }),
  });
  const nths: unknown[] = [];
  one.answering = ({ kind }, nth) => {
    nths.push([kind, nth]);
    return 'four';
  };
  const usages: unknown[] = [];
  for (const text of [TEXT, 'What is it?', TEXT]) {
    const body = JSON.stringify({ model: one.model, messages: [{ role: 'user', content: text }] });
    const response = await fetch(`${one.url}/chat/completions`, { method: 'POST', body });
    usages.push((await response.json()).usage);
  }
  expect(nths).toEqual([
    ['ranking', 0],
    ['caption', 0],
    ['ranking', 1],
  ]);
  expect(usages).toEqual(Array(3).fill({ prompt_tokens: 1, completion_tokens: 4, total_tokens: 5 }));
});

test.each([
  ['before a byte', { fault: 'reset' }],
  ['in mid-body', { fault: 'reset-mid-body', content: 'half' }],
  ['by a lying Content-Length', { content: 'half', headers: { 'content-length': '9999', connection: 'close' } }],
] as const)('cuts an answer %s, which is no abort by the client', async (_name, reply) => {
  const before = server.aborted;
  server.answering = () => reply;
  await expect(post(request()).then((response) => response.text())).rejects.toThrow();
  expect(server.aborted).toBe(before);
});

test.each([
  ['a stall', { fault: 'stall' }, 0],
  ['an answer without end', { fault: 'endless' }, 0],
  ['a slow body', { fault: 'slow-body', content: 'x'.repeat(5_000) }, 0],
  ['a pause', 'late', 60_000],
] as const)('counts a client that leaves in %s', async (_name, reply, delayMs) => {
  const before = server.aborted;
  const asked = Promise.withResolvers<void>();
  server.delayMs = delayMs;
  server.answering = () => {
    asked.resolve();
    return reply;
  };
  const leaving = new AbortController();
  const answer = post(request(), { signal: leaving.signal }).then((response) => response.text());
  await asked.promise;
  leaving.abort();
  await expect(answer).rejects.toThrow();
  await expect.poll(() => server.aborted).toBe(before + 1);
});

test('ends with clients still waiting, and does not count them', async () => {
  const one = await startModelServer();
  const asked = Promise.withResolvers<void>();
  one.answering = () => {
    asked.resolve();
    return { fault: 'stall' };
  };
  const body = JSON.stringify({ model: one.model, messages: [{ role: 'user', content: 'Hello?' }] });
  const answer = fetch(`${one.url}/chat/completions`, { method: 'POST', body });
  const [refused] = await Promise.allSettled([answer, asked.promise.then(() => one[Symbol.asyncDispose]())]);
  expect(refused.status).toBe('rejected');
  expect(one.aborted).toBe(0);
});

test('every script leaves captions alone', async () => {
  const caption = { kind: 'caption', tiles: 0, text: '', pictures: [], body: {}, titles: [] } as const;
  const asked = { ...caption, wants: { rationale: false, reasons: false, caption: false } };
  const changed = Object.keys(FAULTS).filter((name) => FAULTS[name]!(asked, 0) !== canonicalAnswer(asked));
  expect(changed).toEqual([]);
});

test('a body that comes a byte at a time is whole in the end', async () => {
  server.answering = () => ({ fault: 'slow-body', raw: '{"a":1}' });
  expect(await (await post(request())).json()).toEqual({ a: 1 });
});
