import { darker, lighter, mix, type Palette } from '../palette.ts';
import { ellipse, n } from '../path.ts';
import { Pen } from '../pen.ts';
import { frond } from '../prints/foliage.ts';
import { cover, linear, radial } from '../scenes/layer.ts';
import { place } from '../scenes/places.ts';
import { muted } from '../scenes/things.ts';
import type { SubjectMaker } from './maker.ts';
import { wall } from './surfaces.ts';

/** Flowers over a meadow, up to the sky or over the whole frame as a bed seen from above. */
export const meadow: SubjectMaker = (pen, print) => {
  const { random, palette } = pen;
  const grass = random.pick(['#6fa053', '#7fae5f', '#4f8a4a']);
  const blooms = new Pen(random, { ...palette, ground: grass }, pen.heldOut);
  blooms.print(print, 'blooms', random.between(1, 1.8));
  const sky = random.chance(0.6) ? random.between(30, 90) : -60;
  return {
    defs:
      blooms.defs +
      linear('far', [0, 1], [0, lighter(grass, 0.5)], [1, darker(grass, 0.25)]) +
      linear('haze', [0, 1], [0, lighter(grass, 0.5), 0.6], [0.4, grass, 0], [1, '#000', 0.22]),
    markup: `${cover('#bcdcf0')}${cover('url(#far)', sky)}${cover('url(#blooms)', sky + 16)}${cover('url(#haze)', sky)}`,
  };
};

/** A round bunch of flowers in paper, or in a plain pot. */
export const bouquet: SubjectMaker = (pen, print) => {
  const { random, palette } = pen;
  const leaf = random.pick(['#4f8a4a', '#5f8f5a', '#3f6f45']);
  const blooms = new Pen(random, { ...palette, ground: leaf }, pen.heldOut);
  blooms.print(print, 'subject', random.between(0.6, 1));
  const scene = place(random, random.between(200, 224));
  const [x, y, r] = [120 + random.about(14), random.between(84, 100), random.between(66, 84)];
  let [rim, leaves] = ['', ''];
  for (let i = 0; i < 16; i++) {
    const angle = (i / 16) * 6.283 + random.about(0.25);
    const [dx, dy] = [Math.cos(angle) * r * 0.93, Math.sin(angle) * r * 0.86];
    rim += ellipse(x + dx, y + dy, random.between(11, 18));
    leaves += `<path transform="translate(${n(x + dx)} ${n(y + dy)}) rotate(${n((angle * 180) / Math.PI + 90 + random.about(60))}) scale(${n(random.between(0.7, 1.3))})" d="M0 12Q13 -8 0 -30Q-13 -8 0 12Z" fill="${darker(leaf, random.between(0, 0.35))}"/>`;
  }
  const head = ellipse(x, y, r, r * 0.93) + rim;
  const wrap = random.pick(['#e9dcc6', '#f4f1ea', '#d8b9a8', muted(random)]);
  const paper = `M${n(x - r * 0.86)} ${n(y + r * 0.5)}Q${n(x)} ${n(y + r * 1.2)} ${n(x + r * 0.86)} ${n(y + r * 0.5)}L${n(x + 26)} 236H${n(x - 26)}Z`;
  return {
    defs:
      blooms.defs +
      scene.defs +
      radial('bulge', [0.4, 0.34], 0.7, [0, '#fff', 0.2], [0.5, '#fff', 0], [1, '#000', 0.4]),
    markup: `${scene.markup}${leaves}<path d="${head}" fill="url(#subject)"/><path d="${ellipse(x, y, r * 1.1)}" fill="url(#bulge)"/>${pen.part(paper, wrap, 'round')}${pen.line(`M${n(x - 28)} 206H${n(x + 28)}`, random.pick(['#c8323a', '#5b7ed6', '#8a6a4a']), 6)}`,
  };
};

/** Leaves upon leaves, from the dark of the thicket to the light. */
export const thicket: SubjectMaker = (pen, print) => {
  // These leaves are the trained generator's own, without a print to exchange.
  if (pen.heldOut) return wall(pen, print);
  const { random, palette } = pen;
  let markup = cover(mix(darker(palette.mark, 0.75), palette.ground, 0.05));
  for (let i = 0; i < 26; i++) {
    const depth = i / 26;
    const tint: Palette = {
      ...palette,
      mark: darker(palette.mark, 0.6 * (1 - depth)),
      accent: darker(palette.accent, 0.55 * (1 - depth)),
    };
    markup += `<g transform="translate(${n(random.between(-10, 250))} ${n(random.between(0, 270))}) rotate(${n(random.between(0, 360))})">${frond(random, random.between(60, 110), tint)}</g>`;
  }
  return { defs: '', markup };
};

