import { darker, lighter, mix } from '../palette.ts';
import { ellipse, n, rounded } from '../path.ts';
import type { ShapeMaker } from '../pen.ts';

export const cushion: ShapeMaker = (pen) => {
  const { random, palette } = pen;
  const [half, tall] = [random.between(70, 80), random.between(62, 78)];
  const pinch = random.between(7, 13);
  const body = `M${n(-half)} ${n(-tall)}Q0 ${n(-tall + pinch)} ${n(half)} ${n(-tall)}Q${n(half - pinch)} 0 ${n(half)} ${n(tall)}Q0 ${n(tall - pinch)} ${n(-half)} ${n(tall)}Q${n(-half + pinch)} 0 ${n(-half)} ${n(-tall)}Z`;
  const creases = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ]
    .map(
      ([x, y]) =>
        `M${n(x! * (half - 6))} ${n(y! * (tall - 6))}Q${n(x! * half * 0.72)} ${n(y! * tall * 0.78)} ${n(x! * half * 0.6)} ${n(y! * tall * 0.5)}`,
    )
    .join('');
  pen.define(
    '<radialGradient id="puff" cx=".42" cy=".38" r=".72"><stop offset="0" stop-color="#fff" stop-opacity=".26"/><stop offset=".55" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity=".42"/></radialGradient>',
  );
  return {
    outline: body,
    markup:
      pen.surface(body, 'none') +
      `<path d="${body}" fill="url(#puff)"/>` +
      pen.line(creases, '#000', 3, 0.2) +
      (random.chance(0.6) ? pen.line(body, mix(palette.trim, palette.ground, 0.25), 3.4) : '') +
      (random.chance(0.25) ? pen.part(ellipse(0, 0, 6), palette.trim) : ''),
  };
};

export const lamp: ShapeMaker = (pen) => {
  const { random, palette } = pen;
  const [top, bottom] = [random.between(24, 40), random.between(54, 66)];
  const shade = `M${n(-top)} -82Q0 -88 ${n(top)} -82L${n(bottom)} -12Q0 -2 ${n(-bottom)} -12Z`;
  const metal = random.pick(['#b98f4a', palette.trim, '#6f5a48', '#3b3b3f', '#e7e2d8']);
  const base = random.pick([
    'M-5 -10H5V60H-5Z',
    'M-8 -8C-6 8 -28 18 -26 40C-25 58 -12 64 -12 74H12C12 64 25 58 26 40C28 18 6 8 8 -8Z',
    'M-5 -10C-5 6 -16 14 -16 26S-5 42 -5 52V62H5V52C5 42 16 36 16 26S5 6 5 -10Z',
  ]);
  pen.define(
    '<radialGradient id="glow"><stop offset="0" stop-color="#ffe9a8" stop-opacity=".7"/><stop offset="1" stop-color="#ffe9a8" stop-opacity="0"/></radialGradient>',
  );
  return {
    outline: `${shade}`,
    foot: { y: 80, width: 36 },
    markup: `<ellipse cx="0" cy="-8" rx="84" ry="66" fill="url(#glow)"/>${pen.part(base, metal, 'round')}${pen.part(`M-34 80Q-34 68 0 68T34 80Q0 88 -34 80Z`, metal, 'round')}${pen.part(ellipse(0, -11, bottom * 0.94, 6), '#fbe6ae', 'none')}${pen.surface(shade, 'round')}${pen.line(`M${n(-top)} -82Q0 -88 ${n(top)} -82M${n(-bottom)} -12Q0 -2 ${n(bottom)} -12`, mix(palette.trim, palette.ground, 0.3), 2.4)}`,
  };
};

export const armchair: ShapeMaker = (pen) => {
  const { random, palette } = pen;
  const wood = random.pick(['#7a4b2a', '#9a6a3c', '#3b2a20', '#c29a66']);
  const wing = random.between(46, 54);
  const high = random.between(70, 84);
  const back = `M${n(-wing)} 30C${n(-wing - 8)} ${n(-high * 0.8)} -30 ${n(-high)} 0 ${n(-high)}C30 ${n(-high)} ${n(wing + 8)} ${n(-high * 0.8)} ${n(wing)} 30Z`;
  const seat = 'M-44 16Q0 6 44 16Q50 30 46 42Q0 50 -46 42Q-50 30 -44 16Z';
  const front = 'M-58 38H58V60Q0 66 -58 60Z';
  const arm = (side: number) =>
    `M${n(side * 44)} 62C${n(side * 42)} 30 ${n(side * 40)} 6 ${n(side * 46)} -4C${n(side * 52)} -16 ${n(side * 76)} -16 ${n(side * 79)} 2C${n(side * 80)} 24 ${n(side * 76)} 46 ${n(side * 74)} 62Z`;
  return {
    outline: `${back}${arm(-1)}${arm(1)}`,
    foot: { y: 84, width: 76 },
    markup:
      pen.line('M-60 58L-66 84M60 58L66 84', wood, 8) +
      pen.line('M-36 62L-38 78M36 62L38 78', darker(wood, 0.4), 6) +
      pen.surface(back, 'down') +
      pen.line(`M0 ${n(-high + 12)}V8`, '#000', 1.6, 0.2) +
      pen.surface(front, 'down') +
      pen.surface(seat, 'soft') +
      pen.line('M-46 42Q0 50 46 42', '#000', 2.4, 0.4) +
      pen.surface(arm(-1), 'soft') +
      pen.surface(arm(1), 'soft') +
      pen.line(arm(-1) + arm(1), '#000', 1.4, 0.28) +
      pen.line('M-48 -4C-54 -14 -74 -14 -77 1M48 -4C54 -14 74 -14 77 1', lighter(palette.ground, 0.5), 1.6, 0.5),
  };
};

