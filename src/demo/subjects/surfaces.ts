import { darker, lighter } from '../palette.ts';
import { ellipse, n, rounded } from '../path.ts';
import { cover, linear } from '../scenes/layer.ts';
import { place } from '../scenes/places.ts';
import { muted, standing } from '../scenes/things.ts';
import type { SubjectMaker } from './maker.ts';

/** A slab, a wall or paper filling the frame, with a glint. */
export const slab: SubjectMaker = (pen, print) => {
  const { random } = pen;
  pen.print(print, 'subject', random.between(1.4, 2.8), random.chance(0.3) ? random.between(0, 180) : 0);
  const x = random.between(0, 200);
  return {
    defs: pen.defs + linear('sheen', [1, 1], [0, '#fff', 0.16], [0.5, '#fff', 0], [1, '#000', 0.2]),
    markup: `${cover('url(#subject)')}${cover('url(#sheen)')}<path d="M${n(x)} -60h${n(random.between(20, 50))}l-120 360h-50Z" fill="#fff" fill-opacity=".12"/>`,
  };
};

/** A papered or painted wall above furniture. */
export const wall: SubjectMaker = (pen, print) => {
  const { random } = pen;
  pen.print(print, 'subject', random.between(0.8, 1.7));
  const base = random.between(176, 214);
  const wood = random.pick(['#b98a5c', '#8a6040', '#d0ab7e', '#f1ede4', '#6b4a35']);
  const dresser = random.chance(0.6)
    ? `<path d="${rounded(random.between(-20, 90), base - 40, random.between(90, 150), 120, 3)}" fill="${darker(wood, 0.15)}"/>`
    : '';
  return {
    defs: pen.defs + linear('sheen', [1, 1], [0, '#fff8e8', 0.2], [0.5, '#fff', 0], [1, '#000', 0.22]),
    markup: `${cover('url(#subject)')}${cover('url(#sheen)')}<rect x="-60" y="${n(base - 9)}" width="360" height="10" fill="#f6f3ec"/>${cover(wood, base)}<rect x="-60" y="${n(base)}" width="360" height="5" fill="#000" fill-opacity=".22"/>${dresser}${standing(random, random.between(20, 70), base + 14, random.between(0.9, 1.4))}${random.chance(0.5) ? standing(random, random.between(170, 226), base + 12, random.between(0.9, 1.3)) : ''}`,
  };
};

/** A floor that runs off toward a wall. */
export const floor: SubjectMaker = (pen, print) => {
  const { random } = pen;
  pen.print(print, 'subject', random.between(1, 1.9));
  const horizon = random.between(20, 70);
  const plain = muted(random, 0.65);
  return {
    defs: pen.defs + linear('depth', [0, 1], [0, '#000', 0.36], [0.35, '#000', 0.06], [1, '#fff', 0.12]),
    markup: `${cover(lighter(plain, 0.45))}<rect x="-60" y="${n(horizon - 10)}" width="360" height="11" fill="${lighter(plain, 0.75)}"/><svg x="-60" y="${n(horizon)}" width="360" height="300"><g transform="skewX(${n(random.about(24))}) scale(1 ${random.between(0.5, 0.75).toFixed(2)})"><rect x="-200" y="-10" width="800" height="600" fill="url(#subject)"/></g></svg>${cover('url(#depth)', horizon)}${random.chance(0.6) ? standing(random, random.pick([30, 206]), horizon + random.between(20, 60), random.between(0.9, 1.4)) : ''}`,
  };
};

