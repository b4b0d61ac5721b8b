import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockFolder } from '../../src/hub/folder-lock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'margay-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const self = (pid: number, running: readonly number[] = []) => ({
  pid,
  isRunning: (other: number) => running.includes(other),
});
const holder = async () => JSON.parse(await readFile(join(folder, 'lock'), 'utf8')).pid;
const hold = (content: string) => writeFile(join(folder, 'lock'), content);

test('a folder is one process’s at a time', async () => {
  const unlock = await lockFolder(folder, self(1));
  await expect(lockFolder(folder, self(2, [1]))).rejects.toMatchObject({
    code: 'BAD_INPUT',
    remedy: expect.stringContaining(join(folder, 'lock')),
  });
  await unlock();
  const again = await lockFolder(folder, self(2, [1]));
  // Given back twice, it is not taken from who has it now.
  await unlock();
  expect(await holder()).toBe(2);
  await again();
  expect(await readdir(folder)).toEqual([]);
});

test.each([
  ['a process that is gone', JSON.stringify({ pid: 1, host: hostname() }), 0, true],
  ['a process that runs', JSON.stringify({ pid: 7, host: hostname() }), 0, false],
  ['a process of another machine', JSON.stringify({ pid: 1, host: 'elsewhere' }), 0, false],
  ['a process of another machine that is silent for long', JSON.stringify({ pid: 1, host: 'elsewhere' }), 120, true],
  ['a process that was reborn with its number', JSON.stringify({ pid: 7, host: hostname() }), 120, true],
  ['nobody that can be read', '', 0, false],
  ['nobody that can be read, for long', '', 120, true],
])('the lock of %s', async (_name, content, ageSeconds, isTaken) => {
  await hold(content);
  const then = new Date(Date.now() - ageSeconds * 1000);
  await utimes(join(folder, 'lock'), then, then);
  const taking = lockFolder(folder, self(2, [7]));
  if (isTaken) await (await taking)();
  else await expect(taking).rejects.toMatchObject({ code: 'BAD_INPUT' });
});

test('of many that find it abandoned, one has it', async () => {
  const pids = Array.from({ length: 12 }, (_value, place) => 100 + place);
  for (let round = 0; round < 30; round++) {
    await hold(JSON.stringify({ pid: 1, host: hostname() }));
    const results = await Promise.allSettled(pids.map((pid) => lockFolder(folder, self(pid, pids))));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  }
});
