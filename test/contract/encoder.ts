import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Encoded, Encoder, EncoderInput, ModelPixels } from '../../src/encode/encoder.ts';
import type { Picture } from '../../src/image/decoder.ts';
import { isMargayError } from '../encode/margay-error.ts';

const signal = new AbortController().signal;
/** What a batch may change in any dimension of a vector. */
const TOLERANCE = 1e-5;
/** What two inputs must differ by at least in some dimension to be told apart. */
const SPREAD = 1e-4;

/** Two colors in stripes of `period` pixels: far enough from another period or color for any model. */
export function stripes(width: number, height: number, period: number, colors: readonly [number[], number[]]): Picture {
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    rgb.set(colors[Math.floor((pixel % width) / period) % 2]!, pixel * 3);
  }
  return { width, height, rgb };
}

const norm = (vector: Float32Array) => Math.hypot(...vector);
export const difference = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0);

/** What every encoder promises. `make` is called twice: once for the suite, once to be closed in the middle of its work. */
export function encoderContract(name: string, make: () => Promise<Encoder>): void {
  describe(`encoder contract: ${name}`, () => {
    let encoder: Encoder;
    let red: ModelPixels;
    let blue: ModelPixels;
    beforeAll(async () => {
      encoder = await make();
      red = await encoder.prepare(
        stripes(400, 300, 20, [
          [220, 30, 30],
          [250, 250, 250],
        ]),
        { signal },
      );
      blue = await encoder.prepare(
        stripes(300, 500, 60, [
          [20, 20, 200],
          [0, 0, 0],
        ]),
        { signal },
      );
    });
    afterAll(() => encoder?.close());
    const encode = (input: EncoderInput) => encoder.encode(input, { signal });

    const inputs = (): [string, EncoderInput][] => [
      ['text', { text: 'a red mug' }],
      ['picture', { pixels: red }],
      ['both', { text: 'phone case with this', pixels: red }],
      ['one letter', { text: 'x' }],
      ['no known word', { text: '\u{1f980}\u{1f980} \ud800 \u0000 \u6f22' }],
      ['a text that is too long', { text: 'red leopard '.repeat(5_000) }],
    ];

    test('vectors have the promised dimension, are finite and of unit norm', async () => {
      for (const [what, input] of inputs()) {
        const { vector } = await encode(input);
        expect(vector, what).toHaveLength(encoder.info.dimensions);
        expect(vector.every(Number.isFinite), what).toBe(true);
        expect(norm(vector), what).toBeCloseTo(1, 4);
      }
    });

    test('the same input gives the same output, also at another priority', async () => {
      for (const [what, input] of inputs()) {
        const [first, second] = [await encode(input), await encode(input)];
        const indexed = await encoder.encode(input, { signal, priority: 'index' });
        expect(difference(first.vector, second.vector), what).toBeLessThan(TOLERANCE);
        // The picture's weight is the query's: what is stored of words and picture is half and half.
        const weighted = encoder.info.joint === 'FUSED' && input.pixels && input.text?.trim();
        const stored = weighted ? await encoder.encode(input, { signal, priority: 'index' }) : first;
        expect(difference(stored.vector, indexed.vector), what).toBeLessThan(TOLERANCE);
        expect(second.attributes).toEqual(first.attributes);
      }
    });

    test('what else is in its batch does not change a vector', async () => {
      const texts = Array.from(
        { length: 40 },
        (_, index) => `mug ${'with a very long story '.repeat(index % 7)}${index}`,
      );
      const asked: EncoderInput[] = [
        ...texts.map((text) => ({ text })),
        { pixels: red },
        { pixels: blue },
        { text: 'a mug', pixels: blue },
        { text: 'in a brighter color and with longer words', pixels: red },
      ];
      const together = await Promise.all(asked.map((input) => encoder.encode(input, { signal, priority: 'index' })));
      for (const [index, input] of asked.entries()) {
        const alone = await encoder.encode(input, { signal, priority: 'index' });
        expect(difference(alone.vector, together[index]!.vector), JSON.stringify(input.text)).toBeLessThan(TOLERANCE);
      }
    });

    test('words and picture together are neither of both, and both matter', async () => {
      const text = (await encode({ text: 'a mug' })).vector;
      const picture = (await encode({ pixels: red })).vector;
      const joint = (await encode({ text: 'a mug', pixels: red })).vector;
      const otherText = (await encode({ text: 'leopard backpack', pixels: red })).vector;
      const otherPicture = (await encode({ text: 'a mug', pixels: blue })).vector;
      for (const other of [text, picture, otherText, otherPicture])
        expect(difference(joint, other)).toBeGreaterThan(SPREAD);
      expect(difference(picture, (await encode({ pixels: blue })).vector)).toBeGreaterThan(SPREAD);
    });

    test.each([[undefined], [''], [' \n\t ']])('beside a picture the text %j is no text', async (text) => {
      const { vector } = await encode({ pixels: red });
      expect(difference((await encode({ text, pixels: red })).vector, vector)).toBeLessThan(TOLERANCE);
    });

    test('surrounding blanks and the Unicode form of a text do not count', async () => {
      const { vector } = await encode({ text: 'caf\u00e9 cup' });
      expect(difference((await encode({ text: '  cafe\u0301 cup\n' })).vector, vector)).toBe(0);
    });

    test('a text past the limit is cut at the same place everywhere, and says so', async () => {
      const long = 'red leopard '.repeat(5_000);
      const first: Encoded = await encode({ text: long });
      const second: Encoded = await encode({ text: `${long} and a purple teapot` });
      expect([first.truncated, second.truncated]).toEqual([true, true]);
      expect(difference(first.vector, second.vector)).toBe(0);
      expect((await encode({ text: 'red leopard' })).truncated).toBe(false);
    });

    test.each([[{}], [{ text: '' }], [{ text: '  \n ' }]])('nothing to embed (%j) is refused', async (input) => {
      await expect(encode(input)).rejects.toSatisfy(isMargayError('BAD_INPUT'));
    });

    test('attributes are labels with probabilities', async () => {
      const { attributes } = await encode({ text: 'a red mug' });
      for (const { value, probability, confident } of Object.values(attributes)) {
        expect(value).not.toBe('');
        expect(probability).toBeGreaterThan(0);
        expect(probability).toBeLessThanOrEqual(1);
        expect(typeof confident).toBe('boolean');
      }
    });

    test.each([
      ['1 x 1', 1, 1],
      ['1 x 3000', 1, 3000],
      ['3000 x 1', 3000, 1],
      ['1280 x 17', 1280, 17],
    ])('a picture of %s has a vector', async (_, width, height) => {
      const pixels = await encoder.prepare(
        stripes(width, height, 3, [
          [9, 9, 9],
          [240, 0, 0],
        ]),
        { signal },
      );
      expect(pixels.rgb).toHaveLength(pixels.size * (pixels.height ?? pixels.size) * 3);
      expect(norm((await encode({ pixels })).vector)).toBeCloseTo(1, 4);
    });

    test('the caller owns its vector: writing into it changes no later answer', async () => {
      const { vector } = await encode({ text: 'a green lamp' });
      const kept = vector.slice();
      vector.fill(7);
      (await encode({ text: 'a green lamp' })).vector.fill(9);
      expect(difference((await encode({ text: 'a green lamp' })).vector, kept)).toBeLessThan(TOLERANCE);
    });

    test('an aborted request rejects at once with the reason, and the others are answered', async () => {
      const stop = new AbortController();
      const reason = new Error('The client left.');
      const others = Array.from({ length: 20 }, (_, index) => encode({ text: `other ${index}`, pixels: red }));
      const leaving = encoder.encode({ text: 'leaving', pixels: blue }, { signal: stop.signal });
      stop.abort(reason);
      await expect(leaving).rejects.toBe(reason);
      await expect(encoder.encode({ text: 'late' }, { signal: stop.signal })).rejects.toBe(reason);
      await expect(
        encoder.prepare(
          stripes(9, 9, 3, [
            [1, 1, 1],
            [2, 2, 2],
          ]),
          { signal: stop.signal },
        ),
      ).rejects.toBe(reason);
      for (const { vector } of await Promise.all(others)) expect(norm(vector)).toBeCloseTo(1, 4);
    });

    test('closing rejects what waits and what comes later', async () => {
      const closing = await make();
      const asked = Array.from({ length: 100 }, (_, index) =>
        closing.encode({ text: `${index}`, pixels: red }, { signal, priority: 'index' }),
      );
      const outcomes = Promise.allSettled(asked);
      await closing.close();
      const rejected = (await outcomes).flatMap((outcome) => (outcome.status === 'rejected' ? outcome.reason : []));
      expect(rejected.length).toBeGreaterThan(50);
      expect(rejected.every(isMargayError('ENCODER_UNAVAILABLE'))).toBe(true);
      await expect(closing.encode({ text: 'later' }, { signal })).rejects.toSatisfy(
        isMargayError('ENCODER_UNAVAILABLE'),
      );
      await closing.close();
    });
  });
}