/** A large-leaved plant in a pot, in a room or before a plain wall. */
export const houseplant: SubjectMaker = (pen, print) => {
  if (pen.heldOut) return wall(pen, print);
  const { random, palette } = pen;
  const scene = place(random, random.between(206, 224));
  let leaves = '';
  const count = random.int(9, 14);
  for (let i = 0; i < count; i++) {
    const turn = ((i % 2 ? 1 : -1) * (count - i) * 88) / count + random.about(14);
    const tint: Palette = { ...palette, mark: darker(palette.mark, (0.35 * (count - i)) / count) };
    const stem = random.between(8, 40);
    leaves += `<g transform="translate(120 158) rotate(${n(turn)})"><path d="M0 0V${n(-stem - 10)}" stroke="${darker(palette.mark, 0.3)}" stroke-width="3"/><g transform="translate(0 ${n(-stem)})">${frond(random, random.between(72, 116), tint)}</g></g>`;
  }
  const pot = random.pick(['#c07a55', '#e6e1d8', '#77797d', muted(random)]);
  return {
    defs: pen.defs + scene.defs,
    markup: `${scene.markup}<ellipse cx="124" cy="222" rx="56" ry="9" fill="#000" fill-opacity=".3"/>${leaves}${pen.part('M82 154H158L148 222H92Z', pot, 'round')}${pen.part('M78 148H162V164H78Z', lighter(pot, 0.12), 'round')}`,
  };
};

/** The night sky over hills, firs or water. */
export const nightSky: SubjectMaker = (pen, print) => {
  const { random } = pen;
  pen.print(print, 'subject', random.between(1.8, 2.8));
  const y = random.between(165, 205);
  let ridge = `M-60 300V${n(y)}`;
  for (let x = -60; x <= 300; x += 36) ridge += `L${x} ${n(y + random.about(26))}`;
  const trees = random.chance(0.5)
    ? Array.from({ length: 14 }, () => {
        const [x, h] = [random.between(-20, 260), random.between(16, 44)];
        return `M${n(x - h * 0.22)} 240L${n(x)} ${n(226 - h)}L${n(x + h * 0.22)} 240Z`;
      }).join('')
    : '';
  const lake = random.chance(0.3)
    ? `<g transform="matrix(1 0 0 -1 0 ${n(2 * y + 20)})" opacity=".5"><rect x="-60" y="-60" width="360" height="${n(y + 62)}" fill="url(#subject)"/></g>`
    : '';
  const land = random.pick(['#08070f', '#0b1016', '#120c18']);
  return {
    defs: pen.defs + linear('dusk', [0, 1], [0, '#000', 0.2], [0.5, '#000', 0], [0.85, pen.palette.accent, 0.4]),
    markup: `${cover('url(#subject)')}${cover('url(#dusk)')}<path d="${ridge}V300Z" fill="${land}"/><path d="${trees}" fill="${land}"/>${lake}`,
  };
};

/** A telescope's picture: a nebula around a bright core, in the round of an eyepiece or over the frame. */
export const telescope: SubjectMaker = (pen, print) => {
  const { random, palette } = pen;
  pen.print(print, 'subject', random.between(1.6, 2.8));
  const [x, y] = [120 + random.about(40), 120 + random.about(40)];
  const round = random.chance(0.45);
  const spiral = [0, 180]
    .map((turn) =>
      [16, 10, 5]
        .map(
          (width) =>
            `<path transform="rotate(${turn})" d="M0 0C40 -10 66 22 40 58S-50 84 -84 34" fill="none" stroke="${lighter(palette.mark, 0.5)}" stroke-width="${width}" stroke-opacity=".16" stroke-linecap="round"/>`,
        )
        .join(''),
    )
    .join('');
  return {
    defs:
      pen.defs +
      radial(
        'core',
        [0.5, 0.5],
        0.5,
        [0, '#fffbe8', 0.95],
        [0.2, lighter(palette.accent, 0.5), 0.6],
        [1, palette.mark, 0],
      ) +
      radial('eyepiece', [0.5, 0.5], 0.36, [0.84, '#000', 0], [0.9, '#000', 1]),
    markup: `${cover('url(#subject)')}<g transform="translate(${n(x)} ${n(y)}) rotate(${n(random.between(0, 180))}) scale(1 ${random.between(0.45, 0.9).toFixed(2)})"><circle r="${n(random.between(40, 74))}" fill="url(#core)"/>${random.chance(0.6) ? spiral : ''}</g>${round ? cover('url(#eyepiece)') : ''}`,
  };
};
