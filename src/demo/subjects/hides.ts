import { darker, lighter } from '../palette.ts';
import { curve, n, type Point } from '../path.ts';
import type { Random } from '../random.ts';
import { ground } from '../scenes/grounds.ts';
import { cover } from '../scenes/layer.ts';
import { creases, type SubjectMaker } from './maker.ts';

/** Short hairs that all lie about one way. */
export function hairs(
  random: Random,
  count: number,
  [left, top, right, bottom]: readonly [number, number, number, number],
) {
  const lean = random.about(8);
  const tuft = () => {
    const [x, y, length] = [random.between(left, right), random.between(top, bottom), random.between(6, 15)];
    return `M${n(x)} ${n(y)}q${n(lean * 0.3 + random.about(3))} ${n(length / 2)} ${n(lean + random.about(4))} ${n(length)}`;
  };
  const set = (color: string, opacity: number) =>
    `<path d="${Array.from({ length: count }, tuft).join('')}" fill="none" stroke="${color}" stroke-opacity="${opacity}" stroke-width="1" stroke-linecap="round"/>`;
  return set('#fff', 0.26) + set('#120a06', 0.22);
}

const coatScale = (random: Random, cow: boolean): number => (cow ? random.between(0.9, 1.8) : random.between(1.1, 2.9));

/** Fur filling the frame. */
export const fur: SubjectMaker = (pen, print) => {
  const { random } = pen;
  pen.print(print, 'subject', coatScale(random, print === 'cow'), random.chance(0.4) ? random.between(0, 180) : 0);
  return {
    defs: pen.defs,
    markup: `${cover('url(#subject)')}${creases(random, random.int(1, 3))}<g transform="rotate(${n(random.between(-60, 60))} 120 120)">${hairs(random, 90, [-40, -40, 280, 280])}</g>`,
  };
};

/** A hide with its four legs, spread on a floor. */
export const furRug: SubjectMaker = (pen, print) => {
  const { random, palette } = pen;
  pen.print(print, 'subject', coatScale(random, print === 'cow') * 0.62);
  const scene = ground(random);
  const half: Point[] = [
    [14, -104],
    [24, -82],
    [58, -92],
    [78, -78],
    [66, -58],
    [50, -40],
    [56, 6],
    [64, 50],
    [88, 78],
    [78, 96],
    [52, 84],
    [28, 92],
    [8, 102],
  ];
  const wide = random.between(0.95, 1.2);
  const right = half.map(([x, y]): Point => [x * wide + random.about(6), y + random.about(6)]);
  const left = half.map(([x, y]): Point => [-x * wide + random.about(6), y + random.about(6)]).reverse();
  const outline = curve([...right, ...left]);
  return {
    defs: `${pen.defs}${scene.defs}<clipPath id="hide"><path d="${outline}"/></clipPath>`,
    markup: `${scene.markup}<g transform="translate(${n(120 + random.about(14))} ${n(120 + random.about(14))}) rotate(${n(random.about(70))}) scale(${n(random.between(0.95, 1.35))})"><path d="${outline}" fill="#000" fill-opacity=".3" transform="translate(3 5)"/><path d="${outline}" fill="url(#subject)" stroke="${lighter(darker(palette.ground, 0.25), 0.1)}" stroke-width="2"/><g clip-path="url(#hide)">${hairs(random, 50, [-110, -110, 110, 110])}<path d="M0 -100V100" stroke="#000" stroke-opacity=".12" stroke-width="16"/><path d="${outline}" fill="none" stroke="#000" stroke-opacity=".14" stroke-width="14"/></g></g>`,
  };
};
