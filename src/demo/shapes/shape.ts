import type { ShapeMaker } from '../pen.ts';
import type { Kind } from '../vocabulary.ts';
import { backpack, handbag, suitcase } from './bags.ts';
import { cap, dress, sneaker, tShirt } from './clothing.ts';
import { armchair, cushion, lamp, rug, umbrella } from './furnishing.ts';
import { headphones, notebook, phoneCase, sunglasses, watch } from './gadgets.ts';
import { guitar, skateboard } from './leisure.ts';
import { bottle, mug, plate, teapot, vase } from './tableware.ts';

export const SHAPES: Record<Kind, ShapeMaker> = {
  'phone case': phoneCase,
  mug,
  't-shirt': tShirt,
  backpack,
  sneaker,
  cushion,
  lamp,
  armchair,
  watch,
  bottle,
  umbrella,
  notebook,
  headphones,
  sunglasses,
  cap,
  dress,
  rug,
  plate,
  guitar,
  teapot,
  vase,
  suitcase,
  handbag,
  skateboard,
};

/** How large the print is on a kind: a strap shows a finer print than a rug. */
export const PRINT_SCALE: Partial<Record<Kind, number>> = {
  watch: 0.62,
  sunglasses: 0.55,
  headphones: 0.6,
  bottle: 0.85,
  skateboard: 0.85,
  guitar: 0.9,
  umbrella: 0.9,
  rug: 1.05,
  cushion: 1.15,
  't-shirt': 1.05,
};
