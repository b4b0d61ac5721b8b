import { cellular, contour, type Field, noise } from '../field.ts';
import { lighter, mix } from '../palette.ts';
import { blob, limb, n } from '../path.ts';
import { flat, furry, knitted, soft } from './texture.ts';
import { fill, oneOf, type PrintMaker, scattered, stamped, TILE, wrapped } from './tile.ts';

/** Rings grown around scattered points and eaten by noise: how fur really looks, with no two rosettes alike. */
export const furRosettes: PrintMaker = ({ mark, accent, ground }, random) => {
  const cells = random.int(4, 5);
  const spread = cellular(random, cells, 0.6);
  const ragged = noise(random, cells * 3);
  const breaks = noise(random, cells * 2);
  const shade = noise(random, 3);
  const reach: Field = (u, v) => spread(u, v)[0] + ragged(u, v) * 0.09;
  const ring: Field = (u, v) => 0.135 - Math.abs(reach(u, v) - 0.31) - Math.max(0, breaks(u, v)) * 0.2;
  const inside = contour((u, v) => 0.3 - reach(u, v), TILE, 40);
  const tint = contour((u, v) => shade(u, v) - 0.15, TILE, 20);
  const lay = random.pick([flat, furry, soft, knitted]);
  return (
    fill(mix(ground, lighter(ground, 0.4), 0.6), tint, 'evenodd') +
    fill(accent, inside, 'evenodd') +
    lay(random, mark, ring, 0.12)
  );
};

/** Small spots close together, solid ones beside broken rings around a dot, the sizes drifting over the cloth: jaguar and cheetah. */
export const smallSpots: PrintMaker = ({ mark, accent }, random) => {
  const cells = random.int(6, 7);
  const spread = cellular(random, cells, 0.8);
  const ragged = noise(random, cells * 2);
  const breaks = noise(random, cells + 2);
  const size = noise(random, 3);
  const open = random.between(-0.3, 0.25);
  const reach: Field = (u, v) => spread(u, v)[0] + ragged(u, v) * 0.07 - size(u, v) * 0.05;
  const hollow: Field = (u, v) => Math.min(0.2 - reach(u, v), (size(u, v) - open) * 0.5);
  const spot: Field = (u, v) => {
    const near = reach(u, v);
    const wall = 0.36 - near - Math.max(0, breaks(u, v) - 0.15) * 0.22;
    return Math.min(wall, Math.max(-hollow(u, v), 0.07 - near));
  };
  return (
    fill(
      accent,
      contour((u, v) => Math.min(0.27 - reach(u, v), size(u, v) - open + 0.1), TILE, 48),
      'evenodd',
    ) + random.pick([flat, flat, furry])(random, mark, spot, 0.08)
  );
};

/** A painter's crescents: two strokes that swell and taper face each other around a tinted heart, small commas between. */
export const crescents: PrintMaker = ({ mark, accent }, random) => {
  const columns = random.pick([4, 5]);
  const unit = 25 / columns / 6.4;
  let [tint, dark] = ['', ''];
  for (const [x, y] of scattered(random, columns, 6, 0.2)) {
    const reach = random.between(6.2, 8.4) * unit;
    const squeeze = random.between(0.7, 1);
    const start = random.between(0, 6.28);
    const strokes = random.pick([1, 2, 2, 3]);
    let path = '';
    for (let i = 0; i < strokes; i++) {
      const span = (6.28 / strokes) * random.between(0.55, 0.8);
      const from = start + (i / strokes) * 6.28;
      const heavy = random.between(2.1, 3.1) * unit;
      path += limb(
        [0, 0.3, 0.6, 1].map((t) => {
          const angle = from + span * t;
          const thick = heavy * (0.3 + 0.7 * Math.sin(Math.PI * (0.15 + 0.75 * t)));
          return [Math.cos(angle) * reach, Math.sin(angle) * reach * squeeze, thick] as const;
        }),
      );
    }
    tint += stamped(
      x + random.about(1.5),
      y + random.about(1.5),
      14,
      fill(accent, blob(random, 0, 0, reach * 0.8, reach * 0.65, 0.2)),
    );
    dark += stamped(x, y, 14, fill(mark, path));
    const comma = limb([
      [-2.2 * unit, 0, 0.7 * unit],
      [0, random.about(1.2), random.between(1.2, 1.9) * unit],
      [2.4 * unit, random.about(1.5), 0.5 * unit],
    ]);
    dark += stamped(
      (x + 12.5 * unit * 1.6) % TILE,
      (y + random.about(2) + TILE) % TILE,
      5,
      fill(mark, comma),
      random.between(0, 360),
    );
  }
  return tint + dark;
};

/** Solid dark thumb marks of many sizes, none of them open, thrown close together: the cheetah. */
export const thumbprints: PrintMaker = ({ mark, accent }, random) => {
  let [tint, dark] = ['', ''];
  const columns = random.pick([6, 7]);
  const unit = TILE / columns / 16;
  for (const [x, y] of scattered(random, columns, columns === 6 ? 8 : 10, 0.34)) {
    const [rx, ry] = [random.between(3, 6) * unit, random.between(2.6, 4.4) * unit];
    const halo = random.chance(0.35);
    dark += stamped(x, y, 8, fill(mark, blob(random, 0, 0, rx, ry, 0.28, 6)));
    if (halo) tint += wrapped(x, y, 10, (at, below) => `<circle cx="${n(at)}" cy="${n(below)}" r="${n(rx * 1.35)}"/>`);
  }
  return `<g fill="${accent}" fill-opacity=".75">${tint}</g>${dark}`;
};

export const grownLeopard = oneOf(furRosettes, furRosettes, smallSpots, smallSpots, crescents, thumbprints);
