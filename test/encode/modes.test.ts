import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EncoderInput, ModelPixels } from '../../src/encode/encoder.ts';
import { fuse, unit } from '../../src/encode/fusion.ts';
import { OnnxEncoder, type OnnxEncoderOptions } from '../../src/encode/onnx-encoder.ts';
import { SharpDecoder } from '../../src/image/sharp-decoder.ts';
import { difference, encoderContract } from '../contract/encoder.ts';

const signal = new AbortController().signal;
const decoder = new SharpDecoder();
afterAll(() => decoder.close());

/** Small seeded models, one of each mode; training/export/tiny.py made them. */
const load = (name: string, options: Partial<OnnxEncoderOptions> = {}) =>
  OnnxEncoder.load(`test/fixtures/models/${name}`, { decoder, threads: 1, ...options });
const MODELS = ['tiny-bge', 'tiny-bge-m3', 'tiny-bge-int8', 'tiny-clip', 'tiny-siglip'];

for (const name of MODELS) encoderContract(name, () => load(name));

const pixelsOf = (seed: number, size = 32): ModelPixels => ({
  size,
  rgb: new Uint8Array(size * size * 3).map((_, index) => (index * (seed + 3) + seed * 91) % 251),
});
const long = 'a red mug with a very long handle '.repeat(400);

describe.each(MODELS)('%s', (name) => {
  let encoder: OnnxEncoder;
  beforeAll(async () => {
    encoder = await load(name, { cacheBytes: { tokens: 1, texts: 1 }, state: true });
  });
  afterAll(() => encoder?.close());
  const encode = (input: EncoderInput, priority: 'query' | 'index' = 'query') =>
    encoder.encode(input, { signal, priority });

  test('the picture is indexed to the vector that a query gets, though in two steps', async () => {
    for (const seed of [1, 2]) {
      const pixels = pixelsOf(seed);
      const asked = await encode({ pixels });
      expect(difference(asked.vector, (await encode({ pixels }, 'index')).vector)).toBeLessThan(1e-6);
    }
  });

  test('a text past the limit is cut the same way as a query and in the index, and said to be', async () => {
    const pixels = pixelsOf(5);
    for (const input of [{ text: long }, { text: long, pixels }]) {
      const [asked, indexed] = [await encode(input), await encode(input, 'index')];
      expect([asked.truncated, indexed.truncated]).toEqual([true, true]);
      const { ids } = encoder.tokenize(long, 'pixels' in input);
      const manifest = JSON.parse(await readFile(`test/fixtures/models/${name}/model.json`, 'utf8'));
      const { maxTokens, maxTokensWithPicture = maxTokens } = manifest.tokenizer;
      expect(ids).toHaveLength('pixels' in input ? maxTokensWithPicture : maxTokens);
      expect(ids.at(-1)).toBe(encoder.tokenize('', false).ids.at(-1));
    }
    expect((await encode({ text: 'red mug', pixels })).truncated).toBe(false);
  });

  test('in a batch each row gets what it gets alone', async () => {
    const inputs: EncoderInput[] = ['mug', 'a red mug', 'a phone case with this, please', 'red', 'blue one'].map(
      (text) => ({
        text,
      }),
    );
    const pictures: EncoderInput[] = [1, 2, 3].map((seed) => ({ pixels: pixelsOf(seed), text: 'this'.repeat(seed) }));
    const all = [...inputs, ...pictures];
    const together = await Promise.all(all.map((input) => encode(input)));
    for (const [place, input] of all.entries()) {
      const { vector } = await encode(input);
      // int8 is made one way, in batches of one.
      expect(difference(vector, together[place]!.vector)).toBeLessThan(name.endsWith('int8') ? 1e-9 : 1e-5);
    }
  });

  test('the state is the vector before it was brought to length one', async () => {
    const { ids } = encoder.tokenize('a red mug', false);
    const { vector, state } = await encoder.encodeRaw({ ids }, { signal });
    expect(Math.abs(Math.hypot(...state!) - 1)).toBeGreaterThan(1e-3);
    expect(difference(unit(state!), vector)).toBeLessThan(1e-6);
    // What somebody does to an answer changes no later one.
    state!.fill(9);
    vector.fill(9);
    const again = await encoder.encodeRaw({ ids }, { signal });
    expect(again.vector[0]).not.toBe(9);
    expect(again.state![0]).not.toBe(9);
  });
});

