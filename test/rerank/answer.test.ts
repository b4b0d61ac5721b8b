import { describe, expect, test } from 'vitest';
import {
  type Answer,
  type AnswerKind,
  describeFault,
  filledUp,
  isUsable,
  readAnswer,
} from '../../src/rerank/answer.ts';
import type { Repair } from '../../src/rerank/reranker.ts';

const ALL = { rationale: true, reasons: true, caption: true };
const read = (content: unknown, { tiles = 3, finish = 'stop' as string | null } = {}): Answer =>
  readAnswer(content, finish, { tiles, ...ALL });

const REPAIR: Readonly<Record<string, Repair>> = {
  f: 'MALFORMED_ANSWER',
  u: 'UNKNOWN_IDS',
  d: 'DUPLICATE_IDS',
  m: 'MISSING_IDS',
  r: 'RATIONALE_DROPPED',
};

/** Kind, order from 1, and repairs by their letters. */
function expectOrder(answer: Answer, kind: AnswerKind, order: readonly number[], repairs: string): void {
  expect({
    kind: answer.kind,
    order: answer.order.map((place) => place + 1),
    repairs: [...answer.repairs].sort(),
  }).toEqual({ kind, order, repairs: [...repairs].map((letter) => REPAIR[letter]!).sort() });
}

type Row = readonly [name: string, content: unknown, kind: AnswerKind, order: readonly number[], repairs: string];

