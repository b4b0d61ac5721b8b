import { darker, lighter, mix } from '../../palette.ts';
import type { Random } from '../../random.ts';
import type { PrintMaker } from '../tile.ts';
import { blur, hills, standard, streaks, warped, white } from './noise.ts';
import { type Grid, grid, SIDE, step, Texture } from './texture.ts';
import { turing } from './turing.ts';

/** Hairs along x with some disorder. */
function hair(random: Random, length = 6): Grid {
  const sway = hills(random, 40, 2);
  return streaks(
    random,
    sway.map((value) => value * 0.3),
    length,
  );
}

/** Hairs over the finished coat, and broad lights where the hide rises. */
function furred(texture: Texture, random: Random, hairs: Grid): string {
  const relief = hills(random, 50);
  return texture.shade(hairs.map((value, at) => value * 0.075 + relief[at]! * 0.05)).image();
}

/** Large spots in a first round; their insides lightened and their rims broken by a finer one. */
export const leopard: PrintMaker = ({ ground, mark, accent }, random) => {
  const reach = random.int(4, 5);
  const spots = blur(turing(random, { reach: [reach + 1, reach], bias: -0.8, rounds: 8 }), 3);
  const breaks = hills(random, 11);
  const small = blur(turing(random, { reach: [2, 2], bias: -0.85, rounds: 6 }), 1);
  const hairs = hair(random);
  const level = standard(spots).map((value, at) => value + hairs[at]! * 0.13);
  const rim = level.map((value, at) => {
    const broken = step(0.55, 0.95, breaks[at]!);
    const hollow = step(1, 1.35, value + breaks[at]! * 0.1);
    return step(-0.15, 0.2, value) * (1 - hollow) * (1 - broken);
  });
  const between = level.map(
    (value, at) => step(0, 0.25, small[at]! + hairs[at]! * 0.1) * (1 - step(-0.85, -0.6, value)),
  );
  const glow = hills(random, 60);
  const texture = new Texture(ground)
    .lay(
      lighter(ground, 0.35),
      glow.map((value) => step(0, 1.6, value) * 0.8),
    )
    .lay(
      accent,
      level.map((value) => step(0.2, 0.7, value)),
    )
    .lay(mark, rim)
    .lay(mark, between);
  return furred(texture, random, hairs);
};

/** Bands along x that part, end and wander up and down. */
function bands(random: Random, reach: readonly [number, number], bias: number, wander: number, rounds: number): Grid {
  const still = new Float32Array(SIDE * SIDE);
  return blur(warped(turing(random, { reach, bias, rounds }), still, hills(random, 48), wander), 1);
}

export const zebra: PrintMaker = ({ ground, mark, accent }, random) => {
  const across = random.pick([3, 4, 4]);
  const stripes = bands(random, [across * 4, across], random.between(-0.1, 0.1), random.between(3, 5), 5);
  const hairs = hair(random, 5);
  const dark = stripes.map((value, at) => step(-0.15, 0.25, value + hairs[at]! * 0.1));
  const tint = stripes.map((value) => step(-1, -0.2, value) * 0.3);
  return furred(new Texture(ground).lay(accent, tint).lay(mark, dark), random, hairs);
};

/** Thin bands that run out, over a flank that pales towards the belly. */
export const tiger: PrintMaker = ({ ground, mark, accent }, random) => {
  const stripes = blur(bands(random, [16, 3], -0.3, random.between(2.5, 4), 7), 2, 1);
  const [ends, fade] = [standard(blur(white(random), 14, 2)), hills(random, 34, 2)];
  const hairs = hair(random, 5);
  const phase = random.next();
  const belly = grid((_u, v) => 0.5 + 0.5 * Math.cos(2 * Math.PI * (v + phase)));
  const dark = stripes.map((value, at) => step(0.3, 0.6, value - ends[at]! * 0.3 + hairs[at]! * 0.1));
  const texture = new Texture(ground)
    .lay(
      darker(ground, 0.2),
      fade.map((value) => step(0, 2, value) * 0.6),
    )
    .lay(
      lighter(accent, 0.3),
      belly.map((value, at) => step(0.55, 1.1, value + fade[at]! * 0.12)),
    )
    .lay(mark, dark);
  return furred(texture, random, hairs);
};

export const cow: PrintMaker = ({ ground, mark, accent }, random) => {
  const reach = random.int(10, 12);
  const patches = blur(turing(random, { reach: [reach + 2, reach], bias: random.between(-0.3, 0.05), rounds: 3 }), 2);
  const ragged = hills(random, 12, 2);
  const hairs = hair(random, 4);
  const dark = patches.map((value, at) => step(-0.05, 0.2, value + ragged[at]! * 0.16 + hairs[at]! * 0.07));
  const tint = patches.map((value, at) => step(-0.6, 0.1, value + ragged[at]! * 0.1) * 0.35);
  return furred(new Texture(ground).lay(accent, tint).lay(mark, dark), random, hairs);
};

/** Cells around uneven points: rust within pale lines, darker towards each middle. */
export const giraffe: PrintMaker = ({ ground, mark, accent }, random) => {
  const cells = random.int(4, 5);
  const size = SIDE / cells;
  const points = Array.from(
    { length: cells * cells },
    (_, i) =>
      [
        ((i % cells) + (Math.floor(i / cells) % 2) * 0.5 + random.between(0.1, 0.9)) * size,
        (Math.floor(i / cells) + random.between(0.15, 0.85)) * size,
        random.between(-0.12, 0.12),
      ] as const,
  );
  const [dx, dy] = [hills(random, 14, 2), hills(random, 14, 2)];
  const hairs = hair(random, 4);
  const tone = new Float32Array(SIDE * SIDE);
  const middle = new Float32Array(SIDE * SIDE);
  const span = (a: number, b: number) => {
    const d = Math.abs(a - b) % SIDE;
    return d > SIDE / 2 ? SIDE - d : d;
  };
  const patch = grid((u, v, at) => {
    const [x, y] = [u * SIDE + dx[at]! * 1.3, v * SIDE + dy[at]! * 1.3];
    let [nearest, second] = [1e9, 1e9];
    for (const [px, py, light] of points) {
      const distance = Math.sqrt(span(x, px) ** 2 + span(y, py) ** 2);
      if (distance < nearest) {
        [nearest, second] = [distance, nearest];
        tone[at] = light;
      } else if (distance < second) second = distance;
    }
    middle[at] = 1 - nearest / (0.55 * size);
    return step(2.5, 5, second - nearest + hairs[at]! * 0.6);
  });
  const texture = new Texture(ground)
    .lay(mark, patch)
    .lay(
      mix(accent, darker(accent, 0.35), 0.5),
      patch.map((value, at) => value * step(0, 1, middle[at]!) * 0.85),
    )
    .shade(patch.map((value, at) => value * tone[at]!));
  return furred(texture, random, hairs);
};
