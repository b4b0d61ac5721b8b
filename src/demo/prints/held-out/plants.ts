import { darker, lighter, mix, parse, type Rgb } from '../../palette.ts';
import type { Random } from '../../random.ts';
import { type PrintMaker, scattered, TILE } from '../tile.ts';
import { hills } from './noise.ts';
import { clamp, type Dab, SIDE, step, Texture } from './texture.ts';

const blend = (from: Rgb, to: Rgb, share: number): Rgb => [
  from[0] + (to[0] - from[0]) * share,
  from[1] + (to[1] - from[1]) * share,
  from[2] + (to[2] - from[2]) * share,
];

/** How far a leaf's edge is from its midrib, and how deep the shading is there. Places in leaf lengths: `t` from stalk to tip. */
type Outline = (t: number, side: number) => { readonly inside: number; readonly vein: number };

/** A leaf from its stalk at (x, y), in pixels: shaded across its halves, with a light midrib. */
function leaf(
  texture: Texture,
  outline: Outline,
  { x, y, angle, length, color }: { x: number; y: number; angle: number; length: number; color: string },
): void {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [dark, lit, rib] = [parse(darker(color, 0.45)), parse(lighter(color, 0.16)), parse(lighter(color, 0.45))];
  const local = (dx: number, dy: number): [number, number] => [
    (dx * cos + dy * sin) / length,
    (dy * cos - dx * sin) / length,
  ];
  // A shadow first, so that leaves lie over one another.
  for (const shadow of [true, false])
    texture.stamp(x, y, length * 1.08, (dx, dy): Dab | undefined => {
      const [t, side] = shadow ? local(dx - 1.5, dy - 2) : local(dx, dy);
      if (t < -0.15 || t > 1.05) return undefined;
      const { inside, vein } = outline(t, side);
      const cover = clamp(inside * length + 0.5);
      if (cover <= 0) return undefined;
      if (shadow) return [SHADOW, clamp(inside * length * 0.5 + 0.3) * 0.4];
      const light = clamp(0.5 + (side > 0 ? 0.24 : -0.2) + vein * 0.28 - (1 - t) * 0.12);
      const blade = blend(dark, lit, light);
      return [blend(blade, rib, Math.exp(-((side * length) ** 2) * 1.1) * 0.85 * step(1, 0.9, t)), cover];
    });
}
const SHADOW: Rgb = [8, 14, 12];

const plain: Outline = (t, side) => {
  const half = 0.2 * Math.sin(Math.PI * clamp(t) ** 0.8);
  return { inside: t < 0 || t > 1 ? -1 : half - Math.abs(side), vein: Math.sin((t - Math.abs(side) * 0.8) * 40) * 0.5 };
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

/** 0 on the middle of each of `count` strips along a leaf, 0.5 between them. */
const comb = (along: number, count: number): number => {
  const phase = along * count;
  return Math.abs(phase - Math.floor(phase) - 0.5);
};

/** Leaflets along both sides of a midrib, leaning to the tip. */
const palm: Outline = (t, side) => {
  const away = Math.abs(side);
  const from = t - away * 0.9;
  const reach = 0.44 * Math.sin(Math.PI * clamp(0.16 + from * 0.86));
  const off = comb(from, 8.5);
  const width = 0.46 * Math.sqrt(Math.max(0, 1 - away / reach));
  const leaflet = from < 0.03 || from > 0.94 || away > reach ? -1 : (width - off) / 11;
  const stalk = t < -0.1 || t > 0.98 ? -1 : 0.014 - away;
  return { inside: Math.max(leaflet, stalk), vein: 0.9 - off * 4 };
};

/** A wide heart, cut deep from its edge between the veins. */
const monstera: Outline = (t, side) => {
  const away = Math.abs(side);
  const back = t + away * 0.35;
  const half = 0.56 * Math.sin(Math.PI * clamp(back * 0.92) ** 0.6) ** 0.85;
  const off = 0.5 - comb(t - away * 0.5 + 0.03, 5.2);
  const cut = away > half * 0.36 ? (off - 0.04 - 0.13 * step(half * 0.3, half, away)) / 6 : 1;
  const stalk = t < -0.12 || t > 0.5 ? -1 : 0.016 - away;
  return { inside: Math.max(back < 0 || back > 1.08 ? -1 : Math.min(half - away, cut), stalk), vein: off * 3 - 0.8 };
};

export const tropicalLeaves: PrintMaker = ({ ground, mark, accent }, random) => {
  const texture = new Texture(ground);
  const shapes = random.pick([[palm], [monstera], [palm, monstera], [palm, monstera]]);
  const behind = mix(darker(mark, 0.25), ground, 0.25);
  const rounds = [
    { count: 4, colors: [behind], size: 1 },
    { count: 6, colors: [mark, mark, accent], size: 0.95 },
  ];
  for (const { count, colors, size } of rounds) {
    const places = random.shuffled(scattered(random, 2, 4, 0.25)).slice(0, count);
    const shift = random.between(0, SIDE);
    for (const [x, y] of places) {
      const outline = random.pick(shapes);
      const length = (outline === palm ? random.between(60, 74) : random.between(46, 58)) * size;
      const angle = random.between(0, 2 * Math.PI);
      // Placed by its middle, so that leaves spread evenly whichever way they point.
      leaf(texture, outline, {
        x: (x * SIDE) / TILE + shift - Math.cos(angle) * length * 0.5,
        y: (y * SIDE) / TILE + shift - Math.sin(angle) * length * 0.5,
        angle,
        length,
        color: random.pick(colors),
      });
    }
  }
  return texture.image();
};
