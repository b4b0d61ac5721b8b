import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { fingerprint } from '../../src/encode/fingerprint.ts';
import { ManifestSchema } from '../../src/encode/manifest.ts';

const text = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Of the first table of the report on photos: what a task reaches, and the floor beside it. */
async function row(task: string): Promise<Record<string, string>> {
  const lines = (await text('bench/results/eval-photos.txt')).split('\n').filter((line) => line.startsWith('| '));
  const cells = (line: string) => line.split('|').map((cell) => cell.trim());
  const [head, found] = [cells(lines[0]!), cells(lines.find((line) => line.startsWith(`| ${task} |`))!)];
  return Object.fromEntries(head.map((name, column) => [name, found[column]!]));
}

const rounded = (cell: string) => (Number.parseFloat(cell) + 1e-9).toFixed(2).replace(/^0/, '');

test('the warning that indexing own photos prints quotes the table that the repository keeps', async () => {
  const { caution } = JSON.parse(await text('models/pocket/model.json'));
  const [grocery, luma, back, other] = await Promise.all(
    [
      'image_to_product, grocery',
      'image_to_product, luma',
      'composed, luma, back photo',
      'composed, luma, alt1 photo',
    ].map(row),
  );
  const quoted = [
    grocery!['R@1'],
    luma!['R@1'],
    grocery!['color histogram'],
    luma!['color histogram'],
    back!['R@1'],
    other!['R@1'],
  ];
  expect(caution.match(/\.\d\d/g)).toEqual(quoted.map((cell) => rounded(cell!)));
});

test.each(['eval', 'eval-photos'])('%s.txt is of the graphs that are served', async (name) => {
  const served = fingerprint(ManifestSchema.parse(JSON.parse(await text('models/pocket/model.json'))));
  expect(await text(`bench/results/${name}.txt`)).toContain(`encoder pocket (${served.slice(0, 12)})`);
});
