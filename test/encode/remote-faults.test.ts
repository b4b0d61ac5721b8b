import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Api } from '../../src/encode/remote-api.ts';
import { RemoteEncoder, type RemoteEncoderOptions } from '../../src/encode/remote-encoder.ts';
import type { ErrorCode, MargayError } from '../../src/errors.ts';
import { SharpDecoder } from '../../src/image/sharp-decoder.ts';
import { SharpRenderer } from '../../src/image/sharp-renderer.ts';
import { isMargayError } from './margay-error.ts';
import { type RemoteServer, type Script, type Scripted, startRemoteServer } from './remote-server.ts';

const signal = new AbortController().signal;
const decoder = new SharpDecoder();
const renderer = new SharpRenderer();
const KEY = 'sesame"0123/456789';
afterAll(async () => {
  await decoder.close();
  await renderer.close();
});

let server: RemoteServer;
const encoders: RemoteEncoder[] = [];
beforeEach(async () => {
  server = await startRemoteServer('infinity', { key: KEY });
});
afterEach(async () => {
  for (const encoder of encoders.splice(0)) await encoder.close();
  await server[Symbol.asyncDispose]();
});

async function open(settings: Partial<RemoteEncoderOptions> = {}): Promise<RemoteEncoder> {
  const encoder = await RemoteEncoder.open({
    url: server.url,
    api: 'infinity',
    model: server.model,
    key: KEY,
    timeoutMs: 10_000,
    side: 128,
    pictureWeight: 0.5,
    decoder,
    renderer,
    ...settings,
  });
  encoders.push(encoder);
  server.asked.length = 0;
  return encoder;
}
const rejection = async (work: Promise<unknown>): Promise<MargayError> =>
  work.then(
    () => {
      throw new Error('Expected a rejection.');
    },
    (error: MargayError) => error,
  );
/** All that anybody, client or operator, is told. */
const toldBy = ({ message, remedy, cause }: MargayError) =>
  [message, remedy, cause instanceof Error ? cause.message : ''].join('\n');

const failing =
  (times: number, script: Script): Scripted =>
  (_asked, nth) =>
    nth < times ? script : undefined;
const HTML = '<html><body>Sign in</body></html>';

