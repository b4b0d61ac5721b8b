import { darker, lighter, mix } from '../palette.ts';
import { ellipse, n } from '../path.ts';
import type { Pen, ShapeMaker } from '../pen.ts';

/** Creases of hanging cloth. */
const folds = (pen: Pen, lines: readonly string[]): string =>
  lines.map((line) => pen.line(line, '#000', 2.4, 0.16) + pen.line(line, '#fff', 1.2, 0.12)).join('');

export const tShirt: ShapeMaker = (pen) => {
  const { random, palette } = pen;
  const [waist, hem] = [random.between(44, 52), random.between(72, 82)];
  const sleeve = random.between(14, 30);
  const body = `M-20 -76C-12 -66 12 -66 20 -76L46 -66Q${n(60 + sleeve * 0.3)} -58 ${n(62 + sleeve)} ${n(-34 + sleeve * 0.2)}L${n(60 + sleeve * 0.4)} ${n(-18 + sleeve * 0.25)}L${n(waist)} -30L${n(waist + 1)} ${n(hem)}Q0 ${n(hem + 6)} ${n(-waist - 1)} ${n(hem)}L${n(-waist)} -30L${n(-60 - sleeve * 0.4)} ${n(-18 + sleeve * 0.25)}L${n(-62 - sleeve)} ${n(-34 + sleeve * 0.2)}Q${n(-60 - sleeve * 0.3)} -58 -46 -66Z`;
  return {
    outline: body,
    markup:
      pen.part('M-20 -76Q0 -82 20 -76C12 -60 -12 -60 -20 -76Z', darker(palette.ground, 0.5), 'none') +
      pen.surface(body, 'soft') +
      pen.line('M-20.5 -76C-13 -62 13 -62 20.5 -76', mix(palette.ground, palette.trim, 0.6), 4.5) +
      folds(pen, [`M${n(-waist)} -30Q-30 -10 -26 24`, `M${n(waist)} -30Q32 -4 30 30`, 'M-12 30Q-6 50 -14 70']) +
      pen.line(`M${n(-waist - 1)} ${n(hem - 5)}Q0 ${n(hem + 1)} ${n(waist + 1)} ${n(hem - 5)}`, '#000', 1, 0.3),
  };
};

export const dress: ShapeMaker = (pen) => {
  const { random, palette } = pen;
  const [flare, hem] = [random.between(46, 66), random.between(76, 86)];
  const waist = random.between(19, 24);
  const straps = random.chance(0.5);
  const shoulder = straps
    ? 'M-20 -62C-12 -50 12 -50 20 -62L24 -60'
    : 'M-14 -84C-8 -64 8 -64 14 -84L26 -80Q40 -72 44 -54L34 -46Q30 -56 26 -56';
  const back = straps ? 'L-24 -60Z' : 'L-26 -56Q-30 -56 -34 -46L-44 -54Q-40 -72 -26 -80Z';
  const body = `${shoulder}Q27 -34 ${n(waist)} -12Q${n(flare * 0.7)} ${n(hem * 0.4)} ${n(flare)} ${n(hem)}Q${n(flare * 0.5)} ${n(hem + 7)} 0 ${n(hem + 3)}T${n(-flare)} ${n(hem)}Q${n(-flare * 0.7)} ${n(hem * 0.4)} ${n(-waist)} -12Q-27 -34 ${straps ? '-24 -60' : '-26 -56'}${back}`;
  const bands = straps
    ? pen.line('M-21 -61Q-20 -76 -13 -86M21 -61Q20 -76 13 -86', mix(palette.ground, palette.trim, 0.5), 4.5)
    : '';
  return {
    outline: body,
    markup:
      bands +
      pen.surface(body, 'soft') +
      folds(pen, [
        `M-8 -8Q-16 ${n(hem * 0.4)} ${n(-flare * 0.55)} ${n(hem)}`,
        `M2 -8Q2 ${n(hem * 0.4)} ${n(-flare * 0.05)} ${n(hem)}`,
        `M10 -8Q18 ${n(hem * 0.4)} ${n(flare * 0.5)} ${n(hem)}`,
      ]) +
      pen.part(
        `M${n(-waist - 1)} -16Q0 -10 ${n(waist + 1)} -16L${n(waist + 1)} -8Q0 -2 ${n(-waist - 1)} -8Z`,
        palette.trim,
      ),
  };
};

