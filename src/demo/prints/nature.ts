import { contour, type Field, noise } from '../field.ts';
import { darker, lighter, mix, type Palette } from '../palette.ts';
import { curve, n, type Point } from '../path.ts';
import type { Random } from '../random.ts';
import { fill, type PrintMaker, scattered, stroke, TILE, wrapped } from './tile.ts';

function flower(random: Random, size: number, petal: string, heart: string): string {
  const petals = random.pick([5, 5, 6, 8]);
  const wide = (petals === 8 ? 0.22 : petals === 6 ? 0.3 : 0.36) * size;
  const turn = random.between(0, 360);
  const leaf = `M0 0C${n(-wide * 1.3)} ${n(-size * 0.45)} ${n(-wide)} ${n(-size * 1.1)} 0 ${n(-size)}C${n(wide)} ${n(-size * 1.1)} ${n(wide * 1.3)} ${n(-size * 0.45)} 0 0Z`;
  const ring = Array.from(
    { length: petals },
    (_, i) =>
      `<path transform="rotate(${n(turn + (i * 360) / petals)})" fill="${i % 2 ? petal : lighter(petal, 0.1)}" d="${leaf}"/>`,
  ).join('');
  return `${ring}<circle r="${n(size * 0.24)}" fill="${heart}"/><circle r="${n(size * 0.1)}" fill="${darker(heart, 0.3)}"/>`;
}

const sprig = (length: number, color: string): string =>
  `<path fill="${color}" d="M0 0Q${n(length * 0.35)} ${n(-length * 0.4)} ${n(length)} 0Q${n(length * 0.35)} ${n(length * 0.4)} 0 0Z"/>`;

export const floral: PrintMaker = ({ ground, mark, accent }, random) => {
  const columns = random.pick([2, 3]);
  const size = columns === 2 ? random.between(13, 17) : random.between(9.5, 12);
  const green = mix('#4f8f4c', ground, 0.12);
  let markup = '';
  for (const [x, y] of scattered(random, columns, columns === 2 ? 4 : 4, 0.14)) {
    const petal = random.pick([mark, mark, mark, lighter(mark, 0.35), accent]);
    const bloom = flower(
      random,
      size * random.between(0.8, 1.1),
      petal,
      random.pick(['#f6d04d', '#fbe9b0', '#7a4a2a']),
    );
    const leaves = [0, 1, 2]
      .map(
        (i) =>
          `<g transform="rotate(${n(i * 120 + random.between(0, 90))}) translate(${n(size * 0.7)})">${sprig(size * 0.8, green)}</g>`,
      )
      .join('');
    markup += wrapped(
      x,
      y,
      size * 1.7,
      (at, below) => `<g transform="translate(${n(at)} ${n(below)})">${leaves}${bloom}</g>`,
    );
  }
  return markup;
};

export const camouflage: PrintMaker = ({ mark, accent, ground }, random) => {
  const layer = (color: string, level: number) => {
    const [broad, fine] = [noise(random, 3, 4), noise(random, 6, 9)];
    return fill(
      color,
      contour((u, v) => broad(u, v) + fine(u, v) * 0.35 - level, TILE, 40),
      'evenodd',
    );
  };
  return layer(accent, 0.05) + layer(mix(ground, lighter(ground, 0.35), 0.6), 0.34) + layer(mark, 0.26);
};

/** Thin broken veins along the zero line of noise, over clouds. */
export const marble: PrintMaker = ({ ground, mark, accent }, random) => {
  const clouds = noise(random, 3);
  const vein = (cells: number, width: number): Field => {
    const [course, fray, fade] = [noise(random, cells), noise(random, cells * 4), noise(random, 3)];
    return (u, v) => width * (0.75 + fade(u, v)) - Math.abs(course(u, v) + fray(u, v) * 0.13);
  };
  const cloud = (level: number, opacity: number) =>
    `<path fill="${accent}" fill-opacity="${opacity}" fill-rule="evenodd" d="${contour((u, v) => clouds(u, v) - level, TILE, 24)}"/>`;
  return (
    cloud(-0.1, 0.22) +
    cloud(0.15, 0.25) +
    cloud(0.4, 0.25) +
    fill(mix(ground, mark, 0.4), contour(vein(3, 0.05), TILE, 64), 'evenodd') +
    fill(mix(ground, mark, 0.85), contour(vein(2, 0.032), TILE, 64), 'evenodd')
  );
};

