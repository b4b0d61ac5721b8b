import { darker, lighter, mix, swatch } from './palette.ts';
import { blob, n, rounded } from './path.ts';
import type { Shape } from './pen.ts';
import type { Random } from './random.ts';
import { COLORS, type Color } from './vocabulary.ts';

/** Side of every drawing, in its own units; it renders at any number of pixels. */
export const VIEW = 240;

/** `studio`: as a shop photographs. `varied`: as anybody does, with clutter, odd light and a poor camera. */
export type Style = 'studio' | 'varied';

export interface Layer {
  readonly defs: string;
  readonly markup: string;
}

const WALLS = ['#f4f2ee', '#ffffff', '#ece9e4', '#dfe3e6', '#e9dfd3', '#d7dcd3', '#e8d9dc', '#cfd6de', '#d9cfc2'];
const BOLD = ['#c98f7a', '#8fae9b', '#7c93ad', '#d8b36a', '#b98ba8', '#6f7f78', '#a7745a', '#5b6470', '#e0b7a4'];
const FLOORS = ['#b58a63', '#8a6244', '#c9ad8b', '#9aa0a3', '#d9d3c8', '#6e5a4c', '#7d8a86'];

const plainColors = COLORS.filter((color): color is Exclude<Color, 'natural'> => color !== 'natural');

function clutter(random: Random, count: number): string {
  let markup = '';
  for (let i = 0; i < count; i++) {
    const angle = random.between(0, 6.28);
    const [x, y] = [120 + Math.cos(angle) * random.between(88, 128), 120 + Math.sin(angle) * random.between(88, 128)];
    const [width, height] = [random.between(8, 30), random.between(8, 36)];
    const color = mix(swatch(random.pick(plainColors), random), '#9a948c', random.between(0.1, 0.55));
    const path = random.chance(0.5)
      ? blob(random, x, y, width, height, 0.3)
      : rounded(x - width / 2, y - height, width, height * 2, random.between(0, 9));
    const turn = random.between(0, 180);
    markup += `<g transform="rotate(${n(turn)} ${n(x)} ${n(y)})"><path d="${path}" fill="#000" fill-opacity=".14" transform="translate(2 3)"/><path d="${path}" fill="${color}"/></g>`;
  }
  return markup;
}

/** Background of a product picture. `horizon` is where the floor meets the wall, if it shows. */
export function backdrop(random: Random, style: Style, standing: boolean): Layer {
  const wall = random.chance(style === 'studio' ? 0.82 : 0.5)
    ? random.pick(WALLS)
    : mix(random.pick(BOLD), '#ffffff', random.between(0, 0.5));
  const dim = style === 'varied' && random.chance(0.25) ? darker(wall, random.between(0.2, 0.65)) : wall;
  const rect = (fill: string, y = -60) =>
    `<rect x="-60" y="${n(y)}" width="360" height="${n(300 - y)}" fill="${fill}"/>`;
  const way = random.next();
  const extra = style === 'varied' && random.chance(0.4) ? clutter(random, random.int(1, 6)) : '';
  if (way < 0.22) return { defs: '', markup: rect(dim) + extra };
  if (way < 0.6) {
    const [x, y] = [random.between(0.25, 0.75), random.between(0.15, 0.6)];
    const defs = `<radialGradient id="wall" cx="${n(x)}" cy="${n(y)}" r=".8"><stop offset="0" stop-color="${lighter(dim, 0.45)}"/><stop offset="1" stop-color="${darker(dim, 0.14)}"/></radialGradient>`;
    return { defs, markup: rect('url(#wall)') + extra };
  }
  const defs = `<linearGradient id="wall" x1="0" y1="0" x2="${random.chance(0.5) ? 1 : 0}" y2="1"><stop offset="0" stop-color="${lighter(dim, 0.35)}"/><stop offset="1" stop-color="${darker(dim, 0.16)}"/></linearGradient>`;
  if (!standing) return { defs, markup: rect('url(#wall)') + extra };
  const horizon = random.between(128, 186);
  const floor =
    style === 'studio' && random.chance(0.55)
      ? darker(dim, 0.16)
      : mix(random.pick(FLOORS), dim, random.between(0.1, 0.5));
  const floorDefs = `<linearGradient id="floor" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${darker(floor, 0.14)}"/><stop offset=".6" stop-color="${lighter(floor, 0.12)}"/></linearGradient>`;
  const board = random.chance(0.25)
    ? `<rect x="-60" y="${n(horizon - 7)}" width="360" height="7" fill="${lighter(wall, 0.5)}"/>`
    : '';
  return { defs: defs + floorDefs, markup: rect('url(#wall)') + board + rect('url(#floor)', horizon) + extra };
}

