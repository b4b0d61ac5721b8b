import { afterAll, describe, expect, test } from 'vitest';
import { ExactResizer, type ExactResizerOptions } from '../../src/encode/exact-resizer.ts';
import { plan, scaled } from '../../src/encode/exact-scaling.ts';
import { crop, type Scaling } from '../../src/encode/preprocess.ts';
import type { Picture } from '../../src/image/decoder.ts';
import { isMargayError } from './margay-error.ts';

const { signal } = new AbortController();
const open: ExactResizer[] = [];
afterAll(() => Promise.all(open.map((resizer) => resizer.close())));

function resizer(options: ExactResizerOptions = {}): ExactResizer {
  const made = new ExactResizer({ threads: 1, deadlineMs: 60_000, maxWaitMs: 60_000, ...options });
  open.push(made);
  return made;
}

/** A thread that does something else with what it is asked. */
const script = (body: string) =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => { ${body} });`)}`,
  );
/** Deaf to everything but its end. */
const BUSY = script('for (;;);');

function picture(width: number, height: number): Picture {
  const rgb = new Uint8Array(width * height * 3);
  for (let at = 0; at < rgb.length; at++) rgb[at] = Math.imul(at, 40_503) >>> 8;
  return { width, height, rgb };
}
const large = picture(1200, 900);
const scaling: Scaling = {
  width: 298,
  height: 224,
  kernel: 'cubic',
  window: { left: 37, top: 0, width: 224, height: 224 },
};
const way = plan(large, scaling);
const expected = scaled(crop(large, way.region).rgb, way);

describe('a large picture', () => {
  test('is scaled in a thread, which is kept, and still belongs to its owner', async () => {
    const threaded = resizer();
    const before = large.rgb.slice();
    for (let time = 0; time < 3; time++) {
      const { width, height, rgb } = await threaded.resize(large, scaling, { signal });
      expect([width, height]).toEqual([224, 224]);
      expect(rgb).toEqual(expected);
    }
    expect(Buffer.compare(large.rgb, before)).toBe(0);
    expect(threaded.threads).toBe(1);
  });

  test('and many at once use the threads there are, each its own', async () => {
    const threaded = resizer({ threads: 2 });
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        threaded.resize(large, { ...scaling, window: { ...scaling.window, left: index * 10 } }, { signal }),
      ),
    );
    expect(threaded.threads).toBe(2);
    for (const [index, { rgb }] of answers.entries()) {
      const shifted = plan(large, { ...scaling, window: { ...scaling.window, left: index * 10 } });
      expect(rgb).toEqual(scaled(crop(large, shifted.region).rgb, shifted));
    }
  });

  test('of 12 megapixels leaves the event loop its turns', async () => {
    const threaded = resizer();
    const photo = picture(4032, 3024);
    let turns = 0;
    let done = false;
    const turn = () => {
      turns++;
      if (!done) setImmediate(turn);
    };
    setImmediate(turn);
    const { rgb } = await threaded.resize(photo, scaling, { signal });
    done = true;
    expect(turns).toBeGreaterThan(10);
    const whole = plan(photo, scaling);
    expect(rgb).toEqual(scaled(crop(photo, whole.region).rgb, whole));
  });
});

test('a small picture is not worth a thread', async () => {
  const idle = resizer();
  const small = picture(60, 40);
  const enlarged = { ...scaling, width: 336 };
  const { rgb } = await idle.resize(small, enlarged, { signal });
  const region = plan(small, enlarged);
  expect(rgb).toEqual(scaled(crop(small, region.region).rgb, region));
  expect(idle.threads).toBe(0);
});

test('warm, all threads are there', async () => {
  const warm = resizer({ threads: 2 });
  await warm.warmUp({ signal });
  expect(warm.threads).toBe(2);
});

describe('faults', () => {
  test('who leaves is let go at once, and the thread ends in mid-work', async () => {
    const busy = resizer({ script: BUSY });
    const controller = new AbortController();
    const reason = new Error('left');
    const work = busy.resize(large, scaling, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 50);
    await expect(work).rejects.toBe(reason);
    expect(busy.threads).toBe(0);
    await expect(busy.resize(large, scaling, { signal: controller.signal })).rejects.toBe(reason);
    expect(busy.threads).toBe(0);
  });

  test('who leaves the line frees no thread and costs none', async () => {
    const busy = resizer({ script: BUSY });
    const controller = new AbortController();
    const first = busy.resize(large, scaling, { signal: controller.signal });
    const second = new AbortController();
    const waiting = busy.resize(large, scaling, { signal: second.signal });
    second.abort(new Error('second left'));
    await expect(waiting).rejects.toThrow('second left');
    controller.abort(new Error('first left'));
    await expect(first).rejects.toThrow('first left');
  });

  test('a deadline', async () => {
    const busy = resizer({ script: BUSY, deadlineMs: 100 });
    await expect(busy.resize(large, scaling, { signal })).rejects.toSatisfy(isMargayError('DEADLINE_EXCEEDED'));
    expect(busy.threads).toBe(0);
  });

  test.each([
    ['throws', "throw new Error('broken')"],
    ['ends', 'process.exit(3)'],
  ])('a thread that %s', async (_name, body) => {
    const broken = resizer({ script: script(body) });
    for (let time = 0; time < 2; time++)
      await expect(broken.resize(large, scaling, { signal })).rejects.toSatisfy(isMargayError('ENCODER_UNAVAILABLE'));
    expect(broken.threads).toBe(0);
  });

  test('a thread that cannot start', async () => {
    const absent = resizer({ script: new URL('./no-such-worker.ts', import.meta.url) });
    await expect(absent.resize(large, scaling, { signal })).rejects.toSatisfy(isMargayError('ENCODER_UNAVAILABLE'));
  });

  test.each<[string, ExactResizerOptions]>([
    ['more than may wait', { maxWaiting: 1 }],
    ['more bytes than may be held', { maxBytes: 2 * large.rgb.length }],
    ['longer than one may wait', { maxWaitMs: 50 }],
  ])('%s', async (_name, options) => {
    const busy = resizer({ script: BUSY, ...options });
    const controller = new AbortController();
    const work = Array.from({ length: 3 }, () => busy.resize(large, scaling, { signal: controller.signal }));
    const settled = Promise.allSettled(work);
    await expect(Promise.race(work)).rejects.toSatisfy(isMargayError('OVERLOADED'));
    controller.abort();
    await settled;
  });

  test('one picture larger than what may be held is taken alone', async () => {
    const { rgb } = await resizer({ maxBytes: 1 }).resize(large, scaling, { signal });
    expect(rgb).toEqual(expected);
  });

  test('closed, it refuses what is at work, what waits and what comes', async () => {
    const busy = resizer({ script: BUSY });
    const work = [1, 2].map(() => busy.resize(large, scaling, { signal }));
    const settled = Promise.allSettled(work);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await busy.close();
    for (const each of await settled)
      expect(each).toMatchObject({ status: 'rejected', reason: { code: 'ENCODER_UNAVAILABLE' } });
    await expect(busy.resize(large, scaling, { signal })).rejects.toSatisfy(isMargayError('ENCODER_UNAVAILABLE'));
    expect(busy.threads).toBe(0);
  });
});
