import { contour, noise } from '../field.ts';
import { lighter, mix } from '../palette.ts';
import { n } from '../path.ts';
import type { Random } from '../random.ts';
import { oneOf, type PrintMaker, TILE, wrapped } from './tile.ts';

/** `count` points of light and `glints` stars with four rays. */
function stars(random: Random, ground: string, count: number, glints: number): string {
  const place = () => random.between(2, TILE - 2);
  const points = Array.from({ length: count }, () => {
    const r = random.between(0.4, 1.2);
    return `<circle cx="${n(place())}" cy="${n(place())}" r="${n(r)}" fill-opacity="${n(random.between(0.6, 1))}"/>`;
  });
  const rays = Array.from({ length: glints }, () => {
    const [x, y, r] = [random.between(6, 94), random.between(6, 94), random.between(2.6, 4.5)];
    return `<path d="M${n(x)} ${n(y - r)}Q${n(x)} ${n(y)} ${n(x + r)} ${n(y)}Q${n(x)} ${n(y)} ${n(x)} ${n(y + r)}Q${n(x)} ${n(y)} ${n(x - r)} ${n(y)}Q${n(x)} ${n(y)} ${n(x)} ${n(y - r)}Z"/>`;
  });
  return `<g fill="${lighter(mix(ground, '#ffffff', 0.9), 0.6)}">${points.join('')}${rays.join('')}</g>`;
}

/** A puff of gas: many of them, laid over each other, have no edge. */
const puff = (x: number, y: number, r: number): string =>
  wrapped(x, y, r, (at, below) => `<circle cx="${n(at)}" cy="${n(below)}" r="${n(r)}"/>`);
const gas = (color: string, opacity: number, puffs: string): string =>
  `<g fill="${color}" fill-opacity="${opacity}">${puffs}</g>`;

/** Clouds in steps, as a poster is printed. */
const nebula: PrintMaker = ({ ground, mark, accent }, random) => {
  const steps = [0, 0.12, 0.24, 0.36, 0.5];
  const cloud = (color: string) => {
    const [broad, fine] = [noise(random, 2), noise(random, 6)];
    return steps
      .map(
        (level) =>
          `<path fill="${color}" fill-opacity=".26" fill-rule="evenodd" d="${contour((u, v) => broad(u, v) + fine(u, v) * 0.3 - level, TILE, 24)}"/>`,
      )
      .join('');
  };
  return cloud(mark) + cloud(accent) + stars(random, ground, random.int(44, 70), random.int(4, 7));
};

/** Soft clouds of gas with bright hearts. */
const clouds: PrintMaker = ({ ground, mark, accent }, random) => {
  const cloud = (color: string) => {
    const [x, y] = [random.between(0, TILE), random.between(0, TILE)];
    const lean = random.between(0, Math.PI);
    let puffs = '';
    for (let i = 0; i < 44; i++) {
      const [along, off] = [random.about(52), random.about(26)];
      const [px, py] = [
        x + Math.cos(lean) * along - Math.sin(lean) * off,
        y + Math.sin(lean) * along + Math.cos(lean) * off,
      ];
      puffs += puff((px + 2 * TILE) % TILE, (py + 2 * TILE) % TILE, random.between(4, 17) * (1 - Math.abs(along) / 80));
    }
    const heart = [9, 6.5, 4, 2].map((r) => puff(x, y, r)).join('');
    return gas(color, 0.15, puffs) + gas(lighter(color, 0.6), 0.2, heart);
  };
  return (
    cloud(mark) +
    cloud(accent) +
    cloud(random.pick([mark, accent])) +
    stars(random, ground, random.int(40, 60), random.int(3, 6))
  );
};

/** Galaxies with two arms that wind out from a bright heart, strewn with stars. */
const spirals: PrintMaker = ({ ground, mark, accent }, random) => {
  const whole = random.chance(0.5);
  const places = whole
    ? [[50, 50, 44]]
    : [
        [27, 28, 25],
        [76, 74, 27],
      ];
  let [glow, arms, dust] = ['', '', ''];
  for (const [x, y, reach] of places as Array<[number, number, number]>) {
    const start = random.between(0, 6.28);
    const [lean, flatten] = [random.between(0, Math.PI), random.between(0.55, 0.95)];
    for (const r of [0.95, 0.75, 0.55]) glow += puff(x, y, reach * r);
    for (let i = 0; i < 76; i++) {
      const t = (i >> 1) / 38;
      const angle = start + (i & 1) * Math.PI + t * 5.2;
      const out = reach * (0.12 + 0.88 * t);
      const [dx, dy] = [
        Math.cos(angle) * out + random.about(reach * 0.06),
        (Math.sin(angle) * out + random.about(reach * 0.06)) * flatten,
      ];
      const [px, py] = [x + dx * Math.cos(lean) - dy * Math.sin(lean), y + dx * Math.sin(lean) + dy * Math.cos(lean)];
      arms += puff(px, py, reach * (0.15 - 0.07 * t) * random.between(0.7, 1.3));
      if (random.chance(0.4)) dust += puff(px + random.about(3), py + random.about(3), random.between(0.4, 1));
    }
    for (const r of [0.24, 0.18, 0.12, 0.07]) dust += puff(x, y, reach * r);
  }
  return (
    gas(mark, 0.22, glow) +
    gas(lighter(accent, 0.12), 0.32, arms) +
    gas(lighter(mix(mark, '#ffffff', 0.75), 0.3), 0.62, dust) +
    stars(random, ground, random.int(30, 45), random.int(2, 4))
  );
};

/** A deep sky: a faint band of light and far more stars, some tinted, some in clusters. */
const starfield: PrintMaker = ({ ground, mark, accent }, random) => {
  const sway = random.between(5, 14);
  const shift = random.between(0, 6.28);
  const band = (t: number) => 50 + Math.sin(t * 2 * Math.PI + shift) * sway;
  let [milk, dust, tinted] = ['', '', ''];
  for (let i = 0; i < 44; i++) milk += puff((i / 44) * TILE, band(i / 44) + random.about(22), random.between(5, 17));
  for (let i = 0; i < 90; i++) {
    const t = random.next();
    dust += puff(t * TILE, band(t) + random.about(28), random.between(0.3, 0.8));
  }
  for (let i = 0; i < 24; i++)
    tinted += puff(random.between(0, TILE), random.between(0, TILE), random.between(0.7, 1.9));
  return (
    gas(mark, 0.14, milk) +
    gas(lighter(mark, 0.7), 0.85, dust) +
    gas(lighter(accent, 0.35), 0.95, tinted) +
    stars(random, ground, random.int(50, 80), random.int(5, 9))
  );
};

export const galaxy = oneOf(nebula, nebula, clouds, spirals, starfield);
