import { describe, expect, test } from 'vitest';
import { type Answer, readAnswer } from '../../src/rerank/answer.ts';
import { readCaption } from '../../src/rerank/caption-answer.ts';

const ALL = { rationale: true, reasons: true, caption: true };
const read = (content: unknown, { tiles = 3, finish = 'stop' as string | null } = {}): Answer =>
  readAnswer(content, finish, { tiles, ...ALL });

describe('the rationale', () => {
  const rationale = (text: unknown, order: readonly unknown[] = [3, 1, 2]) => {
    const answer = read(JSON.stringify({ order, rationale: text }));
    return { text: answer.rationale, dropped: answer.repairs.includes('RATIONALE_DROPPED') };
  };

  test.each([
    'Tile 3 has leopard print.',
    'tiles number 3: leopard',
    '3: leopard print, as asked',
    'The third tile is leopard.',
    '#3 is closest, unlike the others.',
    '[3] has it all.',
    'An iPhone 15 case with leopard print.',
    'It has 2 pockets and comes in size 1.',
    '2-pocket bag, 5.5 inch, 100% cotton.',
    'A 3D print on the first-class leather.',
    'Two pockets, one zip, second to none.',
    'A set of 2 in 1 color, 4 x 6 cm.',
    'Less than 5 cm thick, and no 2 are the same.',
    'Pictured from above, a product of 2024.',
    'Item 3 of all.',
    'Leopard print.',
  ])('%j is of tile 3', (text) => {
    expect(rationale(text)).toEqual({ text, dropped: false });
  });

  test.each([
    'Tile 5 has leopard print.',
    'TILE5 has it',
    'Tile 1 is better than tile 3.',
    'Tiles 3 and 5 have leopard print.',
    'Tiles 3, 1 and 2 match.',
    'Tile 3 or 2 would do.',
    'Result #1 is it.',
    'As in item no. 4, leopard.',
    'Like image 2.',
    'Like picture two.',
    'Product (2) has the print.',
    'The second tile has the print.',
    'The 2nd picture has the print.',
    'The third and fourth pictures match.',
    'The second one is closest.',
    'It is [2] that fits.',
    '[3, 2] fit.',
    'More so than #7.',
    'No. 7 comes close.',
    '№ 7 comes close.',
    '5: leopard print',
    '5 is leopard',
    '5 - leopard',
    '(5) leopard',
    '3 and 5 are leopard',
    'Closer to the picture than 5.',
    'Ｔｉｌｅ ５ has it.',
    'Tile ⑤ has it.',
    '5️⃣ has it',
    'Ti\u200ble 5 has it.',
    '**Tile 5** has it.',
    'Tile **5** has it.',
    'Tile\n5 has it.',
    'Kachel 5 passt.',
    '图5最合适',
    '第二张最合适',
    'Tile 12 has it.',
    'Tile 0 has it.',
  ])('%j is of another', (text) => {
    expect(rationale(text)).toEqual({ text: null, dropped: true });
  });

  test.each([
    '<b>Leopard</b> print',
    'Leopard <script>alert(1)</script>',
    'Leopard ＜script＞alert(1)＜/script＞',
    'Leopard &lt;script&gt;',
    'Leopard &#60;script',
    '[Leopard](https://example.com)',
    '![x](data:image/png;base64,AAAA)',
    '[Leopard][1]',
    'See https://example.com',
    'See ftp://example',
    'See www.example',
    'A leopard pri\ufffd\ufffdxh',
    'See evil-shop.com/win',
    'java\u200bscript:alert(1)',
    'JavaScript :alert(1)',
    'data:text/html,x',
    'mailto:someone',
    {},
    ['Leopard'],
    3,
    true,
  ])('%j is none for clients', (text) => {
    expect(rationale(text)).toEqual({ text: null, dropped: true });
  });

  test.each([null, '', '  ', '...', '\u200b', '—'])('%j is nothing', (text) => {
    expect(rationale(text)).toEqual({ text: null, dropped: false });
  });

  test('absent needs no repair', () => {
    expect(read('{"order":[3,1,2]}').repairs).toEqual([]);
  });

  test('is only of the tile that its model put first', () => {
    expect(rationale('Leopard.', [12, 3, 1, 2])).toEqual({ text: null, dropped: true });
    expect(rationale('Leopard.', [null, 3, 1, 2])).toEqual({ text: null, dropped: true });
    expect(rationale('Leopard.', [])).toEqual({ text: null, dropped: true });
    expect(rationale('Leopard.', [3, 3, 3])).toEqual({ text: 'Leopard.', dropped: false });
  });

  test('names no tile when the numbers start somewhere else', () => {
    expect(rationale('Leopard.', [2, 0, 1])).toEqual({ text: 'Leopard.', dropped: false });
    expect(rationale('Tile 3 is leopard.', [2, 0, 1])).toEqual({ text: null, dropped: true });
    expect(rationale('Tile 2 is leopard.', [2, 0, 1])).toEqual({ text: null, dropped: true });
  });

  test('nothing is read that was not asked for', () => {
    const content = '{"order":[2,1],"rationale":"<b>","reasons":{"1":"Tile 2"},"caption":"A mug."}';
    const asked = { tiles: 2, rationale: false, reasons: false, caption: false };
    const { rationale: none, reasons, caption, repairs } = readAnswer(content, 'stop', asked);
    expect({ none, reasons: reasons.size, caption, repairs }).toEqual({
      none: null,
      reasons: 0,
      caption: null,
      repairs: [],
    });
  });

  test('comes out of prose with its JSON', () => {
    const { rationale: text, caption } = read(
      'Here it is:\n```json\n{"order":[3,1,2],"rationale":"Leopard.","caption":"A cat"}\n```\nEnjoy!',
    );
    expect({ text, caption }).toEqual({ text: 'Leopard.', caption: 'A cat' });
  });
});

