import type { Random } from './random.ts';
import type { Color, Kind, Print } from './vocabulary.ts';

/** The plain words of a print, as they stand before the product's name. */
const PRINT_WORDS: Record<Print, readonly string[]> = {
  plain: ['', '', '', 'plain', 'solid'],
  leopard: ['leopard print', 'leopard print', 'leopard', 'leopard pattern'],
  zebra: ['zebra print', 'zebra print', 'zebra', 'zebra stripe'],
  tiger: ['tiger print', 'tiger print', 'tiger stripe', 'tiger'],
  cow: ['cow print', 'cow print', 'cowhide print'],
  giraffe: ['giraffe print', 'giraffe print', 'giraffe pattern'],
  floral: ['floral', 'floral', 'flower print', 'floral print'],
  striped: ['striped', 'striped', 'stripe'],
  'polka dot': ['polka dot', 'polka dot', 'dotted'],
  plaid: ['plaid', 'plaid', 'tartan'],
  camouflage: ['camouflage', 'camo', 'camouflage print'],
  marble: ['marble', 'marble print', 'marbled'],
  galaxy: ['galaxy', 'galaxy print', 'starry galaxy'],
  'tropical leaves': ['tropical leaf', 'tropical leaves', 'palm leaf', 'jungle leaf'],
  chevron: ['chevron', 'zigzag', 'chevron'],
  checkered: ['checkered', 'checkered', 'checkerboard'],
};

const KIND_WORDS: Record<Kind, readonly string[]> = {
  'phone case': ['phone case', 'phone case', 'phone case', 'phone cover'],
  mug: ['mug', 'mug', 'coffee mug'],
  't-shirt': ['t-shirt', 't-shirt', 'tee'],
  backpack: ['backpack', 'backpack', 'rucksack'],
  sneaker: ['sneaker', 'sneakers', 'trainers'],
  cushion: ['cushion', 'cushion', 'throw pillow'],
  lamp: ['lamp', 'table lamp', 'lamp'],
  armchair: ['armchair', 'armchair', 'accent chair'],
  watch: ['watch', 'watch', 'wristwatch'],
  bottle: ['bottle', 'water bottle', 'drinking bottle'],
  umbrella: ['umbrella'],
  notebook: ['notebook', 'notebook', 'journal'],
  headphones: ['headphones'],
  sunglasses: ['sunglasses'],
  cap: ['cap', 'cap', 'baseball cap'],
  dress: ['dress', 'dress', 'summer dress'],
  rug: ['rug', 'rug', 'area rug'],
  plate: ['plate', 'plate', 'dinner plate'],
  guitar: ['guitar'],
  teapot: ['teapot'],
  vase: ['vase'],
  suitcase: ['suitcase', 'suitcase', 'cabin suitcase'],
  handbag: ['handbag', 'handbag', 'purse'],
  skateboard: ['skateboard', 'skateboard', 'skateboard deck'],
};

/** What a shop adds about the thing itself. */
const DETAILS: Record<Kind, readonly string[]> = {
  'phone case': ['slim fit', 'shockproof', 'with raised edges', 'matte finish'],
  mug: ['350 ml', 'dishwasher safe', 'stoneware', 'set of 2'],
  't-shirt': ['organic cotton', 'relaxed fit', 'unisex', 'short sleeve'],
  backpack: ['20 l', 'with laptop sleeve', 'water-repellent', 'roll top'],
  sneaker: ['low top', 'with cushioned sole', 'canvas', 'unisex'],
  cushion: ['45 x 45 cm', 'with hidden zip', 'velvet', 'linen'],
  lamp: ['with linen shade', '40 cm', 'dimmable', 'for the bedside'],
  armchair: ['with wooden legs', 'upholstered', 'deep seat'],
  watch: ['38 mm', 'quartz', 'with fabric strap', 'water-resistant'],
  bottle: ['500 ml', 'insulated', 'leakproof', 'stainless steel'],
  umbrella: ['folding', 'windproof', 'automatic', 'with wooden handle'],
  notebook: ['A5', 'blank pages', 'hardcover', '192 pages'],
  headphones: ['wireless', 'over-ear', 'noise cancelling', 'foldable'],
  sunglasses: ['UV 400', 'polarized', 'acetate frame'],
  cap: ['adjustable', 'cotton twill', '6 panels'],
  dress: ['midi', 'sleeveless', 'with pockets', 'viscose'],
  rug: ['160 x 230 cm', 'low pile', 'non-slip', 'handwoven'],
  plate: ['27 cm', 'porcelain', 'set of 4', 'microwave safe'],
  guitar: ['dreadnought', '6 strings', 'for beginners', 'spruce top'],
  teapot: ['1.2 l', 'with strainer', 'porcelain', 'stoneware'],
  vase: ['25 cm', 'glazed', 'hand-thrown', 'for dried stems'],
  suitcase: ['55 cm', '4 wheels', 'hard shell', 'expandable'],
  handbag: ['with zip', 'shoulder strap', 'vegan leather', 'medium'],
  skateboard: ['8 inch', 'maple', 'complete', 'for beginners'],
};

/** Houses that never were. */
const MAKERS = ['Nomi', 'Aalto & Fig', 'Lumen', 'Tidewell', 'Kestrel', 'Oda', 'Marlow', 'Studio Pike', 'Velo', 'Haru'];

/** What the kind usually costs, in whole currency units. */
const PRICES: Record<Kind, readonly [low: number, high: number]> = {
  'phone case': [12, 30],
  mug: [8, 20],
  't-shirt': [14, 35],
  backpack: [35, 95],
  sneaker: [45, 120],
  cushion: [15, 45],
  lamp: [35, 110],
  armchair: [180, 520],
  watch: [40, 190],
  bottle: [12, 35],
  umbrella: [15, 45],
  notebook: [6, 19],
  headphones: [45, 230],
  sunglasses: [15, 120],
  cap: [14, 32],
  dress: [32, 95],
  rug: [60, 290],
  plate: [9, 28],
  guitar: [130, 480],
  teapot: [22, 65],
  vase: [16, 75],
  suitcase: [70, 210],
  handbag: [35, 160],
  skateboard: [45, 120],
};

/** A title as a shop writes it, such as "Red polka dot mug", "Phone case with leopard print" or "Kestrel striped backpack, 20 l". */
export function titleOf(kind: Kind, print: Print, color: Color, random: Random): string {
  const thing = random.pick(KIND_WORDS[kind]);
  const look = random.pick(PRINT_WORDS[print]);
  const hue = color === 'natural' ? '' : color;
  const pattern =
    print === 'plain' ? '' : `${look.replace(/ (print|pattern)$/, '')} ${/leaves$/.test(look) ? '' : 'print'}`.trim();
  const words =
    pattern && random.chance(0.16)
      ? [hue, thing, 'with', pattern]
      : random.chance(0.14) && hue && look
        ? [look, thing, 'in', hue]
        : [hue, look, thing];
  const plain = words.filter(Boolean).join(' ');
  const title = random.chance(0.14)
    ? `${random.pick(MAKERS)} ${plain}`
    : plain.charAt(0).toUpperCase() + plain.slice(1);
  return random.chance(0.3) ? `${title}, ${random.pick(DETAILS[kind])}` : title;
}

/** A shop's price: most end in .90, .99 or .50. */
export function priceOf(kind: Kind, random: Random): number {
  const [low, high] = PRICES[kind];
  return Math.floor(random.between(low, high)) + random.pick([0.9, 0.9, 0.99, 0.5, 0]);
}
