import { darker, lighter, mix } from '../palette.ts';
import { curve, ellipse, n, rounded } from '../path.ts';
import { cover, linear } from '../scenes/layer.ts';
import { place } from '../scenes/places.ts';
import { muted } from '../scenes/things.ts';
import { creases, drapes, type SubjectMaker } from './maker.ts';

/** Cloth filling the frame. */
export const cloth: SubjectMaker = (pen, print) => {
  const { random } = pen;
  pen.print(print, 'subject', random.between(1.1, 2.2), random.chance(0.3) ? random.between(0, 180) : 0);
  return { defs: pen.defs, markup: cover('url(#subject)') + creases(random, random.int(2, 5)) };
};

/** A curtain before a window, drawn to one side or over the whole frame. */
export const curtain: SubjectMaker = (pen, print) => {
  const { random } = pen;
  pen.print(print, 'subject', random.between(0.9, 1.7));
  const wall = muted(random, 0.6);
  const edge = random.between(170, 290);
  const pulled = random.about(26);
  const body = `M-20 14H${n(edge)}Q${n(edge - 22 + pulled)} 130 ${n(edge - 8)} 260H-20Z`;
  const light = random.pick(['#eaf4fb', '#fdf3d8', '#d5e6ee']);
  return {
    defs: `${pen.defs}<clipPath id="cloth"><path d="${body}"/></clipPath>`,
    markup: `${cover(lighter(wall, 0.4))}<rect x="110" y="30" width="160" height="180" fill="${light}" stroke="#f4f1ea" stroke-width="9"/><path d="M190 30v180M110 120h160" stroke="#f4f1ea" stroke-width="5"/><path d="${body}" fill="#000" fill-opacity=".2" transform="translate(6 3)"/><path d="${body}" fill="url(#subject)"/><g clip-path="url(#cloth)">${drapes(random, [-10, edge], [10, 260])}</g><path d="M-20 10H260" stroke="${darker(wall, 0.6)}" stroke-width="7"/>`,
  };
};

/** A blanket thrown over the back of something in a room, with a wavy hem. */
export const blanket: SubjectMaker = (pen, print) => {
  const { random, palette } = pen;
  pen.print(print, 'subject', random.between(0.9, 1.6));
  const scene = place(random, random.between(190, 222));
  const [left, right, top] = [random.between(2, 40), random.between(196, 240), random.between(34, 78)];
  const hem = Array.from({ length: 7 }, (_, i) => [right - ((right - left) * i) / 6, 212 + random.about(18)] as const);
  const body = `M${n(left + 8)} ${n(top)}Q120 ${n(top - random.between(4, 26))} ${n(right - 8)} ${n(top)}L${curve(hem, false).slice(1)}Z`;
  const fringe = hem
    .map(([x, y]) => [-12, -6, 0, 6, 12].map((dx) => `M${n(x + dx)} ${n(y - 3)}l${n(random.about(2))} 14`).join(''))
    .join('');
  return {
    defs: `${pen.defs}${scene.defs}<clipPath id="cloth"><path d="${body}"/></clipPath>`,
    markup: `${scene.markup}<path d="${body}" fill="#000" fill-opacity=".26" transform="translate(5 6)"/>${random.chance(0.5) ? pen.line(fringe, mix(palette.ground, '#efe6d2', 0.6), 2.2) : ''}<path d="${body}" fill="url(#subject)"/><g clip-path="url(#cloth)">${drapes(random, [left, right], [top, 236])}<path d="${body}" fill="url(#down)"/></g>`,
  };
};

