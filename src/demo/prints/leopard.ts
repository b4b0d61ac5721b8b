import { arc, blob, n } from '../path.ts';
import { grownLeopard } from './leopard-grown.ts';
import { oneOf, type PrintMaker, scattered, TILE, wrapped } from './tile.ts';

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

export const leopard = oneOf(rosettes, rosettes, blotches, dabs, grownLeopard, grownLeopard, grownLeopard);
