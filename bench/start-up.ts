import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { number, type Scenario, table } from './report.ts';
import { median } from './statistics.ts';

const RUN = fileURLToPath(new URL('../scripts/run.mjs', import.meta.url));
/** Between two looks whether it is ready, in milliseconds: the error of what is measured. */
const LOOK = 20;
const LONGEST = 180_000;

/** Wall time from `npm start`'s own command to /health/ready, the installation not counted. */
export const startUp: Scenario = async ({ quick, print }) => {
  const first: number[] = [];
  const later: number[] = [];
  for (let round = 0; round < (quick ? 1 : 2); round++) {
    const data = await mkdtemp(join(tmpdir(), 'margay-bench-'));
    try {
      first.push(await secondsToReady(data));
      for (let again = 0; again < (quick ? 2 : 4); again++) later.push(await secondsToReady(data));
    } finally {
      await rm(data, { recursive: true, force: true });
    }
  }
  print(
    'From the command of `npm start` to /health/ready, s (installation not counted); goals: first <= 30, later <= 3',
  );
  const row = (name: string, values: readonly number[]) => [
    name,
    number(median(values)),
    number(Math.min(...values)),
    number(Math.max(...values)),
    String(values.length),
  ];
  const rows = [
    ['start', 'median', 'least', 'most', 'n'],
    row('first, the demo is prepared', first),
    row('later', later),
  ];
  for (const line of table(rows)) print(line);
};

async function secondsToReady(data: string): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, [RUN, 'serve'], {
    env: { ...process.env, PORT: '0', MARGAY_DATA: data },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    const url = await said(child);
    while (!(await ready(url))) await sleep(LOOK);
    return (performance.now() - started) / 1000;
  } finally {
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGTERM');
    await ended;
  }
}

/** The address that the server says it listens at. */
function said(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => reject(new Error(`Not started after ${LONGEST} ms: ${text}`)), LONGEST);
    child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const url = /(http:\/\/[^/\s]+)\/graphql/.exec(text)?.[1];
      if (!url) return;
      clearTimeout(timer);
      resolve(url);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`It ended with ${code}: ${text}`));
    });
  });
}

const ready = (url: string) =>
  new Promise<boolean>((resolve) => {
    get(`${url}/health/ready`, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    }).on('error', () => resolve(false));
  });
