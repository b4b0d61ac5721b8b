import { cellular, contour, type Field, noise } from '../field.ts';
import { lighter, mix } from '../palette.ts';
import { arc, blob, n } from '../path.ts';
import type { Random } from '../random.ts';
import { fill, type PrintMaker, scattered, TILE, wrapped } from './tile.ts';

/** Rings of two to four thick arcs around a darker center, with small solid spots between: the big cat's flank. */
const rosettes: PrintMaker = ({ mark, accent }, random) => {
  const columns = random.pick([4, 4, 5]);
  const [rings, centers, spots]: [string[], string[], string[]] = [[], [], []];
  const unit = TILE / columns / 25;
  for (const [x, y] of scattered(random, columns, columns === 4 ? 4 : 6, 0.16)) {
    const [rx, ry] = [random.between(7, 9.5) * unit, random.between(5.5, 7.5) * unit * (columns === 4 ? 1 : 0.9)];
    const turn = random.between(0, Math.PI);
    const arcs = random.int(2, 4);
    const start = random.between(0, 6.28);
    const center = blob(random, 0, 0, rx, ry, 0.15);
    wrapped(x, y, 14, (at, below) => {
      centers.push(`<path transform="translate(${n(at)} ${n(below)})" d="${center}"/>`);
      return '';
    });
    for (let i = 0; i < arcs; i++) {
      const from = start + (i / arcs) * 6.28;
      const path = arc(0, 0, rx, ry, from, from + (6.28 / arcs) * random.between(0.58, 0.86), turn);
      const width = random.between(3.4, 5.4) * unit;
      wrapped(x, y, 14, (at, below) => {
        rings.push(`<path transform="translate(${n(at)} ${n(below)})" stroke-width="${n(width)}" d="${path}"/>`);
        return '';
      });
    }
    const [sx, sy] = [(x + 12.5 * unit + random.about(2)) % TILE, (y + 7 * unit + random.about(2.5)) % TILE];
    if (random.chance(0.75)) {
      const spot = blob(random, 0, 0, random.between(1.8, 3.4) * unit, random.between(1.5, 2.4) * unit);
      wrapped(sx, sy, 6, (at, below) => {
        spots.push(`<path transform="translate(${n(at)} ${n(below)})" d="${spot}"/>`);
        return '';
      });
    }
  }
  return `<g fill="${accent}">${centers.join('')}</g><g fill="${mark}">${spots.join('')}</g><g fill="none" stroke="${mark}" stroke-linecap="round">${rings.join('')}</g>`;
};

/** Uneven dark patches, many of them open like a C around a lighter hollow, close together: the textile print. */
const blotches: PrintMaker = ({ mark, accent }, random) => {
  let [solid, hollow] = ['', ''];
  const columns = random.pick([5, 6]);
  const unit = TILE / columns / 20;
  for (const [x, y] of scattered(random, columns, 6, 0.24)) {
    const [rx, ry] = [random.between(5.4, 8.4) * unit, random.between(4, 5.8) * unit];
    const turn = random.between(0, 360);
    const outline = blob(random, 0, 0, rx, ry, 0.22, 8);
    const open = random.chance(0.72);
    const [hx, hy] = [random.about(rx * 0.5), random.about(ry * 0.5)];
    const hole = blob(random, hx, hy, rx * random.between(0.42, 0.62), ry * random.between(0.4, 0.6), 0.3, 6);
    wrapped(x, y, 12, (at, below) => {
      const place = `transform="translate(${n(at)} ${n(below)}) rotate(${n(turn)})"`;
      solid += `<path ${place} d="${outline}"/>`;
      if (open) hollow += `<path ${place} d="${hole}"/>`;
      return '';
    });
  }
  return `<g fill="${mark}">${solid}</g><g fill="${accent}">${hollow}</g>`;
};

/** Rings grown around scattered points and eaten by noise: how fur really looks, with no two rosettes alike. */
const furRosettes: PrintMaker = ({ mark, accent, ground }, random) => {
  const cells = random.int(4, 5);
  const spread = cellular(random, cells, 0.6);
  const ragged = noise(random, cells * 3);
  const breaks = noise(random, cells * 2);
  const shade = noise(random, 3);
  const reach: Field = (u, v) => spread(u, v)[0] + ragged(u, v) * 0.09;
  const ring = contour((u, v) => 0.135 - Math.abs(reach(u, v) - 0.31) - Math.max(0, breaks(u, v)) * 0.2, TILE, 64);
  const inside = contour((u, v) => 0.3 - reach(u, v), TILE, 40);
  const tint = contour((u, v) => shade(u, v) - 0.15, TILE, 20);
  return (
    fill(mix(ground, lighter(ground, 0.4), 0.6), tint, 'evenodd') +
    fill(accent, inside, 'evenodd') +
    fill(mark, ring, 'evenodd')
  );
};

