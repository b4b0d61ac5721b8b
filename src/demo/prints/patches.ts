import { cellular, contour, type Field, noise } from '../field.ts';
import { mix } from '../palette.ts';
import { blob, n, type Point } from '../path.ts';
import { flat, furry, halftone, knitted, soft } from './texture.ts';
import { fill, oneOf, type PrintMaker, scattered, stamped, TILE } from './tile.ts';

const cowNoise: PrintMaker = ({ mark }, random) => {
  const [large, ragged] = [noise(random, 3), noise(random, 8)];
  const level = random.between(0.14, 0.26);
  const field: Field = (u, v) => large(u, v) + ragged(u, v) * 0.12 - level;
  return random.pick([flat, flat, furry, soft, halftone])(random, mark, field, 0.22);
};

const cowBlobs: PrintMaker = ({ mark }, random) => {
  let patches = '';
  for (const [x, y] of scattered(random, 2, 4, 0.2))
    patches += stamped(x, y, 24, fill(mark, blob(random, 0, 0, random.between(10, 17), random.between(7, 11), 0.3, 8)));
  return patches;
};

/** Patches around a few points, some grown together and some small, with drops torn off beside them. */
const cowBlotches: PrintMaker = ({ mark }, random) => {
  const spread = cellular(random, 3, 1);
  const [size, ragged] = [noise(random, 2), noise(random, random.int(6, 9))];
  const drops = cellular(random, 6, 1);
  const few = noise(random, 5);
  const rough = random.between(0.04, 0.13);
  const field: Field = (u, v) =>
    Math.max(
      0.4 + size(u, v) * 0.2 - spread(u, v)[0] + ragged(u, v) * rough,
      0.22 - drops(u, v)[0] - Math.max(0, 0.45 - few(u, v)),
    );
  return random.pick([flat, flat, furry, knitted])(random, mark, field, 0.15);
};

export const cow = oneOf(cowNoise, cowNoise, cowBlobs, cowBlotches, cowBlotches);

/** Large patches close together with thin light lines between: straight-edged as printed cloth, or ragged and darker inside as hide. */
const giraffeNet: PrintMaker = ({ mark, accent }, random) => {
  const cells = random.int(4, 5);
  const hide = random.chance(0.55);
  const spread = cellular(random, cells, hide ? 0.85 : 0.6);
  const ragged = noise(random, cells * 3);
  const width = hide ? random.between(0.1, 0.15) : random.between(0.07, 0.12);
  const edge: Field = (u, v) => {
    const [near, next] = spread(u, v);
    return next - near - width + (hide ? ragged(u, v) * 0.04 : 0);
  };
  const patches = random.pick([flat, flat, flat, soft, furry])(random, mark, edge, 0.1);
  if (!hide) return patches;
  return (
    patches +
    fill(
      mix(mark, accent, 0.7),
      contour((u, v) => edge(u, v) - 0.42, TILE, 32),
      'evenodd',
    )
  );
};

/** Rounded stones of uneven size with wide light ways between them. */
const giraffeStones: PrintMaker = ({ mark, accent }, random) => {
  const cells = random.int(4, 5);
  const spread = cellular(random, cells, 0.8);
  const wobble = noise(random, cells * 2);
  const width = random.between(0.17, 0.24);
  const field: Field = (u, v) => {
    const [near, next] = spread(u, v);
    return Math.min(next - near - width, (0.6 - near) * 1.3) + wobble(u, v) * 0.05;
  };
  const heart = random.chance(0.4)
    ? `<path fill="${accent}" fill-opacity=".6" fill-rule="evenodd" d="${contour((u, v) => field(u, v) - 0.26, TILE, 36)}"/>`
    : '';
  return random.pick([flat, soft])(random, mark, field, 0.14) + heart;
};

/** The Masai giraffe: leaves with many notched points, close together. */
const giraffeStars: PrintMaker = ({ mark }, random) => {
  const columns = random.pick([4, 5]);
  const reach = (TILE / columns) * 0.55;
  let markup = '';
  for (const [x, y] of scattered(random, columns, columns === 4 ? 4 : 6, 0.1)) {
    const points = random.int(7, 10);
    const start = random.between(0, 6.28);
    const flatten = columns === 4 ? 1 : 0.86;
    const corner = (i: number): Point => {
      const angle = start + (i / (points * 2)) * 6.28 + random.about(0.22);
      const out = reach * (i % 2 ? random.between(0.62, 0.86) : random.between(0.8, 1.12));
      return [Math.cos(angle) * out, Math.sin(angle) * out * flatten];
    };
    const star = Array.from({ length: points * 2 }, (_, i) => corner(i))
      .map(([px, py], i, all) => {
        if (i % 2) return '';
        const [hx, hy] = all[(i + 1) % all.length]!;
        const [ex, ey] = all[(i + 2) % all.length]!;
        return `${i ? '' : `M${n(px)} ${n(py)}`}Q${n(hx)} ${n(hy)} ${n(ex)} ${n(ey)}`;
      })
      .join('');
    markup += stamped(x, y, reach * 1.2, fill(mark, `${star}Z`));
  }
  return markup;
};

export const giraffe = oneOf(giraffeNet, giraffeNet, giraffeStones, giraffeStars);
