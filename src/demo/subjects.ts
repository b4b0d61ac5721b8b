import { paletteOf } from './palette.ts';
import { Pen } from './pen.ts';
import { Random } from './random.ts';
import { camera } from './scenes/camera.ts';
import { document, type Style } from './scenes/layer.ts';
import { seedIn } from './seeds.ts';
import { SUBJECTS } from './subjects/kinds.ts';
import { type Color, colorsOf, PRINTS, type Print } from './vocabulary.ts';

/** Something that is no product and shows a print: what a shopper points the camera at. */
export interface Subject {
  readonly svg: string;
  readonly print: Print;
  readonly color: Color;
  /** In words: "a leopard in the grass". */
  readonly what: string;
}

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
  return { svg: document(camera(random, style, chosen, maker(pen, print))), print, color: chosen, what };
}

/** `each` subjects of every print, never trained on: the queries of tests and evaluations. */
export const demoSubjects = (each: number, seed = 1): Subject[] =>
  PRINTS.flatMap((print, at) =>
    Array.from({ length: each }, (_, i) => drawSubject({ print, seed: seedIn('evaluation', seed, at * each + i) })),
  );
