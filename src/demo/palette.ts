import type { Random } from './random.ts';
import { type Color, hasNaturalColor, type Print } from './vocabulary.ts';

export type Rgb = readonly [number, number, number];

/** The colors that a print is drawn with, all as #rrggbb. */
export interface Palette {
  /** What lies behind the marks. */
  readonly ground: string;
  readonly mark: string;
  /** A third tone between the two: the center of a rosette, the second line of a plaid. */
  readonly accent: string;
  /** Plain parts of the product: handles, soles, straps. */
  readonly trim: string;
}

const SWATCHES: Record<Exclude<Color, 'natural'>, string> = {
  red: '#cb2a2e',
  orange: '#f0801f',
  yellow: '#f2c72c',
  green: '#3d9350',
  teal: '#15969c',
  blue: '#2c60c6',
  purple: '#7a3db2',
  pink: '#ee7db0',
  brown: '#7b4f32',
  beige: '#dcc9a4',
  black: '#242322',
  white: '#f5f4f0',
  gray: '#8e9298',
};

/** Red, green and blue, 0 to 255, of #rrggbb. */
export function parse(hex: string): Rgb {
  if (!/^#[0-9a-f]{6}$/.test(hex)) throw new Error(`Expected a color as #rrggbb but got ${hex}.`);
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
}
const print = (rgb: readonly number[]): string =>
  `#${rgb
    .map((value) =>
      Math.max(0, Math.min(255, Math.round(value)))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;

/** `from` moved towards `to`: 0 is `from`, 1 is `to`. */
export function mix(from: string, to: string, share: number): string {
  const [a, b] = [parse(from), parse(to)];
  return print(a.map((value, i) => value + (b[i]! - value) * share));
}
export const darker = (hex: string, share: number): string => mix(hex, '#0c0a10', share);
export const lighter = (hex: string, share: number): string => mix(hex, '#ffffff', share);

const luma = (hex: string): number => {
  const [r, g, b] = parse(hex);
  return (0.299 * r + 0.587 * g + 0.114 * b) / 255;
};

/** The color a little off its swatch, as two makers' reds differ. */
export function swatch(color: Exclude<Color, 'natural'>, random: Random): string {
  const moved = parse(SWATCHES[color]).map((value) => value + random.about(14));
  const light = random.about(color === 'white' || color === 'black' ? 0.03 : 0.12);
  return light > 0 ? lighter(print(moved), light) : darker(print(moved), -light);
}

const NATURAL: Partial<Record<Print, ReadonlyArray<readonly [ground: string, mark: string, accent: string]>>> = {
  leopard: [
    ['#dfae66', '#24160e', '#b3702f'],
    ['#e9c58a', '#2e1b10', '#c08a4a'],
    ['#cf9347', '#1d120c', '#96581f'],
    ['#efd9b0', '#3a2415', '#cc9a5c'],
  ],
  zebra: [
    ['#f5f3ee', '#1b1a1a', '#8b8680'],
    ['#ece5d8', '#241f1c', '#a2937f'],
  ],
  tiger: [
    ['#ee8a25', '#19120e', '#f8c27a'],
    ['#e0761c', '#20140d', '#f3b56c'],
    ['#f29d3d', '#231710', '#fbd9a4'],
  ],
  cow: [
    ['#f7f4ee', '#1e1b1a', '#d9cfc2'],
    ['#f5efe4', '#5c3a24', '#d8c4ac'],
  ],
  giraffe: [
    ['#f1dfb6', '#a8642b', '#8a4c1e'],
    ['#ecd3a0', '#8d4f22', '#74401a'],
    ['#f6e8c8', '#b97a3a', '#9a5f28'],
  ],
  floral: [
    ['#fbf6ee', '#e2527d', '#f0a33c'],
    ['#f6efe2', '#d7474a', '#5b7ed6'],
    ['#1f2740', '#ee8fb0', '#f2c14c'],
    ['#e9f1ea', '#c65aa5', '#f08a4b'],
  ],
  camouflage: [
    ['#8f8a5c', '#3d4528', '#5d6b35'],
    ['#a39a70', '#4b3d2a', '#66703f'],
    ['#77804e', '#2c3322', '#4d5a2e'],
  ],
  marble: [
    ['#f1efec', '#77757a', '#c9c6c6'],
    ['#ece8e3', '#8a7355', '#cdbfae'],
    ['#2b2c30', '#d9d6d0', '#6a6a70'],
  ],
  galaxy: [
    ['#120f2e', '#7d3fc0', '#3f8fe0'],
    ['#0d1230', '#c04fb4', '#4b54d8'],
    ['#150d2a', '#3c62d8', '#d8568f'],
  ],
  'tropical leaves': [
    ['#f4f2e4', '#23764a', '#66ad57'],
    ['#fbe9e4', '#1f6b4e', '#58a36a'],
    ['#17352c', '#3f9a58', '#86c46e'],
  ],
};

/** The label's color rules: whoever sees the print names that color. */
export function paletteOf(pattern: Print, color: Color, random: Random): Palette {
  if (color === 'natural') {
    const choices = NATURAL[pattern];
    if (!choices || !hasNaturalColor(pattern)) throw new Error(`The ${pattern} print has no natural color.`);
    const [ground, mark, accent] = random.pick(choices);
    const near = (hex: string) => mix(hex, print(parse(hex).map((value) => value + random.about(60))), 0.25);
    const trim = random.pick([darker(mark, 0.2), mix(mark, ground, 0.25), '#2b2725', '#efe9df']);
    return { ground: near(ground), mark: near(mark), accent: near(accent), trim };
  }
  const main = swatch(color, random);
  const light = luma(main) > 0.75;
  const dark = luma(main) < 0.22;
  const trim = random.pick([darker(main, 0.45), '#2c2a2b', '#f0ede6', light ? '#b9b2a6' : lighter(main, 0.55)]);
  switch (pattern) {
    case 'plain':
      return { ground: main, mark: main, accent: main, trim: random.pick([trim, darker(main, 0.2), main]) };
    case 'leopard':
    case 'zebra':
    case 'tiger':
    case 'cow': {
      if (dark) return { ground: lighter(main, 0.12), mark: '#d8d3cb', accent: lighter(main, 0.3), trim };
      const mark = light && pattern !== 'leopard' ? random.pick(['#8b8d92', '#3a3838']) : darker(main, 0.84);
      return { ground: lighter(main, light ? 0 : 0.12), mark, accent: darker(main, light ? 0.24 : 0.38), trim };
    }
    case 'giraffe':
      // The patches carry the color, as on the animal; the lines between are pale.
      return light
        ? { ground: main, mark: '#a9a7a6', accent: '#918f90', trim }
        : { ground: lighter(main, 0.78), mark: main, accent: darker(main, 0.2), trim };
    case 'camouflage':
      return dark
        ? { ground: lighter(main, 0.28), mark: main, accent: lighter(main, 0.14), trim }
        : { ground: main, mark: darker(main, light ? 0.3 : 0.6), accent: darker(main, light ? 0.14 : 0.32), trim };
    case 'marble':
      return light
        ? { ground: main, mark: '#8d8a8d', accent: darker(main, 0.16), trim }
        : { ground: main, mark: lighter(main, 0.85), accent: lighter(main, 0.3), trim };
    case 'galaxy':
      return {
        ground: darker(main, light ? 0.6 : 0.72),
        mark: light ? main : lighter(main, 0.12),
        accent: lighter(main, dark ? 0.35 : 0.3),
        trim: darker(main, 0.7),
      };
    case 'floral':
    case 'tropical leaves': {
      const pale = light ? '#6d7079' : '#f8f5ee';
      const ground = dark || light ? pale : random.pick([pale, pale, lighter(main, 0.82), darker(main, 0.78)]);
      return { ground, mark: main, accent: light ? '#cfcac2' : lighter(main, 0.42), trim };
    }
    default: {
      const partner = light
        ? random.pick(['#2b2a2c', '#77797f'])
        : random.pick(['#f7f5ef', '#f7f5ef', dark ? '#c9c6c0' : darker(main, 0.72)]);
      const flip = !light && !dark && partner === '#f7f5ef' && random.chance(0.35);
      return flip
        ? { ground: partner, mark: main, accent: lighter(main, 0.5), trim }
        : { ground: main, mark: partner, accent: mix(main, partner, 0.5), trim };
    }
  }
}
