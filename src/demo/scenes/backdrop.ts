import { darker, lighter, mix } from '../palette.ts';
import { n } from '../path.ts';
import type { Random } from '../random.ts';
import { cover, type Layer, linear, radial, type Style, softLine, stacked } from './layer.ts';
import { scraps } from './strewn.ts';

const WALLS = ['#f4f2ee', '#ffffff', '#ece9e4', '#dfe3e6', '#e9dfd3', '#d7dcd3', '#e8d9dc', '#cfd6de', '#d9cfc2'];
const PASTELS = ['#f3d9cf', '#d5e4dc', '#d6dfee', '#f5e6c4', '#e6dbee', '#dbe7ea', '#f0dfe4', '#e3e4d2'];
/** Deep tones before which a light thing glows. */
const DEEP = ['#7d9aa5', '#8fa88f', '#c99a83', '#a58ba8', '#d0ab6a', '#6f8598', '#b0848a', '#8c8f7a'];
const BOLD = ['#c98f7a', '#8fae9b', '#7c93ad', '#d8b36a', '#b98ba8', '#6f7f78', '#a7745a', '#5b6470', '#e0b7a4'];
const FLOORS = ['#b58a63', '#8a6244', '#c9ad8b', '#9aa0a3', '#d9d3c8', '#6e5a4c', '#7d8a86'];

/** Paper that curves from the wall onto the table, lit from one side: what a shop photographs on. */
function sweep(random: Random, color: string, id: string): Layer {
  const [x, bend] = [random.pick([0.28, 0.5, 0.72]), random.between(0.6, 0.72)];
  return {
    defs:
      linear(
        `${id}wall`,
        [0, 1],
        [0, darker(color, 0.12)],
        [Number((bend - 0.12).toFixed(2)), lighter(color, 0.25)],
        [Number(bend.toFixed(2)), darker(color, 0.05)],
        [1, lighter(color, 0.24)],
      ) + radial(`${id}spot`, [x, 0.36], 0.62, [0, '#fffdf6', 0.42], [1, '#fffdf6', 0]),
    markup: cover(`url(#${id}wall)`) + cover(`url(#${id}spot)`),
  };
}

/** Two tones, with a large soft disc or arch of a third behind the thing. */
function staged(random: Random, color: string, id: string): Layer {
  const horizon = random.between(158, 186);
  const disc = mix(color, random.pick(BOLD), random.between(0.12, 0.3));
  const [x, r] = [120 + random.about(16), random.between(74, 92)];
  const arch = random.chance(0.5)
    ? `<path d="M${n(x - r)} ${n(horizon)}V112a${n(r)} ${n(r)} 0 0 1 ${n(2 * r)} 0V${n(horizon)}Z" fill="${disc}"/>`
    : `<circle cx="${n(x)}" cy="112" r="${n(r)}" fill="${disc}"/>`;
  const table = mix(darker(color, 0.07), disc, 0.25);
  return {
    defs:
      linear(`${id}wall`, [0, 1], [0, lighter(color, 0.35)], [1, darker(color, 0.07)]) +
      linear(`${id}floor`, [0, 1], [0, darker(table, 0.1)], [0.5, lighter(table, 0.2)]),
    markup: `${cover(`url(#${id}wall)`)}${arch}${cover(`url(#${id}floor)`, horizon)}`,
  };
}

/** Light through a window or past leaves, thrown on the wall. */
function dapple(random: Random): string {
  const slant = random.pick([-1, 1]) * random.between(30, 60);
  const x = random.between(20, 150);
  const pane = (dx: number, dy: number) => `M${n(x + dx)} ${n(-10 + dy)}h56l${n(slant)} 84h-56Z`;
  return `<path d="${pane(0, 0) + pane(64, 0) + pane(slant * 1.07, 90) + pane(64 + slant * 1.07, 90)}" fill="#fffaf0" fill-opacity=".3"/>`;
}

/**
 * Background of a product picture: a shop's for `studio`, anybody's plain wall and floor for `varied`. `id` begins the names
 * of its definitions; two backdrops of one document need two.
 */
export function backdrop(random: Random, style: Style, standing: boolean, id = ''): Layer {
  if (style === 'studio') {
    const color = random.pick([WALLS, WALLS, PASTELS, PASTELS, DEEP].map((tones) => random.pick(tones)));
    const way = random.next();
    if (way < 0.12) return { defs: '', markup: cover(random.pick(['#ffffff', '#faf8f4', '#f4f2ee'])) };
    const scene = standing && way > 0.62 ? staged(random, color, id) : sweep(random, color, id);
    return random.chance(0.14) ? stacked(scene, { defs: '', markup: dapple(random) }) : scene;
  }
  const wall = random.chance(0.5) ? random.pick(WALLS) : mix(random.pick(BOLD), '#ffffff', random.between(0, 0.5));
  const dim = random.chance(0.25) ? darker(wall, random.between(0.2, 0.65)) : wall;
  const way = random.next();
  const extra = random.chance(0.35) ? scraps(random, random.int(1, 6)) : '';
  if (way < 0.2) return { defs: '', markup: cover(dim) + extra };
  if (way < 0.5 || !standing) {
    const center = [random.between(0.25, 0.75), random.between(0.15, 0.6)] as const;
    const defs = radial(`${id}wall`, center, 0.8, [0, lighter(dim, 0.45)], [1, darker(dim, 0.14)]);
    const bow = random.between(20, 220);
    const crease = random.chance(0.3)
      ? softLine(`M-60 ${n(bow)}Q120 ${n(bow + random.about(60))} 300 ${n(bow + random.about(60))}`, '#000', 26, 0.16)
      : '';
    return { defs, markup: cover(`url(#${id}wall)`) + crease + extra };
  }
  const horizon = random.between(128, 186);
  const floor = mix(random.pick(FLOORS), dim, random.between(0.1, 0.5));
  const defs =
    linear(`${id}wall`, [random.chance(0.5) ? 1 : 0, 1], [0, lighter(dim, 0.35)], [1, darker(dim, 0.16)]) +
    linear(`${id}floor`, [0, 1], [0, darker(floor, 0.14)], [0.6, lighter(floor, 0.12)]);
  const board = random.chance(0.25)
    ? `<rect x="-60" y="${n(horizon - 7)}" width="360" height="7" fill="${lighter(wall, 0.5)}"/>`
    : '';
  return { defs, markup: cover(`url(#${id}wall)`) + board + cover(`url(#${id}floor)`, horizon) + extra };
}