/** A round or square table top in a room. */
export const tabletop: SubjectMaker = (pen, print) => {
  const { random } = pen;
  pen.print(print, 'subject', random.between(1, 1.7));
  const scene = place(random, random.between(150, 190));
  const y = random.between(128, 152);
  const [rx, ry] = [random.between(112, 140), random.between(56, 76)];
  const top = random.chance(0.6)
    ? ellipse(120, y, rx, ry)
    : `M${n(120 - rx * 0.72)} ${n(y - ry)}H${n(120 + rx * 0.72)}L${n(120 + rx * 1.1)} ${n(y + ry)}H${n(120 - rx * 1.1)}Z`;
  const leg = random.pick(['#2c2b2d', '#b98a5c', '#c9a45a']);
  return {
    defs: `${pen.defs}${scene.defs}<clipPath id="top"><path d="${top}"/></clipPath>`,
    markup: `${scene.markup}<path d="M108 ${n(y)}h24v160h-24Z" fill="${leg}"/><path d="${top}" transform="translate(0 9)" fill="${darker(pen.palette.ground, 0.4)}"/><g clip-path="url(#top)"><g transform="scale(1 .7)"><rect x="-60" y="-60" width="360" height="460" fill="url(#subject)"/></g><path d="M${n(random.between(30, 160))} -20h34l-90 300h-40Z" fill="#fff" fill-opacity=".16"/></g>${pen.line(top, '#fff', 1.4, 0.5)}${random.chance(0.6) ? standing(random, 120 + random.about(60), y - 8, random.between(0.7, 1.1)) : ''}`,
  };
};

/** A shop's awning above its window. */
export const awning: SubjectMaker = (pen, print) => {
  const { random, palette } = pen;
  pen.print(print, 'subject', random.between(1.1, 1.9), 0);
  const front = muted(random, 0.4);
  const [top, bottom] = [random.between(24, 50), random.between(122, 158)];
  const body = `M22 ${n(top)}H218L256 ${n(bottom)}H-16Z`;
  const lobes = Array.from(
    { length: 9 },
    (_, i) => `M${n(-16 + i * 30.2)} ${n(bottom - 1)}h30.2v12a15.1 13 0 0 1 -30.2 0Z`,
  ).join('');
  return {
    defs: pen.defs + linear('pane', [1, 1], [0, '#dfeaf0'], [1, '#6f8794']),
    markup: `${cover(front)}<path d="M26 ${n(bottom - 20)}h104v120h-104Z" fill="url(#pane)"/><path d="M150 ${n(bottom - 20)}h58v150h-58Z" fill="${darker(front, 0.5)}"/><path d="M-16 ${n(bottom + 10)}H256v16H-16Z" fill="#000" fill-opacity=".25"/>${pen.surface(lobes, 'none', 'url(#subject)')}${pen.dim(lobes, 0.14)}${pen.surface(body, 'down', 'url(#subject)')}${pen.line(`M-16 ${n(bottom)}H256`, darker(palette.mark, 0.4), 1.2, 0.4)}`,
  };
};

/** A wrapped present with a ribbon. */
export const present: SubjectMaker = (pen, print) => {
  const { random, palette } = pen;
  pen.print(print, 'subject', random.between(0.8, 1.4), random.about(10));
  const scene = place(random, random.between(186, 212));
  const [left, right, top] = [random.between(24, 50), random.between(176, 214), random.between(84, 110)];
  const base = random.between(204, 222);
  const [front, lid] = [
    `M${n(left)} ${n(top)}H${n(right)}V${n(base)}H${n(left)}Z`,
    `M${n(left)} ${n(top)}l22 -30H${n(right + 22)}L${n(right)} ${n(top)}Z`,
  ];
  const flank = `M${n(right)} ${n(top)}l22 -30V${n(base - 26)}L${n(right)} ${n(base)}Z`;
  const ribbon = random.pick(['#c8323a', '#d8b04a', '#f5f1e8', '#2f6f8f', palette.trim]);
  const x = (left + right) / 2;
  const bow = `M${n(x + 11)} ${n(top - 15)}C${n(x - 50)} ${n(top - 64)} ${n(x - 62)} ${n(top - 4)} ${n(x + 11)} ${n(top - 15)}C${n(x + 72)} ${n(top - 64)} ${n(x + 84)} ${n(top - 4)} ${n(x + 11)} ${n(top - 15)}Z`;
  return {
    defs: pen.defs + scene.defs,
    markup: `${scene.markup}<ellipse cx="${n(x + 10)}" cy="${n(base)}" rx="${n((right - left) * 0.66)}" ry="10" fill="#000" fill-opacity=".3"/>${pen.surface(front, 'soft', 'url(#subject)')}${pen.surface(flank, 'none', 'url(#subject)')}${pen.dim(flank, 0.28)}${pen.surface(lid, 'none', 'url(#subject)')}${pen.gloss(lid, 0.16)}${pen.part(`M${n(x - 8)} ${n(top)}h16V${n(base)}h-16ZM${n(x - 8)} ${n(top)}l22 -30h16l-22 30Z`, ribbon, 'soft')}${pen.part(bow, lighter(ribbon, 0.1), 'soft')}${pen.line(bow, darker(ribbon, 0.5), 1, 0.5)}`,
  };
};

