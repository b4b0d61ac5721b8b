/** A tile that a text names. */
export interface Named {
  /** As the text says: 1 is the first tile, and it may be no tile at all. */
  readonly number: number;
  readonly at: number;
  /** By a noun ("tile 3", "the third tile"), not by a mark alone ("[3]", "#3"). */
  readonly noun: boolean;
}

const CARDINALS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
// In English, German, French, Spanish, Italian, Portuguese, Russian.
const ORDINALS = [
  'first|erste[mnrs]?|premier|première|primer[ao]?|prim[ao]|primeir[ao]|перв\\p{L}{2,3}',
  'second[aeo]?|zweite[mnrs]?|deuxième|segund[ao]|втор\\p{L}{2,3}',
  'third|dritte[mnrs]?|troisième|tercer[ao]?|terz[ao]|terceir[ao]|трет\\p{L}{2,4}',
  'fourth|vierte[mnrs]?|quatrième|[cq]uart[ao]|четв[её]рт\\p{L}{2,3}',
  'fifth|fünfte[mnrs]?|cinquième|quint[ao]|пят\\p{L}{2,3}',
  'sixth|sechste[mnrs]?|sixième|se[xs]t[ao]|шест\\p{L}{2,3}',
  'seventh|siebte[mnrs]?|septième|séptim[ao]|settim[ao]|sétim[ao]|седьм\\p{L}{2,3}',
  'eighth|achte[mnrs]?|huitième|octav[ao]|ottav[ao]|oitav[ao]|восьм\\p{L}{2,3}',
  'ninth|neunte[mnrs]?|neuvième|noven[ao]|non[ao]|девят\\p{L}{2,3}',
];
const ROMANS = ['i', 'ii', 'iii', 'iv', 'v', 'vi', 'vii', 'viii', 'ix'];

// What models call a tile. Users may be answered in their language: the commonest of some other ones, too.
const NOUNS = [
  'tile|result|item|image|picture|photo|product|option|candidate|entry|entrie|panel|cell|hit|doc|document|passage|number',
  'kachel|kacheln|bild|bilder|produkt|produkte|ergebnis|artikel|nummer',
  'imagen|imagene|producto|resultado|artículo|número|produit|résultat|article|tuile|numéro|prodotto|risultato|immagine|produto|imagem',
].join('|');
// What may be counted otherwise in a ranking ("Rank 1: tile 3"), but is no business of a sentence on one tile.
const PLACES = [
  'slot|position|box|square|rank|place|spot|frame|thumbnail|card|listing|column|row|figure|fig|label|labell?ed|numbered|marked|block',
  'feld|foto|platz|treffer|tegel|afbeelding|opción|opção|opzione|carreau|vignette|cuadro|riquadro|azulejo|ürün|resim|görsel',
  '(?:товар|плитк|картинк|изображени|продукт|номер)\\p{L}{0,3}|фото',
].join('|');
const WORDS = CARDINALS.slice(1).join('|');
const NUMBER = `(?:\\d{1,9}|(?:${WORDS}|one(?!\\s(?:can|could|would|may|might|should|of|that|who))))(?![\\p{L}\\d]|\\s?%)`;
// "The picture I see" is of nobody's.
const ROMAN =
  '(?:viii|vii|vi|v|iv|ix|iii|ii|x{1,3}|i(?=\\s?(?:[.,;:!?)]|$)|\\s(?:is|has)\\s)|ten|eleven|twelve)(?![\\p{L}\\d-])';
const ORDINAL = `(?:${ORDINALS.join('|')}|[1-9](?:st|nd|rd|th))`;
// Those that can't be told, or are none: 0 stands for them.
const OTHERS = [
  'tenth|eleventh|twelfth|last|middle|cent(?:er|re|ral)|previous|preceding|next|following|leftmost|rightmost|penultimate',
  '(?:top|upper|bottom|lower)[\\s-](?:left|right|middle|cent(?:er|re))|letzte[mnrs]?|dernier|dernière|[uú]ltim[ao]|последн\\p{L}{2,3}',
].join('|');
const AND = '\\s{0,3}(?:,|and|or|&|/|und|oder|et|ou|y|e|и)\\s{0,3}';

