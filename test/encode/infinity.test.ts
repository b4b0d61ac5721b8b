import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RemoteEncoder, type RemoteEncoderOptions } from '../../src/encode/remote-encoder.ts';
import { SharpDecoder } from '../../src/image/sharp-decoder.ts';
import { SharpRenderer } from '../../src/image/sharp-renderer.ts';
import { difference, encoderContract, stripes } from '../contract/encoder.ts';
import { hasInfinity, InfinityServer } from './infinity-server.ts';
import { isMargayError } from './margay-error.ts';

const absent = hasInfinity ? '' : ' (skipped: needs scripts/infinity-venv.sh, or INFINITY_PYTHON)';
const KEY = 'sesame-0123456789';
const signal = new AbortController().signal;
const STRIPES = [
  [220, 30, 30],
  [250, 250, 250],
] as const satisfies [number[], number[]];

describe.skipIf(!hasInfinity)(`a real Infinity${absent}`, () => {
  const decoder = new SharpDecoder();
  const renderer = new SharpRenderer();
  const servers: InfinityServer[] = [];
  let server: InfinityServer;
  const start = async (kind: 'clip' | 'text') => {
    const started = await InfinityServer.start(kind, KEY);
    servers.push(started);
    return started;
  };
  beforeAll(async () => {
    server = await start('clip');
  }, 180_000);
  afterAll(async () => {
    for (const one of servers) await one[Symbol.asyncDispose]();
    await decoder.close();
    await renderer.close();
  });

  const open = (options: Partial<RemoteEncoderOptions> = {}) =>
    RemoteEncoder.open({
      url: server.url,
      api: 'infinity',
      model: server.model,
      key: KEY,
      timeoutMs: 20_000,
      side: 128,
      pictureWeight: 0.5,
      decoder,
      renderer,
      ...options,
    });

  encoderContract('Infinity on PyTorch', () => open());
  encoderContract('the same without a cache', () => open({ cacheBytes: 1 }));

  test('says what it is', async () => {
    const { info } = await open();
    expect(info).toMatchObject({
      name: 'random-clip',
      dimensions: 32,
      joint: 'FUSED',
      needs: { shortSide: 128 },
      demo: false,
    });
  });

  test('pictures in lists have the vectors that they have alone', async () => {
    const encoder = await open({ cacheBytes: 1 });
    const pictures = await Promise.all(
      Array.from({ length: 20 }, (_, n) => encoder.prepare(stripes(200, 150 + n, 3 + n, STRIPES), { signal })),
    );
    const ask = () => pictures.map((pixels) => encoder.encode({ pixels }, { signal, priority: 'index' }));
    const together = await Promise.all(ask());
    for (const [place, pixels] of pictures.entries()) {
      const { vector } = await encoder.encode({ pixels }, { signal });
      expect(difference(vector, together[place]!.vector)).toBeLessThan(1e-5);
      if (place > 0) expect(difference(vector, together[place - 1]!.vector)).toBeGreaterThan(1e-4);
    }
    await encoder.close();
  });

  test.each([
    ['the key is wrong', { key: 'another-key-987' }, ['ENCODER_KEY', '401: Unauthorized']],
    ['the model is another', { model: 'clip' }, ['ENCODER_MODEL "clip"', '"random-clip"']],
    ['the path is wrong', { path: '/v1' }, ['ENCODER_URL', '404']],
    ['the API is the other one', { api: 'vllm' }, ['ENCODER_API', '422']],
  ] as [string, Partial<RemoteEncoderOptions> & { path?: string }, string[]][])(
    'at the start, %s',
    async (_name, { path = '', ...settings }, told) => {
      const error = await open({ ...settings, url: `${server.url}${path}` }).catch((reason) => reason);
      expect(error).toSatisfy(isMargayError('ENCODER_UNAVAILABLE'));
      for (const words of told) expect(`${error.message}\n${error.remedy}`).toContain(words);
    },
  );

  test('at the start, a model of texts alone', async () => {
    const { url } = await start('text');
    const error = await open({ url }).catch((reason) => reason);
    expect(error).toSatisfy(isMargayError('ENCODER_UNAVAILABLE'));
    expect(`${error.message}\n${error.remedy}`).toMatch(/no embedding of a picture.*\n.*take pictures/);
  }, 180_000);

  test('hung, it is given up at the deadline; killed, it is told to be gone', async () => {
    const encoder = await open({ timeoutMs: 3_000 });
    server.signal('SIGSTOP');
    await expect(encoder.encode({ text: 'hung' }, { signal })).rejects.toSatisfy(isMargayError('DEADLINE_EXCEEDED'));
    server.signal('SIGCONT');
    expect((await encoder.encode({ text: 'awake' }, { signal })).vector).toHaveLength(32);
    await server.kill();
    await expect(encoder.encode({ text: 'dead' }, { signal })).rejects.toSatisfy(isMargayError('ENCODER_UNAVAILABLE'));
    await encoder.close();
  });
});
