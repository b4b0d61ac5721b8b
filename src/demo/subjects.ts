import { drawAnimal } from './animals.ts';
import { darker, lighter, mix, type Palette, paletteOf } from './palette.ts';
import { n } from './path.ts';
import { Pen } from './pen.ts';
import { frond } from './prints/nature.ts';
import { Random } from './random.ts';
import { camera, document, type Layer, type Style } from './scenes.ts';
import { seedIn } from './seeds.ts';
import { type Color, colorsOf, PRINTS, type Print } from './vocabulary.ts';

/** Something that is no product and shows a print: what a shopper points the camera at. */
export interface Subject {
  readonly svg: string;
  readonly print: Print;
  readonly color: Color;
  /** In words: "a leopard in the grass". */
  readonly what: string;
}

type SubjectMaker = (pen: Pen, print: Print) => Layer;

const cover = (fill: string): string => `<rect x="-60" y="-60" width="360" height="360" fill="${fill}"/>`;

/** Cloth, fur or stone filling the frame, with soft folds or light across it. */
function surface(pen: Pen, print: Print, scale: number, folds: number): Layer {
  const { random } = pen;
  pen.print(print, 'subject', scale, random.chance(0.3) ? random.between(0, 180) : 0);
  let creases = '';
  for (let i = 0; i < folds; i++) {
    const [at, bow, depth] = [random.between(-100, 100), random.about(70), random.between(0.5, 1.2)];
    const line = `M-190 ${n(at)}Q0 ${n(at + bow)} 190 ${n(at + random.about(30))}`;
    // A soft edge from strokes laid over one another costs less than a blur.
    const soft = (color: string, dy: number) =>
      [34, 24, 15, 7]
        .map(
          (width) =>
            `<path d="${line}" transform="translate(0 ${dy})" fill="none" stroke="${color}" stroke-width="${width}" stroke-opacity="${(0.06 * depth).toFixed(3)}"/>`,
        )
        .join('');
    creases += `<g transform="translate(120 120) rotate(${n(random.between(0, 180))})">${soft('#000', -9)}${soft('#fff', 11)}</g>`;
  }
  return { defs: pen.defs, markup: cover('url(#subject)') + creases };
}

const cloth: SubjectMaker = (pen, print) => surface(pen, print, pen.random.between(1.1, 2.2), pen.random.int(1, 4));
const fur: SubjectMaker = (pen, print) => {
  const { random } = pen;
  const layer = surface(
    pen,
    print,
    print === 'cow' ? random.between(1.1, 1.7) : random.between(1.5, 2.9),
    random.int(0, 2),
  );
  let hairs = '';
  for (let i = 0; i < 60; i++) {
    const [x, y, length] = [random.between(0, 240), random.between(0, 240), random.between(6, 14)];
    hairs += `M${n(x)} ${n(y)}q${n(random.about(3))} ${n(length / 2)} ${n(random.about(4))} ${n(length)}`;
  }
  return {
    defs: layer.defs,
    markup: `${layer.markup}<path d="${hairs}" fill="none" stroke="${random.pick(['#fff', '#000'])}" stroke-opacity=".16" stroke-width="1"/>`,
  };
};

/** Walls, floors and slabs: flat, with a glint. */
const slab: SubjectMaker = (pen, print) => {
  const { random } = pen;
  const layer = surface(pen, print, random.between(1.6, 2.8), 0);
  const x = random.between(0, 200);
  return {
    defs: layer.defs,
    markup: `${layer.markup}<path d="M${n(x)} -60h${n(random.between(20, 50))}l-120 360h-50Z" fill="#fff" fill-opacity=".12"/>`,
  };
};

const meadow: SubjectMaker = (pen, print) => {
  const { random, palette } = pen;
  const grass = random.pick(['#6fa053', '#7fae5f', '#4f8a4a']);
  pen.print(print, 'subject', random.between(1.2, 1.8));
  const ground = `<linearGradient id="far" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${lighter(grass, 0.5)}"/><stop offset="1" stop-color="${darker(grass, 0.25)}"/></linearGradient>`;
  const meadowPalette: Palette = { ...palette, ground: grass };
  const blooms = new Pen(random, meadowPalette, pen.heldOut);
  blooms.print(print, 'blooms', random.between(1, 1.6));
  const sky = random.chance(0.6) ? random.between(30, 90) : -60;
  return {
    defs: ground + blooms.defs,
    markup: `${cover('#bcdcf0')}<rect x="-60" y="${n(sky)}" width="360" height="300" fill="url(#far)"/><rect x="-60" y="${n(sky + 18)}" width="360" height="300" fill="url(#blooms)"/><rect x="-60" y="${n(sky)}" width="360" height="30" fill="${lighter(grass, 0.3)}" fill-opacity=".5"/>`,
  };
};

