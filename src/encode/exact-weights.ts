import type { Kernel } from '../image/decoder.ts';

/** Bits after the point of a weight. With the 8 of a pixel and 2 for what the weights of either sign overshoot, a sum fits in 32 bits. */
export const FRACTION_BITS = 22;

/** Some pixels of a row or a column that is scaled from `from` pixels to `to`: `count` of the scaled ones, `start` the first. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly count: number;
}

/** For every pixel of a span the source pixels that it is the sum of, and by which weights. */
export interface Weights {
  /** Index of the first source pixel, counted from `reach().start`. */
  readonly first: Int32Array;
  readonly length: Int32Array;
  /** `stride` places a pixel, of which `length` are used; fixed point with FRACTION_BITS, about 1 in sum. */
  readonly values: Int32Array;
  readonly stride: number;
}

interface Filter {
  /** It is zero from here on, to both sides; in source pixels, or in scaled ones where the picture shrinks. */
  readonly support: number;
  at(distance: number): number;
}

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI));

// The order of the operations is PIL's: doubles are not associative, and the last bit of a weight can turn a pixel.
const FILTERS: Record<Kernel, Filter> = {
  cubic: {
    support: 2,
    at: (distance) => {
      const a = -0.5;
      const x = Math.abs(distance);
      if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    },
  },
  lanczos3: { support: 3, at: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** What all pixels of a span share. Where the picture shrinks, the filter is widened, so that every source pixel counts. */
function stretched({ from, to }: Span, kernel: Kernel) {
  const scale = from / to;
  const widening = Math.max(scale, 1);
  const support = FILTERS[kernel].support * widening;
  return { scale, widening, support, stride: Math.ceil(support) * 2 + 1 };
}

/** The source pixels under the filter around `center`, from `start` up to `end`, which is not among them. */
const under = (center: number, support: number, from: number) => ({
  start: Math.max(0, Math.trunc(center - support + 0.5)),
  end: Math.min(from, Math.trunc(center + support + 0.5)),
});

/** The source pixels that a span is made of, from `start` up to `end`, which is not among them. */
export function reach(span: Span, kernel: Kernel): { readonly start: number; readonly end: number } {
  const { scale, support } = stretched(span, kernel);
  const around = (index: number) => under((span.start + index + 0.5) * scale, support, span.from);
  return { start: around(0).start, end: around(span.count - 1).end };
}

/**
 * The weights of a span as PIL computes them for 8-bit pixels: in doubles, divided by their sum, rounded half away from zero to fixed point.
 * Source of the algorithm: Pillow, src/libImaging/Resample.c (`precompute_coeffs`, `normalize_coeffs_8bpc`). Lanczos takes the sine of the
 * platform, as PIL does: between two of them a weight may differ by its last bit once in about a billion.
 */
export function weights(span: Span, kernel: Kernel): Weights {
  const { at } = FILTERS[kernel];
  const { scale, widening, support, stride } = stretched(span, kernel);
  const origin = reach(span, kernel).start;
  const first = new Int32Array(span.count);
  const length = new Int32Array(span.count);
  const values = new Int32Array(span.count * stride);
  const real = new Float64Array(stride);
  const inverse = 1 / widening;
  for (let index = 0; index < span.count; index++) {
    const center = (span.start + index + 0.5) * scale;
    const { start, end } = under(center, support, span.from);
    let sum = 0;
    for (let source = start; source < end; source++) {
      const weight = at((source - center + 0.5) * inverse);
      real[source - start] = weight;
      sum += weight;
    }
    first[index] = start - origin;
    length[index] = end - start;
    for (let tap = 0; tap < end - start; tap++) {
      const fixed = (sum === 0 ? real[tap]! : real[tap]! / sum) * (1 << FRACTION_BITS);
      values[index * stride + tap] = Math.trunc(fixed < 0 ? fixed - 0.5 : fixed + 0.5);
    }
  }
  return { first, length, values, stride };
}
