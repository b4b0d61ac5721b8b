import { darker, lighter, mix } from '../palette.ts';
import { ellipse, n, rounded } from '../path.ts';
import type { ShapeMaker } from '../pen.ts';

export const backpack: ShapeMaker = (pen) => {
  const { random, palette } = pen;
  const width = random.between(48, 56);
  const body = `M${n(-width)} 74V-22C${n(-width)} -66 -30 -80 0 -80C30 -80 ${n(width)} -66 ${n(width)} -22V74Q${n(width)} 84 ${n(width - 10)} 84H${n(10 - width)}Q${n(-width)} 84 ${n(-width)} 74Z`;
  const pocket = `M${n(-width * 0.74)} 72V30Q${n(-width * 0.74)} 18 ${n(-width * 0.55)} 18H${n(width * 0.55)}Q${n(width * 0.74)} 18 ${n(width * 0.74)} 30V72Q0 80 ${n(-width * 0.74)} 72Z`;
  const zip = mix(palette.trim, '#2a2727', 0.35);
  return {
    outline: body,
    foot: { y: 84, width },
    markup:
      pen.line(
        `M${n(-width + 4)} -30Q${n(-width - 24)} 14 ${n(-width + 4)} 66M${n(width - 4)} -30Q${n(width + 24)} 14 ${n(width - 4)} 66`,
        zip,
        10,
      ) +
      pen.line('M-16 -76C-16 -98 16 -98 16 -76', palette.trim, 7) +
      pen.surface(body, 'soft') +
      pen.line(
        `M${n(-width + 9)} -8C${n(-width + 10)} -58 -26 -68 0 -68C26 -68 ${n(width - 10)} -58 ${n(width - 9)} -8`,
        zip,
        2.2,
      ) +
      pen.surface(pocket, 'soft') +
      pen.line(pocket, '#000', 1.8, 0.4) +
      pen.line(`M${n(-width * 0.62)} 32H${n(width * 0.62)}`, zip, 3.4) +
      pen.line(`M${n(width * 0.4)} 33v9`, lighter(zip, 0.5), 3) +
      (random.chance(0.6) ? pen.part(rounded(-11, -38, 22, 14, 3), palette.trim, 'soft') : ''),
  };
};

export const suitcase: ShapeMaker = (pen) => {
  const { random, palette } = pen;
  const [width, radius] = [random.between(46, 54), random.between(8, 18)];
  const shell = rounded(-width, -56, width * 2, 130, radius);
  const metal = random.pick(['#a9adb3', '#c6c9cd', '#3a3a3e']);
  const wheels = [-width * 0.7, width * 0.7]
    .map(
      (x) =>
        pen.part(rounded(x - 7, 72, 14, 9, 3), '#3a3a3c') +
        pen.part(ellipse(x, 81, 6.5, 6.5), '#1f1f21', 'none') +
        pen.part(ellipse(x, 81, 2.4), '#8a8d92', 'none'),
    )
    .join('');
  const ribs = [-0.55, -0.18, 0.18, 0.55].map((share) => `M${n(width * share)} -48V66`).join('');
  const grooves = random.chance(0.65)
    ? pen.line(ribs, '#000', 2.4, 0.2) + pen.line(ribs.replaceAll('-48', '-47'), '#fff', 0.9, 0.2)
    : pen.line(`M${n(-width + 3)} -20H${n(width - 3)}M${n(-width + 3)} 42H${n(width - 3)}`, palette.trim, 6);
  return {
    outline: shell,
    foot: { y: 87, width },
    markup:
      pen.line('M-20 -52V-92H20V-52', metal, 4.5) +
      pen.line('M-22 -92H22', '#2b2b2d', 7.5) +
      wheels +
      pen.surface(shell, 'soft') +
      grooves +
      pen.line('M-13 -58Q-13 -66 0 -66T13 -58', palette.trim, 5) +
      [
        [-1, -1],
        [1, -1],
        [-1, 1],
        [1, 1],
      ]
        .map(([x, y]) =>
          pen.part(rounded(x! * (width - 6) - 8, 9 + y! * 59 - 8, 16, 16, 6), mix(palette.trim, palette.ground, 0.2)),
        )
        .join(''),
  };
};

export const handbag: ShapeMaker = (pen) => {
  const { random, palette } = pen;
  const [top, bottom] = [random.between(48, 60), random.between(62, 76)];
  const deep = random.between(56, 66);
  const body = `M${n(-top)} -14L${n(top)} -14L${n(bottom)} ${n(deep - 8)}Q${n(bottom)} ${n(deep + 4)} ${n(bottom - 12)} ${n(deep + 4)}H${n(12 - bottom)}Q${n(-bottom)} ${n(deep + 4)} ${n(-bottom)} ${n(deep - 8)}Z`;
  const leather = mix(palette.trim, '#6b3f26', random.pick([0, 0, 0.5]));
  const flap = random.chance(0.45);
  const handle = 'M-30 -8C-30 -84 30 -84 30 -8';
  const front = flap
    ? pen.part(
        `M${n(-top - 2)} -16H${n(top + 2)}L${n(top * 0.92)} 18Q0 40 ${n(-top * 0.92)} 18Z`,
        'url(#print)',
        'down',
      ) + pen.line(`M${n(-top * 0.92 - 2)} 18Q0 40 ${n(top * 0.92 + 2)} 18`, '#000', 2, 0.4)
    : pen.part(`M${n(-top - 1)} -16H${n(top + 1)}l2 12H${n(-top - 3)}Z`, leather) +
      pen.part(rounded(-36, -18, 12, 24, 4), leather) +
      pen.part(rounded(24, -18, 12, 24, 4), leather);
  return {
    outline: body,
    foot: { y: deep + 4, width: bottom },
    markup: `${pen.line('M-22 -12C-22 -72 38 -72 38 -12', darker(leather, 0.4), 5)}${pen.surface(body, 'soft')}${front}${pen.tube(handle, leather, 7)}${flap ? pen.part(rounded(-8, 22, 16, 13, 3), '#d9b04c') : pen.part(ellipse(0, 2, 4.5), '#d9b04c')}${pen.dim(`M${n(-bottom)} ${n(deep - 6)}H${n(bottom)}V${n(deep - 1)}H${n(-bottom)}Z`, 0.16)}`,
  };
};
