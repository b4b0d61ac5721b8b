import { describe, expect, test } from 'vitest';
import { normalizeText, Tokenizer } from '../../src/encode/tokenizer.ts';

const tokenizer = await Tokenizer.load('models/pocket/tokenizer.json');
const encode = (text: string) => tokenizer.encode(text, 48);
const frame = encode('').ids;
const [start, end] = frame;

test.each([
  ['  blanks around\n', 'blanks around'],
  ['cafe\u0301', 'caf\u00e9'],
  ['lone \ud800 surrogate', 'lone \ufffd surrogate'],
  [' \t\n\u3000', ''],
  [undefined, ''],
])('%j is embedded as %j', (text, expected) => expect(normalizeText(text)).toBe(expected));

describe('encode', () => {
  test('a text stands between [CLS] and [SEP]; the empty text is the two alone', () => {
    expect(frame).toHaveLength(2);
    const { ids, truncated } = encode('phone case with this');
    expect([ids[0], ids.at(-1), truncated]).toEqual([start, end, false]);
    expect(ids.length).toBeGreaterThan(5);
  });

  test('what is longer than the model reads is cut, and [SEP] kept', () => {
    const words = 'red mug '.repeat(23);
    const whole = encode(words);
    expect([whole.ids.length, whole.truncated]).toEqual([48, false]);
    const cut = encode(`${words}red`);
    expect([cut.ids.length, cut.truncated, cut.ids.at(-1)]).toEqual([48, true, end]);
    expect(cut.ids.slice(0, -1)).toEqual(whole.ids.slice(0, -1));
  });

  test('twenty-five megabytes take no longer than a page', () => {
    const begun = performance.now();
    const novel = encode('leopard print phone case '.repeat(1_000_000));
    // Cut into pieces as a whole it would take many seconds.
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect(novel.ids).toEqual(encode('leopard print phone case '.repeat(20)).ids);
    expect(novel.truncated).toBe(true);
  });

  test('a cut in the middle of a surrogate pair is harmless', () => {
    expect(() => encode(`a${'\u{1f980}'.repeat(20_000)}`)).not.toThrow();
  });
});