export const galaxy: PrintMaker = ({ ground, mark, accent }, random) => {
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
  const star = (low: number, high: number) => {
    const [x, y, r] = [random.between(2, TILE - 2), random.between(2, TILE - 2), random.between(low, high)];
    return `<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" fill-opacity="${n(random.between(0.6, 1))}"/>`;
  };
  const glints = Array.from({ length: random.int(4, 7) }, () => {
    const [x, y, r] = [random.between(6, 94), random.between(6, 94), random.between(2.6, 4.5)];
    return `<path d="M${n(x)} ${n(y - r)}Q${n(x)} ${n(y)} ${n(x + r)} ${n(y)}Q${n(x)} ${n(y)} ${n(x)} ${n(y + r)}Q${n(x)} ${n(y)} ${n(x - r)} ${n(y)}Q${n(x)} ${n(y)} ${n(x)} ${n(y - r)}Z"/>`;
  });
  const stars = Array.from({ length: random.int(44, 70) }, () => star(0.4, 1.2)).join('');
  return `${cloud(mark)}${cloud(accent)}<g fill="${lighter(mix(ground, '#ffffff', 0.9), 0.6)}">${stars}${glints.join('')}</g>`;
};

function palm(random: Random, length: number, color: string, rib: string): string {
  const leaflets = 7;
  const bend = random.about(length * 0.12);
  let shapes = '';
  for (let i = 0; i < leaflets; i++) {
    const t = 0.16 + (i / leaflets) * 0.8;
    const [x, y] = [bend * Math.sin(t * Math.PI), -length * t];
    const reach = length * 0.42 * Math.sin(Math.PI * (0.25 + t * 0.68));
    for (const side of [-1, 1])
      shapes += `M${n(x)} ${n(y + length * 0.05)}Q${n(x + side * reach * 0.5)} ${n(y - length * 0.1)} ${n(x + side * reach)} ${n(y - length * 0.12)}Q${n(x + side * reach * 0.5)} ${n(y + length * 0.06)} ${n(x)} ${n(y + length * 0.09)}Z`;
  }
  return fill(color, shapes) + stroke(rib, length * 0.025, `M0 0Q${n(bend)} ${n(-length * 0.5)} 0 ${n(-length)}`);
}

function monstera(random: Random, length: number, color: string, rib: string): string {
  const half: Point[] = [
    [0, 0],
    [0.34, -0.02],
    [0.5, -0.2],
    [0.3, -0.3],
    [0.55, -0.36],
    [0.54, -0.52],
    [0.28, -0.5],
    [0.48, -0.62],
    [0.38, -0.78],
    [0.18, -0.7],
    [0.24, -0.9],
    [0, -1.05],
  ];
  const tilt = random.between(0.9, 1.1);
  const scale = ([x, y]: Point, side: number): Point => [x * side * length * tilt, y * length];
  const outline = [
    ...half.map((p) => scale(p, 1)),
    ...half
      .slice(1, -1)
      .reverse()
      .map((p) => scale(p, -1)),
  ];
  return (
    fill(color, curve(outline, true, 0.7)) +
    stroke(
      rib,
      length * 0.03,
      `M0 ${n(length * 0.15)}L0 ${n(-length * 0.92)}M0 ${n(-length * 0.2)}L${n(length * 0.36)} ${n(-length * 0.14)}M0 ${n(-length * 0.2)}L${n(-length * 0.36)} ${n(-length * 0.14)}M0 ${n(-length * 0.45)}L${n(length * 0.38)} ${n(-length * 0.46)}M0 ${n(-length * 0.45)}L${n(-length * 0.38)} ${n(-length * 0.46)}`,
    )
  );
}

export function frond(random: Random, length: number, palette: Palette): string {
  const color = random.pick([
    palette.mark,
    palette.accent,
    mix(palette.mark, palette.accent, 0.5),
    darker(palette.mark, 0.2),
  ]);
  const rib = mix(color, palette.ground, 0.55);
  return random.chance(0.55) ? palm(random, length, color, rib) : monstera(random, length * 0.85, color, rib);
}

export const tropicalLeaves: PrintMaker = (palette, random) => {
  let markup = '';
  for (const [x, y] of scattered(random, 2, 4, 0.2)) {
    const length = random.between(27, 38);
    const leaf = frond(random, length, palette);
    const turn = random.between(0, 360);
    markup += wrapped(
      x,
      y,
      length * 1.1,
      (at, below) =>
        `<g transform="translate(${n(at)} ${n(below)}) rotate(${n(turn)}) translate(0 ${n(length * 0.45)})">${leaf}</g>`,
    );
  }
  return markup;
};
