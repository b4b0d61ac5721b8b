/** Sentences of a query: {k} a kind, {a} the same with its article, {c} a color, {p} a print, with a color before it where one is asked for. */
export interface Templates {
  /** Training composes its own with these very ones (training/templates.py). */
  readonly inside: readonly string[];
  /** Training has nothing of the sort. */
  readonly outside: readonly string[];
}

/** The print of a picture on something else. */
export const SUBJECT: Templates = {
  inside: [
    ...['{k} with this', '{a} in this pattern', 'this print on {a}', '{k} like this', 'same pattern but {a}'],
    ...['{k} with the same print', 'something like this as {a}', '{k} in this design'],
  ],
  outside: [
    ...['got {a} to pair with it?', "i'd love {a} sporting that look", 'something along these lines, only {a}'],
    ...['{k}, copy the look of the photo', 'which {k} comes closest to it', 'can i have what you see here on {a}'],
    ...['find {a} whose surface looks the same', 'here is a picture. now {a}', '{k} decorated just like that'],
    ...[
      'in the manner of this picture: {k}',
      'a good match for it among {k} designs',
      'borrow the motif, put it on {a}',
    ],
    ...['exactly what is in the snapshot, for {a}', '{k} bearing the same motif', 'style of the attached image, {k}'],
    'my {k} should look that way',
  ],
};

/** The same product in another color. */
export const RECOLOR: Templates = {
  inside: [
    ...['in {c}', 'same in {c}', 'the {c} version', 'this but {c}', 'the {c} one', 'do you have this in {c}'],
    ...['{c} please', 'i want it in {c}'],
  ],
  outside: [
    ...["i'd rather have it all {c}", 'swap the tone for {c}', 'could you paint it {c}', 'how about {c}?'],
    ...['is {c} an option', 'dye this {c}', 'the one on the photo, just {c}', 'got anything {c} in that shape'],
    ...['turn everything {c}', 'keep it all, color {c}', '{c} would suit me better', 'recolor: {c}'],
    ...['let me see its {c} sibling', 'i like mine {c}', 'replace the shade by {c}'],
  ],
};

/** The print of a product on another kind. */
export const RETARGET: readonly string[] = ['this as {a}', 'same pattern but {a}', '{k} with this pattern'];

/** Words alone. */
export const WORDS: Templates = {
  inside: ['{p} {k}', 'a {p} {k}', '{k} in {p}'],
  outside: [
    ...['any chance of {a} decorated in {p}?', '{k} whose design is {p}', '{p} stuff, {a} to be exact'],
    ...['my wish: {a}, {p} all over', '{a} that comes in {p}', 'one {p} {k} to go', 'is there still {a} left in {p}'],
    ...['{p} is the theme, {k} is the thing', '{k} - design: {p}', 'let me browse {p} designs on {a}'],
    ...['what {k} do you stock in {p}', 'searching high and low for {a} done in {p}', '{p} motif, {k}'],
    ...['{a} made to look {p}', 'looks: {p}. item: {k}'],
  ],
};

/** What polite people write around four words: as long as training's own letters, and nothing of them. */
export const LETTER = {
  openers: [
    'good evening, i hope you are well. would you be so kind as to look up ',
    'dear team, a neighbor recommended you, and so i wondered if you might have ',
    'excuse me, i am new here and a little lost, what i would really like is ',
    'hello and thank you for taking the time, i would be ever so grateful for ',
    'greetings from the coast! before we leave we still hope to get hold of ',
    'i do apologize for the trouble, but might i ask you to find ',
    'hi everyone, long time customer here, once more with a request, namely ',
    'to whom it may concern: following our chat yesterday i should like to order ',
  ],
  closers: [
    ', and please accept my warmest thanks for all of your help with this',
    ' if it is not too much to ask, otherwise never mind',
    ', no hurry at all, whenever somebody on your side finds a minute',
    '. we would collect it ourselves, kind regards from the whole family',
    ', as mine has seen better days. looking forward to hearing from you',
    '. i trust your judgment completely and wish all of you a pleasant weekend',
  ],
};

/** Kinds such as "sunglasses" come in pairs; "dress" does not. */
export const withArticle = (noun: string): string =>
  /[^s]s$/.test(noun) ? noun : /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`;

export function filled(template: string, { kind = '', print = '', color = '' }): string {
  const words: Record<string, string> = { k: kind, a: withArticle(kind), p: print, c: color };
  return template.replace(/\{(\w)\}/g, (_, name: string) => words[name]!);
}
