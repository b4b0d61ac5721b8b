import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fuse } from '../../src/encode/fusion.ts';

const DIMENSIONS = 5;
const unit = fc
  .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: DIMENSIONS, maxLength: DIMENSIONS })
  .filter((values) => Math.hypot(...values) > 0.1)
  .map((values) => Float32Array.from(values, (value) => value / Math.hypot(...values)));
const weight = fc.double({ min: 0, max: 1, noNaN: true });
const close = (a: Float32Array, b: ArrayLike<number>) =>
  a.length === b.length && a.every((value, at) => Math.abs(value - b[at]!) < 1e-6);
const across = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);

test.each<[string, number[], number[], number, number[]]>([
  ['halves', [1, 0], [0, 1], 0.5, [Math.SQRT1_2, Math.SQRT1_2]],
  ['three parts of four', [1, 0], [0, 1], 0.75, [1 / Math.sqrt(10), 3 / Math.sqrt(10)]],
  ['raw vectors by their length', [2, 0], [0, 1], 0.5, [2 / Math.sqrt(5), 1 / Math.sqrt(5)]],
  ['what cancels out: the picture', [-1, 0], [1, 0], 0.5, [1, 0]],
  ['nothing at all: the picture', [0, 0], [0, 0], 0.3, [0, 0]],
])('%s', (_name, text, picture, share, expected) => {
  expect(close(fuse(Float32Array.from(text), Float32Array.from(picture), share), expected)).toBe(true);
});

test('a weight of none is the text, of all the picture', () => {
  fc.assert(
    fc.property(unit, unit, (text, picture) => {
      expect(close(fuse(text, picture, 0), text)).toBe(true);
      expect(close(fuse(text, picture, 1), picture)).toBe(true);
    }),
  );
});

test('a unit vector, nearer to the picture the more it weighs, and neither half is changed', () => {
  fc.assert(
    fc.property(unit, unit, weight, weight, (text, picture, one, other) => {
      fc.pre(across(text, picture) > -0.99);
      const before = [text.slice(), picture.slice()];
      const [less, more] = [Math.min(one, other), Math.max(one, other)].map((share) => fuse(text, picture, share));
      expect(Math.hypot(...less!)).toBeCloseTo(1, 5);
      expect(across(more!, picture)).toBeGreaterThanOrEqual(across(less!, picture) - 1e-5);
      expect([text, picture]).toEqual(before);
    }),
  );
});

test('what comes back is nobody else’s', () => {
  const picture = Float32Array.of(1, 0);
  fuse(Float32Array.of(-1, 0), picture, 0.5)[0] = 7;
  expect(picture[0]).toBe(1);
});
