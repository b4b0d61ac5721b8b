import type { Print } from '../vocabulary.ts';
import type { PrintMaker } from './tile.ts';

/** A way to draw each natural print that no model is trained on: evaluations ask whether a print is known, or only its drawing. */
export const HELD_OUT: Partial<Record<Print, PrintMaker>> = {};
