import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { start } from './asked.ts';
import type { Scenario } from './report.ts';
import type { ServerQuestions } from './server.ts';

/**
 * Runs the scenarios that the command line asks for (`--only NAME`, `--quick`) over one prepared demo, and prints what they print.
 * @param command as it is typed. @param kept file in bench/results that a whole run is kept in.
 */
export async function runScenarios(
  command: string,
  kept: string,
  scenarios: Readonly<Record<string, Scenario>>,
): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } } });
  const { only, quick } = values;
  if (only !== undefined && !Object.hasOwn(scenarios, only)) {
    console.error(`There is no "${only}". There are: ${Object.keys(scenarios).join(', ')}.`);
    process.exit(2);
  }
  const lines: string[] = [];
  const print = (line: string) => {
    lines.push(line);
    console.log(line);
  };
  const began = performance.now();
  const few = quick ? ' -- --quick (too few runs to be quoted)' : '';
  print(`${command}${few}, ${new Date().toISOString().slice(0, 16)}Z`);
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'})`;
  print(`Node ${process.version}, ${process.platform} ${process.arch}, ${machine}`);

  const data = fileURLToPath(new URL('../build/bench/demo', import.meta.url));
  await mkdir(data, { recursive: true });
  // Prepares the demo where it is missing, so that no scenario pays for it.
  await (await start<ServerQuestions>(new URL('./server.ts', import.meta.url), ['real'], { MARGAY_DATA: data })).end();

  for (const [name, scenario] of Object.entries(scenarios)) {
    if (only !== undefined && only !== name) continue;
    print('');
    await scenario({ quick, data, print });
  }
  print('');
  const missed = lines.filter((line) => line.includes('MISSED'));
  for (const line of missed) print(`Missed: ${line.trim()}`);
  print(`The whole run took ${((performance.now() - began) / 1000).toFixed(0)} s.`);
  if (quick || only !== undefined) return;
  const results = fileURLToPath(new URL('./results/', import.meta.url));
  await mkdir(results, { recursive: true });
  await writeFile(`${results}${kept}`, `${lines.join('\n')}\n`);
}
