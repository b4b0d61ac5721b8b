import { darker } from '../palette.ts';
import { blob, ellipse, n, rounded } from '../path.ts';
import type { Random } from '../random.ts';
import { fill, muted, type Thing } from './things.ts';

/** Seen from above, around the origin, up to 40 units to a side. */
const FLAT: readonly Thing[] = [
  (random) =>
    fill(rounded(-24, -32, 48, 64, 1), '#f6f3ea') +
    [-18, -10, -2, 6]
      .map((y) => `<path d="M-18 ${y}h${n(random.between(18, 36))}" stroke="#8a8f98" stroke-width="1.6"/>`)
      .join(''),
  (random) => {
    const color = muted(random);
    return fill(rounded(-24, -33, 48, 66, 2), color) + fill(rounded(-24, -33, 7, 66, 2), darker(color, 0.3));
  },
  (random) => {
    const color = random.pick(['#e6b23c', '#c9483c', '#3f7fae', '#4a8a58']);
    return (
      fill('M-40 -3H30V3H-40Z', color) + fill('M30 -3L42 0L30 3Z', '#ecd3a6') + fill('M-44 -3H-38V3H-44Z', '#e39aa0')
    );
  },
  (random) => {
    const color = muted(random, 0.3);
    return (
      fill(ellipse(0, 0, 24), color) +
      fill(ellipse(0, 0, 20), '#4a2d1c') +
      fill(ellipse(-4, -4, 12, 9), '#6b452c') +
      fill(rounded(20, -5, 18, 10, 5), color)
    );
  },
  (random) => {
    const green = random.pick(['#5a8a52', '#8a9a5a', '#b5793c']);
    return [-60, -20, 20, 60]
      .map(
        (turn) =>
          `<path transform="rotate(${turn})" d="M0 0Q9 -20 0 -40Q-9 -20 0 0Z" fill="${darker(green, random.between(0, 0.3))}"/>`,
      )
      .join('');
  },
  () => fill(rounded(-18, -36, 36, 72, 6), '#1d1e22') + fill(rounded(-15.5, -32, 31, 64, 3), '#34373e'),
  (random) => fill(ellipse(0, 0, 9), random.pick(['#c9a85a', '#b8bcc2'])) + fill(ellipse(0, 0, 6.5), '#00000022'),
];

/** One thing lying at (`x`, `y`), turned as it fell. */
export function lying(random: Random, x: number, y: number, scale: number): string {
  const thing = random.pick(FLAT)(random);
  return `<g transform="translate(${n(x)} ${n(y)}) rotate(${n(random.between(0, 360))}) scale(${n(scale)})"><path d="${rounded(-26, -30, 56, 66, 12)}" fill="#000" fill-opacity=".12"/>${thing}</g>`;
}

/** Patches of any form and color toward the frame's edges. */
export function scraps(random: Random, count: number): string {
  let markup = '';
  for (let i = 0; i < count; i++) {
    const angle = random.between(0, 6.28);
    const [x, y] = [120 + Math.cos(angle) * random.between(88, 128), 120 + Math.sin(angle) * random.between(88, 128)];
    const [width, height] = [random.between(8, 30), random.between(8, 36)];
    const path = random.chance(0.5)
      ? blob(random, x, y, width, height, 0.3)
      : rounded(x - width / 2, y - height, width, height * 2, random.between(0, 9));
    const turn = random.between(0, 180);
    markup += `<g transform="rotate(${n(turn)} ${n(x)} ${n(y)})"><path d="${path}" fill="#000" fill-opacity=".14" transform="translate(2 3)"/><path d="${path}" fill="${muted(random)}"/></g>`;
  }
  return markup;
}
