import { darker, lighter, mix, parse, type Rgb } from '../../palette.ts';
import type { Random } from '../../random.ts';
import { type PrintMaker, scattered, TILE } from '../tile.ts';
import { blend, leaf, type Outline } from './leaf.ts';
import { hills } from './noise.ts';
import { clamp, type Dab, SIDE, step, Texture } from './texture.ts';

const plain: Outline = (t, side) => {
  const half = 0.2 * Math.sin(Math.PI * clamp(t) ** 0.8);
  return {
    inside: t < 0 || t > 1 ? -1 : half - Math.abs(side),
    light: Math.sin((t - Math.abs(side) * 0.8) * 40) * 0.5,
  };
};

/** A flower at (x, y): petals r(theta), each lit along its middle and dark towards the heart. */
function bloom(
  texture: Texture,
  random: Random,
  x: number,
  y: number,
  size: number,
  petal: string,
  heart: string,
): void {
  const petals = random.pick([5, 5, 6, 7]);
  const turn = random.between(0, 2 * Math.PI);
  const pointed = random.between(0.35, 0.8);
  const [deep, light, gold, brown] = [darker(petal, 0.4), lighter(petal, 0.3), heart, darker(heart, 0.5)].map(
    parse,
  ) as [Rgb, Rgb, Rgb, Rgb];
  const edge = (theta: number, layer: number) =>
    Math.abs(Math.cos((petals * (theta - turn)) / 2 + (layer * Math.PI) / 2)) ** pointed;
  for (const layer of [0, 1])
    texture.stamp(x, y, size + 1, (dx, dy): Dab | undefined => {
      const [r, theta] = [Math.sqrt(dx * dx + dy * dy), Math.atan2(dy, dx)];
      const lobe = edge(theta, layer);
      const radius = size * (layer ? 0.7 : 1) * (0.3 + 0.7 * lobe);
      const cover = clamp(radius - r + 0.5);
      if (cover <= 0) return undefined;
      const stripe = Math.cos(theta * petals * 9) * 0.06;
      const tone = clamp(
        0.12 + 0.75 * lobe ** 1.5 * step(0, size * 0.7, r) + stripe - 0.25 * step(0.75, 1, r / radius) + layer * 0.1,
      );
      return [blend(deep, light, tone), cover];
    });
  const middle = size * 0.22;
  texture.stamp(x, y, middle + 1, (dx, dy): Dab => {
    const r = Math.sqrt(dx * dx + dy * dy);
    const speckle = Math.sin(dx * 2.6) * Math.sin(dy * 2.6) * 0.3;
    return [blend(gold, brown, clamp(step(0, middle, r + dy * 0.5) * 0.7 + speckle)), clamp(middle - r + 0.5)];
  });
}

export const floral: PrintMaker = ({ ground, mark, accent }, random) => {
  const wash = hills(random, 40, 3);
  const texture = new Texture(ground).shade(wash.map((value) => value * 0.025));
  const columns = random.pick([2, 3]);
  const size = columns === 2 ? random.between(20, 24) : random.between(14, 17);
  const green = mix('#4c8a48', ground, 0.1);
  const spots = scattered(random, columns, 4, 0.16).map(([x, y]) => [(x * SIDE) / TILE, (y * SIDE) / TILE] as const);
  for (const [x, y] of spots) {
    const start = random.between(0, 6.28);
    for (let i = 0; i < 3; i++) {
      const angle = start + i * 2.1 + random.about(0.4);
      leaf(texture, plain, {
        x,
        y,
        angle,
        length: size * random.between(1.5, 1.8),
        color: darker(green, random.between(0, 0.25)),
      });
    }
  }
  for (const [x, y] of random.shuffled(spots)) {
    const petal = random.pick([mark, mark, mark, lighter(mark, 0.3), accent]);
    bloom(
      texture,
      random,
      x,
      y,
      size * random.between(0.8, 1.1),
      petal,
      random.pick(['#f3c93f', '#f7e3a0', '#7d4b28']),
    );
  }
  return texture.image();
};
