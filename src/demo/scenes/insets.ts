import { darker, lighter } from '../palette.ts';
import { n, rounded } from '../path.ts';
import type { Random } from '../random.ts';
import { type Layer, linear } from './layer.ts';
import { muted } from './things.ts';

/** A window into another picture, in units of its own center: half its width and height, and what frames it. */
interface Mount {
  readonly half: readonly [width: number, height: number];
  readonly corner: number;
  readonly around: string;
  readonly over?: string;
}

const panel = (width: number, height: number, corner: number, fill: string): string =>
  `<path d="${rounded(-width, -height, width * 2, height * 2, corner)}" fill="${fill}"/>`;

const phone = (random: Random): Mount => {
  const half = [random.between(62, 72), random.between(104, 114)] as const;
  const body = random.pick(['#17181b', '#e9e7e3', '#2e3340', '#c9b8a8']);
  return {
    half,
    corner: 10,
    around: panel(half[0] + 6, half[1] + 7, 17, darker(body, 0.3)) + panel(half[0] + 5, half[1] + 6, 16, body),
    over: `<path d="${rounded(-14, -half[1] + 4, 28, 7, 4)}" fill="#0b0b0d"/><path d="M${n(-half[0])} ${n(half[1] - 22)}h${n(half[0] * 2)}v22h${n(-half[0] * 2)}Z" fill="#fff" fill-opacity=".86"/><path d="${rounded(-30, half[1] - 16, 60, 10, 5)}" fill="${muted(random, 0.1)}"/>`,
  };
};

const monitor = (random: Random): Mount => {
  const half = [random.between(100, 112), random.between(70, 84)] as const;
  const body = random.pick(['#1a1b1e', '#c4c7cb', '#36383e']);
  return {
    half,
    corner: 2,
    around: `<path d="M-16 ${n(half[1])}h32l8 46h-48Z" fill="${darker(body, 0.3)}"/><path d="${rounded(-46, half[1] + 38, 92, 8, 4)}" fill="${body}"/>${panel(half[0] + 6, half[1] + 6, 6, body)}`,
    over: `<path d="M${n(-half[0])} ${n(-half[1])}h${n(half[0] * 2)}v9h${n(-half[0] * 2)}Z" fill="#e8e9ec"/><circle cx="${n(-half[0] + 6)}" cy="${n(-half[1] + 4.5)}" r="2" fill="#d9655b"/>`,
  };
};

/** A printed page: the picture above lines of text. */
const page = (random: Random): Mount => {
  const half = [random.between(78, 92), random.between(72, 88)] as const;
  const lines = Array.from(
    { length: 4 },
    (_, i) => `M${n(-half[0])} ${n(half[1] + 12 + i * 9)}h${n(half[0] * random.between(1.2, 2))}`,
  ).join('');
  return {
    half,
    corner: 0,
    around: `<path d="M${n(-half[0] - 12)} ${n(-half[1] - 14)}h${n(half[0] * 2 + 24)}v${n(half[1] * 2 + 68)}h${n(-half[0] * 2 - 24)}Z" fill="#fbf9f3"/><path d="${lines}" stroke="#8d9097" stroke-width="2.600"/>`,
  };
};

const framed = (random: Random): Mount => {
  const half = [random.between(72, 90), random.between(76, 94)] as const;
  const wood = random.pick(['#2b2622', '#b98a55', '#e9e4da', '#8a5f3d', '#c7a548']);
  return {
    half,
    corner: 0,
    around:
      panel(half[0] + 18, half[1] + 18, 1, darker(wood, 0.25)) +
      panel(half[0] + 16, half[1] + 16, 1, wood) +
      panel(half[0] + 9, half[1] + 9, 0, '#f8f5ee'),
  };
};

/**
 * `picture` (a whole frame of 240 units) as shown on a phone or a monitor, a printed page or in a frame, within `scene`.
 * The window takes about 45 to 70 % of the scene's width or height.
 */
export function inset(random: Random, scene: Layer, picture: Layer): Layer {
  const { half, corner, around, over = '' } = random.pick([phone, phone, monitor, page, framed])(random);
  const size = Math.max(half[0], half[1]);
  const scale = (240 * random.between(0.66, 0.88)) / (2 * size);
  // The whole thing shows across the narrow side of a tall window: the picture is a square.
  const fit = (Math.min(half[0], half[1]) / 120) * random.between(1.06, 1.22);
  const wide = Math.max(half[0], half[1]) / 120 > fit ? Math.max(half[0], half[1]) / 120 + 0.01 : fit;
  const [x, y, turn] = [120 + random.about(24), 116 + random.about(20), random.about(14)];
  const shine = random.chance(0.5)
    ? `<path d="M${n(-half[0] * 0.2)} ${n(-half[1])}h${n(half[0] * 0.7)}L${n(-half[0] * 0.1)} ${n(half[1])}h${n(-half[0] * 0.7)}Z" fill="#fff" fill-opacity=".13"/>`
    : '';
  const window = rounded(-half[0], -half[1], half[0] * 2, half[1] * 2, corner);
  const view = `<g clip-path="url(#window)"><g transform="scale(${wide.toFixed(3)}) translate(-120 -120)"><rect x="-60" y="-60" width="360" height="360" fill="${lighter(muted(random), 0.7)}"/>${picture.markup}</g>${over}${shine}</g>`;
  return {
    defs: `${scene.defs}${picture.defs}<clipPath id="window"><path d="${window}"/></clipPath>${linear('edge', [0, 1], [0, '#000', 0.1], [1, '#000', 0.4])}`,
    markup: `${scene.markup}<g transform="translate(${n(x)} ${n(y)}) rotate(${n(turn)}) skewX(${n(random.about(9))}) scale(${scale.toFixed(3)})"><g transform="translate(4 7)" opacity=".22">${around.replace(/fill="[^"]*"/g, 'fill="#000"')}</g>${around}${view}</g>`,
  };
}
