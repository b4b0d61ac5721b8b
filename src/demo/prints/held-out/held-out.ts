import type { Print } from '../../vocabulary.ts';
import type { PrintMaker } from '../tile.ts';
import { cow, giraffe, leopard, tiger, zebra } from './coats.ts';
import { camouflage, galaxy, marble } from './minerals.ts';
import { floral, tropicalLeaves } from './plants.ts';

/**
 * A way to draw each natural print that no model is trained on: evaluations ask whether a print is known, or only its drawing.
 * Training sees vector shapes; these are textures, painted pixel by pixel.
 */
export const HELD_OUT: Partial<Record<Print, PrintMaker>> = {
  leopard,
  zebra,
  tiger,
  cow,
  giraffe,
  floral,
  camouflage,
  marble,
  galaxy,
  'tropical leaves': tropicalLeaves,
};
