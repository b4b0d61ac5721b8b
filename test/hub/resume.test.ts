import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HubServer } from './hub-server.ts';
import { expectWhole, faultOf, partialOf, pullFrom } from './pulling.ts';
import { files, onnxFile, REPO, tinyModel } from './tiny-model.ts';

const VISION = 'onnx/vision_model.onnx';
const whole = files();
const BYTES = { vision: whole[VISION].length, text: whole['onnx/text_model.onnx'].length };

let folder: string;
let target: string;
let hub: HubServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'margay-hub-'));
  target = join(folder, 'tiny');
  hub = await new HubServer(REPO).start();
  for (const [path, bytes] of Object.entries(whole)) hub.put(path, bytes, path.endsWith('.onnx'));
});
afterEach(async () => {
  await hub.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('goes on by itself', () => {
  test('after cuts, from where they were', async () => {
    hub.faults = { cutAfter: { bytes: 70_000, times: 99 } };
    const { bytes, total, said } = await pullFrom(hub, tinyModel(), target);
    await expectWhole(target, whole);
    expect(bytes).toBe(total);
    expect(said).toContain('Trying again in');
    const ranges = hub.asked.filter(({ path }) => path === `/${VISION}`).map(({ range }) => range);
    expect(ranges).toEqual([undefined, 'bytes=70000-', 'bytes=140000-', 'bytes=210000-', 'bytes=280000-']);
    expect(hub.sent(VISION)).toBe(BYTES.vision);
  });

  test('after cuts by a server that knows no ranges, which makes no progress and is given up', async () => {
    hub.faults = { cutAfter: { bytes: 70_000, times: 99 }, noRanges: true };
    expect((await faultOf(pullFrom(hub, tinyModel(), target))).message).toMatch(/connection to .* failed/);
    hub.faults = { noRanges: true };
    const { bytes, total } = await pullFrom(hub, tinyModel(), target);
    expect(bytes).toBe(total);
    await expectWhole(target, whole);
  });

  test('after one damaged download', async () => {
    hub.faults = { corrupt: { file: /vision/, times: 1 } };
    const { bytes, total } = await pullFrom(hub, tinyModel(), target);
    expect(bytes).toBe(total);
    await expectWhole(target, whole);
  });

  test.each([500, 502, 503, 429])('after %i', async (status) => {
    hub.faults = { refuse: { status, headers: { 'retry-after': '0' }, times: 2 } };
    await pullFrom(hub, tinyModel(), target);
    await expectWhole(target, whole);
  });

  test('after a silence', async () => {
    hub.faults = { stallAfter: { bytes: 50_000, times: 1 } };
    await pullFrom(hub, tinyModel(), target, { stallMs: 60 });
    await expectWhole(target, whole);
  });
});

describe('between a cut and the next run', () => {
  /** Cut in the middle of the vision graph, and given up. */
  async function cut(): Promise<void> {
    hub.faults = { cutAfter: { bytes: 100_000, times: 1 } };
    await faultOf(pullFrom(hub, tinyModel(), target, { patience: { attempts: 1, firstWaitMs: 1, longestWaitMs: 1 } }));
    hub.faults = {};
    expect(await partialOf(target)).toEqual({ 'vision.onnx.part': 100_000 });
  }

  test('the file changed in the repository: it starts again', async () => {
    await cut();
    const other = onnxFile({ inputs: ['pixel_values'], outputs: ['pooler_output'] }, 250_000, 99);
    hub.put(VISION, other);
    hub.commit = 'e'.repeat(40);
    const { bytes, total } = await pullFrom(hub, tinyModel(), target);
    expect(bytes).toBe(total);
    expect(hub.asked.at(-1)!.path).toBe('/tokenizer.json');
    expect(hub.asked.filter(({ path }) => path === `/${VISION}`).map(({ range }) => range)).toEqual([
      undefined,
      undefined,
    ]);
    await expectWhole(target, { ...whole, [VISION]: other });
  });

  test('another commit has the same file: it goes on', async () => {
    await cut();
    hub.commit = 'e'.repeat(40);
    await pullFrom(hub, tinyModel(), target);
    const last = hub.asked.filter(({ path }) => path === `/${VISION}`).at(-1)!;
    expect([last.range, last.ifRange]).toEqual(['bytes=100000-', expect.stringMatching(/^"[0-9a-f]{32}"$/)]);
    expect(hub.sent(VISION)).toBe(BYTES.vision);
    await expectWhole(target, whole);
    expect(JSON.parse(await readFile(join(target, 'model.json'), 'utf8'))).toMatchObject({
      source: { commit: 'e'.repeat(40) },
    });
  });

  test('what came was damaged on the disk: the whole file comes again', async () => {
    await cut();
    await writeFile(join(folder, '.tiny.partial/vision.onnx.part'), Buffer.alloc(100_000));
    const { bytes, total } = await pullFrom(hub, tinyModel(), target);
    expect(bytes).toBe(total);
    await expectWhole(target, whole);
  });

  test('what came is longer than the file', async () => {
    await cut();
    await writeFile(join(folder, '.tiny.partial/vision.onnx.part'), Buffer.alloc(BYTES.vision + 1));
    await pullFrom(hub, tinyModel(), target);
    await expectWhole(target, whole);
  });
});
