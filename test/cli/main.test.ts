import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { drawnPicture } from '../pictures.ts';

let folder: string;
let running: ChildProcess[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'margay-cli-'));
  running = [];
  await mkdir(join(folder, 'photos'));
  await writeFile(join(folder, 'photos/red-mug.jpg'), await drawnPicture('#c83232'));
  await writeFile(join(folder, 'photos/blue mug.jpg'), await drawnPicture('#3232c8'));
  await writeFile(join(folder, 'photos/bad\u001b[31m\n.jpg'), 'no picture');
  await writeFile(join(folder, 'notes.md'), '# Notes\n\nnothing to index\n');
  await writeFile(join(folder, 'empty.jsonl'), '{"id": "x"}\nno JSON\n');
});
afterEach(async () => {
  for (const child of running) if (child.exitCode === null) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

interface Run {
  readonly child: ChildProcess;
  /** What it has said so far. */
  said(): string;
  readonly exit: Promise<number | null>;
}

function margay(args: readonly string[], env: Record<string, string> = {}, input?: string): Run {
  const child = spawn(process.execPath, ['src/main.ts', ...args], {
    env: { PATH: process.env.PATH, MARGAY_DATA: join(folder, 'data'), PORT: '0', INIT_CWD: folder, ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  running.push(child);
  child.stdin?.end(input);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (more) => (text += more));
  return { child, said: () => text, exit: once(child, 'close').then(([code]) => code as number | null) };
}

async function ended(args: readonly string[], env?: Record<string, string>) {
  const run = margay(args, env);
  return { code: await run.exit, text: run.said() };
}

/** Serves until `use` is done. */
async function serving<T>(
  use: (url: string, said: () => string) => Promise<T>,
  env: Record<string, string> = {},
): Promise<T> {
  const run = margay(['serve'], env);
  await expect.poll(run.said, { timeout: 20_000 }).toMatch(/http:\S+\/graphql/);
  const answer = await use(/http:\S+\/graphql/.exec(run.said())![0], run.said);
  run.child.kill('SIGTERM');
  expect(await run.exit).toBe(0);
  return answer;
}

// biome-ignore lint/suspicious/noExplicitAny: the answer of whatever was asked.
async function ask(url: string, query: string): Promise<any> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return response.json();
}

const titles = () =>
  serving(async (url) => {
    const { data } = await ask(url, '{ products { nodes { title } } }');
    return data.products.nodes.map(({ title }: { title: string }) => title).sort();
  });

test('a folder is indexed, what cannot be is told, and the next run has nothing to do', async () => {
  const first = await ended(['index', 'photos']);
  expect(first.code).toBe(0);
  expect(first.text).toContain('2 indexed, 0 unchanged, 1 failed');
  expect(first.text).toContain('demo model');
  // In figures, those of the weights that are served.
  const { caution } = JSON.parse(await readFile(new URL('../../models/pocket/model.json', import.meta.url), 'utf8'));
  expect(caution).toMatch(/R@1/);
  expect(first.text).toContain(caution);
  expect(first.text).toMatch(/passed over bad.\[31m.\.jpg: /);
  expect(first.text).not.toContain('\u001b[31m');
  expect((await ended(['index', 'photos'])).text).toContain('0 indexed, 2 unchanged, 1 failed');
  expect(await titles()).toEqual(['blue mug', 'red mug']);
});

test('a rebuild takes the place of what was there only when it stands', async () => {
  await ended(['index', 'photos']);
  const failed = await ended(['index', 'empty.jsonl', '--rebuild']);
  expect([failed.code, failed.text]).toEqual([2, expect.stringContaining('Nothing could be indexed')]);
  expect(await titles()).toEqual(['blue mug', 'red mug']);
  await rm(join(folder, 'photos/red-mug.jpg'));
  expect((await ended(['index', 'photos', '--rebuild'])).code).toBe(0);
  expect(await titles()).toEqual(['blue mug']);
});

test('a catalog of another embedding is refused, with the commands that make it anew', async () => {
  await ended(['index', 'photos']);
  const { code, text } = await ended(['index', 'photos'], { CATALOG_EMBED: 'image+title' });
  expect([code, text]).toEqual([1, expect.stringContaining(`npm run index -- ${join(folder, 'photos')} --rebuild`)]);
});

describe('another encoder', () => {
  const SEARCH = '{ search(text: "mug") { hits { product { title } } rerank { status } reranked { rank } } }';
  const clip = { ENCODER: resolve('test/fixtures/models/tiny-clip') };

  test('its own vectors are asked for, and after a rebuild it answers; the built-in reranker, which it gives nothing to compare, is off', async () => {
    await ended(['index', 'photos']);
    await serving(async (url, said) => {
      // The warning and the address come through two pipes, in whichever order.
      await expect.poll(said).toContain(`npm run index -- ${join(folder, 'photos')} --rebuild`);
      const { errors } = await ask(url, SEARCH);
      expect(errors[0].extensions).toMatchObject({
        code: 'CATALOG_MISMATCH',
        remedy: expect.stringContaining('npm run index'),
      });
    }, clip);
    expect((await ended(['index', 'photos', '--rebuild'], clip)).code).toBe(0);
    await serving(async (url, said) => {
      expect(said()).toContain('encoder tiny-clip, reranker off');
      const { data } = await ask(url, SEARCH);
      expect(data.search.hits).toHaveLength(2);
      expect(data.search.rerank.status).toBe('OFF');
    }, clip);
  });

  test.each([
    ['a known one that is not here', 'siglip-base-patch16-224', 'npm run model -- pull siglip-base-patch16-224'],
    ['one that has to be exported', 'visualized-bge-base', 'npm run model -- export visualized-bge-base'],
    ['an unknown one', 'nonsense', 'model.json is missing'],
  ])('%s', async (_name, ENCODER, says) => {
    const { code, text } = await ended(['serve'], { ENCODER });
    expect(text).toContain(says);
    expect(text).not.toMatch(/\n\s+at /);
    expect(code).toBe(1);
  });
});

test('model encode ends when it is told to, though more lines may come', async () => {
  const child = spawn(process.execPath, ['src/main.ts', 'model', 'encode', 'pocket', '--batch', '1'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  running.push(child);
  child.stdin.write('{"text": "red mug"}\n');
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  expect((await once(child, 'exit'))[0]).toBe(130);
});

test('model encode: a vector for each line, in order, and one answer for a line at fault', async () => {
  const lines = [
    '{"text": "red mug"}',
    '{"image": "photos/red-mug.jpg", "text": "in blue"}',
    'no JSON',
    '',
    '{"ids": [2, 5, 3]}',
    '{"text": " "}',
    '{"image": "photos/nowhere.jpg"}',
    '{"image": "notes.md"}',
    '{"words": "red mug"}',
    '{"ids": [2, 1000000, 3]}',
    `{"ids": [${Array(49).fill(5)}]}`,
    `{"text": ${JSON.stringify('long '.repeat(100))}}`,
  ];
  const run = margay(['model', 'encode', 'pocket', '--batch', '3'], {}, lines.join('\n'));
  expect(await run.exit).toBe(1);
  const said = run
    .said()
    .split('\n')
    .filter((line) => line.startsWith('{'));
  const answers = said.map((line) => JSON.parse(line) as { vector?: number[]; error?: string; truncated?: true });
  expect(answers.map(({ vector, error }) => vector?.length ?? error)).toEqual([
    128,
    128,
    expect.stringContaining('not JSON'),
    128,
    expect.stringContaining('text is blank'),
    expect.stringContaining('nowhere.jpg'),
    expect.stringContaining('no picture that can be read'),
    expect.stringContaining('Expected {"text"}'),
    expect.stringContaining('out of'),
    expect.stringContaining('There are 49 ids'),
    128,
  ]);
  expect(answers.map(({ truncated }) => truncated ?? false).indexOf(true)).toBe(10);
});

describe('one sentence and no stack', () => {
  test.each<[string, readonly string[], Record<string, string>, number, string]>([
    ['a file that is no catalog', ['index', 'notes.md'], {}, 2, 'neither a folder nor a .jsonl file'],
    ['a single photo', ['index', 'photos/red-mug.jpg'], {}, 2, 'Name the folder'],
    ['lines without products', ['index', 'empty.jsonl'], {}, 2, 'Nothing could be indexed'],
    ['nothing there', ['index', 'nowhere'], {}, 1, 'There is no nowhere'],
    ['nothing named', ['index'], {}, 2, 'takes one folder'],
    ['an unknown option', ['index', 'photos', '--bogus'], {}, 2, '--bogus'],
    ['an unknown command', ['dance'], {}, 2, 'Unknown command'],
    ['an evaluation of no photos', ['eval', 'photos'], {}, 2, 'photos has no tasks.jsonl'],
    ['an evaluation of two folders', ['eval', 'photos', 'more'], {}, 2, 'one folder'],
    ['states of a model that gives none', ['model', 'encode', 'pocket', '--state'], {}, 1, 'has no output "state"'],
    ['an encoding in no batch', ['model', 'encode', 'pocket', '--batch', '0'], {}, 2, '--batch'],
    ['rerank without a word', ['rerank'], {}, 2, 'rerank takes one word: check'],
    ['a check of no number', ['rerank', 'check', '--count', 'x'], {}, 2, '--count'],
    ['a check of no photos', ['rerank', 'check', '--photos', 'nowhere'], {}, 2, 'tasks.jsonl'],
    ['a faulty setting', ['serve'], { PORT: 'x' }, 2, 'PORT'],
    ['a vision server without a model', ['serve'], { RERANK_URL: 'http://127.0.0.1:9/v1' }, 2, 'RERANK_MODEL'],
    ['a vision server that is no URL', ['serve'], { RERANK_URL: 'localhost:9', RERANK_MODEL: 'm' }, 2, 'RERANK_URL'],
    ['a data folder that is a file', ['serve'], { MARGAY_DATA: 'package.json' }, 2, 'MARGAY_DATA'],
  ])('%s', async (_name, args, env, code, says) => {
    const { code: left, text } = await ended(args, env);
    expect(text).toContain(says);
    expect(text).not.toMatch(/\n\s+at /);
    expect(left).toBe(code);
  });

  test('a port that is taken', async () => {
    await ended(['index', 'photos']);
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address ? String(address.port) : '';
    const { code, text } = await ended(['serve'], { PORT: port });
    other.close();
    expect([code, text]).toEqual([2, expect.stringContaining(`PORT: ${port} is taken`)]);
    expect(text).not.toMatch(/\n\s+at /);
  });
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends a first start that prepares the demo, and the next goes on',
  async (name) => {
    const run = margay(['serve']);
    await expect.poll(run.said, { timeout: 20_000 }).toContain('Preparing the demo catalog');
    // As from a terminal: once by itself, once through npm.
    run.child.kill(name);
    run.child.kill(name);
    expect(await run.exit).toBe(130);
    expect(run.said()).toContain('the next run goes on from here');
  },
);

test.skipIf(process.platform === 'win32')(
  'npm start ends with npm: a shell that dies between them takes the server along',
  async () => {
    await ended(['index', 'photos']);
    const env = { ...process.env, MARGAY_DATA: join(folder, 'data'), PORT: '0' };
    // As npm does it; `true` keeps the shell from becoming the command itself.
    const shell = spawn('sh', ['-c', 'node scripts/run.mjs serve; true'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    running.push(shell);
    let said = '';
    shell.stderr.setEncoding('utf8').on('data', (more) => {
      said += more;
    });
    await expect.poll(() => said, { timeout: 60_000 }).toMatch(/http:\S+\/graphql/);
    const { origin } = new URL(/http:\S+\/graphql/.exec(said)![0]);
    expect((await fetch(`${origin}/health/live`)).status).toBe(200);
    shell.kill('SIGTERM');
    await expect
      .poll(
        () =>
          fetch(`${origin}/health/live`).then(
            () => 'serves',
            () => 'gone',
          ),
        { timeout: 10_000 },
      )
      .toBe('gone');
  },
  90_000,
);
