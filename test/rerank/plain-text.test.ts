import { describe, expect, test } from 'vitest';
import { readCaption } from '../../src/rerank/caption-answer.ts';
import { plainSentence } from '../../src/rerank/plain-text.ts';

describe('a plain sentence', () => {
  test.each([
    ['is in one line', ' A  leopard\n\tcase\u0085here\u2028now ', 'A leopard case here now'],
    ['is NFC', 'Cafe\u0301', 'Café'],
    ['has no control characters', 'A\u0000\u001b \u009bcase\u007f', 'A case'],
    ['does not turn', '\u202eesac\u202c \u2066x\u2069\u200f', 'esac x'],
    ['hides nothing', 'A\u200b\u200d\ufeff\u00ad\u{e0041}\u3164case\u{e000}', 'Acase'],
    ['has no halves of characters', 'A\ud83d case\udc06', 'A case'],
    ['has no emphasis', '**A** `case` __here__', 'A case here'],
    ['keeps signs', 'H&M > "Zara", 50 % (5/5) — it\u2019s 豹!', 'H&M > "Zara", 50 % (5/5) — it\u2019s 豹!'],
    ['is not empty', '\u200b \n', null],
  ])('%s', (_name, value, expected) => {
    expect(plainSentence(value, 100)).toBe(expected);
  });

  test.each([
    ['A leopard case', 14, 'A leopard case'],
    ['A leopard case', 13, 'A leopard…'],
    ['A leopard case', 10, 'A leopard…'],
    ['A leopard case', 9, 'A…'],
    ['A leopard, case', 12, 'A leopard…'],
    ['Leopardskin', 5, 'Leop…'],
    ['🐆🐆🐆a', 4, '🐆🐆🐆a'],
    ['a🐆🐆🐆🐆', 4, 'a🐆🐆…'],
  ])('%j in %i characters', (value, max, expected) => {
    expect(plainSentence(value, max)).toBe(expected);
  });

  test.each([
    'See bit.ly/2abc',
    'Buy at evil.de',
    't.me/x',
    'evil.co.uk',
    'evil.app',
    'evil.dev',
    'evil.ai',
    'evil.me',
    'evil.us',
    'evil.icu',
    'evil.club',
    'evil.рф',
    'evil.xn--p1ai',
    'amzn.to/x',
    'wa.me/49123',
    'evil.**de**',
    '1.2.3.4/pay',
    '//evil.de/x',
    '//evil/x',
    '\\\\evil\\x',
    'http:/evil.de',
    'http:evil',
    'bob@evil.de',
    'bob@evil',
    'sms:+1900',
    'sms: +1900',
    'blob:x',
    'file:x',
    'intent:x',
    'evil。com',
    'evil．com',
    'evil｡com',
    'intent：x',
    '" onmouseover="alert(1)',
    "x style='...'",
    'x onload = alert(1)',
    "{{constructor.constructor('x')()}}",
    'leopard.The print',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is the row.
    '${x}',
  ])('%j is none, and no caption', (text) => {
    expect(plainSentence(text, 100)).toBeNull();
    expect(readCaption(`A case, ${text}`, 'stop')).toBeNull();
  });

  test.each([
    'e.g. leopard',
    'i.e. spots',
    'approx. 5 cm',
    '5.5 inch',
    '3.5mm',
    'No. 3',
    'U.S. made',
    'vs. plaid',
    'a 3:2 ratio',
    'Tile 3: leopard print',
    'Match: good',
    'black/white',
    'and/or',
    'Leopard…and more',
    '5 cm = 2 inch',
    '豹纹。手机壳很好。',
    '颜色：红色',
  ])('%j is no link', (text) => {
    expect(plainSentence(text, 100)).toBe(text);
  });
});