export const cap: ShapeMaker = (pen) => {
  const { random, palette } = pen;
  const height = random.between(48, 58);
  const crown = `M-62 26C-66 ${n(-height * 0.7)} -34 ${n(-height)} -4 ${n(-height)}C34 ${n(-height)} 54 ${n(-height * 0.5)} 52 22Q0 40 -62 26Z`;
  const brim = 'M-2 31Q30 33 52 20Q84 24 92 42Q66 52 30 46Q6 42 -2 31Z';
  const visor = random.chance(0.6) ? palette.trim : 'url(#print)';
  return {
    outline: `${crown}${brim}`,
    foot: { y: 38, width: 70 },
    markup:
      pen.surface(crown, 'soft') +
      pen.line(
        `M-4 ${n(-height)}Q-30 ${n(-height * 0.3)} -26 31M-4 ${n(-height)}Q24 ${n(-height * 0.4)} 22 30`,
        '#000',
        1.4,
        0.35,
      ) +
      pen.part(ellipse(-4, -height, 6, 3.6), palette.trim) +
      pen.part(brim, visor, 'down') +
      pen.line('M4 34Q34 38 56 26Q78 28 88 40', lighter(palette.trim, 0.4), 1.1, 0.6) +
      pen.line('M-62 26Q0 40 52 21', darker(palette.ground, 0.6), 2, 0.7),
  };
};

export const sneaker: ShapeMaker = (pen) => {
  const { random, palette } = pen;
  const high = random.chance(0.35);
  const top = high ? -62 : -38;
  const upper = `M-74 26Q-80 -6 -72 ${n(top)}Q-60 ${n(top - 7)} -36 ${n(top + 1)}Q-24 ${n(top + 16)} -8 -16Q22 -4 54 4Q80 10 82 26Z`;
  const sole = 'M-79 24H85Q92 40 78 46H-72Q-84 44 -79 24Z';
  const toe = 'M46 26Q48 8 60 5.500Q80 10 83 26Z';
  const white = random.pick(['#f5f3ee', '#f5f3ee', '#2c2b2d', '#e6d9bf']);
  const laces = [0, 1, 2, 3]
    .map((i) => {
      const [x, y] = [-20 + i * 13, (high ? -24 : -20) + i * 7 - (high && i === 0 ? 6 : 0)];
      return `M${n(x - 6)} ${n(y - 1)}L${n(x + 8)} ${n(y - 8)}`;
    })
    .join('');
  return {
    outline: `${upper}${sole}`,
    foot: { y: 46, width: 82 },
    markup:
      pen.part(
        `M-72 ${n(top)}Q-58 ${n(top + 8)} -36 ${n(top + 1)}Q-58 ${n(top - 8)} -72 ${n(top)}Z`,
        darker(palette.ground, 0.6),
        'none',
      ) +
      pen.surface(upper, 'soft') +
      pen.part(`M-76 26Q-80 0 -74 -14Q-58 -8 -54 26Z`, mix(palette.trim, palette.ground, 0.2), 'soft') +
      pen.part(
        `M-36 ${n(top + 1)}Q-24 ${n(top + 16)} -8 -16L34 0L26 10Q-20 -2 -44 ${n(top + 14)}Z`,
        mix(palette.ground, palette.trim, 0.75),
        'soft',
      ) +
      pen.line(laces, random.pick(['#faf9f5', '#faf9f5', '#f1e4c6']), 4) +
      pen.part(toe, white, 'soft') +
      pen.part(sole, white, 'down') +
      pen.line('M-78 33H86', darker(white, 0.35), 1.4, 0.6),
  };
};
