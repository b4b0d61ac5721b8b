import { darker } from '../palette.ts';
import { n } from '../path.ts';
import type { Random } from '../random.ts';
import { SKINS } from './hands.ts';
import { cover, type Layer, linear, radial } from './layer.ts';

/** What a fault does to the picture so far. */
export type Fault = (random: Random, picture: Layer) => Layer;

export const over = ({ defs, markup }: Layer, more: string, moreDefs = ''): Layer => ({
  defs: defs + moreDefs,
  markup: markup + more,
});

/** Down to half of the light. */
export const underexposed: Fault = (random, picture) =>
  over(picture, cover(random.pick(['#000000', '#05070f', '#120a04']), -60, random.between(0.15, 0.5)));

export const overexposed: Fault = (random, picture) => over(picture, cover('#ffffff', -60, random.between(0.12, 0.42)));

export const cast: Fault = (random, picture) =>
  over(
    picture,
    cover(
      random.pick(['#ffb45c', '#ff9a4a', '#6f9cff', '#ffd9a0', '#9fd0ff', '#b7e0a0', '#e0a0d0']),
      -60,
      random.between(0.08, 0.24),
    ),
  );

export const uneven: Fault = (random, picture) => {
  const across = random.pick([
    [1, 0],
    [0, 1],
    [1, 1],
  ] as const);
  const dark = random.between(0.3, 0.58);
  const list = [
    [0, '#fff6e0', 0.18],
    [0.4, '#08070c', 0],
    [1, '#08070c', dark],
  ] as const;
  const turn = random.pick([0, 90, 180, 270]);
  return over(
    picture,
    `<g transform="rotate(${turn} 120 120)">${cover('url(#uneven)')}</g>`,
    linear('uneven', across, ...list),
  );
};

export const vignette: Fault = (random, picture) =>
  over(
    picture,
    cover('url(#vignette)'),
    radial('vignette', [0.5, 0.5], 0.5, [0.35, '#000', 0], [1, '#000', random.between(0.4, 0.8)]),
  );

export const blur: Fault = (random, { defs, markup }) => {
  const spread = random.between(0.6, 2.4);
  // A moving hand smears along one direction.
  const deviation = random.chance(0.3) ? `${n(spread * 1.4)} .3` : n(spread);
  return {
    defs: `${defs}<filter id="blur" x="0" y="0" width="1" height="1"><feGaussianBlur stdDeviation="${deviation}"/></filter>`,
    markup: `<g filter="url(#blur)">${markup}</g>`,
  };
};

/** One small tile of noise, repeated: turbulence over the whole frame would cost more than the drawing. */
export const noise: Fault = (random, picture) =>
  over(
    picture,
    cover('url(#noise)', -60, random.between(0.1, 0.36)),
    `<filter id="grain" x="0" y="0" width="1" height="1"><feTurbulence type="fractalNoise" baseFrequency=".9" numOctaves="1" seed="${random.int(1, 999)}"/><feColorMatrix values="0 0 0 0 .5 0 0 0 0 .5 0 0 0 0 .5 2.400 0 0 0 -.9"/></filter><pattern id="noise" width="48" height="48" patternUnits="userSpaceOnUse"><rect width="48" height="48" filter="url(#grain)"/></pattern>`,
  );

export const glare: Fault = (random, picture) => {
  const [x, y, r] = [random.between(40, 200), random.between(30, 180), random.between(34, 80)];
  return over(
    picture,
    `<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" fill="url(#glare)"/>`,
    radial('glare', [0.5, 0.5], 0.5, [0, '#fff', random.between(0.6, 0.95)], [0.3, '#fff', 0.4], [1, '#fff', 0]),
  );
};

/** A finger over a corner of the lens, out of focus. */
export const fingertip: Fault = (random, picture) => {
  const skin = darker(random.pick(SKINS), 0.15);
  const [x, y] = [random.pick([-14, 254]), random.between(30, 230)];
  return over(
    picture,
    `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(random.between(34, 62))}" ry="${n(random.between(40, 66))}" fill="url(#fingertip)"/>`,
    radial('fingertip', [0.5, 0.5], 0.5, [0, skin], [0.75, skin, 0.95], [1, skin, 0]),
  );
};

/** Segments a to g of a digit 6 x 10 units large. */
const SEGMENTS = ['M0 0H6', 'M6 0V5', 'M6 5V10', 'M0 10H6', 'M0 5V10', 'M0 0V5', 'M0 5H6'];
const DIGITS = ['abcdef', 'bc', 'abged', 'abgcd', 'fgbc', 'afgcd', 'afgedc', 'abc', 'abcdefg', 'abcdfg'];

/** The date in a corner, drawn by segments: fonts differ from machine to machine. */
export const timestamp: Fault = (random, picture) => {
  const digits = Array.from({ length: 6 }, (_, i) => {
    const path = [...DIGITS[random.int(0, 9)]!].map((letter) => SEGMENTS['abcdefg'.indexOf(letter)]).join('');
    return `<path d="${path}" transform="translate(${i * 10 + Math.floor(i / 2) * 6})"/>`;
  }).join('');
  return over(
    picture,
    `<g transform="translate(${n(random.pick([12, 154]))} 222)" fill="none" stroke="${random.pick(['#ff9a2e', '#ffd23e', '#ffffff'])}" stroke-width="1.8" stroke-linecap="round" opacity=".85">${digits}</g>`,
  );
};

export const bars: Fault = (random, picture) => {
  const [size, color] = [random.between(14, 38), random.pick(['#000000', '#000000', '#ffffff'])];
  const pair = random.chance(0.6)
    ? `M0 0H240V${n(size)}H0ZM0 240H240V${n(240 - size)}H0Z`
    : `M0 0V240H${n(size)}V0ZM240 0V240H${n(240 - size)}V0Z`;
  return over(picture, `<path d="${pair}" fill="${color}"/>`);
};

/** Somebody's or something's shadow across the picture. */
export const shade: Fault = (random, picture) => {
  const [x, slant] = [random.between(40, 190), random.about(120)];
  const end = random.pick([-60, 300]);
  return over(
    picture,
    `<path d="M${n(x)} -60L${n(x + slant)} 300H${end}V-60Z" fill="#0a0c18" fill-opacity="${random.between(0.18, 0.45).toFixed(2)}"/>`,
  );
};
