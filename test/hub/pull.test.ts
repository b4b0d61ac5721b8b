import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManifestSchema } from '../../src/encode/manifest.ts';
import { firstFault, manifestIn } from '../../src/hub/model-folder.ts';
import { modelTable } from '../../src/hub/model-table.ts';
import { listModels } from '../../src/hub/presence.ts';
import { HubServer, sha256 } from './hub-server.ts';
import { pullFrom } from './pulling.ts';
import { files, onnxFile, REPO, tinyModel } from './tiny-model.ts';

const whole = files();
const NAMES = {
  'vision.onnx': 'onnx/vision_model.onnx',
  'text.onnx': 'onnx/text_model.onnx',
  'tokenizer.json': 'tokenizer.json',
} as const;
const { signal } = new AbortController();

let folder: string;
let target: string;
let hub: HubServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'margay-hub-'));
  target = join(folder, 'tiny');
  hub = await new HubServer(REPO).start();
  for (const [path, bytes] of Object.entries(whole)) hub.put(path, bytes, path.endsWith('.onnx'));
});
afterEach(async () => {
  await hub.stop();
  await rm(folder, { recursive: true, force: true });
});

const model = async () => JSON.parse(await readFile(join(target, 'model.json'), 'utf8'));

test('a model is described by what came: hashes, commit, and the names of its graphs', async () => {
  const { said, bytes, total } = await pullFrom(hub, tinyModel(), target);
  expect(bytes).toBe(total);
  expect(total).toBe(Object.values(whole).reduce((sum, file) => sum + file.length, 0));
  const json = await model();
  const manifest = ManifestSchema.parse(json);
  expect(manifest.graphs.vision).toMatchObject({ input: 'pixel_values', output: 'pooler_output' });
  // The text graph has no such input, so the manifest names none.
  expect(manifest.graphs).toMatchObject({ text: { input: 'input_ids', output: 'pooler_output' } });
  expect('text' in manifest.graphs && manifest.graphs.text.mask).toBeFalsy();
  expect(json.source).toEqual({
    hub: hub.url,
    repo: REPO,
    commit: hub.commit,
    files: Object.fromEntries(
      Object.entries(NAMES).map(([name, path]) => [
        name,
        { path, bytes: whole[path].length, sha256: sha256(whole[path]) },
      ]),
    ),
  });
  expect(json.golden).toMatch(/made here, by running the graphs once/);
  expect(await firstFault(target, manifest, signal)).toBeNull();
  for (const line of [
    'license   Apache-2.0',
    'in 3 files',
    `from      ${REPO}, commit ${hub.commit}`,
    `to        ${target}`,
  ])
    expect(said.slice(0, said.indexOf('Running'))).toContain(line);
});

test('what is unproven is said before', async () => {
  const { said } = await pullFrom(
    hub,
    tinyModel((json) => json.unverified.push('No page shows its outputs.')),
    target,
  );
  expect(said).toContain('unproven  No page shows its outputs.');
});

test('an input that a graph has and another has not is named where it is', async () => {
  hub.put('onnx/text_model.onnx', onnxFile({ inputs: ['input_ids', 'attention_mask'], outputs: ['pooler_output'] }));
  await pullFrom(hub, tinyModel(), target);
  expect((await model()).graphs.text).toMatchObject({ mask: 'attention_mask' });
});

test('a second pull of a whole model asks nobody', async () => {
  await pullFrom(hub, tinyModel(), target);
  const asked = hub.asked.length;
  const { said } = await pullFrom(hub, tinyModel(), target);
  expect(said).toMatch(/is there already, in .*, and every file is whole\. Nothing was downloaded\./);
  expect(hub.asked.length).toBe(asked);
  expect(await readdir(folder)).toEqual(['tiny']);
});

test.each([
  [
    'one damaged file',
    () => writeFile(join(target, 'text.onnx'), Buffer.alloc(whole['onnx/text_model.onnx'].length)),
    'text.onnx',
  ],
  ['one missing file', () => rm(join(target, 'text.onnx')), 'text.onnx'],
  ['no golden vectors', () => rm(join(target, 'golden.json')), null],
])('a model with %s is mended, and what is good is not fetched again', async (_name, damage, fetched) => {
  await pullFrom(hub, tinyModel(), target);
  await damage();
  const before = hub.asked.length;
  const { said } = await pullFrom(hub, tinyModel(), target);
  expect(said).toContain('is missing or damaged');
  const again = hub.asked
    .slice(before)
    .filter(({ server }) => server === 'cdn')
    .map(({ path }) => path);
  expect(again).toEqual(fetched ? [`/${NAMES[fetched as 'text.onnx']}`] : []);
  expect(await readdir(folder)).toEqual(['tiny']);
  expect(await firstFault(target, (await manifestIn(target))!.manifest, signal)).toBeNull();
});

test('another commit that is known now takes the place of the former, and equal files are not fetched again', async () => {
  const of = (commit: string) => tinyModel((json) => Object.assign(json.source.hub, { revision: commit }));
  await pullFrom(hub, of(hub.commit), target);
  hub.commit = 'd'.repeat(40);
  const other = onnxFile({ inputs: ['input_ids'], outputs: ['pooler_output'] }, 1000);
  hub.put('onnx/text_model.onnx', other);
  const before = hub.asked.length;
  const { said } = await pullFrom(hub, of(hub.commit), target);
  expect(said).toContain(`and commit ${hub.commit} is known here now`);
  expect(
    hub.asked
      .slice(before)
      .filter(({ server }) => server === 'cdn')
      .map(({ path }) => path),
  ).toEqual(['/onnx/text_model.onnx']);
  expect(sha256(await readFile(join(target, 'text.onnx')))).toBe(sha256(other));
  expect((await model()).source.commit).toBe(hub.commit);
  expect(await readdir(folder)).toEqual(['tiny']);
});

