import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CardExample, cardExamples } from './model-card.ts';

/** Exported from the published checkpoints: folders `visualized-bge-base`, `visualized-bge-m3` or both. */
const weights = process.env.VISUALIZED_BGE_WEIGHTS;
/** The authors' `research/visual_bge`: README.md and imgs/. */
const authors = process.env.VISUALIZED_BGE_REPOSITORY;
const examples = authors === undefined ? [] : cardExamples(readFileSync(join(authors, 'README.md'), 'utf8'));
/** The README gives four digits, of another machine and another build of everything. */
const TOLERANCE = 2e-3;

/** Vectors of length one by margay's own command. */
async function encode(model: string, inputs: CardExample['inputs'], signal: AbortSignal): Promise<number[][]> {
  const child = spawn(process.execPath, ['src/main.ts', 'model', 'encode', join(weights!, model), '--batch', '1'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    signal,
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (more) => (said += more));
  for (const { text, image } of inputs) {
    child.stdin.write(`${JSON.stringify({ text, image: image && join(authors!, image) })}\n`);
  }
  child.stdin.end();
  await once(child, 'close');
  return said.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).vector]));
}

describe.each(['visualized-bge-base', 'visualized-bge-m3'])('%s with its real weights', (model) => {
  const absent = weights === undefined || authors === undefined || !existsSync(join(weights, model, 'model.json'));
  const why = 'needs VISUALIZED_BGE_WEIGHTS and VISUALIZED_BGE_REPOSITORY';
  test.skipIf(absent)(`gives the similarities that the model card prints (${why})`, { timeout: 300_000 }, async () => {
    const own = examples.filter((example) => example.model === model);
    expect(own.length).toBeGreaterThan(0);
    for (const { inputs, similarities } of own) {
      const [query, ...candidates] = await encode(model, inputs, AbortSignal.timeout(250_000));
      const found = candidates.map((vector) => vector.reduce((sum, value, index) => sum + value * query![index]!, 0));
      expect(found).toHaveLength(similarities.length);
      similarities.forEach((wanted, index) => {
        expect(Math.abs(found[index]! - wanted)).toBeLessThan(TOLERANCE);
      });
    }
  });
});

test('examples are read as the README writes them', () => {
  const written = [
    '``` python',
    'model = Visualized_BGE(model_name_bge = "X/bge-m3", model_weight="path: x.pth")',
    'a = model.encode(image="./imgs/one.png", text="A \\"red\\" mug, please (soon)")',
    'b = model.encode(image="./imgs/two.png")',
    'c = model.encode(text="words")',
    'print(a @ b.T) # tensor([[0.5000]]) tensor([[0.2500]])',
    '```',
    '```python',
    'model.encode(text="no result is printed")',
    '```',
  ].join('\n');
  expect(cardExamples(written)).toEqual([
    {
      model: 'visualized-bge-m3',
      inputs: [
        { text: 'A "red" mug, please (soon)', image: './imgs/one.png' },
        { image: './imgs/two.png' },
        { text: 'words' },
      ],
      similarities: [0.5, 0.25],
    },
  ]);
});