/** A wide bowl on a table. */
export const bowl: SubjectMaker = (pen, print) => {
  const { random, palette } = pen;
  pen.print(print, 'subject', random.between(0.7, 1.2));
  const scene = place(random, random.between(190, 206));
  const [half, top] = [random.between(84, 104), random.between(92, 118)];
  const foot = top + random.between(84, 98);
  const body = `M${n(120 - half)} ${n(top)}C${n(120 - half)} ${n(foot - 20)} ${n(120 - half * 0.6)} ${n(foot)} ${n(120 - half * 0.35)} ${n(foot)}H${n(120 + half * 0.35)}C${n(120 + half * 0.6)} ${n(foot)} ${n(120 + half)} ${n(foot - 20)} ${n(120 + half)} ${n(top)}Z`;
  const rim = ellipse(120, top, half, half * 0.2);
  return {
    defs: pen.defs + scene.defs,
    markup: `${scene.markup}<ellipse cx="126" cy="${n(foot)}" rx="${n(half * 0.8)}" ry="11" fill="#000" fill-opacity=".34"/>${pen.surface(body, 'round', 'url(#subject)')}${pen.part(rim, lighter(palette.ground, 0.35), 'down')}${pen.line(rim, darker(palette.ground, 0.3), 2)}`,
  };
};

/** A board of squares with some chessmen on it. */
export const chessboard: SubjectMaker = (pen, print) => {
  const { random, palette } = pen;
  pen.print(print, 'subject', random.between(0.9, 1.3), random.pick([0, 0, 45]));
  const man = (x: number, y: number, color: string) => {
    const tall = random.between(34, 62);
    const body = `M-13 0C-13 -8 -5 -8 -5 ${n(-tall * 0.6)}H5C5 -8 13 -8 13 0Z`;
    return `<g transform="translate(${n(x)} ${n(y)})"><ellipse cx="6" cy="0" rx="22" ry="5" fill="#000" fill-opacity=".3"/>${pen.part(body + ellipse(0, -tall * 0.72, 9), color, 'round')}${pen.line('M-13 0H13', darker(color, 0.5), 1.4, 0.6)}</g>`;
  };
  const men = Array.from(
    { length: random.int(2, 6) },
    () => [random.between(14, 226), random.between(66, 226)] as const,
  )
    .sort((a, b) => a[1] - b[1])
    .map(([x, y]) => man(x, y, random.chance(0.5) ? lighter(palette.ground, 0.4) : darker(palette.mark, 0.35)))
    .join('');
  return {
    defs: pen.defs + linear('depth', [0, 1], [0, '#000', 0.28], [1, '#fff', 0.1]),
    markup: `<g transform="skewX(${n(random.about(14))}) scale(1 .8)"><rect x="-160" y="-60" width="560" height="460" fill="url(#subject)"/></g>${cover('url(#depth)')}${men}`,
  };
};