const namesBy = (nouns: string, number: string, ordinal: string, between: string, han: string): RegExp =>
  new RegExp(
    [
      // tile 3; tile #3; item no. 4; picture two; image [5]; product (6)
      `(?<![\\p{L}\\d])(?:${nouns})(?<plural>s|es)?(?:\\s?\\(\\s?#?(?<inner>\\d{1,9})\\s?\\)|[\\s:#_]{0,4}-?(?:(?:nos?|nr|num|number)\\b\\.?)?[\\s#]{0,3}\\[?(?<after>${number}))`,
      // the third tile; third and fourth pictures
      `(?<![\\p{L}\\d])(?<ordinals>${ordinal}(?:${AND}${ordinal}){0,8})\\s{1,3}(?:numbered\\s)?${between}(?:(?:${nouns})(?:s|es)?|ones?)(?![\\p{L}\\d-])`,
      // [4]; [3, 5]
      '\\[\\s?#?(?<bracketed>\\d{1,9}(?:\\s?,\\s?\\d{1,9}){0,15})\\s?\\]',
      // #7; no. 7; nos. 7; no. two
      `(?:#\\s?|(?<![\\p{L}\\d])(?:nos?|nr)\\.\\s?)(?<marked>\\d{1,9}|${WORDS})(?![\\p{L}\\d])`,
      // 图5; 第三张; タイル5
      `(?:[图圖第]|タイル|画像|商品${han})\\s?(?<han>\\d{1,9}|[一二三四五六七八九])`,
    ].join('|'),
    'giu',
  );
const NAMES = namesBy(NOUNS, NUMBER, ORDINAL, '', '');
const NAMES_OR_PLACES = namesBy(
  `${NOUNS}|${PLACES}`,
  `(?:${NUMBER}|${ROMAN})`,
  // 2. Kachel; 2ª imagen; 2e produit
  `(?:${ORDINAL}|${OTHERS}|\\d{1,3}(?:st|nd|rd|th|\\.|[aeo]|er|ère|ème))`,
  '(?:\\p{L}{2,20}\\s)?',
  '|[产產]品|[图圖]片|图像|照片|选项|编号|제품|상품|타일|이미지|사진',
);
// What goes on after "tile 3" and after "tiles 3"; a comma or a dash after one tile alone begins something else.
const MORE = new RegExp(`\\s{0,3}(?:and|or|&|/|vs\\.?|versus|than|over)\\s{0,3}#?\\[?(${NUMBER})`, 'iuy');
const MORE_OF_THEM = new RegExp(
  `\\s{0,3}(?:,\\s?(?:and|or)?|and|or|&|/|[-–]|to|through|vs\\.?|versus|than|over)\\s{0,3}#?\\[?(${NUMBER})`,
  'iuy',
);

/** The tiles that a text names, in its order. Numbers that nothing makes a tile's ("iPhone 15", "2 pockets", "size 3") are none. */
export const tilesNamed = (text: string): Named[] => namedBy(NAMES, foldedDigits(text));

function namedBy(names: RegExp, folded: string): Named[] {
  const named: Named[] = [];
  for (const match of folded.matchAll(names)) {
    const at = match.index;
    const { plural, inner, after, ordinals, bracketed, marked, han } = match.groups!;
    const noun = (inner ?? after ?? ordinals ?? han) !== undefined;
    const add = (word: string) => named.push({ number: numberOf(word), at, noun });
    const first = inner ?? after ?? marked ?? han;
    if (first !== undefined) add(first);
    for (const word of wordsOf(ordinals)) add(word);
    for (const word of bracketed?.split(',') ?? []) add(word);
    if (after === undefined) continue;
    const more = plural ? MORE_OF_THEM : MORE;
    more.lastIndex = at + match[0].length;
    for (let next = more.exec(folded); next; next = more.exec(folded)) add(next[1]!);
  }
  return named;
}

const wordsOf = (list = ''): string[] =>
  list.split(/[\s,&/]+/u).filter((word) => word && !/^(?:and|or|und|oder|et|ou|y|e|и)$/iu.test(word));

