import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exportModel } from '../../src/hub/exporter.ts';
import { readKnown } from '../../src/hub/known-model.ts';

const known = await readKnown(fileURLToPath(new URL('../../models/known', import.meta.url)));
const base = known.get('visualized-bge-base')!;

let project: string;
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'margay-export-'));
  await mkdir(join(project, 'tokenizer'));
  await writeFile(join(project, 'model.pth'), 'weights');
});
afterEach(() => rm(project, { recursive: true, force: true }));

const request = () => ({
  checkpoint: join(project, 'model.pth'),
  tokenizer: join(project, 'tokenizer'),
  out: join(project, 'out'),
});

/** A Python that writes down what it is asked, and does as told. */
const python = (does: string) => `#!/bin/sh\nprintf '%s\\n' "$@" > "${project}/asked"\n${does}\n`;

async function script(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(project, path)), { recursive: true });
  await writeFile(join(project, path), text);
  await chmod(join(project, path), 0o755);
}

async function exporting(change: { precision?: string; signal?: AbortSignal } = {}) {
  const said: string[] = [];
  const { signal = new AbortController().signal, precision } = change;
  const status = await exportModel(
    base,
    { ...request(), precision },
    { project, signal, say: (line) => said.push(line) },
  );
  return { status, said: said.join('\n') };
}

describe.skipIf(process.platform === 'win32')('the exporter', () => {
  test.each([undefined, 'int8'])(
    'is asked by its command line (precision %s), and its exit status is ours',
    async (precision) => {
      await script('.venv-export/bin/python', python('exit 7'));
      expect((await exporting({ ...(precision && { precision }) })).status).toBe(7);
      const { checkpoint, tokenizer, out } = request();
      expect((await readFile(join(project, 'asked'), 'utf8')).trim().split('\n')).toEqual([
        join(project, 'training/export/main.py'),
        'visualized-bge-base',
        '--checkpoint',
        checkpoint,
        '--tokenizer',
        tokenizer,
        '--out',
        out,
        ...(precision ? ['--precision', precision] : []),
      ]);
    },
  );

  test('has its Python set up where it is missing, and that is said', async () => {
    const made = join(project, '.venv-export/bin');
    await script('made', python('exit 0'));
    await script('scripts/export-venv.sh', `#!/bin/sh\nmkdir -p "${made}" && cp "${project}/made" "${made}/python"\n`);
    const { status, said } = await exporting();
    expect([status, said]).toEqual([0, expect.stringContaining('Setting up the Python of the exporter')]);
    expect((await exporting()).said).toBe('');
  });

  test('is not started where that fails', async () => {
    await script('scripts/export-venv.sh', '#!/bin/sh\nexit 3\n');
    expect(await exporting()).toEqual({ status: 3, said: expect.stringContaining('export-venv.sh failed') });
  });

  test('is told when we are asked to end', async () => {
    await script(
      '.venv-export/bin/python',
      python('trap "exit 42" TERM\necho ready > "$(dirname "$0")/ready"\nwhile :; do sleep 0.05; done'),
    );
    const stop = new AbortController();
    const running = exporting({ signal: stop.signal });
    await expect
      .poll(() => readFile(join(project, '.venv-export/bin/ready'), 'utf8').catch(() => ''), { timeout: 10_000 })
      .toBe('ready\n');
    stop.abort();
    expect((await running).status).toBe(42);
  });

  test('a signal that ends it is told as shells do', async () => {
    await script('.venv-export/bin/python', python('kill -KILL $$'));
    expect((await exporting()).status).toBe(137);
  });

  test('what is missing is named, and where it comes from', async () => {
    await rm(join(project, 'model.pth'));
    await expect(exporting()).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/^--checkpoint: there is no .*model\.pth/),
      remedy: expect.stringContaining('Visualized_base_en_v1.5.pth'),
    });
  });
});

test.each([
  ['clip-vit-base-patch32', 'npm run model -- pull clip-vit-base-patch32'],
  ['bge-vl-base', 'docs/models.md'],
])('%s is made by other means', async (name, remedy) => {
  const options = { project, signal: new AbortController().signal, say: () => {} };
  await expect(exportModel(known.get(name)!, request(), options)).rejects.toMatchObject({
    code: 'BAD_INPUT',
    remedy: expect.stringContaining(remedy),
  });
});
