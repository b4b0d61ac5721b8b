import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { drawnPicture } from '../pictures.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'margay-eval-'));
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

const COLORS = { red: '#c82828', green: '#28a028', blue: '#2828c8', yellow: '#e6d228' };

test('a folder of real pictures, the real encoder, one command', async () => {
  const photos: object[] = [];
  const tasks: object[] = [];
  for (const [name, color] of Object.entries(COLORS)) {
    const photo = (id: string, role: string) => ({
      ...{ id, role, file: `${id}.jpg`, label: name, category_path: ['Things'], attributes: { color: name } },
      ...{ title: `Thing - ${name}`, description: `A ${name} thing.` },
    });
    photos.push(photo(name, 'catalogue'), photo(`${name}-asks`, 'query'));
    await writeFile(join(folder, `${name}.jpg`), await drawnPicture(color));
    await writeFile(join(folder, `${name}-asks.jpg`), await drawnPicture(color, { width: 50, height: 70 }));
    const task = (more: object) => ({ source: 's', query_image: null, query_text: null, gallery: 'all', ...more });
    const relevant = { [name]: 2 };
    tasks.push(task({ task: 'image_to_product', split: 'eval', query_image: `${name}-asks`, relevant }));
    for (const split of ['train', 'eval'])
      tasks.push(
        task({
          task: 'composed',
          split,
          query_image: 'red-asks',
          query_text: `this in ${name}`,
          relevant,
          exclude: [],
        }),
      );
  }
  const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
  await writeFile(join(folder, 'photos.jsonl'), lines(photos));
  await writeFile(join(folder, 'tasks.jsonl'), lines(tasks));
  const chance = { 'chance@1': 0.25, 'chance@10': 1 };
  await writeFile(join(folder, 'baselines.json'), JSON.stringify({ tasks: { 'composed/s/eval': chance } }));

  const env = { PATH: process.env.PATH, MARGAY_DATA: join(folder, 'data'), INIT_CWD: folder };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['src/main.ts', 'eval', '.'], { env });
  const rows = stdout.split('\n').filter((line) => line.startsWith('| '));
  // The only product of the very color; that is what the demo model surely sees.
  expect(rows.find((line) => line.startsWith('| image_to_product, s | picture | 4 | 4 | 1.000 '))).toBeDefined();
  expect(
    rows.filter((line) => /^\| composed, s \| text and picture \| 4 \| 1 \|.* 0\.250 \/ 1\.000 \|/.test(line)),
  ).toHaveLength(2);
  expect(stdout).toMatch(/\*\*Best on train: (0(\.\d)?|1)\.\*\*/);
  expect(stderr).toContain('Embedding products: 4 of 4 in ');
});