test('a model that changed on disk is not taken up when its process dies', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'margay-changed-'));
  await cp('test/fixtures/models/tiny-bge', folder, { recursive: true });
  const encoder = await OnnxEncoder.load(folder, { decoder, threads: 1 });
  await cp('test/fixtures/models/tiny-bge-int8/encode.onnx', join(folder, 'encode.onnx'));
  process.kill(encoder.pid!, 'SIGKILL');
  const asked = encoder.encode({ text: 'a red mug' }, { signal });
  await expect(asked).rejects.toMatchObject({ code: 'ENCODER_UNAVAILABLE' });
  await encoder.close();
  await rm(folder, { recursive: true });
});

test.each([
  ['tiny-bge', 'maxTokens', 'allows texts of 512 tokens, which'],
  ['tiny-bge', 'maxTokensWithPicture', 'tokens beside a picture, which'],
  ['tiny-clip', 'maxTokens', 'allows texts of 512 tokens, which'],
])('%s that says it reads more than its graph takes (%s) is refused', async (name, limit, says) => {
  const folder = await mkdtemp(join(tmpdir(), 'margay-long-'));
  await cp(`test/fixtures/models/${name}`, folder, { recursive: true });
  const manifest = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'));
  manifest.tokenizer[limit] = 100_000;
  await writeFile(join(folder, 'model.json'), JSON.stringify(manifest));
  await expect(OnnxEncoder.load(folder, { decoder })).rejects.toThrow(says);
  await rm(folder, { recursive: true });
});

test('weights that model.json does not list are refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'margay-unlisted-'));
  await cp('test/fixtures/models/tiny-bge-m3', folder, { recursive: true });
  const manifest = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'));
  delete manifest.graphs.encode.data;
  await writeFile(join(folder, 'model.json'), JSON.stringify(manifest));
  await expect(OnnxEncoder.load(folder, { decoder })).rejects.toThrow('does not list the weights in encode.onnx.data');
  await rm(folder, { recursive: true });
});

describe.each(['tiny-clip', 'tiny-siglip'])('two towers: %s', (name) => {
  let encoder: OnnxEncoder;
  beforeAll(async () => {
    encoder = await load(name);
  });
  afterAll(() => encoder?.close());

  test('a query of both is the weighted sum of its two vectors, and what is stored is half and half', async () => {
    const pixels = pixelsOf(7);
    const text = 'in red';
    const vectorOf = async (input: EncoderInput, priority: 'query' | 'index' = 'query') =>
      (await encoder.encode(input, { signal, priority })).vector;
    const [words, picture] = [await vectorOf({ text }), await vectorOf({ pixels })];
    const { pictureWeight } = encoder.info;
    expect(encoder.info.joint).toBe('FUSED');
    expect(pictureWeight).not.toBe(0.5);
    expect(difference(await vectorOf({ text, pixels }), fuse(words, picture, pictureWeight!))).toBeLessThan(1e-6);
    expect(difference(await vectorOf({ text, pixels }, 'index'), fuse(words, picture, 0.5))).toBeLessThan(1e-6);
  });

  test('another weight in model.json loads, and changes queries alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'margay-weight-'));
    await cp(`test/fixtures/models/${name}`, folder, { recursive: true });
    const manifest = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'));
    manifest.fusion.pictureWeight = 0.9;
    await writeFile(join(folder, 'model.json'), JSON.stringify(manifest));
    const changed = await OnnxEncoder.load(folder, { decoder, threads: 1 });
    const input = { text: 'in red', pixels: pixelsOf(7) };
    const by = async (one: OnnxEncoder, priority: 'query' | 'index') =>
      (await one.encode(input, { signal, priority })).vector;
    expect(changed.info.fingerprint).toBe(encoder.info.fingerprint);
    expect(difference(await by(changed, 'index'), await by(encoder, 'index'))).toBe(0);
    expect(difference(await by(changed, 'query'), await by(encoder, 'query'))).toBeGreaterThan(1e-3);
    await changed.close();
    await rm(folder, { recursive: true });
  });

  test('words of blanks beside a picture are no words', async () => {
    const pixels = pixelsOf(8);
    const { vector } = await encoder.encode({ pixels }, { signal });
    expect(difference(vector, (await encoder.encode({ pixels, text: ' \n' }, { signal })).vector)).toBe(0);
  });
});
