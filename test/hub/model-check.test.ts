import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MargayError } from '../../src/errors.ts';
import { checkModel, type LoadedEncoder } from '../../src/hub/model-check.ts';

const POCKET = fileURLToPath(new URL('../../models/pocket', import.meta.url));
const { signal } = new AbortController();

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'margay-check-'));
  await cp(POCKET, folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** An encoder that notes what it is asked. */
function fakeEncoder() {
  const asked: string[] = [];
  const seen = new Set<string>();
  const encoder: LoadedEncoder = {
    // Of the port's description what a check reads.
    info: {
      name: 'pocket',
      dimensions: 128,
      fingerprint: 'f'.repeat(64),
      joint: 'NATIVE',
      license: 'Apache-2.0',
    } as LoadedEncoder['info'],
    pid: process.pid,
    prepare: async () => ({ size: 4, rgb: new Uint8Array(48) }),
    encode: async ({ text, pixels }) => {
      asked.push(text === undefined ? 'picture' : 'text');
      seen.add(text ?? Buffer.from(pixels!.rgb).toString('hex'));
      return { vector: new Float32Array(128), attributes: {}, truncated: false };
    },
    close: async () => {
      asked.push('closed');
    },
  };
  return { encoder, asked, seen };
}

test('a good model is told with what it costs, and its encoder is closed', async () => {
  const { encoder, asked, seen } = fakeEncoder();
  const lines = await checkModel('pocket', folder, { signal, load: async () => encoder });
  const text = lines.join('\n');
  expect(text).toMatch(/license +Apache-2\.0/);
  expect(text).toMatch(/dimensions +128, a query of picture and words is one vector of both/);
  expect(text).toMatch(/text +\d+\.\d ms each/);
  expect(text).toMatch(/picture +\d+\.\d ms each/);
  expect(text).toMatch(/memory +\d+ MB resident/);
  expect(text).toContain('Every file has its SHA-256 and the golden vectors agree.');
  expect(asked.at(-1)).toBe('closed');
  // Each run is of something new, or a cache would be measured.
  expect(seen.size).toBe(asked.length - 1);
});

describe('a fault is the one message', () => {
  test.each([
    ['a damaged graph', () => writeFile(join(folder, 'vision.onnx'), 'x'), 'vision.onnx'],
    ['a missing tokenizer', () => rm(join(folder, 'tokenizer.json')), 'tokenizer.json'],
    ['no golden vectors', () => rm(join(folder, 'golden.json')), 'golden.json'],
  ])('%s', async (_name, damage, file) => {
    await damage();
    const load = () => Promise.reject(new Error('It was loaded all the same.'));
    await expect(checkModel('pocket', folder, { signal, load })).rejects.toMatchObject({
      code: 'ENCODER_UNAVAILABLE',
      message: expect.stringContaining(file),
      remedy: expect.stringContaining('Restore'),
    });
  });

  test('of a model that was pulled, with the command that mends it', async () => {
    const json = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'));
    const source = { hub: 'https://hub.example', repo: 'a/b', commit: 'c', files: {} };
    await writeFile(join(folder, 'model.json'), JSON.stringify({ ...json, source }));
    await rm(join(folder, 'encode.onnx'));
    const load = () => Promise.reject(new Error('no'));
    await expect(checkModel('pocket', folder, { signal, load })).rejects.toMatchObject({
      remedy: 'npm run model -- pull pocket brings back what is damaged.',
    });
  });

  test.each(['a manifest that is none', 'golden vectors that differ'])('%s, in the words of a start', async () => {
    await writeFile(join(folder, 'model.json'), '{}');
    const fault = new MargayError('ENCODER_UNAVAILABLE', 'model.json does not describe an encoder.');
    await expect(checkModel('pocket', folder, { signal, load: () => Promise.reject(fault) })).rejects.toBe(fault);
  });

  test('that comes while it is measured closes the encoder', async () => {
    const { encoder, asked } = fakeEncoder();
    const load = async () => ({ ...encoder, encode: () => Promise.reject(new Error('died')) });
    await expect(checkModel('pocket', folder, { signal, load })).rejects.toThrow('died');
    expect(asked).toEqual(['closed']);
  });
});
