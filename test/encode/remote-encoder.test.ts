import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ModelPixels } from '../../src/encode/encoder.ts';
import type { Api } from '../../src/encode/remote-api.ts';
import { RemoteEncoder, type RemoteEncoderOptions } from '../../src/encode/remote-encoder.ts';
import { SharpDecoder } from '../../src/image/sharp-decoder.ts';
import { SharpRenderer } from '../../src/image/sharp-renderer.ts';
import { difference, encoderContract, stripes } from '../contract/encoder.ts';
import { isMargayError } from './margay-error.ts';
import { type RemoteServer, type RemoteServerOptions, startRemoteServer } from './remote-server.ts';

const signal = new AbortController().signal;
const decoder = new SharpDecoder();
const renderer = new SharpRenderer();
afterAll(async () => {
  await decoder.close();
  await renderer.close();
});

const open = (server: RemoteServer, api: Api, options: Partial<RemoteEncoderOptions> = {}) =>
  RemoteEncoder.open({
    url: server.url,
    api,
    model: server.model,
    timeoutMs: 10_000,
    side: 128,
    pictureWeight: 0.5,
    decoder,
    renderer,
    ...options,
  });

/** What a test made, ended with it. */
const made: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of made.splice(0).reverse()) await one[Symbol.asyncDispose]();
});
async function serverOf(api: Api, options: RemoteServerOptions = {}): Promise<RemoteServer> {
  const server = await startRemoteServer(api, options);
  made.push(server);
  return server;
}
async function encoderOf(
  api: Api,
  options: RemoteServerOptions = {},
  settings: Partial<RemoteEncoderOptions> = {},
): Promise<{ server: RemoteServer; encoder: RemoteEncoder }> {
  const server = await serverOf(api, options);
  const encoder = await open(server, api, settings);
  made.push({ [Symbol.asyncDispose]: () => encoder.close() });
  server.asked.length = 0;
  return { server, encoder };
}

const KINDS = [
  ['vLLM, one model for words and pictures', 'vllm', { joint: true }],
  ['vLLM, two towers', 'vllm', { joint: false }],
  ['Infinity', 'infinity', {}],
] as const satisfies [string, Api, RemoteServerOptions][];

describe.each(KINDS)('%s', (name, api, options) => {
  const servers: RemoteServer[] = [];
  afterAll(async () => {
    for (const server of servers) await server[Symbol.asyncDispose]();
  });
  encoderContract(name, async () => {
    const server = await startRemoteServer(api, options);
    servers.push(server);
    return open(server, api);
  });

  test('sends nothing that a strict server refuses', () => {
    // The first question whether the model takes both is answered by a refusal.
    const probes = api === 'vllm' && !options.joint ? servers.length : 0;
    expect(servers.flatMap(({ refused }) => refused)).toHaveLength(probes);
    expect(servers.flatMap(({ asked }) => asked).length).toBeGreaterThan(50);
  });
});

let red: ModelPixels;
let blue: ModelPixels;
beforeAll(async () => {
  [red, blue] = [200, 20].map((value) => ({ size: 64, rgb: new Uint8Array(64 * 64 * 3).fill(value) })) as [
    ModelPixels,
    ModelPixels,
  ];
});

