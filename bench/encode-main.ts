// npm run bench:encode [-- --model FOLDER --int8 FOLDER --quick]: what a real encoder does in a second, against PyTorch eager doing the same work one at a
// time, against the same graphs called by hand, and over HTTP. A whole run is kept in bench/results/encode.txt.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seededModels } from './encode-models.ts';
import { type EncodeRun, rates } from './encode-rates.ts';
import { searches } from './encode-searches.ts';
import { drawings } from './queries.ts';

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    int8: { type: 'string' },
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
const { quick } = values;
const from = process.env.INIT_CWD ?? '.';
const given = (folder: string | undefined) => (folder === undefined ? undefined : resolve(from, folder));
const seeded = values.model === undefined ? await seededModels() : undefined;
const fp32 = given(values.model) ?? seeded!.fp32;
const int8 = given(values.int8) ?? seeded?.int8;

const lines: string[] = [];
const print = (line: string) => {
  lines.push(line);
  console.log(line);
};
const began = performance.now();
print(
  `npm run bench:encode${quick ? ' -- --quick (too few runs to be quoted)' : ''}, ${new Date().toISOString().slice(0, 16)}Z`,
);
print(
  `Node ${process.version}, ${process.platform} ${process.arch}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'})`,
);

const folder = await mkdtemp(join(tmpdir(), 'margay-bench-encode-'));
try {
  const files: string[] = [];
  for await (const bytes of drawings()) {
    const file = join(folder, `${files.length}.jpg`);
    await writeFile(file, bytes);
    if (files.push(file) === 96) break;
  }
  const run = {
    fp32,
    int8,
    files,
    quick,
    print,
    torch: seeded !== undefined && existsSync(seeded.python) ? seeded : undefined,
  };
  // The decoder blocks SVG in its process, and the drawings of the others are SVG.
  const first = async (given: EncodeRun) => (await import('./encode-first.ts')).firstSearches(given);
  const scenarios = { rates, searches, first };
  for (const [name, scenario] of Object.entries(scenarios)) {
    if (values.only !== undefined && values.only !== name) continue;
    print('');
    await scenario(run);
  }
} finally {
  await rm(folder, { recursive: true });
}
print('');
for (const line of lines.filter((one) => one.includes('MISSED'))) print(`Missed: ${line.trim()}`);
print(`The whole run took ${((performance.now() - began) / 1000).toFixed(0)} s.`);
if (!quick && values.only === undefined) {
  const results = fileURLToPath(new URL('./results/', import.meta.url));
  await mkdir(results, { recursive: true });
  await writeFile(`${results}encode.txt`, `${lines.join('\n')}\n`);
}
