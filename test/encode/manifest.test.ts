import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fingerprint } from '../../src/encode/fingerprint.ts';
import type { Golden, JointManifest } from '../../src/encode/manifest.ts';
import { readManifest } from '../../src/encode/model-folder.ts';
import { OnnxEncoder } from '../../src/encode/onnx-encoder.ts';
import { MargayError } from '../../src/errors.ts';

const MODEL = 'models/pocket';
const decoder = { resize: () => Promise.reject(new Error('Nothing to resize.')) };
let parent: string;
let folder: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'margay-model-'));
  folder = join(parent, 'pocket');
  await cp(MODEL, folder, { recursive: true });
});
afterEach(() => rm(parent, { recursive: true }));

const at = (file: string) => join(folder, file);

/** model.json or golden.json, changed as a forger would: the type does not hold him. */
async function edit<T>(file: string, change: (value: T) => unknown): Promise<void> {
  const value = JSON.parse(await readFile(at(file), 'utf8')) as T;
  await writeFile(at(file), JSON.stringify(change(value) ?? value));
}
const editModel = (change: (manifest: JointManifest) => unknown) => edit('model.json', change);
const editGolden = (change: (golden: Golden) => unknown) => edit('golden.json', change);

/** Other bytes, under their right hash. */
async function replace(file: 'vision.onnx' | 'encode.onnx' | 'tokenizer.json', bytes: string | Buffer): Promise<void> {
  await writeFile(at(file), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await editModel((manifest) => {
    const entries = [manifest.graphs.vision, manifest.graphs.encode, manifest.tokenizer];
    entries.find((entry) => entry.file === file)!.sha256 = sha256;
  });
}

describe('a model folder that lies stops the start with one message naming the file', () => {
  test.each<[string, string, RegExp, () => Promise<unknown>]>([
    ['no model.json', 'model.json', /missing/, () => rm(at('model.json'))],
    ['model.json cut in half', 'model.json', /not JSON/, () => truncate(at('model.json'), 300)],
    ['an array for a manifest', 'model.json', /does not describe/, () => editModel(() => [])],
    ['an unknown mode', 'model.json', /mode/, () => editModel((model) => ({ ...model, mode: 'guess' }))],
    ['no dimensions', 'model.json', /dimensions/, () => editModel((model) => ({ ...model, dimensions: undefined }))],
    [
      'an unknown resize',
      'model.json',
      /picture\.resize/,
      () => editModel((model) => Object.assign(model.picture, { resize: 'cover' }) && model),
    ],
    [
      'an unknown kernel',
      'model.json',
      /picture\.kernel/,
      () => editModel((model) => Object.assign(model.picture, { kernel: 'magic' }) && model),
    ],
    [
      'an unknown method',
      'model.json',
      /picture\.method/,
      () => editModel((model) => Object.assign(model.picture, { method: 'best' }) && model),
    ],
    [
      'a deviation of zero',
      'model.json',
      /picture\.std/,
      () => editModel((model) => Object.assign(model.picture, { std: [1, 0, 1] }) && model),
    ],
    ['an unknown pooling', 'model.json', /pooling/, () => editModel((model) => ({ ...model, pooling: 'max' }))],
    [
      'a file outside the folder',
      'model.json',
      /graphs\.vision\.file/,
      () => editModel((model) => Object.assign(model.graphs.vision, { file: '../vision.onnx' }) && model),
    ],
    ['no vision graph', 'vision.onnx', /missing/, () => rm(at('vision.onnx'))],
    ['an encode graph cut short', 'encode.onnx', /SHA-256/, () => truncate(at('encode.onnx'), 1000)],
    [
      'a tokenizer with one byte more',
      'tokenizer.json',
      /SHA-256/,
      () => writeFile(at('tokenizer.json'), ' ', { flag: 'a' }),
    ],
    ['no golden vectors', 'golden.json', /missing/, () => rm(at('golden.json'))],
    [
      'golden vectors of another length',
      'golden.json',
      /dimensions/,
      () => editModel((model) => ({ ...model, dimensions: 64 })),
    ],
    [
      'golden pixels of another size',
      'golden.json',
      /bytes of pixels/,
      () =>
        editGolden(({ cases }) => {
          cases.find(({ pixels }) => pixels)!.pixels = 'AAAA';
        }),
    ],
    [
      'a tolerance that allows anything',
      'golden.json',
      /tolerance/,
      () => editGolden((golden) => ({ ...golden, tolerance: 2 })),
    ],
    ['no golden case', 'golden.json', /cases/, () => editGolden((golden) => ({ ...golden, cases: [] }))],
    [
      'a tokenizer that is none',
      'tokenizer.json',
      /not a tokenizer/,
      () => replace('tokenizer.json', '{"model": {"type": "None"}}'),
    ],
    ['a graph that is none', 'vision.onnx', /cannot be used|not a graph/, () => replace('vision.onnx', 'not a graph')],
    [
      'the vision graph in place of the other',
      'encode.onnx',
      /has no input "ids"|has no input "tokens"/,
      async () => replace('encode.onnx', await readFile(at('vision.onnx'))),
    ],
    [
      'another number of image tokens',
      'vision.onnx',
      /floats of "tokens"/,
      () => editModel((model) => Object.assign(model.picture, { tokens: 35 }) && model),
    ],
    [
      'another picture size',
      'golden.json',
      /bytes of pixels/,
      () => editModel((model) => Object.assign(model.picture, { size: 64 }) && model),
    ],
    [
      'dimensions that the graph does not give',
      'encode.onnx',
      /gives 128 floats of "embedding"/,
      async () => {
        await editModel((model) => ({ ...model, dimensions: 64 }));
        await editGolden(({ cases }) => {
          for (const golden of cases) golden.vector.length = 64;
        });
      },
    ],
    [
      'a label too few',
      'encode.onnx',
      /floats of "kind"/,
      () =>
        editModel((model) => {
          model.attributes.kind!.labels.pop();
        }),
    ],
    [
      'a head that the graph has not',
      'encode.onnx',
      /no output "mood"/,
      () =>
        editModel((model) => {
          model.attributes.mood = { labels: ['good', 'bad'], threshold: 0.5 };
        }),
    ],
    [
      'another mean',
      'encode.onnx',
      /golden\.json does not expect/,
      () => editModel((model) => Object.assign(model.picture, { mean: [0.5, 0.5, 0.6] }) && model),
    ],
    [
      'another first position',
      'encode.onnx',
      /golden\.json does not expect/,
      () => editModel((model) => ({ ...model, positions: { cls: 0, text: 2 } })),
    ],
    [
      'golden vectors that are off',
      'encode.onnx',
      /is off by 1\.0e-3/,
      () =>
        editGolden(({ cases }) => {
          cases.at(-1)!.vector[5]! += 0.001;
        }),
    ],
    [
      'golden tokens that are others',
      'tokenizer.json',
      /other tokens/,
      () =>
        editGolden(({ cases }) => {
          cases.find(({ ids }) => ids)!.ids![1] = 7;
        }),
    ],
  ])('%s', async (_, file, message, forge) => {
    await forge();
    const error: unknown = await OnnxEncoder.load(folder, { decoder, threads: 1 }).then(
      (encoder) => encoder.close(),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(MargayError);
    const { code, message: said, remedy } = error as MargayError;
    expect(code).toBe('ENCODER_UNAVAILABLE');
    expect(said).toContain(`"pocket" cannot be used: ${file} `);
    expect(said).toMatch(message);
    expect(said).not.toContain(parent);
    expect(remedy).toContain(file);
  });
});

describe('fingerprint', () => {
  const other = 'f'.repeat(64);
  test.each<[string, boolean, (manifest: JointManifest) => void]>([
    [
      'the thresholds of relevance',
      false,
      (model) => {
        model.relevance = { image: { text: 0.1 } };
      },
    ],
    [
      'the graph',
      true,
      (model) => {
        model.graphs.encode.sha256 = other;
      },
    ],
    [
      'the tokenizer',
      true,
      (model) => {
        model.tokenizer.sha256 = other;
      },
    ],
    [
      'the length of texts',
      true,
      (model) => {
        model.tokenizer.maxTokens = 24;
      },
    ],
    [
      'the kernel',
      true,
      (model) => {
        model.picture.kernel = 'lanczos3';
      },
    ],
    [
      'the mean',
      true,
      (model) => {
        model.picture.mean[2] = 0.4;
      },
    ],
    [
      'the precision',
      true,
      (model) => {
        model.precision = 'int8';
      },
    ],
    [
      'the first position',
      true,
      (model) => {
        model.positions.text = 2;
      },
    ],
    [
      'the license',
      false,
      (model) => {
        model.license = 'MIT';
      },
    ],
    [
      'the description',
      false,
      (model) => {
        model.description = 'Other words.';
      },
    ],
    [
      'the name',
      false,
      (model) => {
        model.name = 'wallet';
      },
    ],
    [
      'a threshold',
      false,
      (model) => {
        for (const head of Object.values(model.attributes)) head.threshold = 0.123;
      },
    ],
  ])('%s changes it: %j', async (_, changes, change) => {
    const manifest = await readManifest(MODEL, 'pocket');
    if (manifest.mode !== 'joint') throw new Error('pocket is a joint model.');
    const changed = structuredClone(manifest);
    change(changed);
    expect(fingerprint(changed) !== fingerprint(manifest)).toBe(changes);
  });

  test('does not depend on the order of keys', async () => {
    const before = fingerprint(await readManifest(folder, 'pocket'));
    await editModel((model) => Object.fromEntries(Object.entries(model).reverse()));
    expect(fingerprint(await readManifest(folder, 'pocket'))).toBe(before);
    expect(before).toMatch(/^[0-9a-f]{64}$/);
  });
});
