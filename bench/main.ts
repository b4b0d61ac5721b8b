// npm run bench [-- --only NAME] [-- --quick]: what the gateway costs, as tables. A whole run is kept in bench/results/bench.txt.
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { start } from './asked.ts';
import { ownCost } from './own-cost.ts';
import type { Scenario } from './report.ts';
import { rerank } from './rerank.ts';
import { eventLoop, memory } from './residence.ts';
import type { ServerQuestions } from './server.ts';
import { sideBySide } from './side-by-side.ts';
import { startUp } from './start-up.ts';

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'side-by-side': sideBySide,
  'own-cost': ownCost,
  rerank,
  'event-loop': eventLoop,
  memory,
  'start-up': startUp,
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
print(
  `npm run bench${values.quick ? ' -- --quick (too few runs to be quoted)' : ''}, ${new Date().toISOString().slice(0, 16)}Z`,
);
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
print(`The whole run took ${((performance.now() - began) / 1000).toFixed(0)} s.`);
if (!values.quick && values.only === undefined) {
  const results = fileURLToPath(new URL('./results/', import.meta.url));
  await mkdir(results, { recursive: true });
  await writeFile(`${results}bench.txt`, `${lines.join('\n')}\n`);
}
