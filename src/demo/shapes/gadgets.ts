import { darker, lighter, mix } from '../palette.ts';
import { ellipse, n, rounded } from '../path.ts';
import type { ShapeMaker } from '../pen.ts';

export const phoneCase: ShapeMaker = (pen) => {
  const { random, palette } = pen;
  const [half, tall] = [random.between(40, 46), random.between(78, 86)];
  const radius = random.between(11, 17);
  const body = rounded(-half, -tall, half * 2, tall * 2, radius);
  const edge = random.pick([palette.trim, darker(palette.ground, 0.45), '#2a2a2c', '#f2efe9']);
  const style = random.int(0, 2);
  const lens = (x: number, y: number, r: number) =>
    pen.part(ellipse(x, y, r), '#3d4047', 'none') +
    pen.part(ellipse(x, y, r * 0.72), '#0c0d11', 'none') +
    pen.part(ellipse(x - r * 0.22, y - r * 0.24, r * 0.24), '#7f9cc4', 'none');
  const [left, top] = [-half + 7, -tall + 7];
  const camera =
    style === 0
      ? pen.part(rounded(left, top, 37, 37, 10), '#1d1e22', 'soft') +
        pen.line(rounded(left, top, 37, 37, 10), '#5b5e66', 1) +
        lens(left + 11, top + 11, 7.4) +
        lens(left + 11, top + 26, 7.4) +
        lens(left + 26, top + 18.5, 7.4)
      : style === 1
        ? pen.part(rounded(left, top, 20, 50, 10), '#1d1e22', 'soft') +
          pen.line(rounded(left, top, 20, 50, 10), '#5b5e66', 1) +
          lens(left + 10, top + 10, 7) +
          lens(left + 10, top + 25, 7) +
          lens(left + 10, top + 40, 5)
        : pen.part(rounded(left, top, 34, 34, 9), mix(palette.ground, '#26262a', 0.8), 'soft') +
          lens(left + 10, top + 10, 7) +
          lens(left + 24, top + 24, 7) +
          pen.part(ellipse(left + 25, top + 9, 2.6), '#f6efd2', 'none');
  return {
    outline: body,
    markup:
      pen.part(rounded(half - 1, -tall * 0.5, 3.6, 26, 1.5), darker(edge, 0.3), 'none') +
      pen.part(rounded(-half - 2.6, -tall * 0.42, 3.6, 14, 1.5), darker(edge, 0.3), 'none') +
      pen.part(rounded(-half - 2, -tall - 2, half * 2 + 4, tall * 2 + 4, radius + 2), edge, 'soft') +
      pen.surface(body, 'soft') +
      pen.gloss(
        `M${n(half * 0.1)} ${n(-tall)}L${n(half * 0.6)} ${n(-tall)}L${n(-half * 0.3)} ${n(tall)}L${n(-half * 0.8)} ${n(tall)}Z`,
        0.06,
      ) +
      camera,
  };
};

export const watch: ShapeMaker = (pen) => {
  const { random, palette } = pen;
  const face = random.between(33, 39);
  const wide = random.between(19, 23);
  const square = random.chance(0.3);
  const strap = `M${n(-wide)} -22L${n(-wide + 4)} -88Q0 -92 ${n(wide - 4)} -88L${n(wide)} -22V22L${n(wide - 4)} 88Q0 92 ${n(-wide + 4)} 88L${n(-wide)} 22Z`;
  const metal = random.pick(['#c9ccd1', '#d8b765', '#3a3b40', '#d9a38a']);
  const dial = random.pick(['#f7f5ef', '#f7f5ef', '#1f2126', lighter(palette.ground, 0.8)]);
  const ink = dial === '#1f2126' ? '#f4f2ea' : '#26262a';
  const ring = (r: number) => (square ? rounded(-r, -r, 2 * r, 2 * r, r * 0.3) : ellipse(0, 0, r));
  const marks = Array.from({ length: 12 }, (_, i) => {
    const [sin, cos] = [Math.sin((i * Math.PI) / 6), Math.cos((i * Math.PI) / 6)];
    return `M${n(sin * face * 0.66)} ${n(cos * face * 0.66)}L${n(sin * face * 0.76)} ${n(cos * face * 0.76)}`;
  }).join('');
  const [hour, minute] = [random.between(0, 6.28), random.between(0, 6.28)];
  return {
    outline: strap + ring(face),
    markup:
      pen.surface(strap, 'round') +
      pen.line(`M0 58v.1M0 67v.1M0 76v.1`, darker(palette.ground, 0.7), 3.4) +
      pen.part(rounded(face - 2, -5, 8, 10, 2.5), darker(metal, 0.2)) +
      pen.part(ring(face), metal, 'soft') +
      pen.line(ring(face - 1), darker(metal, 0.4), 1, 0.7) +
      pen.part(ring(face * 0.84), dial, 'none') +
      pen.line(marks, ink, 2) +
      pen.line(`M0 0L${n(Math.sin(hour) * face * 0.42)} ${n(-Math.cos(hour) * face * 0.42)}`, ink, 3.4) +
      pen.line(`M0 0L${n(Math.sin(minute) * face * 0.66)} ${n(-Math.cos(minute) * face * 0.66)}`, ink, 2.2) +
      pen.part(ellipse(0, 0, 2.6), '#c2402e', 'none') +
      pen.gloss(
        `M${n(-face * 0.6)} ${n(-face * 0.5)}Q0 ${n(-face)} ${n(face * 0.6)} ${n(-face * 0.5)}Q0 ${n(-face * 0.5)} ${n(-face * 0.6)} ${n(-face * 0.5)}Z`,
        0.22,
      ),
  };
};

