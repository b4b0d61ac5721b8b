import type { Print } from '../../vocabulary.ts';
import type { PrintMaker } from '../tile.ts';
import { camouflage } from './camouflage.ts';
import { cow, giraffe, leopard, tiger, zebra } from './coats.ts';
import { floral } from './floral.ts';
import { galaxy } from './galaxy.ts';
import { marble } from './marble.ts';
import { tropicalLeaves } from './tropical-leaves.ts';

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
