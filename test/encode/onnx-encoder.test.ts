import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attributesOf } from '../../src/encode/attributes.ts';
import type { ModelPixels } from '../../src/encode/encoder.ts';
import { OnnxEncoder, type OnnxEncoderOptions, sizedTo } from '../../src/encode/onnx-encoder.ts';
import { SharpDecoder } from '../../src/image/sharp-decoder.ts';
import { difference, encoderContract, stripes } from '../contract/encoder.ts';
import { isMargayError } from './margay-error.ts';

const signal = new AbortController().signal;
const decoder = new SharpDecoder();
afterAll(() => decoder.close());
const load = (options: Partial<OnnxEncoderOptions> = {}) =>
  OnnxEncoder.load('models/pocket', { decoder, threads: 1, ...options });

encoderContract('pocket through ONNX Runtime', () => load());
encoderContract('the same without caches', () => load({ cacheBytes: { tokens: 1, texts: 1 } }));

describe('OnnxEncoder', () => {
  let encoder: OnnxEncoder;
  beforeAll(async () => {
    encoder = await load();
  });
  afterAll(() => encoder?.close());

  const { size } = JSON.parse(readFileSync('models/pocket/model.json', 'utf8')).picture as { size: number };

  /** A picture that no other call has made. */
  let made = 0;
  const newPixels = (): ModelPixels => {
    const rgb = new Uint8Array(size * size * 3).map((_, index) => (index * (made + 3)) % 251);
    made++;
    return { size, rgb };
  };

  test('says what it is', async () => {
    const manifest = JSON.parse(await readFile('models/pocket/model.json', 'utf8'));
    expect(encoder.info).toEqual({
      name: 'pocket',
      dimensions: manifest.dimensions,
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      joint: 'NATIVE',
      needs: { shortSide: manifest.picture.size },
      attributes: Object.keys(manifest.attributes),
      demo: true,
      caution: manifest.caution,
      relevance: manifest.relevance,
      license: 'Apache-2.0',
    });
  });

  test('names the attributes of its manifest, with labels of its manifest', async () => {
    const manifest = JSON.parse(await readFile('models/pocket/model.json', 'utf8'));
    const { attributes } = await encoder.encode({ text: 'a mug with this', pixels: newPixels() }, { signal });
    expect(Object.keys(attributes).sort()).toEqual(Object.keys(manifest.attributes).sort());
    for (const [name, { value }] of Object.entries(attributes))
      expect(manifest.attributes[name].labels).toContain(value);
  });

  test('image tokens kept from an earlier search give the same vector', async () => {
    const pixels = newPixels();
    const ask = async (text: string) => (await encoder.encode({ text, pixels }, { signal })).vector;
    const first = await ask('mug');
    expect(difference(first, await ask('mug'))).toBeLessThan(1e-5);
    // Other words on the same picture still count.
    expect(difference(first, await ask('blue leopard sneaker'))).toBeGreaterThan(1e-4);
  });

  test('a text asked again costs no run: it is answered while the worker is dead', async () => {
    const { vector } = await encoder.encode({ text: 'asked twice' }, { signal });
    process.kill(encoder.pid!, 'SIGKILL');
    const later = new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined)));
    const again = await Promise.race([encoder.encode({ text: ' asked twice ' }, { signal }), later]);
    expect(again && difference(vector, again.vector)).toBe(0);
  });

  test('what loading computed is not served from the cache: the first search takes the way of every other', async () => {
    const { cases } = JSON.parse(await readFile('models/pocket/golden.json', 'utf8'));
    const { text } = cases.find((golden: { pixels?: string }) => !golden.pixels);
    const fresh = await load();
    const later = new Promise<string>((resolve) => setImmediate(() => resolve('computed')));
    const asked = fresh.encode({ text }, { signal });
    expect(await Promise.race([asked, later])).toBe('computed');
    await asked;
    await fresh.close();
  });

  test('many at once, of all kinds, while the worker is killed: every answer is its own', async () => {
    const texts = Array.from({ length: 60 }, (_, index) => `number ${index} ${'and more '.repeat(index % 5)}`);
    const pictures = Array.from({ length: 30 }, newPixels);
    const ask = () => [
      ...texts.map((text) => encoder.encode({ text }, { signal, priority: 'index' })),
      ...pictures.map((pixels) => encoder.encode({ pixels }, { signal, priority: 'index' })),
      ...pictures.map((pixels, index) => encoder.encode({ text: texts[index], pixels }, { signal })),
    ];
    await encoder.encode({ text: 'awake' }, { signal });
    const first = encoder.pid!;
    const asked = Promise.all(ask());
    await sleep(20);
    process.kill(first, 'SIGKILL');
    const answers = await asked;
    const calm = await Promise.all(ask());
    for (const [index, { vector }] of answers.entries())
      expect(difference(vector, calm[index]!.vector)).toBeLessThan(1e-5);
    expect(encoder.pid).not.toBe(first);
  });

  test('the event loop stays free while it works', async () => {
    const inputs = Array.from({ length: 200 }, newPixels);
    const before = performance.eventLoopUtilization();
    await Promise.all(inputs.map((pixels) => encoder.encode({ pixels }, { signal, priority: 'index' })));
    // Inference on this thread would keep it busy all the time.
    const { active, utilization } = performance.eventLoopUtilization(before);
    expect(active).toBeGreaterThan(0);
    expect(utilization).toBeLessThan(0.6);
  });

  test('refuses pixels that it did not prepare', async () => {
    const pixels = { size: 32, rgb: new Uint8Array(32 * 32 * 3) };
    await expect(encoder.encode({ pixels }, { signal })).rejects.toSatisfy(isMargayError('INTERNAL'));
  });

  test('a folder that is no model is refused by name', async () => {
    await expect(OnnxEncoder.load('models/no-such', { decoder })).rejects.toThrow(
      '"no-such" cannot be used: model.json is missing',
    );
  });

  test('loading can be given up', async () => {
    const reason = new Error('stop');
    const controller = new AbortController();
    const loading = load({ signal: controller.signal });
    setTimeout(() => controller.abort(reason), 60);
    await expect(loading).rejects.toBe(reason);
  });

  test('a picture goes through the decoder to the model', async () => {
    const pixels = await encoder.prepare(
      stripes(300, 200, 10, [
        [200, 0, 0],
        [0, 0, 200],
      ]),
      { signal },
    );
    expect(pixels.size).toBe(size);
    expect(new Set(pixels.rgb).size).toBeGreaterThan(2);
  });
});

