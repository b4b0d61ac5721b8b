/** A tile that a text names. */
export interface Named {
  /** As the text says: 1 is the first tile, and it may be no tile at all. */
  readonly number: number;
  readonly at: number;
  /** By a noun ("tile 3", "the third tile"), not by a mark alone ("[3]", "#3"). */
  readonly noun: boolean;
}

const CARDINALS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth'];

// What models call a tile. Users may be answered in their language: the commonest of some other ones, too.
const NOUNS = [
  'tile|result|item|image|picture|photo|product|option|candidate|entry|entrie|panel|cell|hit|doc|document|passage|number',
  'kachel|kacheln|bild|bilder|produkt|produkte|ergebnis|artikel|nummer',
  'imagen|imagene|producto|resultado|artículo|número|produit|résultat|article|tuile|numéro|prodotto|risultato|immagine|produto|imagem',
].join('|');
const NUMBER = `(?:\\d{1,9}|(?:${CARDINALS.slice(1).join('|')}|one(?!\\s(?:can|could|would|may|might|should|of|that|who))))(?![\\p{L}\\d]|\\s?%)`;
const ORDINAL = `(?:${ORDINALS.join('|')}|[1-9](?:st|nd|rd|th))`;
const AND = '\\s{0,3}(?:,|and|or|&|/)\\s{0,3}';

const NAMES = new RegExp(
  [
    // tile 3; tile #3; item no. 4; picture two; image [5]; product (6)
    `(?<![\\p{L}\\d])(?:${NOUNS})(?<plural>s|es)?(?:\\s?\\(\\s?#?(?<inner>\\d{1,9})\\s?\\)|[\\s:#_]{0,4}-?(?:(?:nos?|nr|num|number)\\b\\.?)?[\\s#]{0,3}\\[?(?<after>${NUMBER}))`,
    // the third tile; third and fourth pictures
    `(?<![\\p{L}\\d])(?<ordinals>${ORDINAL}(?:${AND}${ORDINAL}){0,8})\\s{1,3}(?:numbered\\s)?(?:(?:${NOUNS})(?:s|es)?|ones?)(?![\\p{L}\\d-])`,
    // [4]; [3, 5]
    '\\[\\s?#?(?<bracketed>\\d{1,9}(?:\\s?,\\s?\\d{1,9}){0,15})\\s?\\]',
    // #7; no. 7; nos. 7
    '(?:#\\s?|(?<![\\p{L}\\d])(?:nos?|nr)\\.\\s?)(?<marked>\\d{1,9})(?![\\p{L}\\d])',
    // 图5; 第三张; タイル5
    `(?:[图圖第]|タイル|画像|商品)\\s?(?<han>\\d{1,9}|[一二三四五六七八九])`,
  ].join('|'),
  'giu',
);
// What goes on after "tile 3" and after "tiles 3"; a comma or a dash after one tile alone begins something else.
const MORE = new RegExp(`\\s{0,3}(?:and|or|&|/|vs\\.?|versus|than|over)\\s{0,3}#?\\[?(${NUMBER})`, 'iuy');
const MORE_OF_THEM = new RegExp(
  `\\s{0,3}(?:,\\s?(?:and|or)?|and|or|&|/|[-–]|to|through|vs\\.?|versus|than|over)\\s{0,3}#?\\[?(${NUMBER})`,
  'iuy',
);

/** The tiles that a text names, in its order. Numbers that nothing makes a tile's ("iPhone 15", "2 pockets", "size 3") are none. */
export function tilesNamed(text: string): Named[] {
  const folded = foldedDigits(text);
  const named: Named[] = [];
  for (const match of folded.matchAll(NAMES)) {
    const at = match.index;
    const { plural, inner, after, ordinals, bracketed, marked, han } = match.groups!;
    const noun = (inner ?? after ?? ordinals ?? han) !== undefined;
    const add = (word: string) => named.push({ number: numberOf(word), at, noun });
    const first = inner ?? after ?? marked ?? han;
    if (first !== undefined) add(first);
    for (const word of ordinals?.split(/[\s,&/]+|\band\b|\bor\b/iu) ?? []) if (word) add(word);
    for (const word of bracketed?.split(',') ?? []) add(word);
    if (after === undefined) continue;
    const more = plural ? MORE_OF_THEM : MORE;
    more.lastIndex = at + match[0].length;
    for (let next = more.exec(folded); next; next = more.exec(folded)) add(next[1]!);
  }
  return named;
}

// "5: ...", "5 is ...", "3 and 5 are ...", "(5) ..."; not "5.5 inch", "2-pocket".
const LEADING =
  /^[\s"'(*]{0,4}(\d{1,9}(?:\s?(?:,|and|&)\s?\d{1,9}){0,8})(?:\s?[:.)\]](?!\d)|,\s|\s[-–—]\s|\s?—|\s(?:is|are|was|has|have|shows?|match(?:es)?|fits?|looks?|features?|wins?|because)\b)/iu;
// "better than 5." with nothing after it that could be counted.
const COMPARED =
  /\b(?:than|unlike|beats?|versus|vs\.?)\s(\d{1,2})(?=\s?(?:[.,;!?)]|$)|\s(?:and|or|because|since|as)\b)/giu;

/**
 * Whether a text says something about another tile than its own.
 * @param own 1 is the first tile; null where the numbers can't be told: any of them is another one then.
 */
export function namesAnother(text: string, own: number | null): boolean {
  const folded = foldedDigits(text);
  const leading = LEADING.exec(folded)?.[1]?.match(/\d+/g) ?? [];
  const compared = [...folded.matchAll(COMPARED)].map(([, word]) => word!);
  return [...tilesNamed(text).map(({ number }) => number), ...[...leading, ...compared].map(Number)].some(
    (number) => number !== own,
  );
}

/** NFKC, with circled and keycap digits as "#5". */
const foldedDigits = (text: string): string =>
  text
    .replace(/[①-⑨]/gu, (digit) => `#${digit.codePointAt(0)! - 0x245f}`)
    .replace(/[❶-❾]/gu, (digit) => `#${digit.codePointAt(0)! - 0x2775}`)
    .replace(/(\d)\ufe0f?\u20e3/gu, '#$1')
    .replaceAll('№', '#')
    .normalize('NFKC');

function numberOf(word: string): number {
  const lower = word.trim().toLowerCase();
  const digits = /\d+/.exec(lower);
  if (digits) return Number(digits[0]);
  const han = '一二三四五六七八九'.indexOf(lower);
  return 1 + Math.max(CARDINALS.indexOf(lower), ORDINALS.indexOf(lower), han);
}