const VERBS = [
  '(?:is|are|was|were|has|have|had|do|does|did|can|would|also|only|shows?|match(?:es)?|fits?|looks?|features?|wins?|beats?|lacks?|seems?|appears?|comes?|contains?|displays?|because)(?:n.t)?',
  'ist|sind|hat|haben|zeigt|passt|est|sont|es|son|tiene|sono|ha|tem',
].join('|');
const SAYS = `\\s(?:${VERBS})(?![\\p{L}\\d])`;
const SOME = `(?:\\d{1,9}|${WORDS})`;
const LIST = `(${SOME}(?:\\s?(?:,|and|or|&)\\s?${SOME}){0,8})`;

/** Numbers that only the sentence around them makes a tile's. */
const SPOKEN_OF: readonly RegExp[] = [
  // "5: ...", "3 and 5 ...: ", "(5) ..."; not "5.5 inch", "2-pocket".
  /^[\s(]{0,4}(\d{1,9}(?:\s?(?:,|and|&)\s?\d{1,9}){0,8})(?:\s?[:.)\]](?!\d)|,\s|\s[-–—]\s|\s?—)/giu,
  // "5 is ...", "..., but 8 and 9 do not"; not "no 2 are the same".
  new RegExp(
    `(?:^[\\s(]{0,4}|[.,;:!?]\\s|(?<![\\p{L}\\d])(?:but|while|whereas|though|although|and|the)\\s)${LIST}${SAYS}`,
    'giu',
  ),
  // "better than 5." with nothing after it that could be counted.
  new RegExp(
    `(?<![\\p{L}\\d])(?:than|unlike|like|over|against|instead of|beats?|versus|vs\\.?|compared (?:to|with)|(?:contrast|similar|closer|contrary|opposed|next) to|(?:different|differs) from)\\s${LIST}(?=\\s?(?:[.,;:!?)]|$)|\\s(?:and|or|because|since|as|it|this|that|which|the)\\b|${SAYS})`,
    'giu',
  ),
  // "The second is ...", "2nd has ..."; not "the second hand", "second to none".
  new RegExp(`(?<![\\p{L}\\d-])(${ORDINAL}(?:${AND}${ORDINAL}){0,8})${SAYS}`, 'giu'),
  new RegExp(
    `(?<![\\p{L}\\d])the\\s(${ORDINAL}(?:${AND}${ORDINAL}){0,8})(?:\\s?(?:[.,;:!?)]|$)|\\s(?:and|or|but|of\\s(?:the|these|them|all))\\s)`,
    'giu',
  ),
  // 3番; 3번
  /(\d{1,9})\s?(?:[番号號번]|枚目)/gu,
];
// Quotation marks and the like, which may stand anywhere around a number.
const AROUND = /[\s"'*=~|→«»‹›“”„‟‘’‚‛「」『』]+/gu;

/**
 * Whether a text says something about another tile than its own.
 * @param own 1 is the first tile; null where the numbers can't be told: any of them is another one then.
 */
export function namesAnother(text: string, own: number | null): boolean {
  const bare = foldedDigits(text)
    .replace(/[٠-٩۰-۹]/gu, (digit) => `${digit.codePointAt(0)! & 15}`)
    .replace(AROUND, ' ')
    .trim();
  const spokenOf = SPOKEN_OF.flatMap((pattern) => [...bare.matchAll(pattern)].flatMap(([, list]) => wordsOf(list)));
  return [...namedBy(NAMES_OR_PLACES, bare).map(({ number }) => number), ...spokenOf.map(numberOf)].some(
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

const WHOLE_ORDINALS = ORDINALS.map((ordinal) => new RegExp(`^(?:${ordinal})$`, 'iu'));

/** 0 for a word that stands for none of 1 to 9. */
function numberOf(word: string): number {
  const lower = word.trim().toLowerCase();
  const digits = /\d+/.exec(lower);
  if (digits) return Number(digits[0]);
  const han = '一二三四五六七八九'.indexOf(lower);
  const ordinal = WHOLE_ORDINALS.findIndex((pattern) => pattern.test(lower));
  return 1 + Math.max(CARDINALS.indexOf(lower), ordinal, ROMANS.indexOf(lower), han);
}