describe('what is asked', () => {
  test.each([
    ['vllm', true, 'NATIVE', [['both', 1]]],
    [
      'vllm',
      false,
      'FUSED',
      [
        ['picture', 1],
        ['text', 1],
      ],
    ],
    [
      'infinity',
      true,
      'FUSED',
      [
        ['picture', 1],
        ['text', 1],
      ],
    ],
  ] as const)('%s, joint %s: words and a picture are %s', async (api, joint, mode, calls) => {
    const { server, encoder } = await encoderOf(api, { joint });
    expect(encoder.info).toMatchObject({ name: 'stand-in', dimensions: 8, joint: mode, needs: { shortSide: 128 } });
    await encoder.encode({ text: 'a mug', pixels: red }, { signal });
    expect(server.asked.map(({ kind, items }) => [kind, items.length]).toSorted()).toEqual(calls);
    expect(server.asked.every(({ base64 }) => base64)).toBe(true);
  });

  test.each([
    ['vllm', true, 'query', Array(10).fill(1)],
    ['vllm', true, 'index', Array(10).fill(1)],
    // A list would not tell whose text was cut.
    ['vllm', false, 'query', Array(10).fill(1)],
    ['vllm', false, 'index', [10]],
    ['infinity', false, 'query', [10]],
    ['infinity', false, 'index', [10]],
  ] as const)('texts of one tick: %s, joint %s, %s', async (api, joint, priority, sizes) => {
    const { server, encoder } = await encoderOf(api, { joint });
    const texts = Array.from({ length: 10 }, (_, place) => `text ${place}`);
    const together = await Promise.all(texts.map((text) => encoder.encode({ text }, { signal, priority })));
    expect(server.asked.map(({ items }) => items.length)).toEqual(sizes);
    for (const [place, text] of texts.entries()) {
      const { vector } = await encoder.encode({ text }, { signal });
      expect(difference(vector, together[place]!.vector)).toBe(0);
    }
  });

  test('pictures of one tick, in lists of 8', async () => {
    const { server, encoder } = await encoderOf('infinity');
    const pictures = Array.from({ length: 20 }, (_, place) => ({ size: 1, rgb: Uint8Array.of(place, 0, 0) }));
    await Promise.all(pictures.map((pixels) => encoder.encode({ pixels }, { signal })));
    // Calls under way at the same time may arrive in any order.
    expect(server.asked.map(({ items }) => items.length).sort()).toEqual([4, 8, 8]);
  });

  test('a text or picture asked again costs no call, also beside another one; what is indexed is not kept', async () => {
    const { server, encoder } = await encoderOf('infinity');
    await encoder.encode({ text: 'a mug', pixels: red }, { signal });
    const calls = server.asked.length;
    await encoder.encode({ text: ' a mug' }, { signal });
    await encoder.encode({ pixels: red }, { signal });
    await encoder.encode({ text: 'a mug', pixels: red }, { signal });
    expect(server.asked.length).toBe(calls);
    await encoder.encode({ text: 'a lamp', pixels: red }, { signal });
    expect(server.asked.length).toBe(calls + 1);
    for (const _ of [1, 2]) await encoder.encode({ text: 'a title' }, { signal, priority: 'index' });
    expect(server.asked.length).toBe(calls + 3);
  });

  test('pixels that are no picture of this encoder are refused', async () => {
    const { encoder } = await encoderOf('infinity');
    const pixels = { size: 4, rgb: new Uint8Array(5) };
    await expect(encoder.encode({ pixels }, { signal })).rejects.toSatisfy(isMargayError('INTERNAL'));
  });

  test('a picture arrives in its shape', async () => {
    const { server, encoder } = await encoderOf('vllm');
    const picture = stripes(512, 256, 8, [
      [250, 10, 10],
      [10, 10, 250],
    ]);
    const pixels = await encoder.prepare(picture, { signal });
    await encoder.encode({ pixels }, { signal });
    const { width, height } = await renderer.read(server.asked[0]!.items[0]!.picture!);
    expect([width, height]).toEqual([256, 128]);
  });
});

describe('words beside a picture, each with a vector of its own', () => {
  const fuse = (text: Float32Array, picture: Float32Array, weight: number) => {
    const sum = text.map((value, place) => (1 - weight) * value + weight * picture[place]!);
    return sum.map((value) => value / Math.hypot(...sum));
  };
  const vectors = async (pictureWeight: number) => {
    const { encoder } = await encoderOf('infinity', {}, { pictureWeight });
    const ask = async (input: { text?: string; pixels?: ModelPixels }, priority: 'query' | 'index' = 'query') =>
      (await encoder.encode(input, { signal, priority })).vector;
    return {
      text: await ask({ text: 'a mug' }),
      picture: await ask({ pixels: red }),
      query: await ask({ text: 'a mug', pixels: red }),
      stored: await ask({ text: 'a mug', pixels: red }, 'index'),
      fingerprint: encoder.info.fingerprint,
    };
  };
  test.each([0, 0.3, 1])('a query is fused by the weight %d, what is stored half and half', async (weight) => {
    const { text, picture, query, stored, fingerprint } = await vectors(weight);
    expect(difference(query, fuse(text, picture, weight))).toBeLessThan(1e-6);
    expect(difference(stored, fuse(text, picture, 0.5))).toBeLessThan(1e-6);
    expect(fingerprint).toBe((await vectors(0.5)).fingerprint);
  });
});

