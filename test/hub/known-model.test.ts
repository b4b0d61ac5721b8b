import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filesOf, ManifestSchema } from '../../src/encode/manifest.ts';
import { notPullable, notThere } from '../../src/hub/absence.ts';
import { manifestOf, parseKnown, readKnown } from '../../src/hub/known-model.ts';
import { type TinyJson, tinyModel } from './tiny-model.ts';

const FOLDER = fileURLToPath(new URL('../../models/known', import.meta.url));
const known = await readKnown(FOLDER);

test('the models that are promised are known', async () => {
  expect([...known.keys()]).toEqual(
    expect.arrayContaining([
      'clip-vit-base-patch32',
      'siglip-base-patch16-224',
      'bge-vl-base',
      'marqo-ecommerce-embeddings-b',
      'visualized-bge-base',
      'visualized-bge-m3',
    ]),
  );
  expect(known.size).toBe((await readdir(FOLDER)).length);
});

describe.each([...known.values()].map((model) => [model.name, model] as const))('%s', (name, model) => {
  test('becomes a manifest when its files are there', () => {
    const files = filesOf(model.expected).map(({ file }) => file);
    const hashes = new Map(files.map((file, place) => [file, String(place + 1).repeat(64)]));
    const { manifest, json } = manifestOf(model, hashes);
    expect(ManifestSchema.parse(json)).toEqual(manifest);
    expect(manifest.name).toBe(name);
    expect(new Map(filesOf(manifest).map(({ file, sha256 }) => [file, sha256]))).toEqual(hashes);
    expect(JSON.stringify(manifest)).not.toMatch(/[|?]"/);
  });

  test('says where its facts were read, and pins a commit where it is pulled', () => {
    expect(Object.keys(model.facts).length).toBeGreaterThan(1);
    for (const source of Object.values(model.facts)) expect(source).toMatch(/https:\/\/|measured|config\.json/);
    if ('hub' in model.source) expect(model.source.hub.revision).toMatch(/^[0-9a-f]{40}$/);
  });

  test('says what to do where it is not there', () => {
    const command =
      'hub' in model.source
        ? `npm run model -- pull ${name}`
        : 'export' in model.source
          ? `npm run model -- export ${name}`
          : 'docs/models.md';
    expect(notThere(model).remedy).toContain(command);
    if (!('hub' in model.source)) expect(notPullable(model).code).toBe('BAD_INPUT');
  });
});

describe('a known file that is wrong', () => {
  test.each<[string, (json: TinyJson) => void, RegExp]>([
    ['another name than its file', (json) => (json.manifest.name = 'other'), /manifest\.name: must be tiny/],
    ['a manifest that is none', (json) => (json.manifest.dimensions = 0), /manifest\.dimensions/],
    ['a path that leads out', (json) => (json.source.hub.files['vision.onnx']!.path = '../evil'), /must be a path/],
    ['a name that leads out', (json) => (json.source.hub.files['../evil'] = { path: 'a' }), /source/],
    [
      'a file too few',
      (json) => delete json.source.hub.files['text.onnx'],
      /must give text\.onnx, tokenizer\.json, vision\.onnx/,
    ],
    ['a file too many', (json) => (json.source.hub.files['more.bin'] = { path: 'more.bin' }), /and no more/],
    ['a repository that is a URL', (json) => (json.source.hub.repo = 'https://elsewhere.example/a/b'), /source/],
    ['a key that nobody reads', (json) => Object.assign(json, { licence: 'MIT' }), /licence/],
    ['a joint query of two towers', (json) => json.queries.push('joint'), /queries/],
  ])('%s', (_name, change, says) => {
    expect(() => tinyModel(change)).toThrow(says);
  });

  test('is told by name, whatever is in it', () => {
    expect(() => parseKnown('tiny.json', '{')).toThrow('models/known/tiny.json is not JSON');
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(() => parseKnown('tiny.json', text)).toThrow(/^models\/known\/tiny\.json /);
      }),
    );
  });
});

test('the documents name every known model', async () => {
  const text = await readFile(fileURLToPath(new URL('../../docs/models.md', import.meta.url)), 'utf8');
  for (const name of known.keys()) expect(text).toContain(`\`${name}\``);
});
