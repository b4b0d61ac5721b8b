import { darker, lighter, mix } from '../palette.ts';
import { n, rounded } from '../path.ts';
import type { Random } from '../random.ts';
import { cover, type Layer, linear, softLine, tiled } from './layer.ts';
import { muted, standing } from './things.ts';

type Place = (random: Random, level: number) => Layer;

const WALLS = ['#e9e3d8', '#cfd8d6', '#d9cdbf', '#b9c4cc', '#c9b8a6', '#a9b5a4', '#d8c2bd', '#8c979d'];
const WOODS = ['#b98a5c', '#8a6040', '#d0ab7e', '#6b4a35', '#a67c5a', '#c7b299'];

/** Planks with grain, as a pattern `id`. */
export function planks(random: Random, id: string, transform: string): string {
  const wood = random.pick(WOODS);
  const [width, length] = [random.between(26, 44), 120];
  let markup = '';
  for (const row of [0, 1]) {
    const tone = row ? darker(wood, random.between(0.03, 0.12)) : lighter(wood, random.between(0.02, 0.12));
    markup += `<rect x="-1" y="${n(row * width - 0.5)}" width="${length + 2}" height="${n(width + 1)}" fill="${tone}"/>`;
    let grain = '';
    for (let i = 1; i < 5; i++) {
      const y = row * width + (i * width) / 5 + random.about(2);
      grain += `M0 ${n(y)}C30 ${n(y + random.about(4))} 80 ${n(y + random.about(4))} 120 ${n(y)}`;
    }
    const joint = random.between(10, 110);
    markup += `<path d="${grain}" fill="none" stroke="${darker(tone, 0.3)}" stroke-opacity=".45" stroke-width=".9"/><path d="M0 ${n(row * width)}H120M${n(joint)} ${n(row * width)}v${n(width)}" stroke="${darker(wood, 0.55)}" stroke-width="1.2"/>`;
  }
  return tiled(id, length, width * 2, markup, transform);
}

const wallOf = (random: Random, id = 'wall'): [string, string] => {
  const color = random.pick(WALLS);
  return [color, linear(id, [random.chance(0.5) ? 1 : 0, 1], [0, lighter(color, 0.3)], [1, darker(color, 0.18)])];
};

const around = (random: Random, level: number, count: number): string =>
  Array.from({ length: count }, (_, i) =>
    standing(
      random,
      i % 2 ? random.between(178, 236) : random.between(4, 62),
      level + random.about(5),
      random.between(0.7, 1.25),
    ),
  ).join('');

const desk: Place = (random, level) => {
  const [color, defs] = wallOf(random);
  const frame = random.chance(0.5)
    ? `<rect x="${n(random.between(10, 170))}" y="14" width="56" height="44" fill="${mix(color, '#ffffff', 0.5)}" stroke="${darker(color, 0.5)}" stroke-width="4"/>`
    : '';
  const front = darker(random.pick(WOODS), 0.3);
  const top = level - 26;
  return {
    defs:
      defs +
      planks(random, 'wood', `rotate(${n(random.about(3))}) scale(1.4 .5)`) +
      linear('shade', [0, 1], [0, '#000', 0.3], [0.3, '#000', 0], [1, '#fff', 0.1]),
    markup: `${cover('url(#wall)')}${frame}${cover('url(#wood)', top)}${cover('url(#shade)', top)}${level < 205 ? cover(front, level + 30) : ''}${around(random, level - 12, random.int(1, 3))}`,
  };
};

const shelf: Place = (random, level) => {
  const [color, defs] = wallOf(random);
  const wood = random.pick(WOODS);
  const board = (y: number) =>
    `<rect x="-60" y="${n(y)}" width="360" height="9" fill="${wood}"/><rect x="-60" y="${n(y)}" width="360" height="2" fill="${lighter(wood, 0.4)}"/><rect x="-60" y="${n(y + 9)}" width="360" height="14" fill="url(#under)"/>`;
  return {
    defs: defs + linear('under', [0, 1], [0, darker(color, 0.8), 0.5], [1, color, 0]),
    markup: `${cover('url(#wall)')}${board(level - 178)}${around(random, level - 4, random.int(2, 4))}${board(level - 4)}`,
  };
};