describe('the order, as JSON', () => {
  test.each<Row>([
    ['as asked for', '{"order":[3,1,2]}', 'ok', [3, 1, 2], ''],
    ['with blanks around', '\n {"order": [3, 1, 2]}\n\n', 'ok', [3, 1, 2], ''],
    ['in fences', '```json\n{"order":[3,1,2]}\n```', 'ok', [3, 1, 2], ''],
    ['in bare fences', '```\n[3,1,2]\n```', 'ok', [3, 1, 2], ''],
    [
      'as parts',
      [
        { type: 'text', text: '{"order":' },
        { type: 'text', text: '[3,1,2]}' },
      ],
      'ok',
      [3, 1, 2],
      '',
    ],
    ['a list alone', '[3,1,2]', 'ok', [3, 1, 2], ''],
    ['ranking', '{"ranking":[3,1,2]}', 'ok', [3, 1, 2], ''],
    ['Ranked_List', '{"Ranked_List":[3,1,2]}', 'ok', [3, 1, 2], ''],
    ['tiles', '{"tiles":[{"tile":3},{"tile":1},{"tile":2}]}', 'ok', [3, 1, 2], ''],
    ['results', '{"results":[{"id":"3"},{"index":1},{"number":2}]}', 'ok', [3, 1, 2], ''],
    ['in an object', '{"answer":{"rank":[3,1,2]}}', 'ok', [3, 1, 2], ''],
    ['in a list', '[{"order":[3,1,2]}]', 'ok', [3, 1, 2], ''],
    ['in two lists', '{"order":[[3,1,2]]}', 'ok', [3, 1, 2], ''],
    ['strings', '{"order":["3","[1]","tile 2"]}', 'ok', [3, 1, 2], ''],
    ['strings with more', '{"order":["#3","Tile 1: zebra mug","２"]}', 'ok', [3, 1, 2], ''],
    ['whole floats', '{"order":[3.0,1,"2.0"]}', 'ok', [3, 1, 2], ''],
    ['dropped one', '{"order":[3,1]}', 'missing', [3, 1], 'm'],
    ['dropped all', '{"order":[]}', 'missing', [], 'm'],
    ['repeated one', '{"order":[3,3,1,2]}', 'repetition', [3, 1, 2], 'd'],
    ['repeated for another', '{"order":[3,3,1]}', 'repetition', [3, 1], 'dm'],
    ['invented one', '{"order":[3,12,1,2]}', 'unknown_id', [3, 1, 2], 'u'],
    ['zero', '{"order":[0,3,1,2]}', 'unknown_id', [3, 1, 2], 'u'],
    ['floats', '{"order":[3.5,3,1,2]}', 'unknown_id', [3, 1, 2], 'u'],
    ['float strings', '{"order":["3.5",3,1,2]}', 'unknown_id', [3, 1, 2], 'u'],
    ['negatives', '{"order":[-3,"-1",3,1,2]}', 'unknown_id', [3, 1, 2], 'u'],
    ['huge ones', '{"order":[3,12345678901234567890,1e400,"99999999999999",1,2]}', 'unknown_id', [3, 1, 2], 'u'],
    ['null and booleans', '{"order":[null,true,3,1,2,{},[]]}', 'unknown_id', [3, 1, 2], 'u'],
    ['from zero', '{"order":[2,0,1]}', 'wrong_format', [3, 1, 2], 'f'],
    ['from zero, repeated', '{"order":[2,2,0,1]}', 'wrong_format', [3, 1, 2], 'fd'],
    ['not whole from zero', '{"order":[2,0]}', 'unknown_id', [2], 'mu'],
    ['NaN', '{"order":[3,NaN,2]}', 'wrong_format', [3, 2], 'fmu'],
    ['trailing commas', '{"order":[3,1,2,],}', 'wrong_format', [3, 1, 2], 'f'],
    ['single quotes', "{'order': ['3', '1', '2']}", 'wrong_format', [3, 1, 2], 'f'],
    ['no quotes', '{order: [tile 3, tile 1, tile 2]}', 'wrong_format', [3, 1, 2], 'f'],
    ['never closed', '{"order":[3,1,2', 'wrong_format', [3, 1, 2], 'f'],
    ['in a string', '"{\\"order\\":[3,1,2]}"', 'wrong_format', [3, 1, 2], 'f'],
    ['a string', '{"order":"3 > 1 > 2"}', 'wrong_format', [3, 1, 2], 'f'],
    ['one object per line', '{"tile":3}\n{"tile":1}\n{"tile":2}', 'wrong_format', [3, 1, 2], 'f'],
    ['before more', '{"order":[3,1,2]} I hope that helps!', 'wrong_format', [3, 1, 2], 'f'],
    ['in a template', '{{"order":[3,1,2]}}', 'wrong_format', [3, 1, 2], 'f'],
    ['corrected', '{"order":[1,2,3]}\nNo, wait.\n{"order":[3,1,2]}', 'wrong_format', [3, 1, 2], 'f'],
    ['parsed already', { order: [3, 1, 2] }, 'wrong_format', [3, 1, 2], 'f'],
    ['with the end of thoughts in it', '{"order":[3,1,2],"rationale":"So </think> it is"}', 'ok', [3, 1, 2], 'r'],
    ['strange keys', '{"__proto__":{"order":[1]},"constructor":[2],"order":[3,1,2]}', 'ok', [3, 1, 2], ''],
    ['an unclosed bracket before', 'in [0, 1) as {"order":[3,1,2]}', 'wrong_format', [3, 1, 2], 'f'],
  ])('%s', (_name, content, kind, order, repairs) => {
    expectOrder(read(content), kind, order, repairs);
  });

  test('keys as own properties only', () => {
    expectOrder(read('{"__proto__":[3,1,2],"toString":[1,2,3]}'), 'wrong_format', [], 'fm');
    expect({}).not.toHaveProperty('order');
    expectOrder(read("{'__proto__': {'order': [3,1,2]}}"), 'wrong_format', [3, 1, 2], 'f');
    expect({}).not.toHaveProperty('order');
  });

  test('of one tile', () => {
    expectOrder(read('{"order":[1]}', { tiles: 1 }), 'ok', [1], '');
    expectOrder(read('{"order":[0]}', { tiles: 1 }), 'wrong_format', [1], 'f');
    expectOrder(read('Tile 1.', { tiles: 1 }), 'wrong_format', [1], 'f');
  });
});

