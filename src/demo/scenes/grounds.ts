import { darker, lighter, mix } from '../palette.ts';
import { n } from '../path.ts';
import type { Random } from '../random.ts';
import { cover, type Layer, radial, softLine, tiled } from './layer.ts';
import { planks } from './places.ts';
import { lying } from './strewn.ts';
import { muted } from './things.ts';

type Ground = (random: Random) => Layer;

const wood: Ground = (random) => ({
  defs: planks(
    random,
    'ground',
    `rotate(${n(random.pick([0, 90, 0, 90]) + random.about(20))}) scale(${n(random.between(0.8, 1.3))})`,
  ),
  markup: cover('url(#ground)'),
});

const carpet: Ground = (random) => {
  const [color, size] = [muted(random), random.between(4, 7)];
  const knots = `<rect width="9" height="9" fill="${color}"/><path d="M0 ${n(size / 2)}h${n(size / 2)}M${n(size / 2)} 0v${n(size / 2)}" stroke="${darker(color, 0.3)}" stroke-width="1.1" stroke-opacity=".6"/>`;
  const band = random.between(14, 40);
  const border = random.chance(0.5)
    ? `<rect x="${n(band)}" y="${n(band)}" width="${n(300 - band)}" height="${n(300 - band)}" fill="none" stroke="${mix(color, muted(random), 0.6)}" stroke-width="9"/>`
    : '';
  return {
    defs: tiled('ground', size, size, knots, `rotate(${n(random.about(40))})`),
    markup: cover('url(#ground)') + border,
  };
};

/** Sheets of a bed, or any plain cloth thrown down. */
const sheets: Ground = (random) => {
  const color = random.pick(['#f3f1ed', '#e4e7ea', '#efe4d8', '#d8dfe6', muted(random, 0.6)]);
  let folds = '';
  for (let i = random.int(3, 6); i > 0; i--) {
    const [y, lean] = [random.between(-30, 270), random.about(130)];
    const line = `M-30 ${n(y)}Q${n(random.between(40, 200))} ${n(y + random.about(70))} 270 ${n(y + lean)}`;
    folds += softLine(line, '#20242c', random.between(16, 34), 0.2);
    folds += `<g transform="translate(3 ${n(random.between(9, 15))})">${softLine(line, '#ffffff', 18, 0.5)}</g>`;
  }
  return {
    defs: radial('ground', [0.4, 0.3], 0.9, [0, lighter(color, 0.3)], [1, darker(color, 0.16)]),
    markup: cover('url(#ground)') + folds,
  };
};

const lawn: Ground = (random) => {
  const grass = random.pick(['#6f9c50', '#587f43', '#8ba35a', '#a89a5a']);
  const blades = Array.from({ length: 26 }, () => {
    const d = `M${n(random.between(2, 58))} ${n(random.between(14, 58))}q${n(random.about(4))} -6 ${n(random.about(7))} -12`;
    return `<path d="${d}" stroke="${random.chance(0.5) ? darker(grass, 0.3) : lighter(grass, 0.2)}"/>`;
  }).join('');
  const tile = `<rect width="61" height="61" fill="${grass}"/><g fill="none" stroke-width="1.8" stroke-linecap="round">${blades}</g>`;
  return { defs: tiled('ground', 60, 60, tile, `rotate(${n(random.about(60))})`), markup: cover('url(#ground)') };
};

const stone: Ground = (random) => {
  const gray = random.pick(['#a9a8a5', '#8f9296', '#c4bcae', '#77787c']);
  const grit = Array.from(
    { length: 40 },
    () =>
      `<circle cx="${n(random.between(1, 69))}" cy="${n(random.between(1, 69))}" r="${n(random.between(0.5, 1.7))}" fill="${random.chance(0.5) ? darker(gray, 0.3) : lighter(gray, 0.35)}"/>`,
  ).join('');
  return {
    defs: tiled(
      'ground',
      70,
      70,
      `<rect width="71" height="71" fill="${gray}"/>${grit}`,
      `rotate(${n(random.about(40))})`,
    ),
    markup: cover('url(#ground)'),
  };
};

/** A pattern of two tones near one another: strong in form, mild in color, as on tablecloths and tiles. */
const figured: Ground = (random) => {
  const base = random.chance(0.6) ? mix(muted(random, 0.5), '#ffffff', 0.45) : muted(random, 0.55);
  const tone = random.chance(0.5)
    ? darker(base, random.between(0.09, 0.18))
    : lighter(base, random.between(0.25, 0.45));
  const size = random.between(16, 40);
  const half = size / 2;
  const motif = random.pick([
    `<circle cx="${n(half)}" cy="${n(half)}" r="${n(size * 0.26)}" fill="${tone}"/>`,
    `<path d="M0 ${n(half)}H${n(size)}" stroke="${tone}" stroke-width="${n(half)}"/>`,
    `<path d="M0 0L${n(size)} ${n(size)}M${n(size)} 0L0 ${n(size)}" stroke="${tone}" stroke-width="1.6"/>`,
    `<path d="M0 0H${n(size)}V${n(size)}" fill="none" stroke="${tone}" stroke-width="3"/>`,
    `<path d="M0 ${n(half)}Q${n(half / 2)} 0 ${n(half)} ${n(half)}T${n(size)} ${n(half)}" fill="none" stroke="${tone}" stroke-width="3"/>`,
    `<path d="M${n(half)} 1L${n(size - 1)} ${n(half)}L${n(half)} ${n(size - 1)}L1 ${n(half)}Z" fill="${tone}"/>`,
  ]);
  const tile = `<rect x="-1" y="-1" width="${n(size + 2)}" height="${n(size + 2)}" fill="${base}"/>${motif}`;
  return {
    defs: tiled('ground', size, size, tile, `rotate(${n(random.between(0, 90))})`),
    markup: cover('url(#ground)'),
  };
};

/** A ground seen from above, with things lying about at its edges. */
export function ground(random: Random): Layer {
  const { defs, markup } = random.pick([wood, wood, carpet, sheets, sheets, lawn, stone, figured, figured])(random);
  const things = Array.from({ length: random.chance(0.6) ? random.int(1, 4) : 0 }, () => {
    const angle = random.between(0, 6.28);
    const reach = random.between(92, 130);
    return lying(random, 120 + Math.cos(angle) * reach, 120 + Math.sin(angle) * reach, random.between(0.6, 1.1));
  }).join('');
  return { defs, markup: markup + things };
}
