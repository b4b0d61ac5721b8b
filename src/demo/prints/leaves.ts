import { darker, lighter, mix } from '../palette.ts';
import { limb, n } from '../path.ts';
import type { Random } from '../random.ts';
import { monstera, strewn } from './foliage.ts';
import { fill, oneOf, type PrintMaker, scattered, stamped, stroke, TILE } from './tile.ts';

/** Long banana leaves, each half a shade apart, torn along the side ribs. */
const banana: PrintMaker = ({ ground, mark, accent }, random) => {
  let markup = '';
  for (const [x, y] of scattered(random, 2, 4, 0.18)) {
    const length = random.between(21, 27);
    const wide = length * random.between(0.28, 0.36);
    const color = random.pick([mark, mark, mix(mark, accent, 0.5), darker(mark, 0.2)]);
    const bow = random.about(7);
    const half = (side: number) =>
      `M${n(-length)} 0Q0 ${n(bow)} ${n(length)} 0Q${n(length * 0.55)} ${n(bow + side * wide)} 0 ${n(bow * 0.6 + side * wide)}Q${n(-length * 0.8)} ${n(side * wide)} ${n(-length)} 0Z`;
    let ribs = '';
    for (let i = -3; i <= 3; i++)
      for (const side of [-1, 1]) {
        const [at, mid] = [i * length * 0.22, bow * 0.5 * (1 - (i * 0.22) ** 2)];
        ribs += `M${n(at)} ${n(mid)}L${n(at + length * 0.16)} ${n(mid + side * wide * 0.86 * (1 - Math.abs(i) * 0.14))}`;
      }
    markup += stamped(
      x,
      y,
      length + 3,
      fill(color, half(-1)) +
        fill(lighter(color, 0.16), half(1)) +
        stroke(mix(color, ground, 0.5), 0.8, ribs) +
        stroke(mix(color, ground, 0.75), 1.3, `M${n(-length)} 0Q0 ${n(bow)} ${n(length * 0.96)} 0`),
      random.between(0, 360),
    );
  }
  return markup;
};

/** Fan palms: pointed leaflets spread in a half circle from the end of a stalk. */
const fans: PrintMaker = ({ mark, accent }, random) => {
  let markup = '';
  for (const [x, y] of scattered(random, 2, 4, 0.14)) {
    const length = random.between(22, 28);
    const color = random.pick([mark, accent, mix(mark, accent, 0.5), darker(mark, 0.2)]);
    const leaflets = random.pick([9, 11, 13]);
    const spread = random.between(3.6, 4.6);
    const fan = Array.from({ length: leaflets }, (_, i) => {
      const angle = -Math.PI / 2 + spread * (i / (leaflets - 1) - 0.5);
      const reach = length * (1 - 0.3 * Math.abs((i / (leaflets - 1)) * 2 - 1));
      const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
      const w = length * 0.075;
      const side = (s: number) => `${n(dx * reach * 0.6 - dy * w * s)} ${n(dy * reach * 0.6 + dx * w * s)}`;
      return `M0 0Q${side(1)} ${n(dx * reach)} ${n(dy * reach)}Q${side(-1)} 0 0Z`;
    }).join('');
    const stalk = stroke(color, 1.4, `M0 0Q${n(random.about(4))} ${n(length * 0.4)} 0 ${n(length * 0.75)}`);
    markup += stamped(x, y, length * 1.1, stalk + fill(color, fan), random.between(0, 360));
  }
  return markup;
};

/** Monstera leaves as a pen draws them: outline and ribs, some filled. */
const outlines: PrintMaker = ({ mark, accent, ground }, random) => {
  let markup = '';
  for (const [x, y] of scattered(random, 2, 4, 0.16)) {
    const length = random.between(24, 31);
    const lined = random.chance(0.75);
    const leaf = lined
      ? monstera(random, length, mark, mark, ground)
      : monstera(random, length, accent, mix(accent, ground, 0.6));
    markup += stamped(
      x,
      y,
      length * 1.1,
      `<g transform="translate(0 ${n(length * 0.5)})">${leaf}</g>`,
      random.between(0, 360),
    );
  }
  return markup;
};

/** Small paired leaves on swaying stems that climb side by side. */
const vines: PrintMaker = ({ mark, accent, ground }, random) => {
  const stems = random.pick([3, 4]);
  const leaf = TILE / stems / 2.1;
  const pairs = random.pick([6, 8]);
  let markup = '';
  for (let i = 0; i < stems; i++) {
    const [shift, sway] = [random.between(0, 6.28), random.between(1, 3)];
    const course = (y: number) => (i + 0.5) * (TILE / stems) + Math.sin((y / TILE) * 2 * Math.PI + shift) * sway;
    const color = stems === 4 && i % 2 ? accent : mark;
    const stem = Array.from({ length: 27 }, (_, k) => `${n(course(k * 4 - 2))} ${k * 4 - 2}`).join('L');
    markup += stroke(mix(color, ground, 0.2), 1.2, `M${stem}`);
    for (let k = 0; k < pairs; k++)
      for (const side of [-1, 1]) {
        const y = (k + (side > 0 ? 0.5 : 0)) * (TILE / pairs);
        markup += stamped(course(y), y, leaf * 1.1, pinnate(random, leaf, side, color, ground));
      }
  }
  return markup;
};
function pinnate(random: Random, length: number, side: number, color: string, ground: string): string {
  const reach = length * random.between(0.9, 1.05);
  const [tipX, tipY] = [side * reach * 0.86, -reach * 0.5];
  const shape = limb([
    [0, 0, 0.5],
    [tipX * 0.35, tipY * 0.25, length * 0.2],
    [tipX * 0.7, tipY * 0.62, length * 0.16],
    [tipX, tipY, 0.3],
  ]);
  return `${fill(color, shape)}${stroke(mix(color, ground, 0.6), 0.6, `M0 0L${n(tipX * 0.85)} ${n(tipY * 0.8)}`)}`;
}

export const tropicalLeaves = oneOf(strewn, strewn, banana, fans, outlines, vines);