describe('the order, in words', () => {
  test.each<readonly [content: string, order: readonly number[], repairs: string]>([
    ['Ranked list: [3, 1, 2]', [3, 1, 2], 'f'],
    ['[3] > [1] > [2]', [3, 1, 2], 'f'],
    ['3 > 1 > 2', [3, 1, 2], 'f'],
    ['3 → 1 → 2', [3, 1, 2], 'f'],
    ['3, 1, 2', [3, 1, 2], 'f'],
    ['3, 1, and 2.', [3, 1, 2], 'f'],
    ['3 1 2', [3, 1, 2], 'f'],
    ['３、１、２ or: 3 > 1 > 2', [3, 1, 2], 'f'],
    ['3\n1\n2', [3, 1, 2], 'f'],
    ['1. Tile 3\n2. Tile 1\n3. Tile 2', [3, 1, 2], 'f'],
    ['**1.** Tile **3**\n**2.** Tile **1**\n**3.** Tile **2**', [3, 1, 2], 'f'],
    ['#1: Tile 3\n#2: Tile 1\n#3: Tile 2', [3, 1, 2], 'f'],
    ['Rank 1: item no. 3\nRank 2: item no. 1\nRank 3: item no. 2', [3, 1, 2], 'f'],
    ['1) [3] because it is leopard\n2) [1]\n3) [2]', [3, 1, 2], 'f'],
    ['1. 3\n2. 1\n3. 2', [3, 1, 2], 'f'],
    ['Tile 3: leopard, 2 pockets\nTile 1: a mug\nTile 2: zebra', [3, 1, 2], 'f'],
    ['- Tile 3\n- Tile 1\n- Tile 2', [3, 1, 2], 'f'],
    ['3. Leopard case\n1. Zebra case\n2. Mug', [3, 1, 2], 'f'],
    ['The third tile fits best, then tile 1; tile 2 is a mug.', [3, 1, 2], 'f'],
    ['Tiles 3, 1 and 2, in this order.', [3, 1, 2], 'f'],
    ['Best is 3 and then 1 and then 2', [3, 1, 2], 'f'],
    ['Sizes [10, 12] are out of the question. So: 3 > 1 > 2', [3, 1, 2], 'f'],
    ['First I thought 1, 2, 3. It is 3, 1, 2.', [3, 1, 2], 'f'],
    ['[3, 1, 2] because tile 1 has 2 pockets', [3, 1, 2], 'f'],
    ['3, 1, 12', [3, 1], 'fmu'],
    ['3, 1, 3', [3, 1], 'fmd'],
    // Lines numbered one by one, and tiles described one by one, are no ranking.
    ['1. Leopard case\n2. Zebra case\n3. Mug', [], 'fm'],
    ['Tile 1 shows a mug. Tile 2 shows a case. Tile 3 shows a bag.', [], 'fm'],
    ['Tile 1: a mug\nTile 2: a case\nTile 3: a bag', [], 'fm'],
    ['1. Tile 1\n2. Tile 2\n3. Tile 3', [1, 2, 3], 'f'],
    // What an object says about tiles is no ranking either.
    ['{"rationale": "Better than tile 3, tile 2 and tile 1"}', [], 'fmr'],
    ['', [], 'fm'],
    ['   \n', [], 'fm'],
    ['null', [], 'fm'],
    ['{}', [], 'fm'],
    ['[]', [], 'm'],
    ['I cannot rank these pictures.', [], 'fm'],
  ])('%j', (content, order, repairs) => {
    expectOrder(read(content), repairs.includes('f') ? 'wrong_format' : 'missing', order, repairs);
  });

  test.each([
    ['null', null],
    ['undefined', undefined],
    ['a number', 3],
    ['a part that is no text', [{ type: 'image_url', image_url: { url: '3, 1, 2' } }]],
    ['thoughts alone', [{ type: 'thinking', text: '{"order":[3,1,2]}' }]],
    ['an empty object', {}],
  ])('%s is no answer', (_name, content) => {
    expectOrder(read(content), 'wrong_format', [], 'fm');
  });
});

