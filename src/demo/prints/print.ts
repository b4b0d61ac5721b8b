import type { Palette } from '../palette.ts';
import { n } from '../path.ts';
import type { Random } from '../random.ts';
import type { Print } from '../vocabulary.ts';
import { camouflage } from './camouflage.ts';
import { cloth } from './cloth.ts';
import { polkaDot } from './dots.ts';
import { floral } from './floral.ts';
import { galaxy } from './galaxy.ts';
import { checkered, chevron } from './geometric.ts';
import { HELD_OUT } from './held-out/held-out.ts';
import { tropicalLeaves } from './leaves.ts';
import { leopard } from './leopard.ts';
import { marble } from './marble.ts';
import { cow, giraffe } from './patches.ts';
import { plaid } from './plaid.ts';
import { striped } from './striped.ts';
import { tiger, zebra } from './stripes.ts';
import { type PrintMaker, TILE } from './tile.ts';

const MAKERS: Record<Print, PrintMaker> = {
  plain: () => '',
  leopard,
  zebra,
  tiger,
  cow,
  giraffe,
  floral,
  striped,
  'polka dot': polkaDot,
  plaid,
  camouflage,
  marble,
  galaxy,
  'tropical leaves': tropicalLeaves,
  chevron,
  checkered,
};

/** How far a print turns on its product, in degrees: stripes run either way, a chevron stays level. */
const TURNS: Record<Print, readonly number[]> = {
  plain: [0],
  leopard: [0, 30, 60, 90, 140],
  zebra: [0, 20, 70, 90, -20],
  tiger: [0, 15, -15, 80],
  cow: [0, 45, 90],
  giraffe: [0, 30, 60],
  floral: [0, 20, 45],
  striped: [0, 0, 90, 90, 45, -45],
  'polka dot': [0, 0, 45],
  plaid: [0, 0, 0, 45],
  camouflage: [0, 0, 90, 30],
  marble: [0, 30, 60, 120],
  galaxy: [0, 45, 90],
  'tropical leaves': [0, 30, -30],
  chevron: [0, 0, 0, 90],
  checkered: [0, 0, 45],
};

/** The share of prints on which the cloth or fur itself shows. */
const CLOTH = 0.35;

export interface PrintOptions {
  readonly id: string;
  /** 1: a tile is 100 units wide. */
  readonly scale: number;
  /** Degrees added to the print's own turn. */
  readonly turn?: number;
  /** Drawn by the generator that training never meets, where the print has one. */
  readonly heldOut?: boolean;
}

/** An SVG `<pattern>` to be named as a fill: `url(#id)`. */
export function pattern(print: Print, palette: Palette, random: Random, options: PrintOptions): string {
  const turn = random.pick(TURNS[print]) + (options.turn ?? 0) + random.about(4);
  const [x, y] = [random.between(-TILE, 0), random.between(-TILE, 0)];
  // The ground reaches past the tile, else its edges show as hairlines.
  const ground = `<rect x="-2" y="-2" width="${TILE + 4}" height="${TILE + 4}" fill="${palette.ground}"/>`;
  const heldOut = options.heldOut ? HELD_OUT[print] : undefined;
  const marks = (heldOut ?? MAKERS[print])(palette, random);
  const over = !heldOut && random.chance(CLOTH) ? cloth(random) : '';
  return `<pattern id="${options.id}" width="${TILE}" height="${TILE}" patternUnits="userSpaceOnUse" patternTransform="translate(${n(x)} ${n(y)}) rotate(${n(turn)}) scale(${options.scale.toFixed(3)})">${ground}${marks}${over}</pattern>`;
}