test('something else in the place of the model is left alone', async () => {
  await mkdir(target);
  await writeFile(join(target, 'thesis.txt'), 'three years of work');
  await expect(pullFrom(hub, tinyModel(), target)).rejects.toMatchObject({
    code: 'BAD_INPUT',
    remedy: expect.stringContaining('--out'),
  });
  expect(await readFile(join(target, 'thesis.txt'), 'utf8')).toBe('three years of work');
  expect(hub.asked).toEqual([]);
});

describe('a server that wants to reach further', () => {
  test('names that lead out of the folder are not looked at', async () => {
    for (const path of ['../../evil.sh', '/etc/passwd', 'onnx/../../evil.sh', '..', 'model.json', 'golden.json'])
      hub.put(path, Buffer.from('evil'), false);
    await pullFrom(hub, tinyModel(), target);
    expect((await readdir(folder)).sort()).toEqual(['tiny']);
    expect((await readdir(target)).sort()).toEqual(['golden.json', 'model.json', ...Object.keys(NAMES).sort()].sort());
    expect(existsSync(join(folder, '..', 'evil.sh'))).toBe(false);
    expect((await model()).name).toBe('tiny');
  });

  test('the token goes to the hub and to no host that it redirects to, and stands in nothing that is said or kept', async () => {
    const token = 'hf_secret-of-mine';
    const gated = await new HubServer(REPO, token).start();
    try {
      for (const [path, bytes] of Object.entries(whole)) gated.put(path, bytes);
      await expect(pullFrom(gated, tinyModel(), target, { token: 'hf_wrong' })).rejects.toMatchObject({
        code: 'FORBIDDEN',
      });
      const { said } = await pullFrom(gated, tinyModel(), target, { token });
      const right = gated.asked.filter(({ authorization }) => authorization === `Bearer ${token}`);
      expect(right.length).toBeGreaterThan(4);
      expect(new Set(right.map(({ server }) => server))).toEqual(new Set(['hub']));
      expect(
        gated.asked.filter(({ server }) => server === 'cdn').every(({ authorization }) => authorization === undefined),
      ).toBe(true);
      expect(said + (await readFile(join(target, 'model.json'), 'utf8'))).not.toContain('secret');
    } finally {
      await gated.stop();
    }
  });

  test.each([
    ['a size', { bytes: 7 }],
    ['a SHA-256', { sha256: 'a'.repeat(64) }],
  ])('%s that is pinned here must be the one that the hub lists', async (_name, pin) => {
    const known = tinyModel((json) => Object.assign(json.source.hub.files['vision.onnx']!, pin));
    await expect(pullFrom(hub, known, target)).rejects.toMatchObject({
      message: expect.stringContaining('is another file than the one known here'),
    });
    expect(hub.asked.some(({ server }) => server === 'cdn')).toBe(false);
  });

  test('a SHA-256 that is pinned for a file outside LFS is checked on what came', async () => {
    const pinned = (hash: string) =>
      tinyModel((json) => Object.assign(json.source.hub.files['tokenizer.json']!, { sha256: hash }));
    await expect(pullFrom(hub, pinned('a'.repeat(64)), target)).rejects.toMatchObject({
      message: expect.stringContaining('tokenizer.json of owner/tiny is another file'),
    });
    expect(existsSync(target)).toBe(false);
    await pullFrom(hub, pinned(sha256(whole['tokenizer.json'])), target);
  });

  test('a commit that is pinned is the one that is taken', async () => {
    const commit = 'd'.repeat(40);
    const known = tinyModel((json) => Object.assign(json.source.hub, { revision: commit }));
    await expect(pullFrom(hub, known, target)).rejects.toMatchObject({
      message: expect.stringContaining(`gives the commit ${hub.commit}`),
    });
    hub.commit = commit;
    await pullFrom(hub, known, target);
  });
});

test('the list tells what is known, what is there, and how far a pull has come', async () => {
  const known = new Map([['tiny', tinyModel((json) => Object.assign(json, { bytes: 520_000 }))]]);
  const rows = async () => modelTable(await listModels(known, folder)).split('\n');
  const [head, absent] = await rows();
  expect(head).toMatch(/^model +answers +dimensions +languages +license +size +state$/);
  expect(absent).toMatch(/^tiny +text, picture, both as a sum +4 +en +Apache-2\.0 +about 0?\.?\d.* +not pulled$/);
  hub.faults = { refuse: { status: 404, headers: { 'x-error-code': 'RepoNotFound' }, times: 9 } };
  await pullFrom(hub, known.get('tiny')!, target).catch(() => {});
  expect((await rows())[1]).toMatch(/ not pulled$/);
  hub.faults = { cutAfter: { bytes: 260_000, times: 1 } };
  await pullFrom(hub, known.get('tiny')!, target, {
    patience: { attempts: 1, firstWaitMs: 1, longestWaitMs: 1 },
  }).catch(() => {});
  expect((await rows())[1]).toMatch(/ partial 49 %: pull goes on$/);
  hub.faults = {};
  await pullFrom(hub, known.get('tiny')!, target);
  expect((await rows())[1]).toMatch(/ ready$/);
  await mkdir(join(folder, 'unrelated'));
  expect(await rows()).toHaveLength(2);
});
