import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { graphNames } from '../../src/hub/graph-names.ts';
import { onnxFile } from './tiny-model.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'margay-graph-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(bytes: Uint8Array) {
  const path = join(folder, 'graph.onnx');
  await writeFile(path, bytes);
  return graphNames(path);
}

test.each([
  ['vision', { inputs: ['pixels'], outputs: ['tokens'] }],
  ['encode', { inputs: ['tokens', 'ids', 'positions', 'mask'], outputs: ['embedding', 'kind', 'print', 'color'] }],
])("pocket's %s graph, as PyTorch wrote it", async (graph, names) => {
  expect(await graphNames(fileURLToPath(new URL(`../../models/pocket/${graph}.onnx`, import.meta.url)))).toEqual(names);
});

test('names of any form and weights of any size', async () => {
  const name = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' });
  const names = fc.array(name, { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(
      names,
      fc.array(name, { minLength: 1, maxLength: 5 }),
      fc.nat(200_000),
      async (inputs, outputs, bytes) => {
        expect(await read(onnxFile({ inputs, outputs }, bytes))).toEqual({ inputs, outputs });
      },
    ),
    { numRuns: 40 },
  );
});

test('bytes that are no graph are refused, and never read without end', async () => {
  const good = onnxFile({ inputs: ['a'], outputs: ['b'] }, 100);
  const broken = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.nat(good.length - 1).map((length) => good.subarray(0, length)),
    fc.tuple(fc.nat(30), fc.nat(255)).map(([at, value]) => {
      const copy = Buffer.from(good);
      copy[at] = value;
      return copy;
    }),
  );
  await fc.assert(
    fc.asyncProperty(broken, async (bytes) => {
      const found = await read(bytes).catch((error: unknown) => error);
      // What still is a graph may have lost something, but has outputs.
      if (!(found instanceof Error)) expect((found as { outputs: string[] }).outputs.length).toBeGreaterThan(0);
    }),
    { numRuns: 200 },
  );
  await expect(read(Buffer.from('<!doctype html>'))).rejects.toThrow();
  await expect(read(Buffer.alloc(0))).rejects.toThrow('no graph');
});
