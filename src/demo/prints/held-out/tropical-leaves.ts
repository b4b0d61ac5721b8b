import { darker, mix } from '../../palette.ts';
import { type PrintMaker, scattered, TILE } from '../tile.ts';
import { leaf, type Outline } from './leaf.ts';
import { clamp, SIDE, step, Texture } from './texture.ts';

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
  return { inside: Math.max(leaflet, stalk), light: 0.9 - off * 4 };
};

/** A wide heart, cut deep from its edge between the veins. */
const monstera: Outline = (t, side) => {
  const away = Math.abs(side);
  const back = t + away * 0.35;
  const half = 0.56 * Math.sin(Math.PI * clamp(back * 0.92) ** 0.6) ** 0.85;
  const off = 0.5 - comb(t - away * 0.5 + 0.03, 5.2);
  const cut = away > half * 0.36 ? (off - 0.04 - 0.13 * step(half * 0.3, half, away)) / 6 : 1;
  const stalk = t < -0.12 || t > 0.5 ? -1 : 0.016 - away;
  return { inside: Math.max(back < 0 || back > 1.08 ? -1 : Math.min(half - away, cut), stalk), light: off * 3 - 0.8 };
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