export const rug: ShapeMaker = (pen) => {
  const { random, palette } = pen;
  const lean = random.chance(0.65);
  const round = random.chance(0.2);
  const [far, near] = lean ? [random.between(52, 62), random.between(80, 90)] : [random.between(56, 84), 0];
  if (round) {
    const [rx, ry] = [80, lean ? 47 : 80];
    const disc = ellipse(0, 0, rx, ry);
    // Tassels all round tell a plain one from a plate or a lid.
    const tassels = Array.from({ length: 44 }, (_, i) => {
      const [cos, sin] = [Math.cos((i / 22) * Math.PI), Math.sin((i / 22) * Math.PI)];
      return `M${n(cos * rx)} ${n(sin * ry)}L${n(cos * (rx + 8))} ${n(sin * (ry + 8))}`;
    }).join('');
    return {
      outline: disc,
      markup:
        pen.line(tassels, '#e6dac0', 2.4) +
        pen.surface(disc, 'soft') +
        pen.line(disc, darker(palette.ground, 0.4), 1.6) +
        pen.line(ellipse(0, 0, rx - 8, ry - 6), palette.trim, 3),
    };
  }
  const [y0, y1] = lean ? [-42, 46] : [-80, 80];
  const base = lean ? near : far;
  const body = `M${n(-far)} ${y0}L${n(far)} ${y0}L${n(base)} ${y1}L${n(-base)} ${y1}Z`;
  const inner = `M${n(-far + 8)} ${y0 + 6}L${n(far - 8)} ${y0 + 6}L${n(base - 9)} ${y1 - 7}L${n(9 - base)} ${y1 - 7}Z`;
  const fringe = Array.from({ length: 21 }, (_, i) => {
    const t = i / 10 - 1;
    return `M${n(far * t)} ${y0}l${n(t * -1)} -7M${n(base * t)} ${y1}l${n(t)} 9`;
  }).join('');
  return {
    outline: body,
    markup:
      pen.line(fringe, random.pick(['#efe6d2', '#d8c9a8', palette.trim]), 1.8) +
      pen.surface(body, 'soft') +
      pen.line(inner, palette.trim, random.between(2, 4)) +
      pen.line(body, darker(palette.ground, 0.4), 1.6),
  };
};

export const umbrella: ShapeMaker = (pen) => {
  const { random, palette } = pen;
  const [half, high] = [random.between(78, 88), random.between(66, 78)];
  const y = 6;
  const scallops = [-0.6, -0.2, 0.2, 0.6, 1]
    .map((share, i) => `Q${n(half * (-0.8 + i * 0.4))} ${n(y - 11)} ${n(half * share)} ${y}`)
    .join('');
  const canopy = `M${n(-half)} ${y}${scallops}C${n(half * 0.86)} ${n(y - high * 0.8)} ${n(half * 0.4)} ${n(y - high)} 0 ${n(y - high)}C${n(-half * 0.4)} ${n(y - high)} ${n(-half * 0.86)} ${n(y - high * 0.8)} ${n(-half)} ${y}Z`;
  const ribs = `M0 ${n(y - high)}Q${n(-half * 0.55)} ${n(y - high * 0.7)} ${n(-half * 0.6)} ${y}M0 ${n(y - high)}Q${n(-half * 0.2)} ${n(y - high * 0.6)} ${n(-half * 0.2)} ${y}M0 ${n(y - high)}Q${n(half * 0.2)} ${n(y - high * 0.6)} ${n(half * 0.2)} ${y}M0 ${n(y - high)}Q${n(half * 0.55)} ${n(y - high * 0.7)} ${n(half * 0.6)} ${y}`;
  const grip = random.pick(['#8a5a34', '#2b2a2c', '#b07a45', palette.trim]);
  return {
    outline: canopy,
    markup: `${pen.line(`M0 ${n(y - high - 10)}V66`, '#55565b', 3.6)}${pen.line('M0 58V72Q0 86 12 86T24 72', grip, 7)}${pen.surface(canopy, 'round')}${pen.line(ribs, '#000', 1.6, 0.32)}${pen.dim(rounded(-2, y - high - 10, 4, 10, 1), 0.7)}`,
  };
};
