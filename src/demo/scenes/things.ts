import { darker, lighter, mix, swatch } from '../palette.ts';
import { ellipse, n, rounded } from '../path.ts';
import type { Random } from '../random.ts';
import { COLORS, type Color } from '../vocabulary.ts';

const plainColors = COLORS.filter((color): color is Exclude<Color, 'natural'> => color !== 'natural');

/** A color that does not shout: what stands around is not what the picture is about. */
export const muted = (random: Random, share = random.between(0.15, 0.6)): string =>
  mix(swatch(random.pick(plainColors), random), '#9a948c', share);

export const fill = (path: string, color: string): string => `<path d="${path}" fill="${color}"/>`;
const side = (path: string): string => `<path d="${path}" fill="url(#round)"/>`;

/** Drawn standing on y = 0 around x = 0, 40 to 90 units tall; shading from the pen's own gradients. */
export type Thing = (random: Random) => string;

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