/** The shadow that a thing throws: a pool where it stands, or its own silhouette a little off where it lies. */
export function shadow(random: Random, shape: Shape): Layer {
  const [dx, dy] = [random.between(-5, 5), random.between(3, 7)];
  if (shape.foot) {
    const { y, width } = shape.foot;
    const defs =
      '<radialGradient id="pool"><stop offset="0" stop-color="#000" stop-opacity=".5"/><stop offset=".6" stop-color="#000" stop-opacity=".24"/><stop offset="1" stop-color="#000" stop-opacity="0"/></radialGradient>';
    return {
      defs,
      markup: `<ellipse cx="${n(dx * 2)}" cy="${n(y)}" rx="${n(width * 1.28)}" ry="${n(5 + width * 0.13)}" fill="url(#pool)"/>`,
    };
  }
  const layers = [9, 5, 1]
    .map((width) => `<path d="${shape.outline}" stroke="#000" stroke-width="${width}" stroke-linejoin="round"/>`)
    .join('');
  return {
    defs: '',
    markup: `<g transform="translate(${n(dx)} ${n(dy)})" fill="#000" opacity=".14">${layers}</g><g transform="translate(${n(dx * 0.5)} ${n(dy * 0.5)})" fill="#000" opacity=".16"><path d="${shape.outline}"/></g>`,
  };
}

/** Where and how a thing stands in the frame, as an SVG transform. */
export function pose(random: Random, style: Style): string {
  const varied = style === 'varied';
  const turn = varied ? (random.chance(0.15) ? random.between(-45, 45) : random.about(24)) : random.about(9);
  const scale = varied ? random.between(0.62, 1.2) : random.between(0.92, 1.13);
  const room = Math.max(0, 1.12 - scale) * (varied ? 70 : 28) + (varied ? 8 : 3);
  const [x, y] = [120 + random.about(room), 120 + random.about(room)];
  const aspect = random.between(0.95, 1.06);
  const mirror = random.chance(0.35) ? -1 : 1;
  const skew = random.about(varied ? 9 : 3);
  return `translate(${n(x)} ${n(y)}) rotate(${n(turn)}) skewX(${n(skew)}) scale(${(scale * aspect * mirror).toFixed(3)} ${(scale / aspect).toFixed(3)})`;
}

/** Light and camera over everything: what a studio keeps out and a phone lets in. */
export function camera(random: Random, style: Style, scene: Layer): Layer {
  let { defs, markup } = scene;
  const cover = (fill: string, opacity: number) =>
    `<rect x="-60" y="-60" width="360" height="360" fill="${fill}" fill-opacity="${opacity.toFixed(2)}"/>`;
  const varied = style === 'varied';
  if (random.chance(varied ? 0.5 : 0.3)) {
    const corner = random.pick([
      'x1="0" y1="0" x2="1" y2="1"',
      'x1="1" y1="0" x2="0" y2="1"',
      'x1="0" y1="0" x2="0" y2="1"',
    ]);
    const power = varied ? random.between(0.1, 0.4) : 0.1;
    defs += `<linearGradient id="light" ${corner}><stop offset="0" stop-color="#fff8e8" stop-opacity="${n(power)}"/><stop offset=".45" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#101226" stop-opacity="${n(power)}"/></linearGradient>`;
    markup += cover('url(#light)', 1);
  }
  if (!varied) return { defs, markup };
  if (random.chance(0.2))
    markup += cover(random.pick(['#ffb45c', '#6f9cff', '#ffd9a0', '#9fd0ff']), random.between(0.05, 0.16));
  if (random.chance(0.35))
    markup += random.chance(0.65)
      ? cover('#000', random.between(0.08, 0.5))
      : cover('#fff', random.between(0.06, 0.28));
  if (random.chance(0.12)) {
    // One small tile of noise, repeated: turbulence over the whole frame would cost more than the drawing.
    const grain = random.between(0.1, 0.3).toFixed(2);
    defs += `<filter id="grain" x="0" y="0" width="1" height="1"><feTurbulence type="fractalNoise" baseFrequency=".9" numOctaves="1" seed="${random.int(1, 999)}"/><feColorMatrix values="0 0 0 0 .5 0 0 0 0 .5 0 0 0 0 .5 2.400 0 0 0 -.9"/></filter><pattern id="noise" width="48" height="48" patternUnits="userSpaceOnUse"><rect width="48" height="48" filter="url(#grain)"/></pattern>`;
    markup += cover('url(#noise)', Number(grain));
  }
  if (random.chance(0.25)) {
    defs += `<filter id="blur" x="0" y="0" width="1" height="1"><feGaussianBlur stdDeviation="${n(random.between(0.6, 2.6))}"/></filter>`;
    markup = `<g filter="url(#blur)">${markup}</g>`;
  }
  return { defs, markup };
}

export const document = ({ defs, markup }: Layer): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${VIEW}" height="${VIEW}" viewBox="0 0 ${VIEW} ${VIEW}"><defs>${defs}</defs>${markup}</svg>`;
