// Where should inference run: in a worker thread or in a child process? 10,000 encodes in each, killed at random moments in the
// middle of a run and started again. Each variant has a parent process of its own, so that a native crash is seen and counted.
//   node bench/worker-kill.ts [encodes] [encodes per kill]
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { readManifest } from '../src/encode/model-folder.ts';
import { JointSession } from '../src/encode/onnx-joint-session.ts';
import { OnnxProcess } from '../src/encode/onnx-process.ts';
import type { JointSessionModel, Row, RowResult } from '../src/encode/onnx-session.ts';
import { sessionModel } from '../src/encode/session-model.ts';

type Variant = 'worker thread' | 'child process';

/** One life of a worker, in either form. */
interface Runner {
  run(rows: readonly Row[]): Promise<readonly RowResult[]>;
  /** Resolves when it is gone. */
  kill(): Promise<unknown>;
}

interface Tally {
  encodes: number;
  kills: number;
  retried: number;
  lost: number;
  seconds: number;
  killMs: number[];
  restartMs: number[];
  /** [encodes so far, resident MB of the parent] */
  rss: [number, number][];
  /** Milliseconds to be rid of a worker in the middle of one long run, and how long that run takes undisturbed. */
  longRunMs?: number;
  longKillMs?: number;
}

const MODEL = fileURLToPath(new URL('../models/pocket', import.meta.url));
const MAX_CRASHES = 20;
const LONG_BATCH = 256;
const ROUNDS = 15;
const ROUND = 90;

async function pocket(): Promise<JointSessionModel> {
  const manifest = await readManifest(MODEL, 'pocket');
  const model = sessionModel(MODEL, manifest, { threads: 1, state: false });
  if (model.mode !== 'joint') throw new Error('pocket is a joint model.');
  return { ...model, heads: {} };
}

async function startThread(model: JointSessionModel): Promise<Runner> {
  const worker = new Worker(new URL(import.meta.url), { workerData: model });
  const gone = new Promise<never>((_, reject) => {
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('The thread ended.')));
  });
  gone.catch(() => {});
  const answer = () => Promise.race([once(worker, 'message').then(([rows]) => rows as RowResult[]), gone]);
  await answer();
  return {
    run: (rows) => {
      const reply = answer();
      worker.postMessage(rows);
      return reply;
    },
    kill: () => worker.terminate(),
  };
}

async function startProcess(model: JointSessionModel): Promise<Runner> {
  const entry = new URL('../src/encode/onnx-worker.ts', import.meta.url);
  const worker = await OnnxProcess.start(entry, model, 60_000, new AbortController().signal);
  return { run: (rows) => worker.run(rows, false, 60_000), kill: () => worker.kill() };
}

/** The same sequence in every run, so that both variants are killed at the same moments. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Words, a picture, both, in turn. */
function exampleRows({ scale }: JointSessionModel, next: () => number): Row[] {
  const rgb = Uint8Array.from({ length: scale.size ** 2 * 3 }, () => next() * 256);
  return [
    { kind: 'text', ids: [2, 5, 6, 7, 3] },
    { kind: 'picture', ids: [2, 3], picture: { rgb } },
    { kind: 'picture', ids: [2, 5, 6, 3], picture: { rgb } },
  ];
}

const timed = async (work: () => Promise<unknown>) => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

/** Runs in the parent process of one variant, and reports after every 100 encodes. */
async function parent(variant: Variant, from: number, encodes: number, perKill: number): Promise<void> {
  const model = await pocket();
  const start = () => (variant === 'worker thread' ? startThread(model) : startProcess(model));
  const next = random(from + 1);
  const kinds = exampleRows(model, next);
  const tally: Tally = { encodes: from, kills: 0, retried: 0, lost: 0, seconds: 0, killMs: [], restartMs: [], rss: [] };
  const begun = performance.now();
  let runner = await start();

  while (tally.encodes < encodes) {
    const rows = [kinds[tally.encodes % kinds.length]!];
    const killing = next() < 1 / perKill;
    let running = runner.run(rows);
    if (killing) {
      running.catch(() => {});
      await sleep(next() * 3);
      tally.kills++;
      process.send!(tally);
      tally.killMs.push(await timed(() => runner.kill()));
      const done = await Promise.race([
        running.then(
          () => true,
          () => false,
        ),
        sleep(1000, false),
      ]);
      tally.restartMs.push(await timed(async () => (runner = await start())));
      if (!done) {
        tally.retried++;
        running = runner.run(rows);
      }
    }
    await running.catch(() => tally.lost++);
    tally.encodes++;
    if (tally.encodes % 100 === 0) {
      tally.seconds = (performance.now() - begun) / 1000;
      tally.rss.push([tally.encodes, process.memoryUsage.rss() / 2 ** 20]);
      process.send!(tally);
    }
  }
  const long: Row[] = Array(LONG_BATCH).fill(kinds[1]);
  tally.longRunMs = await timed(() => runner.run(long));
  runner.run(long).catch(() => {});
  await sleep(tally.longRunMs / 4);
  tally.longKillMs = await timed(() => runner.kill());
  process.send!(tally, () => process.disconnect());
}

const quantile = (values: number[], q: number) =>
  values.length === 0 ? Number.NaN : values.toSorted((a, b) => a - b)[Math.floor(q * (values.length - 1))]!;

