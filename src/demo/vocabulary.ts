/** The words of the demo: what a drawn product can be. The order is part of the trained model's heads; append, never reorder. */
export const KINDS = [
  'phone case',
  'mug',
  't-shirt',
  'backpack',
  'sneaker',
  'cushion',
  'lamp',
  'armchair',
  'watch',
  'bottle',
  'umbrella',
  'notebook',
  'headphones',
  'sunglasses',
  'cap',
  'dress',
  'rug',
  'plate',
  'guitar',
  'teapot',
  'vase',
  'suitcase',
  'handbag',
  'skateboard',
] as const;

export const PRINTS = [
  'plain',
  'leopard',
  'zebra',
  'tiger',
  'cow',
  'giraffe',
  'floral',
  'striped',
  'polka dot',
  'plaid',
  'camouflage',
  'marble',
  'galaxy',
  'tropical leaves',
  'chevron',
  'checkered',
] as const;

/** `natural` means a print in the colors it has in nature (or in marble, or in the sky). */
export const COLORS = [
  'red',
  'orange',
  'yellow',
  'green',
  'teal',
  'blue',
  'purple',
  'pink',
  'brown',
  'beige',
  'black',
  'white',
  'gray',
  'natural',
] as const;

export type Kind = (typeof KINDS)[number];
export type Print = (typeof PRINTS)[number];
export type Color = (typeof COLORS)[number];

const NATURAL: ReadonlySet<Print> = new Set([
  'leopard',
  'zebra',
  'tiger',
  'cow',
  'giraffe',
  'floral',
  'camouflage',
  'marble',
  'galaxy',
  'tropical leaves',
]);

export const hasNaturalColor = (print: Print): boolean => NATURAL.has(print);

/** A night sky in daylight colors is no galaxy any more. */
const GALAXY_COLORS: readonly Color[] = ['red', 'green', 'teal', 'blue', 'purple', 'pink', 'black', 'natural'];

/** Colors a print is made in. */
export function colorsOf(print: Print): readonly Color[] {
  if (print === 'galaxy') return GALAXY_COLORS;
  return NATURAL.has(print) ? COLORS : COLORS.filter((color) => color !== 'natural');
}

/**
 * Pairs that training never shows as a product, to measure whether the model puts kind and print together by itself.
 * A lattice takes 39 of the 384: every kind loses one or two prints, every print two or three kinds.
 */
export const isWithheld = (kind: Kind, print: Print): boolean =>
  (KINDS.indexOf(kind) * 7 + PRINTS.indexOf(print) * 3) % 10 === 9;

export const WITHHELD: ReadonlyArray<readonly [Kind, Print]> = KINDS.flatMap((kind) =>
  PRINTS.filter((print) => isWithheld(kind, print)).map((print) => [kind, print] as const),
);
