// npm run bench:rerank [-- --only NAME] [-- --quick]: what the rerank pass takes and what it bears, as tables. A whole run is kept in bench/results/rerank.txt.
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { start } from './asked.ts';
import type { Scenario } from './report.ts';
import { calls } from './rerank-calls.ts';
import { defer } from './rerank-defer.ts';
import { faults } from './rerank-faults.ts';
import { pocket } from './rerank-pocket.ts';
import { quality } from './rerank-quality.ts';
import { repeats } from './rerank-repeats.ts';
import { sheet } from './rerank-sheet.ts';
import type { ServerQuestions } from './server.ts';

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  calls,
  sheet,
  repeats,
  defer,
  faults,
  quality: async ({ print }) => quality(print),
  pocket,
};

const names = Object.keys(SCENARIOS).join(', ');
const { values } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } } });
if (values.only !== undefined && !(values.only in SCENARIOS)) {
  console.error(`There is no "${values.only}". There are: ${names}.`);
  process.exit(2);
}

const lines: string[] = [];
const print = (line: string) => {
  lines.push(line);
  console.log(line);
};
const began = performance.now();
const few = values.quick ? ' -- --quick (too few runs to be quoted)' : '';
print(`npm run bench:rerank${few}, ${new Date().toISOString().slice(0, 16)}Z`);
print(
  `Node ${process.version}, ${process.platform} ${process.arch}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'})`,
);

const data = fileURLToPath(new URL('../build/bench/demo', import.meta.url));
await mkdir(data, { recursive: true });
// Prepares the demo where it is missing, so that no scenario pays for it.
await (await start<ServerQuestions>(new URL('./server.ts', import.meta.url), ['real'], { MARGAY_DATA: data })).end();

for (const [name, scenario] of Object.entries(SCENARIOS)) {
  if (values.only !== undefined && values.only !== name) continue;
  print('');
  await scenario({ quick: values.quick, data, print });
}
print('');
const missed = lines.filter((line) => line.includes('MISSED'));
print(missed.length === 0 ? 'No goal was missed.' : `Missed:\n${missed.join('\n')}`);
print(`The whole run took ${((performance.now() - began) / 1000).toFixed(0)} s.`);
if (!values.quick && values.only === undefined) {
  const results = fileURLToPath(new URL('./results/', import.meta.url));
  await mkdir(results, { recursive: true });
  await writeFile(`${results}rerank.txt`, `${lines.join('\n')}\n`);
}