describe('while it serves', () => {
  const good = undefined;
  test.each([
    ['a 500', failing(1, { status: 500 }), 2, good],
    ['a 503 with a short wait', failing(1, { status: 503, headers: { 'retry-after': '0' } }), 2, good],
    ['a reset', failing(1, { fault: 'reset' }), 2, good],
    ['a body that is cut', failing(1, { fault: 'reset-mid-body' }), 2, good],
    ['no body', failing(1, { fault: 'empty' }), 2, good],
    ['a page in place of an answer', failing(1, { raw: HTML }), 2, good],
    ['a 429 at once', failing(1, { status: 429, headers: { 'retry-after': '0' } }), 2, good],
    ['a slow body', failing(1, { fault: 'slow-body' }), 1, good],
    ['two 500', failing(2, { status: 500 }), 2, ['ENCODER_UNAVAILABLE', 1, '500']],
    ['two cut bodies', failing(2, { fault: 'reset-mid-body' }), 2, ['ENCODER_UNAVAILABLE', 1, '']],
    ['a 429 for a minute', failing(1, { status: 429, headers: { 'retry-after': '60' } }), 1, ['OVERLOADED', 60, '429']],
    ['a huge body', failing(2, { raw: '{"data":[', fault: 'endless' }), 2, ['ENCODER_UNAVAILABLE', 1, 'longer than']],
    ['other dimensions', failing(2, { vector: [1, 0, 0] }), 2, ['ENCODER_UNAVAILABLE', 1, '3 dimensions where 8']],
    ['NaN', failing(2, { vector: [1, 0, 0, 0, 0, 0, 0, null] }), 2, ['ENCODER_UNAVAILABLE', 1, 'no number']],
    ['null', failing(2, { plain: true, vector: [null] }), 2, ['ENCODER_UNAVAILABLE', 1, 'no list of embeddings']],
    ['zeros', failing(2, { vector: Array(8).fill(0) }), 2, ['ENCODER_UNAVAILABLE', 1, 'points nowhere']],
    ['a page, twice', failing(2, { raw: HTML }), 2, ['ENCODER_UNAVAILABLE', 1, 'no JSON: <html>']],
    [
      'an error with status 200',
      failing(2, { raw: '{"error":"out of memory"}' }),
      2,
      ['ENCODER_UNAVAILABLE', 1, 'out of memory'],
    ],
    ['no vectors', failing(2, { change: () => ({ data: [] }) }), 2, ['ENCODER_UNAVAILABLE', 1, '0 embeddings where 1']],
    [
      'an index twice',
      failing(2, { change: ({ data }) => ({ data: [data[0], { ...data[0] }] }) }),
      2,
      ['ENCODER_UNAVAILABLE', 1, '2 embeddings where 1'],
    ],
    [
      'a 401',
      failing(1, { status: 401, raw: JSON.stringify({ error: { message: `Bad key ${KEY}` } }) }),
      1,
      ['ENCODER_UNAVAILABLE', 1, 'Bad key ***'],
    ],
    [
      'a 401 that quotes the key, escaped, in a page',
      failing(1, { status: 401, raw: `<p>${'x'.repeat(70)}${JSON.stringify(KEY)} ${encodeURIComponent(KEY)}</p>` }),
      1,
      ['ENCODER_UNAVAILABLE', 1, '"***" ***</p>'],
    ],
    ['a 404', failing(1, { status: 404 }), 1, ['ENCODER_UNAVAILABLE', 1, '404']],
    [
      'a redirect',
      failing(1, { status: 307, headers: { location: 'http://127.0.0.1:9/' } }),
      1,
      ['ENCODER_UNAVAILABLE', 1, '307'],
    ],
    ['a 400', failing(1, { status: 400, raw: '{"detail":"too long"}' }), 1, ['BAD_INPUT', undefined, 'too long']],
  ] as [string, Scripted, number, [ErrorCode, number | undefined, string] | undefined][])(
    '%s',
    async (_name, scripted, calls, expected) => {
      const encoder = await open();
      server.scripted = scripted;
      const work = encoder.encode({ text: 'a mug' }, { signal });
      if (expected) {
        const [code, retryAfter, said] = expected;
        const error = await rejection(work);
        expect(error).toSatisfy(isMargayError(code));
        expect(error.retryAfter).toBe(retryAfter);
        expect(toldBy(error)).toContain(said);
        expect(toldBy(error)).not.toMatch(/sesame|456789/);
        // What clients read has no address and nothing that the server said.
        expect(`${error.message} ${error.remedy}`).not.toMatch(/127\.0\.0\.1|Bad key|too long|html|memory/);
      } else expect((await work).vector).toHaveLength(8);
      expect(server.asked).toHaveLength(calls);
    },
  );

  test('a server that is gone', async () => {
    const encoder = await open();
    await server[Symbol.asyncDispose]();
    const error = await rejection(encoder.encode({ text: 'a mug' }, { signal }));
    expect(error).toSatisfy(isMargayError('ENCODER_UNAVAILABLE'));
    expect(toldBy(error)).toContain('ECONNREFUSED');
    server = await startRemoteServer('infinity');
  });

  test('one that stalls is given up at the deadline, and told so', async () => {
    const encoder = await open({ timeoutMs: 1_000 });
    server.scripted = () => ({ fault: 'stall' });
    const error = await rejection(encoder.encode({ text: 'a mug' }, { signal }));
    expect(error).toSatisfy(isMargayError('DEADLINE_EXCEEDED'));
    await expect.poll(() => server.aborted).toBe(1);
  });

  test('one that fails again and again is left alone for a while, and nobody waits for it', async () => {
    const encoder = await open();
    server.scripted = () => ({ status: 500 });
    for (const text of ['a', 'b', 'c']) await rejection(encoder.encode({ text }, { signal }));
    expect(server.asked).toHaveLength(6);
    const error = await rejection(encoder.encode({ text: 'd' }, { signal }));
    expect(error).toSatisfy(isMargayError('ENCODER_UNAVAILABLE'));
    expect(error.retryAfter).toBeGreaterThanOrEqual(1);
    expect(error.retryAfter).toBeLessThanOrEqual(10);
    expect(server.asked).toHaveLength(6);
  });

  test('a client that leaves ends its call, unless another shares it', async () => {
    const encoder = await open();
    server.scripted = ({ items }) => (items.length === 1 ? { fault: 'stall' } : undefined);
    server.delayMs = 300;
    const leave = new AbortController();
    const reason = new Error('left');
    const shared = [
      encoder.encode({ text: 'a' }, { signal: leave.signal }),
      encoder.encode({ text: 'b' }, { signal }),
    ] as const;
    const outcome = rejection(shared[0]);
    await expect.poll(() => server.asked.length).toBe(1);
    leave.abort(reason);
    expect(await outcome).toBe(reason);
    expect((await shared[1]).vector).toHaveLength(8);
    expect(server.aborted).toBe(0);

    const alone = new AbortController();
    const left = rejection(encoder.encode({ text: 'c' }, { signal: alone.signal }));
    await expect.poll(() => server.asked.length).toBe(2);
    alone.abort(reason);
    expect(await left).toBe(reason);
    await expect.poll(() => server.aborted).toBe(1);
  });
});

