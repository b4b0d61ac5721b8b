import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, lacksPython, python } from './export-python.ts';

/** The authors' classes at a small size: every length of batch, every bug that the real comparison must see. */
const BUGS = [
  'image positions off by one: 0 ... V-1',
  'image positions off by one: 2 ... V+1',
  'token type added to image tokens',
  "EVA's class token kept",
  "EVA's final norm applied",
  'mask ignored',
  'text and image swapped',
  'text ignored',
  'right padding read: one token too many',
  'words beside a picture one place early',
  'position offset wrong: text one place late',
  'preprocessing `cover`',
];
const M3_BUGS = ["m3's position offset wrong: text from 0", "m3's position offset wrong: from 2 beside a picture"];

describe.skipIf(lacksPython)("parity with the authors' code (needs scripts/export-venv.sh)", () => {
  let folder: string;
  let run: Ended;
  const tables = new Map<string, string>();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'margay-parity-'));
    const models = ['small-base', 'small-m3'];
    const args = ['training/export/parity.py', ...models, '--build', join(folder, 'models'), '--results', folder];
    run = await python(args, AbortSignal.timeout(400_000));
    for (const model of models) {
      tables.set(model, await readFile(join(folder, `parity-${model}.txt`), 'utf8').catch(() => ''));
    }
  }, 420_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('ends well', () => {
    expect(run).toMatchObject({ code: 0, said: expect.stringContaining('All as it should be') });
  });

  test.each([
    ['small-base', 'text', [1, 24, 96]],
    ['small-base', 'picture', [2]],
    ['small-base', 'joint', [1, 24, 71]],
    ['small-m3', 'text', [1, 24, 96]],
    ['small-m3', 'picture', [2]],
    ['small-m3', 'joint', [1, 24, 73]],
  ])('%s, %s: every length, alone and by eight, padded and not, within the tolerance', (model, what, lengths) => {
    const rows = [
      ...tables.get(model)!.matchAll(/^(text|picture|joint) +T +(\d+) {2}batch (\d) {2}(padded)? +([\d.e+-]+) /gm),
    ];
    const found = rows.filter((row) => row[1] === what);
    const wanted = lengths.flatMap((length) =>
      [1, 8].flatMap((batch) => (length > 2 ? ['', 'padded'] : ['']).map((padded) => `${length} ${batch} ${padded}`)),
    );
    expect(found.map(([, , length, batch, padded]) => `${length} ${batch} ${padded ?? ''}`)).toEqual(wanted);
    for (const [, , , , , error] of found) expect(Number(error)).toBeLessThan(1e-4);
  });

  test.each([
    ...BUGS.map((bug) => ['small-base', bug] as const),
    ...[...BUGS, ...M3_BUGS].map((bug) => ['small-m3', bug] as const),
  ])('%s sees a planted bug a hundredfold: %s', (model, bug) => {
    const row = tables
      .get(model)!
      .split('\n')
      .find((line) => line.startsWith(`${bug} `));
    const error = Number(row?.slice(bug.length).trim().split(/ +/)[0]);
    expect(error).toBeGreaterThan(100 * 1e-4);
  });
});