/** Short brush dabs set in rings of three to five, as a designer paints them. */
const dabs: PrintMaker = ({ mark, accent }, random) => {
  let [tint, dark] = ['', ''];
  for (const [x, y] of scattered(random, 4, 4, 0.15)) {
    const count = random.int(3, 5);
    const start = random.between(0, 6.28);
    const shape = Array.from({ length: count }, (_, i) => {
      const angle = start + (i / count) * 6.28 + random.about(0.2);
      const [dx, dy] = [Math.cos(angle) * 8, Math.sin(angle) * 6.6];
      const turn = ((angle + Math.PI / 2) * 180) / Math.PI + random.about(25);
      return `<ellipse rx="${n(random.between(4, 6.2))}" ry="${n(random.between(2.1, 3.4))}" transform="translate(${n(dx)} ${n(dy)}) rotate(${n(turn)})"/>`;
    }).join('');
    const center = blob(random, 0, 0, 6.5, 5, 0.2);
    wrapped(x, y, 17, (at, below) => {
      const place = `transform="translate(${n(at)} ${n(below)})"`;
      tint += `<path ${place} d="${center}"/>`;
      dark += `<g ${place}>${shape}</g>`;
      return '';
    });
  }
  return `<g fill="${accent}">${tint}</g><g fill="${mark}">${dark}</g>`;
};

export const leopard: PrintMaker = (palette, random) =>
  random.pick([rosettes, rosettes, blotches, furRosettes, dabs])(palette, random);

/** Stripes that wander, part and end. */
const stripes = (random: Random, count: number, wander: number, thick: number, breaks: number): string => {
  const [bend, swell, gaps] = [noise(random, 2, 3), noise(random, 5, 3), noise(random, count, 3)];
  return contour(
    (u, v) =>
      Math.sin(2 * Math.PI * (v * count + bend(u, v) * wander)) +
      thick +
      swell(u, v) * 0.35 -
      Math.max(0, gaps(u, v) - 0.1) * breaks,
    TILE,
    56,
  );
};

export const zebra: PrintMaker = ({ mark }, random) =>
  fill(mark, stripes(random, random.int(5, 6), random.between(0.5, 0.9), random.between(-0.1, 0.12), 0.7), 'evenodd');

/** Long flames that run out into points on a shaded ground. */
const flames: PrintMaker = ({ mark, accent }, random) => {
  let dark = '';
  const rows = random.pick([6, 8]);
  for (const [x, y] of scattered(random, 2, rows, 0.14)) {
    const [length, thick] = [random.between(19, 27), random.between(3.2, 5.4) * (6 / rows) ** 0.5];
    const [bow, slant] = [random.about(7), random.about(6)];
    const fork = random.chance(0.35);
    const shape = `M${n(-length)} ${n(slant)}Q${n(-length * 0.3)} ${n(bow - thick * 1.6)} ${n(length)} ${n(-slant)}Q${n(length * 0.2)} ${n(bow + thick * 1.2)} ${n(-length)} ${n(slant)}Z${fork ? `M${n(length * 0.1)} ${n(bow * 0.5)}Q${n(length * 0.6)} ${n(bow + 5)} ${n(length * 0.95)} ${n(bow + 8)}Q${n(length * 0.4)} ${n(bow + 6)} ${n(-length * 0.1)} ${n(bow * 0.5 + 2)}Z` : ''}`;
    dark += wrapped(x, y, 32, (at, below) => `<path transform="translate(${n(at)} ${n(below)})" d="${shape}"/>`);
  }
  const glow = noise(random, 2);
  return `${fill(
    accent,
    contour((u, v) => glow(u, v) - 0.25, TILE, 20),
    'evenodd',
  )}<g fill="${mark}">${dark}</g>`;
};

const tigerFur: PrintMaker = ({ mark, accent }, random) => {
  const glow = noise(random, 2, 3);
  return (
    fill(
      accent,
      contour((u, v) => glow(u, v) - 0.3, TILE, 20),
      'evenodd',
    ) +
    fill(
      mark,
      stripes(random, random.int(5, 6), random.between(0.25, 0.5), random.between(-0.62, -0.42), 1.5),
      'evenodd',
    )
  );
};

export const tiger: PrintMaker = (palette, random) => random.pick([flames, tigerFur])(palette, random);

export const cow: PrintMaker = ({ mark }, random) => {
  const [large, ragged] = [noise(random, 3), noise(random, 8)];
  const level = random.between(0.14, 0.26);
  if (random.chance(0.6))
    return fill(
      mark,
      contour((u, v) => large(u, v) + ragged(u, v) * 0.12 - level, TILE, 44),
      'evenodd',
    );
  let patches = '';
  for (const [x, y] of scattered(random, 2, 4, 0.2)) {
    const shape = blob(random, 0, 0, random.between(10, 17), random.between(7, 11), 0.3, 8);
    patches += wrapped(x, y, 24, (at, below) => `<path transform="translate(${n(at)} ${n(below)})" d="${shape}"/>`);
  }
  return `<g fill="${mark}">${patches}</g>`;
};

/** Large patches close together with thin light lines between: straight-edged as printed cloth, or ragged and darker inside as hide. */
export const giraffe: PrintMaker = ({ mark, accent }, random) => {
  const cells = random.int(4, 5);
  const hide = random.chance(0.55);
  const spread = cellular(random, cells, hide ? 0.85 : 0.6);
  const ragged = noise(random, cells * 3);
  const width = hide ? random.between(0.1, 0.15) : random.between(0.07, 0.12);
  const edge: Field = (u, v) => {
    const [near, next] = spread(u, v);
    return next - near - width + (hide ? ragged(u, v) * 0.04 : 0);
  };
  const patches = fill(mark, contour(edge, TILE, 56), 'evenodd');
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