describe('answers that users of such rerankers have reported', () => {
  test.each<readonly [thread: string, content: string, order: readonly number[], repairs: string]>([
    // The question was no question: prose without any document.
    ['llama_index#11092', 'The question "bravo" does not relate to the tiles. Therefore, none is relevant.', [], 'fm'],
    // An explanation behind each line.
    ['llama_index#11045', ' Doc: 2, Relevance: 8 (It shows the "market" hall, and 3 stalls.)', [2], 'fm'],
    // A sentence with a comma behind the list.
    [
      'llama_index#17352',
      'Doc: 5, Relevance: 9\nDoc: 1, Relevance: 8\n\nThe one with the highest relevance is Doc: 5, as it answers directly.',
      [5, 1],
      'fm',
    ],
    // A document and a comma, and no relevance.
    ['llama_index#17353', 'Doc: 5, because it is the most relevant', [5], 'fm'],
    // Words in place of a number: the list went out of step.
    ['llama_index#22404', 'Doc: 2, Relevance: 9\nDoc: 1, Relevance: high\nDoc: 3, Relevance: 7', [2, 1, 3], 'fm'],
    // No number at all, or one that is none of a document.
    ['llama_index#3443, None', 'Doc: None, Relevance: None', [], 'fm'],
    ['llama_index#3443, $640', 'Answer: $640', [], 'fm'],
    ['llama_index#12325', 'Doc: page_label, Relevance: file_path', [], 'fm'],
    // Two digits are one number: [11] is not [1].
    ['FlashRank#33', '[11] > [3] > [2] > [1] > [9] > [4] > [5] > [6] > [7] > [8]', [3, 2, 1, 9, 4, 5, 6, 7, 8], 'fu'],
    // JSON in fences, which no parser got to see.
    ['aft#87', '```json\n{"order": [9, 8, 7, 6, 5, 4, 3, 2, 1]}\n```', [9, 8, 7, 6, 5, 4, 3, 2, 1], ''],
    // Thoughts in front of the answer, and nothing else.
    [
      'lilbee#503, with an answer',
      '<think>Tile 1, tile 2?</think>\n[9,8,7,6,5,4,3,2,1]',
      [9, 8, 7, 6, 5, 4, 3, 2, 1],
      '',
    ],
    ['lilbee#503, without an end', '<think>\nLet me see: tile 9, tile 8, tile 7, tile 6, tile 5', [], 'fm'],
    ['lilbee#503, without a beginning', 'Hm, 1, 2, 3, 4, 5.</think>\n\n[9,8,7,6,5]', [9, 8, 7, 6, 5], 'm'],
    // Loud thinking.
    [
      'deep-searcher#99',
      "Alright, so I'm trying to find out which tiles fit. First, the [question].\n\nAnswer: [9, 8, 7, 6, 5]",
      [9, 8, 7, 6, 5],
      'fm',
    ],
    // A bare list of objects, counted from zero.
    [
      'litellm#29156',
      '[{"score":0.9,"index":8},{"index":7},{"index":6},{"index":5},{"index":4},{"index":3},{"index":2},{"index":1},{"index":0}]',
      [9, 8, 7, 6, 5, 4, 3, 2, 1],
      'f',
    ],
    // Scores by document are no order: nothing is made of them.
    ['TrueMemory#139', 'D1: 8\nD2: 3\nD3: 9', [], 'fm'],
    // rank_llm's own form, which its analysis takes for the right one.
    ['rank_llm response_analysis', '[9] > [8] > [7] > [6] > [5]', [9, 8, 7, 6, 5], 'fm'],
  ])('%s', (_thread, content, order, repairs) => {
    const answer = read(content, { tiles: 9 });
    const kind = repairs.includes('f') ? 'wrong_format' : repairs.includes('m') ? 'missing' : 'ok';
    expectOrder(answer, kind, order, repairs);
    expect(answer.rationale).toBe(null);
  });
});

