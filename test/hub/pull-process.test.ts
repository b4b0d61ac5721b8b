import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HubServer, sha256 } from './hub-server.ts';
import { partialOf } from './pulling.ts';
import { files, REPO } from './tiny-model.ts';

const ENTRY = fileURLToPath(new URL('pull-entry.ts', import.meta.url));
const VISION = 'onnx/vision_model.onnx';
const whole = files();
const SIZE = whole[VISION].length;

let folder: string;
let target: string;
let hub: HubServer;
let running: ChildProcess[];
beforeEach(async () => {
  running = [];
  folder = await mkdtemp(join(tmpdir(), 'margay-hub-'));
  target = join(folder, 'tiny');
  hub = await new HubServer(REPO).start();
  for (const [path, bytes] of Object.entries(whole)) hub.put(path, bytes, path.endsWith('.onnx'));
});
afterEach(async () => {
  for (const child of running) if (child.exitCode === null) child.kill('SIGKILL');
  await hub.stop();
  await rm(folder, { recursive: true, force: true });
});

function start(command: string, args: readonly string[]) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (more) => (text += more));
  return { child, said: () => text, exit: once(child, 'close').then(([code]) => code as number | null) };
}
const pulling = () => start(process.execPath, [ENTRY, hub.url, target]);

/** What is on the disk of the vision graph. */
const onDisk = async () => (await partialOf(target))?.['vision.onnx.part'] ?? 0;

async function expectWhole(): Promise<void> {
  expect((await readdir(folder)).sort()).toEqual(['tiny']);
  expect(sha256(await readFile(join(target, 'vision.onnx')))).toBe(sha256(whole[VISION]));
}

test('killed in the middle, it goes on from the byte that it had, and fetches no more', async () => {
  hub.faults = { slow: 20 };
  const first = pulling();
  await expect.poll(onDisk, { timeout: 20_000, interval: 5 }).toBeGreaterThan(64 * 1024);
  first.child.kill('SIGKILL');
  await first.exit;
  const kept = await onDisk();
  expect(kept).toBeLessThan(SIZE);
  expect(existsSync(join(folder, '.tiny.partial/lock'))).toBe(true);
  expect(existsSync(target)).toBe(false);

  hub.faults = {};
  const sentBefore = hub.sent(VISION);
  const second = pulling();
  expect([await second.exit, second.said()]).toEqual([0, expect.stringContaining('is ready in')]);
  const asked = hub.asked.filter(({ server, path }) => server === 'cdn' && path === `/${VISION}`);
  expect(asked.map(({ range }) => range)).toEqual([undefined, `bytes=${kept}-`]);
  expect(hub.sent(VISION) - sentBefore).toBe(SIZE - kept);
  // What was on its way to the first process when it died: a piece or two, as the server sends them.
  expect(hub.sent(VISION) - SIZE).toBeLessThanOrEqual(4 * 16 * 1024);
  await expectWhole();
});

test('asked to end, it ends, and the next goes on', async () => {
  hub.faults = { slow: 20 };
  const first = pulling();
  await expect.poll(onDisk, { timeout: 20_000, interval: 5 }).toBeGreaterThan(32 * 1024);
  first.child.kill('SIGTERM');
  expect(await first.exit).toBe(130);
  const kept = await onDisk();
  expect(existsSync(join(folder, '.tiny.partial/lock'))).toBe(false);
  hub.faults = {};
  expect(await pulling().exit).toBe(0);
  expect(hub.asked.filter(({ path }) => path === `/${VISION}`).at(-1)!.range).toBe(`bytes=${kept}-`);
  await expectWhole();
});

test('two at once: one pulls, the other says so', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  hub.faults = { hold: promise };
  const first = pulling();
  await expect.poll(onDisk, { timeout: 20_000, interval: 5 }).toBeGreaterThan(0);
  const second = pulling();
  expect([await second.exit, second.said()]).toEqual([
    1,
    expect.stringContaining('BAD_INPUT: Another process is pulling this model. Wait for it'),
  ]);
  resolve();
  expect(await first.exit).toBe(0);
  await expectWhole();
});

/** A small disk of one's own, gone with its shell. */
const canMount = process.platform === 'linux' && spawnSync('unshare', ['-rm', 'true']).status === 0;

describe.skipIf(!canMount)('a full disk (skipped: this machine lets nobody mount one)', () => {
  const onDiskOf = (size: string, script: string) =>
    start('unshare', [
      '-rm',
      'sh',
      '-ec',
      `mount -t tmpfs -o size=${size} tmpfs "$1"; shift; ${script}`,
      'sh',
      join(folder, 'disk'),
      process.execPath,
      ENTRY,
      hub.url,
      join(folder, 'disk/tiny'),
      join(folder, 'disk/filler'),
    ]);

  test('that was full before is told before anything comes, and more space mends it', async () => {
    await mkdir(join(folder, 'disk'));
    const run = onDiskOf(
      '1m',
      '"$1" "$2" "$3" "$4" || echo "rc $?"; mount -o remount,size=64m "$(dirname "$4")"; "$1" "$2" "$3" "$4"; ls -A "$(dirname "$4")"',
    );
    expect(await run.exit).toBe(0);
    expect(run.said()).toMatch(
      /not enough space on the disk: .* are to come and .* are free.*--out FOLDER[\s\S]*rc 1[\s\S]*is ready in/,
    );
    expect(run.said().trimEnd().split('\n').at(-1)).toBe('tiny');
    expect(hub.sent(VISION)).toBe(SIZE);
  });

  test('that fills while a file comes is told, what has come stays, and the next run goes on', async () => {
    await mkdir(join(folder, 'disk'));
    const script =
      '"$1" "$2" "$3" "$4" "$5" || echo "rc $?"; ls -A "$(dirname "$4")"; stat -c "kept %s" "$(dirname "$4")/.tiny.partial/vision.onnx.part"; rm "$5"*; "$1" "$2" "$3" "$4"; ls -A "$(dirname "$4")"';
    hub.faults = { slow: 5 };
    const run = onDiskOf('40m', script);
    expect(await run.exit, run.said()).toBe(0);
    expect(run.said()).toMatch(
      /ENCODER_UNAVAILABLE: There is not enough space on the disk: it is full now\. .*the next run goes on/,
    );
    expect(run.said()).not.toMatch(/^tiny$[\s\S]*rc 1/m);
    expect(run.said()).toMatch(/rc 1[\s\S]*is ready in/);
    const kept = Number(/kept (\d+)/.exec(run.said())![1]);
    expect(kept).toBeGreaterThan(0);
    expect(hub.asked.filter(({ path }) => path === `/${VISION}`).at(-1)!.range).toBe(`bytes=${kept}-`);
    expect(run.said().trimEnd().split('\n').at(-1)).toBe('tiny');
  });
});

test('no file of a pull is left where it did not begin', async () => {
  hub.faults = { refuse: { status: 404, headers: { 'x-error-code': 'RepoNotFound' }, times: 9 } };
  expect(await pulling().exit).toBe(1);
  expect(await partialOf(target)).toEqual({});
  expect((await stat(join(folder, '.tiny.partial'))).isDirectory()).toBe(true);
});
