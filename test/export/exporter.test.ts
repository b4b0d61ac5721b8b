import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lacksPython, python } from './export-python.ts';

/** Runs the exporter as its command does, after `first`. */
const START = `
import errno, json, pathlib, runpy, sys
sys.path.insert(0, 'training/export')
here = pathlib.Path(sys.argv.pop(1))
import torch, checkpoint, config, folder, graphs, joint, visualized_bge
def layout(sizes):
    with torch.device('meta'):
        return {name: list(tensor.shape) for name, tensor in visualized_bge.VisualizedBGE(sizes).state_dict().items()}
def save(**changed):
    # Tensors of one element, shown at full size: a whole checkpoint in some kilobytes.
    shapes = {name: shape for name, shape in (layout(config.BASE) | changed).items() if shape is not None}
    torch.save({name: torch.zeros(()).expand(shape) for name, shape in shapes.items()}, here / 'model.pth')
def words(kind='wordpiece'):
    import seeded_tokenizer
    (here / 'words').mkdir()
    getattr(seeded_tokenizer, kind)().save(str(here / 'words/tokenizer.json'))
def full(*_):
    raise OSError(errno.ENOSPC, 'No space left on device')
`;
const END = `
sys.argv[0] = 'training/export/main.py'
runpy.run_path('training/export/main.py', run_name='__main__')
`;

const PROJECTION = "'visual_proj.weight'";

describe.skipIf(lacksPython)('the exporter (needs scripts/export-venv.sh)', { timeout: 200_000 }, () => {
  let here: string;
  beforeEach(async () => {
    here = await mkdtemp(join(tmpdir(), 'margay-export-'));
  });
  afterEach(() => rm(here, { recursive: true, force: true }));

  const run = (first: string, args: readonly string[], signal: AbortSignal) =>
    python(['-c', START + first + END, here, ...args], signal);
  const asked = () => [
    'visualized-bge-base',
    ...['--checkpoint', join(here, 'model.pth'), '--tokenizer', join(here, 'words'), '--out', join(here, 'out')],
  ];

  test.each([
    ['no checkpoint', 'words()', /There is no checkpoint .*model\.pth\. Give the \.pth/],
    ['something else', "words(); (here / 'model.pth').write_text('hello')", /not a PyTorch checkpoint/],
    ['code in it', "words(); torch.save(layout, here / 'model.pth')", /that can be read safely: Weights only/],
    ['no tensors', "words(); torch.save({'a': 1}, here / 'model.pth')", /holds no state dict/],
    ['a tensor too few', `words(); save(**{${PROJECTION}: None})`, /visual_proj\.weight is missing\. Is it/],
    ['a tensor too many', "words(); save(**{'extra': [2]})", /extra is unknown\. Is it/],
    [
      'a wrong shape',
      `words(); save(**{${PROJECTION}: [768, 512]})`,
      /not one of visualized-bge-base: visual_proj\.weight is \[768, 512\] instead of \[768, 768\]\. Is it/,
    ],
    [
      'another model',
      "words(); torch.save({'bge_pooler.dense.bias': torch.zeros(4)}, here / 'model.pth')",
      /bge_encoder\.layer\.0\.attention\.self\.query\.weight is missing; .*; and \d+ more\. Is it the checkpoint of another/,
    ],
    ['no tokenizer', 'save()', /There is no .*words\/tokenizer\.json\. Give the folder/],
    [
      'a tokenizer that is none',
      "save(); (here / 'words').mkdir(); (here / 'words/tokenizer.json').write_text('{}')",
      /is not a tokenizer/,
    ],
    ["another model's tokenizer", "save(); words('unigram')", /has no \[PAD\]: it is not the tokenizer/],
    [
      'a folder that is not empty',
      "save(); words(); (here / 'out').mkdir(); (here / 'out/x').touch()",
      /out is not empty/,
    ],
    [
      'a disk too small',
      "save(); words(); folder.shutil.disk_usage = lambda _: type('Usage', (), {'free': 1_000_000})",
      /has 0\.0 GB free where the export needs 1\.7 GB/,
    ],
    [
      'a disk that fills up',
      'save(); words(); joint.export_vision = full',
      /is full\. Make room, and export again: nothing was kept/,
    ],
  ])('refuses %s', async (_what, first, message) => {
    const before = first.includes("'out'") ? ['x'] : undefined;
    const { code, said } = await run(first, asked(), AbortSignal.timeout(180_000));
    expect(said).toMatch(message);
    expect(said).not.toContain('Traceback');
    expect(code).toBe(1);
    expect(await readdir(join(here, 'out')).catch(() => undefined)).toEqual(before);
    expect((await readdir(here)).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('asks for the tokenizer of a checkpoint', async () => {
    const args = asked().filter((arg, index, all) => arg !== '--tokenizer' && all[index - 1] !== '--tokenizer');
    const { code, said } = await run('save()', args, AbortSignal.timeout(180_000));
    expect({ code, said }).toMatchObject({ code: 1, said: expect.stringContaining('give --tokenizer FOLDER') });
  });

  // Hashes of the sorted names and shapes in the published checkpoints.
  test.each([
    ['BASE', 488, 'f563e2e1e3961c5ec1b2617337eb21fb5472a99cc75f3a0c4141c8bf7d32cbb3'],
    ['M3', 956, '9be3595876ffe85142e3253954fbb14de16f0305d75fe9bdd11dc6ef83431e78'],
  ])('%s has the names and shapes of the published checkpoint', async (name, count, hash) => {
    const shown = `
import hashlib
found = layout(config.${name})
print(len(found), hashlib.sha256(''.join(f'{name} {shape}\\n' for name, shape in sorted(found.items())).encode()).hexdigest())`;
    const { said } = await python(['-c', START + shown, here], AbortSignal.timeout(180_000));
    expect(said.trim()).toBe(`${count} ${hash}`);
  });

  test('weights depend on the seed and the name of a tensor alone', async () => {
    const shown = `
from seeded import seeded_tensor
one = seeded_tensor('visual_proj.weight', (768, 768), config.BASE, 1)
print(torch.equal(one, seeded_tensor('visual_proj.weight', (768, 768), config.BASE, 1)))
print(torch.equal(one, seeded_tensor('visual_proj.weight', (768, 768), config.BASE, 2)))
print(torch.equal(one, seeded_tensor('bge_pooler.dense.weight', (768, 768), config.BASE, 1)))`;
    const { said } = await python(['-c', START + shown, here], AbortSignal.timeout(180_000));
    expect(said.trim().split('\n')).toEqual(['True', 'False', 'False']);
  });

  test('an empty folder may be there already', async () => {
    await mkdir(join(here, 'out'));
    await writeFile(join(here, 'note'), '');
    const tried = "save(); words(); joint.export_vision = lambda *_: sys.exit('went on')";
    expect(await run(tried, asked(), AbortSignal.timeout(180_000))).toMatchObject({
      code: 1,
      said: 'vision.onnx: exporting\nwent on\n',
    });
    expect(await readdir(join(here, 'out'))).toEqual([]);
  });
});