describe('an answer that was cut off', () => {
  test.each<readonly [content: string, order: readonly number[], repairs: string, rationale: string | null]>([
    ['{"order":[3,1,2]}', [3, 1, 2], '', null],
    ['{"order":[3,1,2', [3, 1], 'm', null],
    ['{"order":[3,1,2,', [3, 1, 2], '', null],
    ['{"order":[3,1,2]', [3, 1, 2], '', null],
    ['{"order":["3","1","2', [3, 1], 'm', null],
    ['{"order":[{"tile":3},{"tile":1},{"ti', [3, 1], 'm', null],
    ['{"order":[3,1,2],"rationale":"Leopard pr', [3, 1, 2], 'r', null],
    ['{"order":[3,1,2],"rationale":"Leopard print.', [3, 1, 2], 'r', null],
    ['{"order":[3,1,2],"rationale":"Leopard print."', [3, 1, 2], '', 'Leopard print.'],
    ['{"order":[3,1,2],"rationale":"Leopard print.","cap', [3, 1, 2], '', 'Leopard print.'],
    ['{"rationale":"Leopard print.","ord', [], 'mr', null],
    ['{"ord', [], 'm', null],
    ['[3, 1, 2', [3, 1], 'm', null],
    ['3, 1, 2', [3, 1], 'm', null],
    ['3 > 1 > 2 ', [3, 1], 'm', null],
    ['3 > 1 > 2 >', [3, 1, 2], '', null],
    ['[3] > [1] > [2', [3, 1], 'm', null],
    ['1. Tile 3\n2. Tile 1\n3. Tile', [3, 1], 'm', null],
    ['```json\n{"order":[3,1,2', [3, 1], 'm', null],
    ['', [], 'm', null],
  ])('%j', (content, order, repairs, rationale) => {
    const answer = read(content, { finish: 'length' });
    expectOrder(answer, 'truncated', order, `f${repairs}`);
    expect(answer.rationale).toBe(rationale);
  });

  test('keeps the reasons that are whole', () => {
    const { reasons, repairs } = read('{"order":[3,1,2],"reasons":{"3":"Leopard.","1":"Zeb', { finish: 'length' });
    expect([...reasons]).toEqual([[2, 'Leopard.']]);
    expect(repairs).toEqual(['MALFORMED_ANSWER', 'RATIONALE_DROPPED']);
  });

  test.each([null, 'stop', 'content_filter', 'tool_calls'])('not by finish %j', (finish) => {
    expect(read('{"order":[3,1,2]}', { finish }).kind).toBe('ok');
  });
});

test.each<readonly [content: unknown, tiles: number, usable: boolean, whole: readonly number[], fault: string]>([
  [
    '{"order":[3,3,12]}',
    9,
    false,
    [2, 0, 1, 3, 4, 5, 6, 7, 8],
    'it named 1 of 9 tiles, tile 3 twice, and 12, which is no tile.',
  ],
  [
    '{"order":[1,1,1,12,14,null]}',
    3,
    false,
    [0, 1, 2],
    'it named 1 of 3 tiles, tile 1 3 times, and 12, 14, which are no tiles.',
  ],
  ['{"order":[2,null]}', 4, false, [1, 0, 2, 3], 'it named 1 of 4 tiles, and something that is no tile number.'],
  ['{"order":[2,4]}', 4, true, [1, 3, 0, 2], 'it named 2 of 4 tiles.'],
  ['{"order":[2,4]}', 5, false, [1, 3, 0, 2, 4], 'it named 2 of 5 tiles.'],
  ['Sorry.', 2, false, [0, 1], 'it was not in the form asked for and named none of 2 tiles.'],
  [null, 1, false, [0], 'it was not in the form asked for and named none of 1 tile.'],
])('%j of %i tiles: usable %j, filled up %j', (content, tiles, usable, whole, fault) => {
  const answer = read(content, { tiles });
  expect(isUsable(answer, tiles)).toBe(usable);
  expect(filledUp(answer.order, tiles)).toEqual(whole);
  expect(describeFault(answer, tiles)).toBe(fault);
});

test('a fault at the token limit is told as one', () => {
  const answer = read('{"order":[3,', { tiles: 9, finish: 'length' });
  expect(describeFault(answer, 9)).toBe('it was cut off before its end and named 1 of 9 tiles.');
});
