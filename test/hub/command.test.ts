import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HubServer } from './hub-server.ts';
import { partialOf } from './pulling.ts';
import { onnxFile } from './tiny-model.ts';

/** A known model without a pinned hash, so that a stand-in can be served in its place. */
const NAME = 'siglip-base-patch16-224-int8';
const REPO = 'Xenova/siglip-base-patch16-224';
const COMMIT = '294847d6b5fe86c91330269da98ce112d6c75e7e';
const TOKEN = 'hf_secret-of-mine';

let folder: string;
let running: ChildProcess[];
let hub: HubServer;
beforeEach(async () => {
  running = [];
  folder = await mkdtemp(join(tmpdir(), 'margay-model-'));
  hub = await new HubServer(REPO, TOKEN).start();
  hub.commit = COMMIT;
  hub.put(
    'onnx/vision_model_quantized.onnx',
    onnxFile({ inputs: ['pixel_values'], outputs: ['pooler_output'] }, 400_000),
  );
  hub.put('onnx/text_model_quantized.onnx', onnxFile({ inputs: ['input_ids'], outputs: ['pooler_output'] }, 100_000));
  hub.put('tokenizer.json', Buffer.from('{}'), false);
});
afterEach(async () => {
  for (const child of running) if (child.exitCode === null) child.kill('SIGKILL');
  await hub.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

function margay(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['src/main.ts', ...args], {
    env: { PATH: process.env.PATH, MARGAY_DATA: join(folder, 'data'), INIT_CWD: folder, HF_ENDPOINT: hub.url, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (more) => (text += more));
  return { child, said: () => text, exit: once(child, 'close').then(([code]) => code as number | null) };
}

async function ended(args: readonly string[], env?: Record<string, string>) {
  const run = margay(args, env);
  return { code: await run.exit, text: run.said() };
}

describe('one sentence, no stack, and what to do', () => {
  test.each<[string, readonly string[], Record<string, string>, number, string]>([
    ['no word', ['model'], {}, 2, 'model takes one word: list, pull, check, export or encode'],
    ['another word', ['model', 'dance'], {}, 2, 'model has no dance'],
    ['no model', ['model', 'pull'], {}, 2, 'Name a model'],
    ['an unknown model', ['model', 'pull', 'gpt'], {}, 2, 'There are bge-vl-base,'],
    ['a path for a name', ['model', 'pull', '../../etc'], {}, 2, 'No model "../../etc" is known here'],
    ['two models', ['model', 'pull', 'a', 'b'], {}, 2, 'takes one model'],
    ['an unknown option', ['model', 'pull', NAME, '--bogus'], {}, 2, '--bogus'],
    [
      'a model that nobody hosts',
      ['model', 'pull', 'bge-vl-base'],
      {},
      2,
      'No graphs of bge-vl-base are published that we know of',
    ],
    [
      'a model that is exported',
      ['model', 'pull', 'visualized-bge-m3'],
      {},
      2,
      'npm run model -- export visualized-bge-m3 --checkpoint',
    ],
    ['an export of nothing', ['model', 'export', 'visualized-bge-base'], {}, 2, 'needs --checkpoint and --tokenizer'],
    [
      'an export of a missing file',
      ['model', 'export', 'visualized-bge-base', '--checkpoint', 'x.pth', '--tokenizer', '.'],
      {},
      2,
      '--checkpoint: there is no',
    ],
    ['a gated model', ['model', 'pull', NAME, '--out', 'm'], {}, 1, 'HF_TOKEN'],
    ['a wrong token', ['model', 'pull', NAME, '--out', 'm'], { HF_TOKEN: `${TOKEN}!` }, 1, 'HF_TOKEN'],
    [
      'a hub that is none',
      ['model', 'pull', NAME, '--out', 'm'],
      { HF_ENDPOINT: 'hub.example' },
      2,
      'HF_ENDPOINT: expected a URL',
    ],
    [
      'a proxy that is none',
      ['model', 'pull', NAME, '--out', 'm'],
      { https_proxy: 'socks5://me:secret@x' },
      2,
      'HTTPS_PROXY: expected the URL of a proxy',
    ],
    ['a check of nothing there', ['model', 'check', 'nowhere/model'], {}, 1, 'model.json is missing'],
    ['a check of a model that is not pulled', ['model', 'check', NAME], {}, 1, `npm run model -- pull ${NAME}`],
    ['a start with a model that is not pulled', ['serve'], { ENCODER: NAME }, 1, `npm run model -- pull ${NAME}`],
    [
      'a start with a model that is not exported',
      ['serve'],
      { ENCODER: 'visualized-bge-base' },
      1,
      'npm run model -- export visualized-bge-base',
    ],
  ])('%s', async (_name, args, env, code, says) => {
    const { code: left, text } = await ended(args, env);
    expect(text).toContain(says);
    expect(text).not.toMatch(/\n\s+at |secret/);
    expect(left).toBe(code);
    expect(await readdir(folder)).not.toContain('m');
  });
});

test('the list is a table of all that is known', async () => {
  const { code, text } = await ended(['model', 'list']);
  expect(code).toBe(0);
  expect(text).toMatch(/^pocket .* ready \(demo: drawings alone\)$/m);
  expect(text).toMatch(/^visualized-bge-base .* export$/m);
  expect(text).toMatch(/^bge-vl-base .* no graphs published$/m);
});

test('pocket is checked by its name and by its path', async () => {
  for (const name of ['pocket', join(process.cwd(), 'models/pocket')]) {
    const { code, text } = await ended(['model', 'check', name]);
    expect([code, text]).toEqual([
      0,
      expect.stringMatching(/dimensions +128[\s\S]*ms each[\s\S]*golden vectors agree/),
    ]);
  }
});

test('Ctrl-C keeps what has come, and says so; the license is said before it', async () => {
  hub.faults = { slow: 30 };
  const run = margay(['model', 'pull', NAME, '--out', 'siglip'], { HF_TOKEN: TOKEN });
  const target = join(folder, 'siglip');
  await expect
    .poll(async () => (await partialOf(target))?.['vision.onnx.part'] ?? 0, { timeout: 20_000 })
    .toBeGreaterThan(0);
  // As from a terminal: once by itself, once through npm.
  run.child.kill('SIGINT');
  run.child.kill('SIGINT');
  expect(await run.exit).toBe(130);
  expect(run.said()).toContain('the next run goes on from here');
  for (const line of ['license   Apache-2.0', `commit ${COMMIT}`, `to        ${target}`])
    expect(run.said()).toContain(line);
  expect(run.said()).not.toContain('secret');
  expect(await readdir(folder)).not.toContain('siglip');
  expect(
    hub.asked.every(({ server, authorization }) => (server === 'hub') === (authorization === `Bearer ${TOKEN}`)),
  ).toBe(true);
});
