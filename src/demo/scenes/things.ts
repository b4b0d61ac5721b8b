import { darker, lighter, mix, swatch } from '../palette.ts';
import { blob, ellipse, n, rounded } from '../path.ts';
import type { Random } from '../random.ts';
import { COLORS, type Color } from '../vocabulary.ts';

const plainColors = COLORS.filter((color): color is Exclude<Color, 'natural'> => color !== 'natural');

/** A color that does not shout: what stands around is not what the picture is about. */
export const muted = (random: Random, share = random.between(0.15, 0.6)): string =>
  mix(swatch(random.pick(plainColors), random), '#9a948c', share);

const fill = (path: string, color: string): string => `<path d="${path}" fill="${color}"/>`;
const side = (path: string): string => `<path d="${path}" fill="url(#round)"/>`;

/** Drawn standing on y = 0 around x = 0, 40 to 90 units tall; shading from the pen's own gradients. */
type Thing = (random: Random) => string;

const books: Thing = (random) => {
  let [markup, x] = ['', -24];
  for (let i = random.int(3, 6); i > 0; i--) {
    const [width, height] = [random.between(7, 14), random.between(44, 72)];
    const [color, body] = [muted(random), rounded(x, -height, width, height, 1)];
    markup += fill(body, color) + side(body);
    markup += fill(`M${n(x)} ${n(-height * 0.82)}h${n(width)}v4h${n(-width)}Z`, lighter(color, 0.5));
    x += width + 0.6;
  }
  return markup;
};

const stack: Thing = (random) => {
  let [markup, y] = ['', 0];
  for (let i = random.int(2, 4); i > 0; i--) {
    const [half, height, shift, color] = [
      random.between(26, 38),
      random.between(7, 12),
      random.about(6),
      muted(random),
    ];
    y -= height;
    markup += fill(rounded(shift - half, y, half * 2, height, 2), color);
    markup += fill(
      `M${n(shift - half + 4)} ${n(y + 2)}h${n(half * 2 - 4)}v${n(height - 4)}h${n(4 - half * 2)}Z`,
      '#efe9dc',
    );
  }
  return markup;
};

const cup: Thing = (random) => {
  const color = muted(random, 0.3);
  const body = 'M-18 -40H18L15 -3Q0 3 -15 -3Z';
  const handle = `<path d="M16 -32Q34 -32 32 -18T14 -10" fill="none" stroke="${darker(color, 0.12)}" stroke-width="5"/>`;
  return handle + fill(body, color) + side(body) + fill(ellipse(0, -40, 18, 4.5), darker(color, 0.5));
};

const plant: Thing = (random) => {
  const green = random.pick(['#4f7f4c', '#5f8f5a', '#3f6f52', '#7a9a5a']);
  let leaves = '';
  const count = random.int(7, 11);
  for (let i = 0; i < count; i++) {
    const [turn, length, wide] = [
      (i / (count - 1) - 0.5) * 150 + random.about(12),
      random.between(34, 58),
      random.between(6, 11),
    ];
    const leaf = `M0 0Q${n(wide)} ${n(-length * 0.5)} 0 ${n(-length)}Q${n(-wide)} ${n(-length * 0.5)} 0 0Z`;
    leaves += `<path transform="translate(0 -28) rotate(${n(turn)})" d="${leaf}" fill="${random.chance(0.5) ? green : darker(green, random.between(0.1, 0.35))}"/>`;
  }
  const pot = 'M-19 -32H19L14 0H-14Z';
  return leaves + fill(pot, random.pick(['#c07a55', '#e6e1d8', '#77797d', muted(random)])) + side(pot);
};

const box: Thing = (random) => {
  const [half, height, color] = [
    random.between(20, 34),
    random.between(26, 50),
    random.pick(['#c39a6b', muted(random)]),
  ];
  const front = rounded(-half, -height, half * 2, height, 1);
  return (
    fill(front, color) +
    side(front) +
    fill(`M${n(-half)} ${n(-height)}l9 -9h${n(half * 2)}l-9 9Z`, lighter(color, 0.25)) +
    fill(`M${n(half)} ${n(-height)}l9 -9v${n(height)}l-9 9Z`, darker(color, 0.3))
  );
};

const candle: Thing = (random) => {
  const [height, wax] = [random.between(26, 54), random.pick(['#f3ead8', muted(random)])];
  const body = rounded(-9, -height, 18, height, 3);
  return `${fill(body, wax)}${side(body)}<path d="M0 ${n(-height)}v-6" stroke="#333" stroke-width="1.4"/>${fill(`M0 ${n(-height - 18)}Q5 ${n(-height - 8)} 0 ${n(-height - 5)}Q-5 ${n(-height - 8)} 0 ${n(-height - 18)}Z`, '#ffc65a')}`;
};

/** One thing of a room, standing on (`x`, `y`), with its shadow. */
export function standing(random: Random, x: number, y: number, scale: number): string {
  const thing = random.pick([books, stack, cup, plant, plant, box, candle])(random);
  const mirror = random.chance(0.5) ? -1 : 1;
  return `<g transform="translate(${n(x)} ${n(y)}) scale(${n(scale * mirror)} ${n(scale)})"><ellipse cx="4" cy="-1" rx="36" ry="5" fill="#000" fill-opacity=".2"/>${thing}</g>`;
}

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
