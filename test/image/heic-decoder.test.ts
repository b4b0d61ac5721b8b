import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HeicDecoder } from '../../src/image/heic-decoder.ts';
import { SharpDecoder } from '../../src/image/sharp-decoder.ts';

const camera = '../shared/data/camera';
const absent = !existsSync(camera);
const { signal } = new AbortController();
const size = { width: 384, height: 512 };
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error) => error,
  );

describe.skipIf(absent)('HEIC (skipped where ../shared/data is absent)', () => {
  let small: Buffer;
  let phone: Buffer;
  /** How long the phone photo takes in full here and now, in milliseconds. */
  let whole = 0;
  const decoder = new HeicDecoder({ maxPixels: 50e6, maxWaiting: 1 });
  beforeAll(async () => {
    [small, phone] = await Promise.all([readFile(`${camera}/plain.heic`), readFile(`${camera}/iphone13.heic`)]);
  });
  afterAll(() => decoder.close());

  test('the thread is kept from picture to picture', async () => {
    expect(decoder.threadId).toBeUndefined();
    const { rgba, ...shape } = await decoder.decode(small, size, { signal });
    expect([shape.width, shape.height, rgba.length]).toEqual([384, 512, 384 * 512 * 4]);
    const thread = decoder.threadId;
    await decoder.decode(small, size, { signal });
    expect(decoder.threadId).toBe(thread);
  });

  test('the bytes stay the caller’s', async () => {
    await decoder.decode(small, size, { signal });
    expect(small.subarray(4, 12).toString('latin1')).toBe('ftypheic');
  });

  test('an abort in mid-decode ends the thread at once, and the next picture gets another', async () => {
    await decoder.decode(small, size, { signal });
    const thread = decoder.threadId;
    const controller = new AbortController();
    const work = refusal(decoder.decode(phone, { width: 3024, height: 4032 }, { signal: controller.signal }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const started = performance.now();
    controller.abort();
    expect((await work).name).toBe('AbortError');
    expect(performance.now() - started).toBeLessThan(500);
    expect(decoder.threadId).toBeUndefined();
    expect(await decoder.decode(small, size, { signal })).toMatchObject(size);
    expect(decoder.threadId).not.toBe(thread);
  });

  test('a full line is refused; who waits and leaves never costs a decode', async () => {
    const controller = new AbortController();
    const first = decoder.decode(small, size, { signal });
    const second = refusal(decoder.decode(phone, { width: 3024, height: 4032 }, { signal: controller.signal }));
    expect(await refusal(decoder.decode(small, size, { signal }))).toMatchObject({ code: 'OVERLOADED' });
    const thread = decoder.threadId;
    controller.abort();
    expect((await second).name).toBe('AbortError');
    expect(await first).toMatchObject(size);
    expect(decoder.threadId).toBe(thread);
  });

  test('a file cut in half is refused and the thread lives on', async () => {
    await decoder.decode(small, size, { signal });
    const thread = decoder.threadId;
    expect(await refusal(decoder.decode(small.subarray(0, small.length / 2), size, { signal }))).toMatchObject({
      code: 'BAD_IMAGE',
    });
    expect(await decoder.decode(small, size, { signal })).toMatchObject(size);
    expect(decoder.threadId).toBe(thread);
  });

  test('more pixels than allowed are refused before they are decoded', async () => {
    const strict = new HeicDecoder({ maxPixels: 1000 });
    expect(await refusal(strict.decode(small, size, { signal }))).toMatchObject({ code: 'IMAGE_TOO_LARGE' });
    await strict.close();
  });

  test('a phone photo of 12 megapixels is no reason for a new thread', async () => {
    const size = { width: 3024, height: 4032 };
    const started = performance.now();
    const { rgba, ...answer } = await decoder.decode(phone, size, { signal });
    whole = performance.now() - started;
    expect(answer).toMatchObject(size);
    expect(rgba.length).toBe(3024 * 4032 * 4);
    expect(decoder.threadId).toBeDefined();
  });

  test('a picture that outgrows the heap is refused; the next one is decoded in a new thread', async () => {
    const narrow = new HeicDecoder({ maxPixels: 50e6, maxHeap: 40 * 2 ** 20 });
    const large = { width: 3024, height: 4032 };
    expect(await refusal(narrow.decode(phone, large, { signal }))).toMatchObject({
      code: 'IMAGE_TOO_LARGE',
      message: expect.stringContaining('memory'),
    });
    expect(await narrow.decode(small, size, { signal })).toMatchObject(size);
    await narrow.close();
  });

  test('a deadline is kept and the event loop stays free', async () => {
    const hasty = new SharpDecoder({ deadlineMs: Math.round(whole / 5) });
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const started = performance.now();
    expect(await refusal(hasty.decode(phone, { signal }))).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    delay.disable();
    // Decoding in this thread would hold both up by the whole of it; a busy machine slows all three alike.
    expect(performance.now() - started).toBeLessThan(whole * 0.8);
    expect(delay.max / 1e6).toBeLessThan(whole * 0.5);
    await hasty.close();
  });
});

describe('a thread that dies', () => {
  const script = (code: string) =>
    new URL(`data:text/javascript,${encodeURIComponent(`import { parentPort } from 'node:worker_threads'; ${code}`)}`);
  const bytes = Buffer.from('\0\0\0\x18ftypheic', 'latin1');

  test.each([
    ['throws', `parentPort.on('message', () => { throw new WebAssembly.RuntimeError('trap') })`],
    ['exits', `parentPort.on('message', () => process.exit(3))`],
    ['never starts', `throw new Error('no')`],
  ])('%s: that picture is refused, the next is tried anew', async (_name, code) => {
    const decoder = new HeicDecoder({ maxPixels: 1, script: script(code) });
    for (let times = 0; times < 3; times++) {
      expect(await refusal(decoder.decode(bytes, size, { signal }))).toMatchObject({ code: 'BAD_IMAGE' });
      expect(decoder.threadId).toBeUndefined();
    }
    await decoder.close();
  });

  test('hangs: the signal ends it', async () => {
    const decoder = new HeicDecoder({
      maxPixels: 1,
      script: script(`parentPort.on('message', () => { while (true); })`),
    });
    const error = await refusal(decoder.decode(bytes, size, { signal: AbortSignal.timeout(200) }));
    expect(error.name).toBe('TimeoutError');
    expect(decoder.threadId).toBeUndefined();
    await decoder.close();
    expect(await refusal(decoder.decode(bytes, size, { signal }))).toMatchObject({ code: 'OVERLOADED' });
  });
});
