// npm run bench:store [-- --sizes 10k,100k,1m --only milvus|lancedb --quick]: what the store adapters add to the stores, and how the stores grow. A whole run
// is kept in bench/results/store.txt. Needs scripts/milvus-venv.sh to have run, and about 8 GB of memory for a million rows.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { lacksMilvus } from '../test/retrieve/milvus-server.ts';
import { interval, megabytes, number, spread, table } from './report.ts';
import { median, type Ratio, type Round, ratio } from './statistics.ts';
import { CALL } from './store-inserts.ts';
import { NEAREST } from './store-nearest.ts';
import { CLUSTERS, DIMENSIONS, SIGMA } from './store-rows.ts';
import { AT_ONCE } from './store-searches.ts';
import type { Answer, Asked } from './store-side.ts';
import type { Truth } from './store-truth.ts';

const SIZES: Readonly<Record<string, number>> = { '10k': 10_000, '100k': 100_000, '1m': 1_000_000 };
const STORES = ['milvus', 'lancedb'];

const { values } = parseArgs({
  options: {
    sizes: { type: 'string' },
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
const { quick, only } = values;
const named = (values.sizes ?? (quick ? '10k,100k' : '10k,100k,1m')).split(',');
const sizes = named.map((name) => SIZES[name.trim().toLowerCase()] ?? 0).sort((a, b) => a - b);
if (sizes.includes(0) || (only !== undefined && !STORES.includes(only))) {
  console.error(`Sizes are ${Object.keys(SIZES).join(', ')}; stores are ${STORES.join(' and ')}.`);
  process.exit(2);
}
const stores = STORES.filter((store) => only === undefined || store === only);
if (stores.includes('milvus') && lacksMilvus('standalone')) {
  console.error('There is no Milvus: run scripts/milvus-venv.sh, or give --only lancedb.');
  process.exit(2);
}

const lines: string[] = [];
const print = (line: string) => {
  lines.push(line);
  console.log(line);
};
const began = performance.now();
print(
  `npm run bench:store${quick ? ' -- --quick (too few runs to be quoted)' : ''}, ${new Date().toISOString().slice(0, 16)}Z`,
);
print(
  `Node ${process.version}, ${process.platform} ${process.arch}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'})`,
);
print(
  `Vectors of ${DIMENSIONS} floats drawn from ${CLUSTERS} clusters: unit(center + noise), centers unit(N(0, 1)), noise N(0, ${SIGMA}²/${DIMENSIONS}) a float, so two of one cluster have a cosine of ${(1 / (1 + SIGMA ** 2)).toFixed(2)}; queries from the same clusters`,
);

const queries = quick ? 40 : 100;
const truth = await childOf<Truth>('store-truth.ts', [JSON.stringify(sizes), String(queries)]);
const answers: Answer[] = [];
for (const store of stores)
  answers.push(await childOf<Answer>('store-side.ts', [store], { sizes, truth, queries, quick }));

interface Goal {
  readonly what: string;
  readonly measured: string;
  readonly goal: string;
  readonly met: boolean;
}
const goals: Goal[] = [];
const atMost = (what: string, found: Ratio, most: number) =>
  goals.push({ what, measured: interval(found), goal: `<= ${most}`, met: found.ratio <= most });
const atLeast = (what: string, found: Ratio, least: number) =>
  goals.push({ what, measured: interval(found), goal: `>= ${least}`, met: found.ratio >= least });

const all = (rounds: readonly Round[], side: 'a' | 'b') => rounds.flatMap((round) => round[side]);
print('');
print(
  `Searches for ${NEAREST} products with title, price and pictures, ms p50 / p95; "by hand" is the store's own client on the same rows and index; recall@${NEAREST} against exact search, ${queries} queries; MB resident with the smaller catalogs`,
);
const rows = [
  [
    'store',
    'rows',
    'ms',
    'by hand',
    'ratio',
    `${AT_ONCE} at once, 1/s`,
    'by hand',
    'ratio',
    'recall',
    'by hand',
    'server, MB',
    'ours, MB',
    'filled, rows/s',
    'optimized, s',
  ],
];
for (const { name, measured, emptyServer, emptyOurs } of answers) {
  rows.push([name, '0', ...Array(9).fill(''), megabytes(emptyServer), megabytes(emptyOurs)].toSpliced(2, 1));
  for (const one of measured) {
    const alone = ratio(one.alone);
    const rates = ratio(one.rates);
    rows.push([
      name,
      String(one.size),
      spread(all(one.alone, 'a')),
      spread(all(one.alone, 'b')),
      interval(alone),
      number(rates.a),
      number(rates.b),
      interval(rates),
      one.recall.a.toFixed(3),
      one.recall.b.toFixed(3),
      megabytes(one.server),
      megabytes(one.ours),
      number(one.filled),
      number(one.optimized / 1000),
    ]);
    atMost(`${name}, ${one.size} rows: p50 against by hand`, alone, 1.15);
    atLeast(`${name}, ${one.size} rows: throughput at ${AT_ONCE} against by hand`, rates, 0.85);
    const recall = one.recall.a;
    goals.push({
      what: `${name}, ${one.size} rows: recall@${NEAREST}`,
      measured: recall.toFixed(3),
      goal: '>= 0.95',
      met: recall >= 0.95,
    });
  }
}
for (const line of table(rows)) print(line);
for (const { name, measured, fresh } of answers) {
  for (const { size, index } of measured) print(`  ${name}, ${size} rows: ${index}`);
  print(`  ${name}: a search right after a write takes ${number(median(fresh))} ms`);
}
print('');
print(`Inserts of new rows, ${CALL} a call; delay of the event loop meanwhile, ms (timer of 1 ms included)`);
const written = [['store', 'rows/s', 'by hand', 'ratio', 'delay p99', 'max', 'by hand p99', 'max']];
for (const { name, inserts, measured } of answers) {
  const found = ratio(inserts.rates);
  const { a, b } = inserts.delay;
  written.push([name, number(found.a), number(found.b), interval(found), ...[a.p99, a.max, b.p99, b.max].map(number)]);
  atLeast(`${name}: rows/s against by hand`, found, 0.8);
  const worst = Math.max(a.p99, ...measured.map(({ delay }) => delay));
  goals.push({
    what: `${name}: p99 of the event loop during inserts, ms`,
    measured: number(worst),
    goal: '< 30',
    met: worst < 30,
  });
  const [first, last] = [measured[0]!, measured.at(-1)!];
  if (first !== last)
    atMost(
      `${name}: p50 of ${last.size} rows against ${first.size}`,
      ratio(last.alone.map(({ a }, round) => ({ a, b: first.alone[round]!.a }))),
      2,
    );
}
for (const line of table(written)) print(line);
print('');
for (const line of table([
  ['goal', 'measured', '', ''],
  ...goals.map(({ what, measured, goal, met }) => [what, measured, goal, met ? '' : 'MISSED']),
]))
  print(line);
print('');
for (const line of lines.filter((one) => one.includes('MISSED'))) print(`Missed: ${line.trim()}`);
print(`The whole run took ${((performance.now() - began) / 1000).toFixed(0)} s.`);
if (!quick && only === undefined && sizes.length === Object.keys(SIZES).length) {
  const results = fileURLToPath(new URL('./results/', import.meta.url));
  await mkdir(results, { recursive: true });
  await writeFile(`${results}store.txt`, `${lines.join('\n')}\n`);
}

/** What a process of this benchmark answers; its notes go to stderr. */
async function childOf<T>(file: string, args: readonly string[], asked?: Asked): Promise<T> {
  const child = fork(new URL(file, import.meta.url), args, {
    env: { ...process.env, RUST_LOG: 'error' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  if (asked) child.send(asked);
  let answer: T | undefined;
  child.on('message', (message: { note?: string; answer?: T }) => {
    if (message.note === undefined) answer = message.answer;
    else console.error(`  [${((performance.now() - began) / 1000).toFixed(0)} s] ${message.note}`);
  });
  const [code] = await once(child, 'exit');
  if (answer === undefined) throw new Error(`${file} ended with ${code} and no answer.`);
  return answer;
}