test.each([
  ['a small model on two cores', 5e6, 2, 24e9, 1, 1],
  ['a small model on many', 5e6, 32, 64e9, 2, 1],
  ['a large one on one core', 800e6, 1, 4e9, 1, 1],
  ['on two', 800e6, 2, 24e9, 2, 1],
  ['on sixteen', 800e6, 16, 64e9, 8, 2],
  ['on sixteen with little memory', 3.5e9, 16, 24e9, 8, 1],
])('%s', (_name, bytes, cores, memory, threads, workers) => {
  expect(sizedTo(bytes, { cores, memory })).toEqual({ threads, workers });
});

describe('attributesOf', () => {
  const heads = { color: { labels: ['red', 'blue', 'none'], threshold: 0.6 } };
  const softmax = (logits: number[], index: number) =>
    Math.exp(logits[index]!) / logits.reduce((sum, logit) => sum + Math.exp(logit), 0);

  test.each([
    ['a clear one', [3, 0, -1], 'red', true],
    ['a close one', [1, 1.1, 0.9], 'blue', false],
    ['none is a label', [0, 0, 5], 'none', true],
  ])('%s', (_, logits, value, confident) => {
    const { color } = attributesOf(heads, { color: Float32Array.from(logits) });
    expect(color).toMatchObject({ value, confident });
    expect(color!.probability).toBeCloseTo(softmax(logits, heads.color.labels.indexOf(value)), 6);
  });

  test('great scores do not overflow', () => {
    expect(attributesOf(heads, { color: Float32Array.of(1e30, -1e30, 0) }).color).toEqual({
      value: 'red',
      probability: 1,
      confident: true,
    });
  });
});