test('the fingerprint says what is embedded how, not where', async () => {
  const of = async (api: Api, server: RemoteServerOptions = {}, settings: Partial<RemoteEncoderOptions> = {}) =>
    (await encoderOf(api, server, settings)).encoder.info.fingerprint;
  const here = await of('vllm');
  expect(await of('vllm', { key: 'another' }, { key: 'another', timeoutMs: 5_000 })).toBe(here);
  const others = [
    await of('infinity'),
    await of('vllm', { joint: false }),
    await of('vllm', { model: 'other' }, { model: 'other' }),
    await of('vllm', {}, { side: 96 }),
  ];
  expect(new Set([here, ...others]).size).toBe(5);
});

describe('a text past the limit', () => {
  const words = (count: number) => Array.from({ length: count }, (_, place) => `w${place}`).join(' ');
  test.each([
    ['vLLM tells', 'vllm', { maxTokens: 20 }, 40, true],
    ['vLLM, within it', 'vllm', { maxTokens: 20 }, 19, false],
    ['vLLM, two towers', 'vllm', { maxTokens: 20, joint: false }, 40, true],
    ['vLLM without a list of models does not tell', 'vllm', { maxTokens: 20, lists: false }, 40, false],
    ['Infinity does not tell', 'infinity', { maxTokens: 20 }, 40, false],
  ] as const)('%s', async (_name, api, server, count, truncated) => {
    const { encoder } = await encoderOf(api, server);
    expect((await encoder.encode({ text: words(count) }, { signal })).truncated).toBe(truncated);
  });

  test('is never cut in the middle of a character', async () => {
    const { server, encoder } = await encoderOf('infinity');
    const { truncated } = await encoder.encode({ text: `${'x'.repeat(8_191)}\u{1f980}` }, { signal });
    expect(truncated).toBe(true);
    expect(server.asked[0]!.items[0]!.text!.isWellFormed()).toBe(true);
  });
});

test('answers may come as numbers, in another order and not of length one', async () => {
  const { server, encoder } = await encoderOf('infinity');
  const texts = ['a', 'b', 'c'];
  const ask = () => Promise.all(texts.map((text) => encoder.encode({ text }, { signal, priority: 'index' })));
  const plain = await ask();
  server.scripted = () => ({ plain: true, change: (answer) => ({ ...answer, data: answer.data.toReversed() }) });
  const turned = await ask();
  for (const [place] of texts.entries())
    expect(difference(plain[place]!.vector, turned[place]!.vector)).toBeLessThan(1e-6);
  server.scripted = () => ({ vector: [3, 4, 0, 0, 0, 0, 0, 0] });
  const { vector } = await encoder.encode({ text: 'd' }, { signal });
  expect([...vector.slice(0, 2)]).toEqual([Math.fround(0.6), Math.fround(0.8)]);
});

test('an answer that has one place twice is none: whose vector is whose cannot be told', async () => {
  const { server, encoder } = await encoderOf('infinity');
  server.scripted = () => ({ change: ({ data }) => ({ data: data.map((one) => ({ ...one, index: 0 })) }) });
  const ask = ['a', 'b'].map((text) => encoder.encode({ text }, { signal }));
  for (const outcome of await Promise.allSettled(ask))
    expect(outcome.status === 'rejected' && outcome.reason).toSatisfy(isMargayError('ENCODER_UNAVAILABLE'));
});

test('a picture refused in a list does not take the others with it', async () => {
  const { server, encoder } = await encoderOf('infinity');
  const bad = await renderer.write({ width: 64, height: 64, rgb: blue.rgb }, 'jpeg', { quality: 95 });
  server.scripted = ({ items }) =>
    items.some(({ picture }) => picture && bad.equals(picture)) ? { status: 400, raw: '{"detail":"no"}' } : undefined;
  const [first, second, third] = await Promise.allSettled(
    [red, blue, { size: 1, rgb: Uint8Array.of(1, 2, 3) }].map((pixels) => encoder.encode({ pixels }, { signal })),
  );
  expect([first!.status, third!.status]).toEqual(['fulfilled', 'fulfilled']);
  expect(second!.status === 'rejected' && second!.reason).toSatisfy(isMargayError('BAD_INPUT'));
});