const room: Place = (random, level) => {
  const [color, defs] = wallOf(random);
  const floor = level - random.between(22, 50);
  const x = random.between(-20, 160);
  const light = random.pick(['#eaf4fb', '#fdf3d8', '#cfe3ee', '#33415c']);
  const window = `<rect x="${n(x)}" y="8" width="92" height="${n(floor - 60)}" fill="${light}" stroke="#f6f3ee" stroke-width="7"/><path d="M${n(x + 46)} 8v${n(floor - 60)}M${n(x)} ${n(floor * 0.4)}h92" stroke="#f6f3ee" stroke-width="4"/>`;
  const curtain = `<path d="M${n(x - 22)} -5h34q-12 ${n(floor * 0.5)} -4 ${n(floor - 20)}h-30Z" fill="${muted(random)}"/>`;
  return {
    defs:
      defs + planks(random, 'wood', `scale(1.2 .45)`) + linear('shade', [0, 1], [0, '#000', 0.28], [1, '#fff', 0.08]),
    markup: `${cover('url(#wall)')}${random.chance(0.65) ? window + curtain : ''}<rect x="-60" y="${n(floor - 8)}" width="360" height="9" fill="${lighter(color, 0.55)}"/>${cover('url(#wood)', floor)}${cover('url(#shade)', floor)}${around(random, floor + 10, random.int(0, 3))}`,
  };
};

const sofa: Place = (random, level) => {
  const [, defs] = wallOf(random);
  const cloth = muted(random);
  const seat = level - 24;
  return {
    defs: defs + linear('sofa', [0, 1], [0, lighter(cloth, 0.2)], [1, darker(cloth, 0.28)]),
    markup: `${cover('url(#wall)')}<g fill="url(#sofa)" stroke="${darker(cloth, 0.45)}" stroke-width="1.4"><path d="${rounded(-50, seat - 100, 170, 130, 22)}"/><path d="${rounded(120, seat - 100, 170, 130, 22)}"/><path d="${rounded(-60, seat, 360, 140, 18)}"/></g>${softLine(`M-40 ${n(seat + 2)}Q120 ${n(seat + 12)} 290 ${n(seat)}`, '#000', 16, 0.3)}`,
  };
};

const street: Place = (random, level) => {
  const ground = level - random.between(24, 46);
  let houses = '';
  for (let x = -50; x < 280; ) {
    const [width, top, color] = [
      random.between(44, 84),
      random.between(-40, 60),
      mix(muted(random, 0.6), '#d8d0c4', 0.35),
    ];
    houses += `<rect x="${n(x)}" y="${n(top)}" width="${n(width)}" height="${n(ground - top)}" fill="${color}"/>`;
    let panes = '';
    for (let y = top + 12; y < ground - 26; y += 30)
      for (let at = x + 8; at < x + width - 12; at += 20) panes += `M${n(at)} ${n(y)}h10v16h-10Z`;
    houses += `<path d="${panes}" fill="${random.pick(['#5c6874', '#3f4b58', '#e8d9a0', '#8fa3b0'])}"/>`;
    x += width;
  }
  const gray = random.pick(['#a8a6a2', '#8d8f93', '#bdb4a6']);
  return {
    defs:
      linear('sky', [0, 1], [0, '#a9cbe3'], [1, '#eef3f4']) +
      linear('path', [0, 1], [0, darker(gray, 0.25)], [1, lighter(gray, 0.2)]),
    markup: `${cover('url(#sky)')}${houses}${cover('url(#path)', ground)}<path d="M-60 ${n(ground + 5)}H300M40 ${n(ground + 5)}L-20 260M120 ${n(ground + 5)}V260M200 ${n(ground + 5)}L262 260" stroke="${darker(gray, 0.4)}" stroke-opacity=".5" stroke-width="1.2" fill="none"/>`,
  };
};

const garden: Place = (random, level) => {
  const grass = random.pick(['#7aa457', '#5f8f4c', '#93ab62', '#a9a35c']);
  const top = level - random.between(30, 70);
  let [hedge, blades] = ['', ''];
  for (let x = -40; x < 280; x += 34)
    hedge += `<circle cx="${n(x + random.about(8))}" cy="${n(top - 10 - random.between(0, 24))}" r="${n(random.between(20, 34))}" fill="${darker(grass, random.between(0.25, 0.5))}"/>`;
  for (let i = 0; i < 60; i++) {
    const y = random.between(top + 6, 246);
    blades += `M${n(random.between(-8, 248))} ${n(y)}q${n(random.about(3))} -6 ${n(random.about(5))} ${n(-8 - (y - top) * 0.08)}`;
  }
  return {
    defs:
      linear('sky', [0, 1], [0, '#b4d7ee'], [1, '#f1f5ee']) +
      linear('lawn', [0, 1], [0, darker(grass, 0.12)], [1, lighter(grass, 0.12)]),
    markup: `${cover('url(#sky)')}${hedge}${cover('url(#lawn)', top)}<path d="${blades}" fill="none" stroke="${darker(grass, 0.3)}" stroke-width="1.5" stroke-linecap="round" stroke-opacity=".7"/>`,
  };
};

/** A place seen from the front, for a thing that stands with its foot at `level`, in units from the top. */
export const place: Place = (random, level) =>
  random.pick([desk, desk, shelf, room, room, sofa, street, garden])(random, Math.max(120, Math.min(226, level)));
