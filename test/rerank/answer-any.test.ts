import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Answer, describeFault, filledUp, readAnswer } from '../../src/rerank/answer.ts';
import { readCaption } from '../../src/rerank/caption-answer.ts';
import { plainSentence } from '../../src/rerank/plain-text.ts';

const ALL = { rationale: true, reasons: true, caption: true };
const read = (content: unknown, { tiles = 3, finish = 'stop' as string | null } = {}): Answer =>
  readAnswer(content, finish, { tiles, ...ALL });

describe('whatever is answered', () => {
  const finishes = fc.constantFrom('stop', 'length', 'content_filter', null);
  const counts = fc.integer({ min: 1, max: 9 });
  const texts = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('Tile 2.', '5: x', '<b>x</b>', '\u0000\u202ex', 'a\u200b<', 'x'.repeat(500)),
  );
  const ids = fc.oneof(
    fc.integer({ min: -1, max: 12 }),
    fc.integer({ min: 1, max: 9 }).map(String),
    fc.record({ tile: fc.integer({ min: 0, max: 10 }), reason: texts }),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const answers = fc
    .record(
      { order: fc.array(ids), rationale: texts, reasons: fc.dictionary(fc.string(), texts), caption: texts },
      { requiredKeys: [] },
    )
    .map((answer) => JSON.stringify(answer));
  const orders = counts.chain((tiles) =>
    fc.shuffledSubarray(
      Array.from({ length: tiles }, (_, place) => place + 1),
      { minLength: tiles },
    ),
  );
  /** An answer in which something was cut out and something else put in. */
  const mutated = fc
    .tuple(answers, fc.nat(), fc.nat({ max: 20 }), fc.oneof(texts, fc.constantFrom('[', ']', '{', '}', '"', ',', '\\')))
    .map(([answer, at, length, more]) => {
      const start = at % (answer.length + 1);
      return answer.slice(0, start) + more + answer.slice(start + length);
    });
  const listed = fc
    .tuple(
      fc.array(fc.oneof(fc.nat({ max: 12 }), texts)),
      fc.constantFrom(', ', ' > ', '\n', '] > [', '\nTile ', ' tile '),
    )
    .map(([items, between]) => items.join(between));
  const contents = fc.oneof(texts, answers, mutated, listed, fc.json(), fc.anything());

  test('the order is whole, the texts are plain, and nothing is thrown', () => {
    fc.assert(
      fc.property(contents, finishes, counts, (content, finish, tiles) => {
        const answer = read(content, { finish, tiles });
        const { kind, order, repairs, rationale, reasons, caption } = answer;
        expect(new Set(order).size).toBe(order.length);
        expect(order.every((place) => Number.isInteger(place) && place >= 0 && place < tiles)).toBe(true);
        expect([...filledUp(order, tiles)].sort()).toEqual(Array.from({ length: tiles }, (_, place) => place));
        expect(filledUp(order, tiles).slice(0, order.length)).toEqual(order);
        const orderly = repairs.every((repair) => repair === 'RATIONALE_DROPPED');
        expect(kind === 'ok').toBe(orderly);
        if (kind === 'ok') expect(order.length).toBe(tiles);
        expect(kind === 'truncated').toBe(finish === 'length');
        for (const text of [rationale, caption, readCaption(content, finish), ...reasons.values()]) {
          if (text === null) continue;
          expect(text).not.toMatch(/[<\p{Cc}\p{Cf}\p{Cs}]|^\s|\s$/u);
          expect([...text].length).toBeLessThanOrEqual(300);
          expect(text.normalize('NFC')).toBe(text);
        }
        expect(describeFault(answer, tiles)).toMatch(/^it [^\n]*\.$/);
      }),
      { numRuns: 2_000 },
    );
  });

  test('a permutation is read as it is, however it is dressed', () => {
    fc.assert(
      fc.property(
        orders,
        fc.constantFrom<(list: number[]) => string>(
          (list) => JSON.stringify({ order: list }),
          (list) => JSON.stringify({ rationale: 'Tile 1, tile 2', order: list.map(String) }),
          (list) => `\`\`\`json\n${JSON.stringify(list)}\n\`\`\``,
          (list) => `My ranking: ${JSON.stringify({ order: list })}, done.`,
          (list) => `So: [${list.join(', ')}]`,
          (list) => list.map((tile) => `[${tile}]`).join(' > '),
          (list) => list.map((tile, place) => `${place + 1}. Tile ${tile}`).join('\n'),
        ),
        (list, dressed) => {
          expect(read(dressed(list), { tiles: list.length }).order).toEqual(list.map((tile) => tile - 1));
        },
      ),
    );
  });

  test('a rationale that names another tile never gets through', () => {
    const phrases = fc.constantFrom(
      'tile #',
      'Tile ',
      'result #',
      'item no. ',
      'image ',
      '[',
      '#',
      'the better ｔｉｌｅ ',
    );
    fc.assert(
      fc.property(phrases, fc.integer({ min: 1, max: 9 }), fc.constantFrom('', ' ', '] '), (phrase, tile, after) => {
        fc.pre((phrase === '[') === (after === '] '));
        const content = JSON.stringify({
          order: [3, 1, 2],
          rationale: `More leopard than ${phrase}${tile}${after}here`.replace(/(\d)here/, '$1, here'),
        });
        expect(read(content).rationale !== null).toBe(tile === 3);
      }),
    );
  });

  test.each([
    ...[
      '[',
      '{',
      '"',
      '9',
      '9,',
      '[1] ',
      'tile ',
      'tiles 1, ',
      '{"a":',
      '\\',
      '<think>',
      '```',
      'first and ',
      '\n1',
    ].map((unit) => [unit] as const),
  ])('a megabyte of %j comes to an end', (unit) => {
    const content = unit.repeat(1_000_000 / unit.length);
    for (const finish of ['stop', 'length']) {
      const { order } = read(content, { tiles: 9, finish });
      expect(filledUp(order, 9)).toHaveLength(9);
      expect(plainSentence(content, 300)?.length ?? 0).toBeLessThanOrEqual(300);
      expect(readCaption(content, finish)?.length ?? 0).toBeLessThanOrEqual(300);
    }
  });

  test('an answer with a megabyte of blanks behind it is whole', () => {
    expect(read(`{"order":[3,1,2]}${'\n'.repeat(1_000_000)}`).kind).toBe('ok');
  });
});