/** MB per 1,000 encodes, by least squares, after a first fifth in which memory settles. */
function slope(points: [number, number][]): number {
  const settled = points.slice(Math.floor(points.length / 5));
  const mean = (place: 0 | 1) => settled.reduce((sum, point) => sum + point[place], 0) / settled.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = settled.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  return (1000 * covariance) / settled.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}

/** Encodes per second of both variants with no kills, in alternating rounds of one run: other work on the machine meets both. */
async function compareSpeed(): Promise<Record<Variant, number>> {
  const model = await pocket();
  const kinds = exampleRows(model, random(1));
  const runners = { 'worker thread': await startThread(model), 'child process': await startProcess(model) };
  const rates: Record<Variant, number[]> = { 'worker thread': [], 'child process': [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const variant of ['worker thread', 'child process'] as const) {
      const milliseconds = await timed(async () => {
        for (let encode = 0; encode < ROUND; encode++) await runners[variant].run([kinds[encode % kinds.length]!]);
      });
      rates[variant].push((1000 * ROUND) / milliseconds);
    }
  }
  await runners['child process'].kill();
  // Idle, so that even a thread ends in peace.
  await runners['worker thread'].kill();
  return {
    'worker thread': quantile(rates['worker thread'], 0.5),
    'child process': quantile(rates['child process'], 0.5),
  };
}

/** Runs a variant to the end, with a new parent after every crash of the old one. */
async function measure(variant: Variant, undisturbed: number, encodes: number, perKill: number) {
  const lives: Tally[] = [];
  const crashes: string[] = [];
  for (let from = 0; from < encodes && crashes.length < MAX_CRASHES; ) {
    let tally: Tally | undefined;
    const child: ChildProcess = fork(
      fileURLToPath(import.meta.url),
      ['parent', variant, `${from}`, `${encodes}`, `${perKill}`],
      {
        serialization: 'advanced',
        stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      },
    );
    child.on('message', (message: Tally) => {
      tally = message;
    });
    let words = '';
    child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
      words += chunk;
    });
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    if (tally) lives.push(tally);
    if (code !== 0) crashes.push(`${signal ?? `code ${code}`}: ${words.trim().split('\n')[0]}`);
    from = code === 0 ? encodes : (tally?.encodes ?? from) + 1;
  }
  const sum = (pick: (tally: Tally) => number) => lives.reduce((total, tally) => total + pick(tally), 0);
  const last = lives.at(-1)!;
  const kills = lives.flatMap(({ killMs }) => killMs);
  const restarts = lives.flatMap(({ restartMs }) => restartMs);
  const counted = new Map<string, number>();
  for (const crash of crashes) counted.set(crash, (counted.get(crash) ?? 0) + 1);
  for (const [crash, times] of counted) console.log(`${variant}, ${times} times: ${crash}`);
  const settled = last.rss.length >= 10;
  return {
    variant,
    'encodes reached': last.encodes,
    kills: sum(({ kills }) => kills),
    'runs lost and retried': sum(({ retried }) => retried),
    'requests lost for good (beside crashes)': sum(({ lost }) => lost),
    'crashes of the parent': crashes.length,
    'encodes/s undisturbed, median': undisturbed.toFixed(0),
    'kill, ms p50 / p99': `${quantile(kills, 0.5).toFixed(1)} / ${quantile(kills, 0.99).toFixed(1)}`,
    'restart, ms p50 / p99': `${quantile(restarts, 0.5).toFixed(0)} / ${quantile(restarts, 0.99).toFixed(0)}`,
    'parent RSS, MB first / last': settled ? `${last.rss[0]![1].toFixed(0)} / ${last.rss.at(-1)![1].toFixed(0)}` : '-',
    'parent RSS slope, MB per 1,000 encodes': settled ? slope(last.rss).toFixed(2) : '-',
    [`run of ${LONG_BATCH} pictures, ms`]: last.longRunMs?.toFixed(0) ?? '-',
    'ms to be rid of a worker in that run': last.longKillMs?.toFixed(0) ?? '-',
  };
}

if (!isMainThread) {
  const session = await JointSession.open(workerData as JointSessionModel);
  parentPort!.on('message', async (rows: readonly Row[]) => {
    const results = await session.run(rows, false);
    parentPort!.postMessage(
      results,
      results.map(({ vector }) => vector.buffer as ArrayBuffer),
    );
  });
  parentPort!.postMessage([]);
} else if (process.argv[2] === 'parent') {
  const [, , , variant, from, encodes, perKill] = process.argv;
  await parent(variant as Variant, Number(from), Number(encodes), Number(perKill));
} else {
  const encodes = Number(process.argv[2] ?? 10_000);
  const perKill = Number(process.argv[3] ?? 50);
  console.log(`${encodes} encodes, one in ${perKill} killed; Node ${process.version}, ${availableParallelism()} cores`);
  const speed = await compareSpeed();
  const results = [];
  for (const variant of ['worker thread', 'child process'] as const) {
    results.push(await measure(variant, speed[variant], encodes, perKill));
  }
  const wide = Math.max(...Object.keys(results[0]!).map(({ length }) => length));
  for (const row of Object.keys(results[0]!) as (keyof (typeof results)[0])[]) {
    console.log(
      `${String(row).padEnd(wide)}  ${results.map((result) => String(result[row]).padEnd(24)).join('')}`.trimEnd(),
    );
  }
}
