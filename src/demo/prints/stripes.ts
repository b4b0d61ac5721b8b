import { contour, type Field, noise } from '../field.ts';
import { darker, mix } from '../palette.ts';
import { limb, n } from '../path.ts';
import type { Random } from '../random.ts';
import { flat, furry, hairsWhere, halftone, knitted, soft } from './texture.ts';
import { fill, oneOf, type PrintMaker, scattered, stamped, stroke, TILE } from './tile.ts';

/** Stripes that wander, part and end. */
function wandering(random: Random, count: number, wander: number, thick: number, breaks: number): Field {
  const [bend, swell, gaps] = [noise(random, 2, 3), noise(random, 5, 3), noise(random, count, 3)];
  return (u, v) =>
    Math.sin(2 * Math.PI * (v * count + bend(u, v) * wander)) +
    thick +
    swell(u, v) * 0.35 -
    Math.max(0, gaps(u, v) - 0.1) * breaks;
}

const zebraCloth: PrintMaker = ({ mark }, random) => {
  const field = wandering(random, random.int(4, 6), random.between(0.5, 0.9), random.between(-0.1, 0.12), 0.7);
  return random.pick([flat, flat, soft, furry, knitted, halftone])(random, mark, field, 0.7);
};

/** As a hide is laid out: the stripes of both flanks bow towards the back and fork there. */
const zebraHide: PrintMaker = ({ mark }, random) => {
  const count = random.int(5, 6);
  const [bend, gaps, swell] = [noise(random, 3), noise(random, 4, 6), noise(random, 5)];
  const bow = random.between(0.4, 0.85) * random.pick([-1, 1]);
  const thick = random.between(-0.1, 0.15);
  const field: Field = (u, v) => {
    const back = Math.cos(2 * Math.PI * u);
    const phase = v * count + bow * back * Math.abs(back) ** 0.4 + bend(u, v) * 0.45;
    return Math.sin(2 * Math.PI * phase) + thick + swell(u, v) * 0.3 - Math.max(0, gaps(u, v) - 0.25) * 0.9;
  };
  return random.pick([flat, furry, furry])(random, mark, field, 0.6);
};

/** Stripes of a loaded brush: each swells, bends and ends in a point; some part in two. */
const zebraBrush: PrintMaker = ({ mark }, random) => {
  const rows = random.pick([6, 8]);
  const step = TILE / rows;
  let markup = '';
  for (const [x, y] of scattered(random, 1, rows, 0.1)) {
    const bow = random.about(step * 0.7);
    const heavy = step * random.between(0.25, 0.36);
    const half = random.between(46, 56);
    const spine = (from: number, to: number, thick: number, lift: number) =>
      limb(
        [0, 0.2, 0.5, 0.8, 1].map((t) => {
          const at = from + (to - from) * t;
          const swell = [0.12, 0.85, 1, 0.7, 0.08][i5(t)]! * thick * random.between(0.8, 1.15);
          return [at, bow * Math.cos((at / half) * 2) + lift * t + random.about(1), swell] as const;
        }),
      );
    let path = spine(-half, half, heavy, random.about(step * 0.4));
    if (random.chance(0.6))
      path += spine(random.between(-10, 5), half * 0.85, heavy * 0.62, random.pick([-1, 1]) * step * 0.55);
    markup += stamped(x, y, half + 2, fill(mark, path), 0, step * 1.6);
  }
  return markup;
};
const i5 = (t: number): number => Math.round(t * 4);

export const zebra = oneOf(zebraCloth, zebraCloth, zebraHide, zebraBrush);

const glow = (random: Random, accent: string, rows = 3): string => {
  const light = noise(random, 2, rows);
  return fill(
    accent,
    contour((u, v) => light(u, v) - 0.28, TILE, 20),
    'evenodd',
  );
};

/** Long flames that run out into points on a shaded ground. */
const flames: PrintMaker = ({ mark, accent }, random) => {
  let dark = '';
  const rows = random.pick([6, 8]);
  for (const [x, y] of scattered(random, 2, rows, 0.14)) {
    const [length, thick] = [random.between(19, 27), random.between(3.2, 5.4) * (6 / rows) ** 0.5];
    const [bow, slant] = [random.about(7), random.about(6)];
    const fork = random.chance(0.35);
    const shape = `M${n(-length)} ${n(slant)}Q${n(-length * 0.3)} ${n(bow - thick * 1.6)} ${n(length)} ${n(-slant)}Q${n(length * 0.2)} ${n(bow + thick * 1.2)} ${n(-length)} ${n(slant)}Z${fork ? `M${n(length * 0.1)} ${n(bow * 0.5)}Q${n(length * 0.6)} ${n(bow + 5)} ${n(length * 0.95)} ${n(bow + 8)}Q${n(length * 0.4)} ${n(bow + 6)} ${n(-length * 0.1)} ${n(bow * 0.5 + 2)}Z` : ''}`;
    dark += stamped(x, y, 32, fill(mark, shape), 0, 14);
  }
  return glow(random, accent, 2) + dark;
};

const tigerCloth: PrintMaker = ({ mark, accent }, random) => {
  const field = wandering(random, random.int(5, 6), random.between(0.25, 0.5), random.between(-0.62, -0.42), 1.5);
  return glow(random, accent) + random.pick([flat, flat, soft, furry, knitted])(random, mark, field, 0.45);
};

/** Every stripe a sheaf of hairs, over a coat of paler hairs. */
const tigerHair: PrintMaker = ({ mark, accent, ground }, random) => {
  const field = wandering(random, random.int(4, 5), random.between(0.3, 0.5), random.between(-0.6, -0.4), 1.3);
  const sway = noise(random, 2);
  const lie = Math.PI * random.pick([0.5, 0.5, 0.15]);
  const angle: Field = (u, v) => lie + sway(u, v) * 0.5;
  const coat = hairsWhere(random, 18, (u, v) => field(u, v) < -0.2, angle);
  const stripe = hairsWhere(random, 46, (u, v) => field(u, v) > -0.12, angle);
  return glow(random, accent) + stroke(mix(darker(ground, 0.25), accent, 0.3), 0.7, coat) + stroke(mark, 1.3, stripe);
};

/** Stripes from both flanks that meet at the back in slanted pairs, as on a tiger seen from above. */
const tigerBack: PrintMaker = ({ mark, accent }, random) => {
  const rows = random.pick([6, 7]);
  const step = TILE / rows;
  let dark = '';
  for (let row = 0; row < rows; row++)
    for (const side of [-1, 1])
      for (const inner of [0, 1]) {
        const length = inner ? random.between(20, 27) : random.between(26, 36);
        const [start, drop] = [inner ? 50 - 8 : random.between(2, 7), step * random.between(0.2, 0.8)];
        const heavy = step * random.between(0.13, 0.22);
        const path = limb(
          [0, 0.3, 0.65, 1].map((t, i) => [
            side * (inner ? start - length * t : start + length * t),
            (inner ? -1 : 1) * drop * t + random.about(1.2),
            heavy * [0.5, 1.15, 0.9, 0.1][i]!,
          ]),
        );
        dark += stamped(
          50,
          (row + (inner ? 0.5 : 0) + random.about(0.12) + 0.2) * step,
          52,
          fill(mark, path),
          0,
          step + 4,
        );
      }
  return glow(random, accent) + dark;
};

export const tiger = oneOf(flames, tigerCloth, tigerCloth, tigerHair, tigerBack);
