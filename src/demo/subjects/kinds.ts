import type { Print } from '../vocabulary.ts';
import { drawAnimal } from './animals.ts';
import { band } from './band.ts';
import { blanket, cloth, curtain, garment, picnic, tent } from './cloth.ts';
import { fur, furRug } from './hides.ts';
import type { SubjectMaker } from './maker.ts';
import { bouquet, houseplant, meadow, nightSky, telescope, thicket } from './nature.ts';
import { drawPortrait } from './portraits.ts';
import { awning, bowl, chessboard, floor, present, slab, tabletop, wall } from './surfaces.ts';

type Subjects = ReadonlyArray<readonly [what: string, maker: SubjectMaker]>;

const scarf = band(true);
const ribbon = band(false);

/** What shows each print outside a shop; what stands twice is met twice as often. */
export const SUBJECTS: Record<Print, Subjects> = {
  plain: [
    ['plain cloth', cloth],
    ['a painted wall', wall],
    ['a plain curtain', curtain],
    ['a plain scarf', scarf],
    ['a ceramic bowl', bowl],
  ],
  leopard: [
    ['a leopard', drawAnimal('leopard')],
    ['a leopard', drawAnimal('leopard', 'walking')],
    ['a leopard lying on a branch', drawAnimal('leopard', 'lying', true)],
    ['a leopard lying in the grass', drawAnimal('leopard', 'lying')],
    ['the face of a leopard', drawPortrait('leopard')],
    ['leopard fur', fur],
    ['leopard fur', fur],
    ['a leopard fur rug', furRug],
    ['a leopard scarf', scarf],
  ],
  zebra: [
    ['a zebra', drawAnimal('zebra')],
    ['a zebra', drawAnimal('zebra', 'walking')],
    ['a zebra that grazes', drawAnimal('zebra', 'grazing')],
    ['the face of a zebra', drawPortrait('zebra')],
    ['zebra hide', fur],
    ['zebra hide', fur],
    ['a zebra hide rug', furRug],
    ['a zebra curtain', curtain],
  ],
  tiger: [
    ['a tiger', drawAnimal('tiger')],
    ['a tiger', drawAnimal('tiger', 'walking')],
    ['a tiger lying in the grass', drawAnimal('tiger', 'lying')],
    ['the face of a tiger', drawPortrait('tiger')],
    ['tiger fur', fur],
    ['tiger fur', fur],
    ['a tiger fur rug', furRug],
    ['a tiger blanket', blanket],
  ],
  cow: [
    ['a cow', drawAnimal('cow')],
    ['a cow', drawAnimal('cow', 'walking')],
    ['a cow that grazes', drawAnimal('cow', 'grazing')],
    ['a cow lying in a meadow', drawAnimal('cow', 'lying')],
    ['the face of a cow', drawPortrait('cow')],
    ['cowhide', fur],
    ['a cowhide rug', furRug],
    ['a cowhide rug', furRug],
  ],
  giraffe: [
    ['a giraffe', drawAnimal('giraffe')],
    ['a giraffe', drawAnimal('giraffe', 'walking')],
    ['a giraffe that reaches for leaves', drawAnimal('giraffe', 'reaching')],
    ['the face of a giraffe', drawPortrait('giraffe')],
    ['giraffe hide', fur],
    ['giraffe hide', fur],
    ['a giraffe hide rug', furRug],
    ['a giraffe scarf', scarf],
  ],
  floral: [
    ['a flower meadow', meadow],
    ['a bouquet', bouquet],
    ['a bouquet', bouquet],
    ['flowered wallpaper', wall],
    ['flowered cloth', cloth],
    ['a flowered curtain', curtain],
    ['flowered wrapping paper', present],
  ],
  striped: [
    ['striped cloth', cloth],
    ['a striped awning', awning],
    ['a striped shirt', garment],
    ['a striped curtain', curtain],
    ['a striped scarf', scarf],
    ['striped wallpaper', wall],
  ],
  'polka dot': [
    ['dotted cloth', cloth],
    ['a dotted ribbon', ribbon],
    ['a dotted bowl', bowl],
    ['dotted wrapping paper', present],
    ['a dotted blouse', garment],
    ['a dotted curtain', curtain],
  ],
  plaid: [
    ['a plaid blanket', blanket],
    ['a plaid picnic blanket', picnic],
    ['a plaid scarf', scarf],
    ['a plaid shirt', garment],
    ['plaid cloth', cloth],
  ],
  camouflage: [
    ['camouflage cloth', cloth],
    ["a soldier's jacket", garment],
    ['a camouflage tent', tent],
    ['a camouflage blanket', blanket],
  ],
  marble: [
    ['a marble slab', slab],
    ['a marble floor', floor],
    ['a marble table', tabletop],
    ['a marble wall', wall],
    ['a marble bowl', bowl],
  ],
  galaxy: [
    ['a galaxy', slab],
    ['the night sky', nightSky],
    ['the night sky', nightSky],
    ['a galaxy in a telescope', telescope],
    ['a galaxy in a telescope', telescope],
    ['a galaxy blanket', blanket],
  ],
  'tropical leaves': [
    ['jungle leaves', thicket],
    ['a houseplant', houseplant],
    ['a houseplant', houseplant],
    ['leaf wallpaper', wall],
    ['a leaf curtain', curtain],
    ['leaf cloth', cloth],
  ],
  chevron: [
    ['a zigzag blanket', blanket],
    ['zigzag cloth', cloth],
    ['a zigzag floor', floor],
    ['a zigzag scarf', scarf],
    ['zigzag wallpaper', wall],
  ],
  checkered: [
    ['a checkered floor', floor],
    ['a chess board', chessboard],
    ['a checkered tablecloth', picnic],
    ['checkered cloth', cloth],
    ['a checkered scarf', scarf],
  ],
};
