import { paletteOf } from './palette.ts';
import { Pen } from './pen.ts';
import { Random } from './random.ts';
import { camera } from './scenes/camera.ts';
import { compose } from './scenes/compose.ts';
import { document, type Style } from './scenes/layer.ts';
import { PRINT_SCALE, SHAPES } from './shapes/shape.ts';
import type { Color, Kind, Print } from './vocabulary.ts';

export interface ProductDrawing {
  readonly kind: Kind;
  readonly print: Print;
  readonly color: Color;
  readonly seed: number;
  readonly style: Style;
  /** The print is drawn by the generator that training never meets. */
  readonly heldOut?: boolean;
}

/** What nobody holds up in one hand. */
const LARGE: ReadonlySet<Kind> = new Set(['armchair', 'lamp', 'rug', 'suitcase', 'guitar', 'dress', 'umbrella']);

/** One product as a square SVG document. The same arguments give the same string. */
export function drawProduct({ kind, print, color, seed, style, heldOut }: ProductDrawing): string {
  const random = new Random(seed);
  const pen = new Pen(random, paletteOf(print, color, random), heldOut);
  const spread = style === 'varied' ? random.between(0.8, 1.55) : random.between(0.95, 1.3);
  pen.print(print, 'print', (PRINT_SCALE[kind] ?? 1) * spread);
  const shape = SHAPES[kind](pen);
  const { defs, markup } = compose(random, style, shape, !LARGE.has(kind));
  return document(camera(random, style, color, { defs: pen.defs + defs, markup }));
}