describe('at the start', () => {
  test.each([
    ['nobody is there', { url: 'gone' }, {}, ['ENCODER_URL', 'ECONNREFUSED', 'running']],
    ['the key is wrong', { key: 'another-key-987' }, {}, ['ENCODER_KEY', '401']],
    ['the model is not there', { model: 'other' }, {}, ['ENCODER_MODEL "other"', '"stand-in"']],
    ['the path is wrong', { url: '/v2' }, {}, ['ENCODER_URL', '404', '/embeddings']],
    ['the API is the other one', { api: 'vllm' }, {}, ['ENCODER_API', 'vllm', '422']],
    ['the model takes no pictures', {}, { pictures: false }, ['ENCODER_MODEL', 'picture', 'ModelNotDeployed']],
    ['it redirects', {}, { script: { status: 308, headers: { location: '/x' } } }, ['ENCODER_URL', '308', 'redirects']],
    ['it answers with a page', {}, { script: { raw: HTML } }, ['ENCODER_URL', 'no JSON']],
    ['its vectors hold NaN', {}, { script: { vector: [null, 1] } }, ['ENCODER_URL', 'no number']],
    ['it stalls', { timeoutMs: 500 }, { script: { fault: 'stall' } }, ['ENCODER_URL', 'ENCODER_TIMEOUT_MS', '500 ms']],
    ['it is overloaded', {}, { script: { status: 429 } }, ['ENCODER_URL', '429']],
  ] as [string, Partial<RemoteEncoderOptions>, { pictures?: boolean; script?: Script }, string[]][])(
    '%s',
    async (_name, settings, { pictures = true, script }, told) => {
      const gone = server.url;
      await server[Symbol.asyncDispose]();
      server = await startRemoteServer('infinity', { key: KEY, pictures });
      if (script) server.scripted = () => script;
      const url = settings.url === 'gone' ? gone : `${server.url}${settings.url ?? ''}`;
      const error = await rejection(open({ ...settings, url }));
      expect(error).toSatisfy(isMargayError('ENCODER_UNAVAILABLE'));
      for (const words of told) expect(toldBy(error)).toContain(words);
      expect(toldBy(error)).not.toMatch(/sesame|another-key|456789/);
    },
  );

  test('pictures of other dimensions than texts are no model to search with', async () => {
    server.scripted = ({ kind }) => (kind === 'picture' ? { vector: [1, 0] } : undefined);
    expect(toldBy(await rejection(open()))).toContain('embedding of a picture: The answer has an embedding of 2 dim');
  });

  test('a failure of the question whether it takes both is no answer to it', async () => {
    const api: Api = 'vllm';
    await server[Symbol.asyncDispose]();
    server = await startRemoteServer(api, { key: KEY });
    server.scripted = ({ kind }) => (kind === 'both' ? { status: 500 } : undefined);
    expect(toldBy(await rejection(open({ api })))).toContain('embedding of a text with a picture: 500');
  });

  test('it can be given up', async () => {
    server.scripted = () => ({ fault: 'stall' });
    const stop = new AbortController();
    const reason = new Error('stop');
    const opening = rejection(open({ signal: stop.signal }));
    await expect.poll(() => server.asked.length).toBe(1);
    stop.abort(reason);
    expect(await opening).toBe(reason);
  });
});