export const headphones: ShapeMaker = (pen) => {
  const { random, palette } = pen;
  const reach = random.between(54, 62);
  const band = `M${n(-reach)} 20C${n(-reach - 8)} -92 ${n(reach + 8)} -92 ${n(reach)} 20`;
  const inner = mix(palette.trim, '#222222', 0.3);
  const cup = (side: number) => {
    const x = side * (reach + 4);
    return {
      shell: rounded(x - 17, -2, 34, 62, 15),
      pad: rounded(side > 0 ? x - 30 : x + 14, 2, 16, 54, 8),
    };
  };
  const [left, right] = [cup(-1), cup(1)];
  const edge = (dy: number) =>
    `M${n(-reach)} ${n(20 + dy)}C${n(-reach - 8)} ${n(-92 + dy)} ${n(reach + 8)} ${n(-92 + dy)} ${n(reach)} ${n(20 + dy)}`;
  return {
    outline: left.shell + right.shell,
    markup:
      pen.line(band, darker(palette.ground, 0.55), 17) +
      `<path d="${band}" fill="none" stroke="url(#print)" stroke-width="14.500" stroke-linecap="round"/>` +
      pen.line(edge(-4), '#fff', 2, 0.3) +
      pen.line(edge(9), inner, 5, 0.75) +
      pen.part(left.pad, inner, 'round') +
      pen.part(right.pad, inner, 'round') +
      pen.surface(left.shell, 'round') +
      pen.surface(right.shell, 'round') +
      pen.line(left.shell + right.shell, palette.trim, 1.8),
  };
};

export const sunglasses: ShapeMaker = (pen) => {
  const { random, palette } = pen;
  const shape = random.int(0, 2);
  const lensPath = (side: number) =>
    shape === 0
      ? ellipse(side * 43, 4, 31, 29)
      : shape === 1
        ? `M${side * 12} -18Q${side * 44} -24 ${side * 76} -20Q${side * 80} 24 ${side * 52} 30Q${side * 18} 34 ${side * 12} -18Z`
        : `M${side * 13} -14Q${side * 40} -24 ${side * 84} -34Q${side * 80} 22 ${side * 50} 28Q${side * 20} 30 ${side * 13} -14Z`;
  const glass = random.pick(['#2a2c33', '#3b3a45', '#6b4a2e', '#36506e']);
  const frame = lensPath(-1) + lensPath(1);
  const temple = (side: number) => `M${side * 76} -18L${side * 89} -16L${side * 90} -4L${side * 78} -6Z`;
  const glint = (side: number) =>
    `M${side * 43 - 16} -12L${side * 43 - 4} -14L${side * 43 - 16} 18L${side * 43 - 24} 12Z`;
  const width = random.between(13, 18);
  return {
    outline: frame,
    markup:
      pen.surface(temple(-1), 'soft') +
      pen.surface(temple(1), 'soft') +
      `<path d="M-16 -10Q0 -22 16 -10" fill="none" stroke="${darker(palette.ground, 0.5)}" stroke-width="11"/><path d="M-16 -10Q0 -22 16 -10" fill="none" stroke="url(#print)" stroke-width="9"/>` +
      `<path d="${frame}" fill="${darker(palette.ground, 0.5)}" stroke="${darker(palette.ground, 0.55)}" stroke-width="${n(width + 2)}" stroke-linejoin="round"/>` +
      `<path d="${frame}" fill="none" stroke="url(#print)" stroke-width="${n(width)}" stroke-linejoin="round"/>` +
      pen.line(frame, '#fff', 1.5, 0.25) +
      pen.part(frame, glass, 'down') +
      pen.gloss(glint(-1) + glint(1), 0.22),
  };
};

export const notebook: ShapeMaker = (pen) => {
  const { random, palette } = pen;
  const [half, tall] = [random.between(54, 62), random.between(72, 82)];
  const cover = rounded(-half, -tall, half * 2, tall * 2, 5);
  const rings = random.chance(0.6);
  const binding = rings
    ? Array.from({ length: 13 }, (_, i) => {
        const y = -tall + 9 + (i * (tall * 2 - 18)) / 12;
        return (
          pen.part(ellipse(-half + 7, y, 2.4), '#2b2b2d', 'none') +
          pen.line(`M${n(-half + 7)} ${n(y)}Q${n(-half - 9)} ${n(y - 7)} ${n(-half - 5)} ${n(y + 2)}`, '#8d9198', 2.2)
        );
      }).join('')
    : pen.part(`M${n(-half)} ${n(-tall + 3)}q0 -3 5 -3h10V${n(tall)}h-10q-5 0 -5 -3Z`, palette.trim, 'none') +
      pen.line(`M${n(half - 13)} ${n(-tall)}V${n(tall)}`, darker(palette.trim, 0.3), 3.4);
  const label = random.chance(0.45)
    ? pen.part(rounded(-26, -tall * 0.5, 58, 28, 3), '#faf7ef', 'none') +
      pen.line(`M-16 ${n(-tall * 0.5 + 11)}h38M-16 ${n(-tall * 0.5 + 18)}h26`, '#8b8780', 1.6)
    : '';
  const pages = [0, 1, 2]
    .map((i) =>
      pen.part(rounded(-half + 5 - i, -tall + 5 - i, half * 2, tall * 2, 4), i % 2 ? '#dcd7cb' : '#f7f4ec', 'none'),
    )
    .join('');
  return { outline: cover, markup: pages + pen.surface(cover, 'soft') + binding + label };
};