describe('the reasons', () => {
  test.each<readonly [name: string, answer: object, reasons: readonly string[], dropped: boolean]>([
    ['by tile', { order: [3, 1, 2], reasons: { 1: 'a', 2: 'b', 3: 'c' } }, ['1a', '2b', '3c'], false],
    ['by name', { order: [3, 1, 2], reasons: { 'tile 1': 'a', '[3]': 'c' } }, ['1a', '3c'], false],
    ['of some', { order: [3, 1], reasons: { 2: 'b', 3: '...' } }, ['2b'], false],
    ['of none', { order: [3, 1, 2], reasons: { 12: 'x', best: 'y', 3: 'c' } }, ['3c'], true],
    [
      'as objects',
      {
        order: [3, 1, 2],
        reasons: [
          { tile: 3, reason: 'c' },
          { id: '1', why: 'a' },
        ],
      },
      ['1a', '3c'],
      false,
    ],
    ['by tile, as objects', { order: [3, 1, 2], reasons: { 3: { reason: 'c' } } }, ['3c'], false],
    ['in the order', { order: [{ tile: 3, reason: 'c' }, { tile: 1, reason: 'a' }, 2] }, ['1a', '3c'], false],
    ['along the order', { order: [3, 1, 2], reasons: ['c', 'a', 'b'] }, ['1a', '2b', '3c'], false],
    [
      'along an order with strangers',
      { order: [3, 12, 1, 2], reasons: ['c', 'x', 'a', 'b'] },
      ['1a', '2b', '3c'],
      true,
    ],
    ['along something else', { order: [3, 1, 2], reasons: ['c', 'a'] }, [], true],
    ['as a text', { order: [3, 1, 2], reasons: 'because' }, [], true],
    [
      'of another tile',
      { order: [3, 1, 2], reasons: { 1: 'like tile 2', 2: 'tile 2 is b', 3: '<b>' } },
      ['2tile 2 is b'],
      true,
    ],
    ['from zero', { order: [2, 0, 1], reasons: { 0: 'a', 1: 'b', 2: 'c' } }, ['1a', '2b', '3c'], false],
    ['from zero, the order not', { order: [3, 1, 2], reasons: { 0: 'a', 1: 'b', 2: 'c' } }, [], true],
    ['from one, the order not', { order: [2, 0, 1], reasons: { 1: 'a', 2: 'b', 3: 'c' } }, [], true],
    ['under strange keys', { order: [3, 1, 2], reasons: JSON.parse('{"__proto__":"x","3":"c"}') }, ['3c'], true],
    ['none', { order: [3, 1, 2], reasons: null }, [], false],
  ])('%s', (_name, answer, expected, dropped) => {
    const { reasons, repairs } = read(JSON.stringify(answer));
    expect([...reasons].map(([place, reason]) => `${place + 1}${reason}`).sort()).toEqual(expected);
    expect(repairs.includes('RATIONALE_DROPPED')).toBe(dropped);
  });
});

describe('a caption', () => {
  test.each([
    ['A leopard.', 'A leopard.'],
    [' "A leopard." ', 'A leopard.'],
    ['Caption: “A leopard.”', 'A leopard.'],
    ['```\nA leopard.\n```', 'A leopard.'],
    ['{"caption":"A leopard."}', 'A leopard.'],
    ['```json\n{"caption": "A leopard."}\n```', 'A leopard.'],
    ['Here you are: {"caption": "A leopard."}', 'A leopard.'],
    ['"A leopard."', 'A leopard.'],
    ['<think>A dog?</think>A leopard.', 'A leopard.'],
    [[{ type: 'text', text: 'A leopard.' }], 'A leopard.'],
    [{ caption: 'A leopard.' }, 'A leopard.'],
    ['I see a leopard.', 'I see a leopard.'],
    ['{"title":"A leopard."}', null],
    ['{"caption":3}', null],
    ['', null],
    [null, null],
    ['null', null],
    ['N/A', null],
    ['None.', null],
    ['...', null],
    ["I'm sorry, but I can't help with that.", null],
    ['I cannot see a picture.', null],
    ['There is no image.', null],
    ['<img src=x onerror=alert(1)>', null],
    ['A leopard, see https://example.com', null],
    [Symbol('x'), null],
  ])('%j', (content, expected) => {
    expect(readCaption(content, 'stop')).toBe(expected);
  });

  test.each([
    ['A leopard in the gra', 'A leopard in the…'],
    ['A leopard.', 'A leopard.'],
    ['A leopard, in', 'A leopard…'],
    ['A leop', 'A…'],
    ['Leop', null],
    ['豹纹手机', '豹纹手机…'],
    ['{"caption":"A leopard in the gra', 'A leopard in the…'],
    ['{"caption":"A leopard \\u00e', 'A leopard…'],
    ['```json\n{"caption": "A leopard in', 'A leopard…'],
    ['{"capt', null],
  ])('%j, cut off', (content, expected) => {
    expect(readCaption(content, 'length')).toBe(expected);
  });

  test('is not longer than 300 characters', () => {
    expect(readCaption('leopard '.repeat(1_000), 'stop')).toBe(`${'leopard '.repeat(37).trim()}…`);
  });
});
