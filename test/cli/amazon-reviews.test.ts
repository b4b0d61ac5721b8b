import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { lines, meta, review, sent, shown } from '../ingest/amazon-fixture.ts';
import { PictureServer } from '../ingest/picture-server.ts';
import { drawnPicture } from '../pictures.ts';

// Whole runs, several in a test.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
let server: PictureServer;
let running: ChildProcess[];
beforeEach(async () => {
  running = [];
  folder = await mkdtemp(join(tmpdir(), 'margay-amazon-cli-'));
  server = await new PictureServer().start();
});
afterEach(async () => {
  for (const child of running) if (child.exitCode === null) child.kill('SIGKILL');
  await server.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

function margay(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['src/main.ts', ...args], {
    env: { PATH: process.env.PATH, MARGAY_DATA: join(folder, 'data'), PORT: '0', INIT_CWD: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (more) => (text += more));
  return { child, said: () => text, exit: once(child, 'close').then(([code]) => code as number | null) };
}

async function indexed(...args: readonly string[]) {
  const run = margay(['index', 'amazon-reviews-2023', ...args]);
  return { code: await run.exit, text: run.said() };
}

/** So many products, each with a picture of its own color. */
async function shop(count: number): Promise<string> {
  const products = [];
  for (let place = 0; place < count; place++) {
    const path = `/I/${place}.jpg`;
    const color = `rgb(${place}, ${255 - place}, 128)`;
    const url = server.on(`${path}?hi_res`, await drawnPicture(color)).replace('?hi_res', '');
    products.push(meta(`B${String(place).padStart(3, '0')}`, { images: [shown(url)] }));
  }
  return lines(...products);
}

test('products are fetched, indexed and told; a second run fetches nothing; reviews add pictures under the same ids', async () => {
  const odd = lines(meta('BNONE'), 'no JSON', meta('BGONE', { images: [shown(`${server.url}/gone.jpg`)] }));
  await writeFile(join(folder, 'meta_Appliances.jsonl.gz'), gzipSync(odd + (await shop(5))));
  const args = ['meta_Appliances.jsonl.gz', '--limit', '4', '--allow-local'];
  const first = await indexed(...args);
  expect(first.text).toContain('4 indexed, 0 unchanged, 3 failed');
  expect(first.text).toContain('passed over BGONE: Its server has no picture there (404).');
  expect(first.text).toContain('Pictures: 4 fetched, 0 from the cache, 1 not to be had.');
  expect(first.text).toContain('The catalog has 4 products now.');
  expect(first.code).toBe(0);
  expect(server.asked).toHaveLength(5);

  const second = await indexed(...args);
  expect(second.text).toContain('0 indexed, 4 unchanged, 3 failed');
  expect(second.text).toContain('Pictures: 0 fetched, 4 from the cache, 1 not to be had.');
  expect(server.asked).toHaveLength(5);

  const sight = server.on('/I/sent.jpg?large', await drawnPicture('#10a020')).replace('?large', '');
  await writeFile(join(folder, 'Appliances.jsonl'), lines(review('B001', { images: [sent(sight)] }), review('B002')));
  const reviews = await indexed('Appliances.jsonl', '--allow-local');
  expect(reviews.text).toContain('1 indexed (1 of them replaced), 0 unchanged, 0 failed');
  expect(reviews.text).toContain('The catalog has 4 products now.');
});

test('killed in the middle, the next run goes on from there and fetches the rest', async () => {
  await writeFile(join(folder, 'meta_A.jsonl'), await shop(120));
  let hold = true;
  const held = server.on('/I/100.jpg?hi_res', (response, _request, times) => {
    if (!hold || times > 1) void drawnPicture().then((bytes) => response.end(bytes));
  });
  expect(held).toContain('/I/100.jpg');
  const run = margay(['index', 'amazon-reviews-2023', 'meta_A.jsonl', '--allow-local']);
  await expect.poll(() => server.timesOf('/I/119.jpg?hi_res'), { timeout: 60_000 }).toBe(1);
  await expect.poll(() => server.underWay).toBe(1);
  // Sent is not yet kept, and kept is not yet stored.
  await expect.poll(kept, { timeout: 20_000 }).toBe(119);
  await expect.poll(run.said, { timeout: 60_000 }).toContain('64/120');
  run.child.kill('SIGKILL');
  expect(await run.exit).toBeNull();
  hold = false;
  const before = server.asked.length;
  expect(before).toBe(120);
  const next = await indexed('meta_A.jsonl', '--allow-local');
  expect(server.asked.slice(before)).toEqual(['/I/100.jpg?hi_res']);
  expect(next.text).toContain('Pictures: 1 fetched, 119 from the cache, 0 not to be had.');
  expect(next.text).toContain('The catalog has 120 products now.');
  // What was acknowledged before the end was not embedded again.
  expect(next.text).toMatch(/ 64 unchanged, 0 failed/);
});

const kept = async () =>
  (await readdir(join(folder, 'data/fetched'), { recursive: true })).filter((name) => name.endsWith('.picture')).length;

test('addresses of this machine are not asked unless it is allowed', async () => {
  await writeFile(join(folder, 'meta_A.jsonl'), await shop(2));
  const { code, text } = await indexed('meta_A.jsonl');
  expect(text).toContain('passed over B000: It lies at a private address');
  expect(text).toContain('Nothing could be indexed');
  expect([code, server.asked]).toEqual([2, []]);
});

test('told to stop, it says so, and the next run goes on', async () => {
  await writeFile(join(folder, 'meta_A.jsonl'), await shop(3));
  server.on('/I/2.jpg?hi_res', () => {});
  const run = margay(['index', 'amazon-reviews-2023', 'meta_A.jsonl', '--allow-local']);
  await expect.poll(() => server.timesOf('/I/2.jpg?hi_res'), { timeout: 60_000 }).toBe(1);
  run.child.kill('SIGTERM');
  expect(await run.exit).toBe(130);
  expect(run.said()).toContain('the next run goes on from here');
});

describe('one sentence and no stack', () => {
  test.each<[string, readonly string[], number, string]>([
    ['no file', ['amazon-reviews-2023', 'nowhere.jsonl'], 1, 'There is no nowhere.jsonl'],
    ['a folder', ['amazon-reviews-2023', '.'], 2, 'is no file'],
    ['two files', ['amazon-reviews-2023', 'a', 'b'], 2, 'amazon-reviews-2023 and its file'],
    ['a limit of none', ['amazon-reviews-2023', 'meta.jsonl', '--limit', '0'], 2, '--limit is not a number'],
    ['a limit of half', ['amazon-reviews-2023', 'meta.jsonl', '--limit', '1.5'], 2, '--limit is not a number'],
    ['some pictures', ['amazon-reviews-2023', 'meta.jsonl', '--pictures', 'some'], 2, '--pictures is main or all'],
    ['a limit for a folder', ['.', '--limit', '3'], 2, '--limit is for amazon-reviews-2023'],
    ['pictures for a folder', ['.', '--pictures', 'all'], 2, '--pictures is for amazon-reviews-2023'],
    ['a file without products', ['amazon-reviews-2023', 'meta.jsonl'], 2, 'Nothing could be indexed'],
  ])('%s', async (_name, args, code, says) => {
    await writeFile(join(folder, 'meta.jsonl'), 'no JSON\n');
    const run = margay(['index', ...args]);
    expect(await run.exit).toBe(code);
    expect(run.said()).toContain(says);
    expect(run.said()).not.toMatch(/\n\s+at /);
  });
});