/** A blanket spread on the grass, with fruit and a basket. */
export const picnic: SubjectMaker = (pen, print) => {
  const { random } = pen;
  pen.print(print, 'subject', random.between(0.9, 1.5));
  const grass = random.pick(['#7aa457', '#5f8f4c', '#93ab62']);
  let blades = '';
  for (let i = 0; i < 70; i++)
    blades += `M${n(random.between(-8, 248))} ${n(random.between(10, 246))}q${n(random.about(3))} -5 ${n(random.about(6))} -11`;
  const quad = `M${n(random.between(34, 60))} ${n(random.between(46, 62))}L${n(random.between(180, 206))} ${n(random.between(42, 60))}L${n(random.between(230, 262))} ${n(random.between(206, 236))}L${n(random.between(-24, 10))} ${n(random.between(206, 240))}Z`;
  const basket = `<path d="M128 52a26 26 0 0 1 52 0" fill="none" stroke="#8a5f35" stroke-width="5"/><path d="M118 52h72l-8 40h-56Z" fill="#b98550"/><path d="M120 62h68M123 72h62M125 82h58" stroke="#8a5f35" stroke-width="2.4"/>`;
  const apple = (x: number, y: number, color: string) =>
    `<circle cx="${n(x)}" cy="${n(y)}" r="11" fill="${color}"/><circle cx="${n(x - 4)}" cy="${n(y - 4)}" r="3.400" fill="#fff" fill-opacity=".5"/><path d="M${n(x)} ${n(y - 10)}q2 -6 5 -7" fill="none" stroke="#5b3d22" stroke-width="2"/>`;
  return {
    defs: `${pen.defs}${linear('lawn', [0, 1], [0, lighter(grass, 0.25)], [1, darker(grass, 0.18)])}<clipPath id="cloth"><path d="${quad}"/></clipPath>`,
    markup: `${cover('url(#lawn)')}<path d="${blades}" stroke="${darker(grass, 0.35)}" stroke-width="1.5" fill="none" stroke-opacity=".6"/><path d="${quad}" fill="#000" fill-opacity=".25" transform="translate(3 6)"/><g clip-path="url(#cloth)"><g transform="translate(0 10) skewX(${n(random.about(8))}) scale(1 .72)"><rect x="-120" y="-60" width="500" height="440" fill="url(#subject)"/></g>${creases(random, 3)}</g>${random.chance(0.7) ? basket : ''}${random.chance(0.6) ? apple(74, 96, '#c8372f') + apple(94, 104, '#8fae3c') : ''}`,
  };
};

/** A shirt or jacket close up: collar, button row and pocket over the print. */
export const garment: SubjectMaker = (pen, print) => {
  const { random, palette } = pen;
  pen.print(print, 'subject', random.between(1, 1.8), random.about(10));
  const x = 120 + random.about(20);
  const button = random.pick(['#f4f1ea', '#2b2a2c', '#c9a45a']);
  const dark = darker(palette.ground, 0.6);
  const collar = (side: number) =>
    `M${n(x)} 26L${n(x + side * 34)} -12L${n(x + side * 92)} -12L${n(x + side * 50)} 62Z`;
  const pocket = rounded(x + 34, 112, 62, 66, 6);
  const flap = `M${n(x + 31)} 106h68v18l-34 12l-34 -12Z`;
  const buttons = [62, 118, 174, 228]
    .map((y) => pen.part(ellipse(x, y, 5.5), button, 'soft') + pen.line(`M${n(x - 1.5)} ${y}h3`, '#000', 1, 0.5))
    .join('');
  const lined = (path: string) =>
    `<path d="${path}" fill="#000" fill-opacity=".26" transform="translate(2 4)"/>${pen.surface(path, 'soft', 'url(#subject)')}`;
  return {
    defs: pen.defs,
    markup: `${cover('url(#subject)')}${drapes(random, [-20, 260], [-10, 250])}<path d="M${n(x - 14)} 20V250M${n(x + 14)} 20V250" stroke="${dark}" stroke-opacity=".5" stroke-width="1.6"/>${lined(pocket)}${lined(flap)}<path d="M${n(x)} 26L${n(x - 34)} -12H${n(x + 34)}Z" fill="${dark}"/>${lined(collar(-1))}${lined(collar(1))}${buttons}`,
  };
};

/** A ridge tent in a meadow. */
export const tent: SubjectMaker = (pen, print) => {
  const { random, palette } = pen;
  pen.print(print, 'subject', random.between(0.9, 1.4), random.about(20));
  const scene = place(random, 190);
  const grass = random.pick(['#7aa457', '#5f8f4c', '#8d9a58']);
  const [top, foot] = [random.between(34, 60), random.between(196, 214)];
  const front = `M84 ${n(top)}L4 ${n(foot)}H160Z`;
  const side = `M84 ${n(top)}L188 ${n(top + 14)}L246 ${n(foot - 14)}L160 ${n(foot)}Z`;
  const door = `M84 ${n(top + 34)}L${n(random.between(52, 66))} ${n(foot)}H${n(random.between(100, 112))}Z`;
  const open = random.chance(0.5);
  const out = open ? cover(grass, foot - 40) : '';
  return {
    defs: pen.defs + scene.defs,
    markup: `${scene.markup}${out}<ellipse cx="126" cy="${n(foot)}" rx="136" ry="12" fill="#000" fill-opacity=".25"/>${pen.surface(side, 'soft', 'url(#subject)')}${pen.dim(side, 0.16)}${pen.surface(front, 'down', 'url(#subject)')}<path d="${door}" fill="${darker(palette.mark, 0.7)}"/><path d="M84 ${n(top)}L-10 ${n(foot + 12)}M188 ${n(top + 14)}L256 ${n(foot + 4)}" stroke="#e8e0cc" stroke-width="1.4"/>`,
  };
};
