import fc from 'fast-check';
import { expect, test } from 'vitest';
import { without } from '../../src/eval/forbidden-text.ts';

test.each<[string, string, string[], string]>([
  ['at the end', 'Troy Yoga Short - black', ['black'], 'Troy Yoga Short'],
  ['in other case', 'BLACK Troy Short', ['Black'], 'Troy Short'],
  ['with punctuation', 'Troy Short (black)', ['black'], 'Troy Short'],
  ['between parts', 'Troy - black - L', ['black'], 'Troy - L'],
  ['at the start', 'Black: Troy Short', ['black'], 'Troy Short'],
  ['twice', 'black on Black', ['black'], 'on'],
  ['words apart by a hyphen', 'Light-Blue short', ['light blue'], 'short'],
  ['words joined', 'short, lightblue', ['light blue'], 'short'],
  ['a word apart', 'short, off white', ['offwhite'], 'short'],
  ['closing up behind a cut', 'light light blue blue top', ['light blue'], 'top'],
  ['with an invisible hyphen', 'bla\u00adck short', ['black'], 'short'],
  ['with wide letters', 'ｂｌａｃｋ short', ['black'], 'short'],
  ['with accents', 'crème short', ['CREME'], 'short'],
  ['spelled the other way', 'Grey tee', ['gray'], 'tee'],
  ['a whole sentence', 'NEW! black hooded winter-jacket', ['Black hooded winter jacket.'], 'NEW!'],
  ['nothing else', 'Black!', ['black'], ''],
  ['one after another', 'Tee, red, wide', ['wide', 'red'], 'Tee'],
  ['no part of a word', 'Redwood  short -', ['red'], 'Redwood  short -'],
  ['no other words between', 'light and blue', ['light blue'], 'light and blue'],
  ['nothing of nothing', 'Troy - ', ['', ' .! '], 'Troy - '],
])('%s', (_name, text, forbidden, left) => {
  expect(without(text, forbidden)).toBe(left);
});

test('however it is written, none of it is left, and the other words are', () => {
  const forbidden = ['light', 'blue', 'tee'];
  const between = fc.constantFrom(' ', '-', ', ', ' / ', '. ', '', '_', '…');
  const written = fc
    .tuple(fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }), between, between)
    .map(([upper, one, other]) => {
      const [a, b, c] = forbidden;
      return [...`${a}${one}${b}${other}${c}`].map((at, place) => (upper[place] ? at.toUpperCase() : at)).join('');
    });
  fc.assert(
    fc.property(written, fc.constantFrom(' - ', ' (', ', '), (phrase, edge) => {
      const left = without(`Troy${edge}${phrase}) Short`, ['Light blue tee.']);
      expect(left).not.toMatch(/light|blue|tee/i);
      expect(left).toMatch(/^Troy\W+Short$/);
    }),
  );
});
