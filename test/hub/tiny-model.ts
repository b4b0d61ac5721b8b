import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KnownModel } from '../../src/hub/known-model.ts';
import { parseKnown } from '../../src/hub/known-model.ts';

/** Protocol Buffers, as much as ONNX needs here. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];
}
const field = (number: number, body: Buffer) =>
  Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(body.length)]), body]);
const text = (number: number, value: string) => field(number, Buffer.from(value));

/** A file that is an ONNX model in its form, with the names and about the size that are asked for, and that nothing can run. */
export function onnxFile(
  names: { inputs: readonly string[]; outputs: readonly string[] },
  bytes = 0,
  seed = 1,
): Buffer {
  const weights = Buffer.alloc(bytes);
  for (let at = 0, state = seed; at < bytes; at++) {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    weights[at] = state >> 16;
  }
  const graph = Buffer.concat([
    text(2, 'main_graph'),
    field(5, Buffer.concat([text(8, 'weights'), field(9, weights)])),
    ...names.inputs.map((name) => field(11, text(1, name))),
    ...names.outputs.map((name) => field(12, text(1, name))),
  ]);
  return Buffer.concat([Buffer.from([8, 9]), text(2, 'test'), field(7, graph), field(8, Buffer.from([16, 17]))]);
}

export const REPO = 'owner/tiny';

/** What the hub's repository holds. */
export const files = () => ({
  'onnx/vision_model.onnx': onnxFile(
    { inputs: ['pixel_values'], outputs: ['last_hidden_state', 'pooler_output'] },
    300_000,
    7,
  ),
  'onnx/text_model.onnx': onnxFile({ inputs: ['input_ids'], outputs: ['pooler_output'] }, 200_000, 8),
  'tokenizer.json': Buffer.from(`{"version": "1.0", "filler": "${'x'.repeat(20_000)}"}\n`),
});

/** A known model of that repository. */
export function tinyModel(change: (json: TinyJson) => void = () => {}): KnownModel {
  const json: TinyJson = {
    manifest: {
      mode: 'two-tower',
      name: 'tiny',
      version: '1',
      license: 'Apache-2.0',
      description: 'A model for tests.',
      languages: ['en'],
      precision: 'fp32',
      dimensions: 4,
      normalize: true,
      graphs: {
        vision: { file: 'vision.onnx', input: 'pixel_values', output: 'pooler_output|image_embeds' },
        text: { file: 'text.onnx', input: 'input_ids', output: 'pooler_output', mask: 'attention_mask?' },
      },
      tokenizer: { file: 'tokenizer.json', maxTokens: 64, padId: 1, padding: 'max' },
      picture: {
        size: 2,
        resize: 'stretch',
        crop: 'none',
        kernel: 'cubic',
        method: 'exact',
        mean: [0.5, 0.5, 0.5],
        std: [0.5, 0.5, 0.5],
      },
      fusion: { pictureWeight: 0.5, of: 'unit' },
    },
    queries: ['text', 'picture'],
    source: {
      hub: {
        repo: REPO,
        revision: 'main',
        files: {
          'vision.onnx': { path: 'onnx/vision_model.onnx' },
          'text.onnx': { path: 'onnx/text_model.onnx' },
          'tokenizer.json': { path: 'tokenizer.json' },
        },
      },
    },
    facts: {},
    unverified: [],
  };
  change(json);
  return parseKnown('tiny.json', JSON.stringify(json));
}

export interface TinyJson {
  manifest: Record<string, unknown> & { graphs: Record<string, Record<string, unknown>> };
  queries: string[];
  bytes?: number;
  source: {
    hub: { repo: string; revision: string; files: Record<string, { path: string; sha256?: string; bytes?: number }> };
  };
  facts: Record<string, string>;
  unverified: string[];
}

/** Stands for the run of the graphs. */
export async function fakeGolden(folder: string): Promise<void> {
  await writeFile(
    join(folder, 'golden.json'),
    JSON.stringify({ tolerance: 1e-4, cases: [{ name: 'words', text: 'a mug', vector: [1, 0, 0, 0] }] }),
  );
}