const sky: SubjectMaker = (pen, print) => {
  const { random } = pen;
  pen.print(print, 'subject', random.between(2, 2.8));
  const y = random.between(170, 205);
  let ridge = `M-60 300V${n(y)}`;
  for (let x = -60; x <= 300; x += 36) ridge += `L${x} ${n(y + random.about(26))}`;
  const trees = random.chance(0.5)
    ? Array.from({ length: 14 }, () => {
        const [x, h] = [random.between(-20, 260), random.between(16, 44)];
        return `M${n(x - h * 0.22)} 240L${n(x)} ${n(226 - h)}L${n(x + h * 0.22)} 240Z`;
      }).join('')
    : '';
  return {
    defs: pen.defs,
    markup: `${cover('url(#subject)')}<path d="${ridge}V300Z" fill="#08070f"/><path d="${trees}" fill="#08070f"/>`,
  };
};

/** Leaves upon leaves, from the dark of the thicket to the light. */
const thicket: SubjectMaker = (pen, print) => {
  const { random, palette } = pen;
  if (pen.heldOut) return surface(pen, print, random.between(1.6, 2.6), 1);
  const lit = palette.ground;
  let markup = cover(mix(darker(palette.mark, 0.75), lit, 0.05));
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

const SUBJECTS: Record<Print, ReadonlyArray<readonly [what: string, maker: SubjectMaker]>> = {
  plain: [
    ['plain cloth', cloth],
    ['a painted wall', slab],
  ],
  leopard: [
    ['a leopard', drawAnimal('leopard')],
    ['a leopard', drawAnimal('leopard')],
    ['leopard fur', fur],
  ],
  zebra: [
    ['a zebra', drawAnimal('zebra')],
    ['a zebra', drawAnimal('zebra')],
    ['zebra hide', fur],
  ],
  tiger: [
    ['a tiger', drawAnimal('tiger')],
    ['a tiger', drawAnimal('tiger')],
    ['tiger fur', fur],
  ],
  cow: [
    ['a cow', drawAnimal('cow')],
    ['a cow', drawAnimal('cow')],
    ['cowhide', fur],
  ],
  giraffe: [
    ['a giraffe', drawAnimal('giraffe')],
    ['a giraffe', drawAnimal('giraffe')],
    ['giraffe hide', fur],
  ],
  floral: [
    ['a flower meadow', meadow],
    ['flowered wallpaper', slab],
    ['flowered cloth', cloth],
  ],
  striped: [
    ['striped cloth', cloth],
    ['a striped awning', slab],
  ],
  'polka dot': [['dotted cloth', cloth]],
  plaid: [['a plaid blanket', cloth]],
  camouflage: [['camouflage cloth', cloth]],
  marble: [
    ['a marble slab', slab],
    ['a marble floor', slab],
  ],
  galaxy: [
    ['a galaxy', slab],
    ['the night sky', sky],
  ],
  'tropical leaves': [
    ['jungle leaves', thicket],
    ['leaf wallpaper', slab],
  ],
  chevron: [
    ['chevron cloth', cloth],
    ['a chevron floor', slab],
  ],
  checkered: [
    ['checkered cloth', cloth],
    ['a checkered floor', slab],
  ],
};

export interface SubjectOptions {
  readonly print: Print;
  readonly seed: number;
  /** By default natural where the print has natural colors, any color where not. */
  readonly color?: Color;
  readonly style?: Style;
  /** The print is drawn by the generator that training never meets. */
  readonly heldOut?: boolean;
}

/** One subject as a square SVG document. The same options give the same string. */
export function drawSubject({ print, seed, color, style = 'varied', heldOut }: SubjectOptions): Subject {
  const random = new Random(seed);
  const colors = colorsOf(print);
  const natural = colors.includes('natural');
  const [what, maker] = random.pick(SUBJECTS[print]);
  const chosen = color ?? (natural ? 'natural' : random.pick(colors));
  const pen = new Pen(random, paletteOf(print, chosen, random), heldOut);
  return { svg: document(camera(random, style, maker(pen, print))), print, color: chosen, what };
}

/** `each` subjects of every print, never trained on: the queries of tests and evaluations. */
export const demoSubjects = (each: number, seed = 1): Subject[] =>
  PRINTS.flatMap((print, at) =>
    Array.from({ length: each }, (_, i) => drawSubject({ print, seed: seedIn('evaluation', seed, at * each + i) })),
  );
