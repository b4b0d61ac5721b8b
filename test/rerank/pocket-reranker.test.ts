import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Attributes } from '../../src/encode/encoder.ts';
import { Meter } from '../../src/rerank/meter.ts';
import { PocketReranker } from '../../src/rerank/pocket-reranker.ts';
import type { Candidate, RerankQuery } from '../../src/rerank/reranker.ts';

const signal = new AbortController().signal;
const pass = () => ({ signal, meter: new Meter() });
const reranker = new PocketReranker();
const image = { id: 'a'.repeat(64), width: 1, height: 1, thumbhash: '' };
const ALL = { caption: true, rationale: true, reasons: true };

/** `kind` is sure, `kind?` is not. */
const saw = (values: Record<string, string>): Attributes =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name.replace('?', ''),
      { value, probability: name.endsWith('?') ? 0.4 : 0.95, confident: !name.endsWith('?') },
    ]),
  );

const candidate = (id: string, score: number, attributes: Attributes): Candidate => ({
  id,
  score,
  image,
  attributes,
  title: 'a title that must not be read: leopard phone case',
  category: 'phone case',
});

const query = (wanted: Attributes, seen: Attributes = {}): RerankQuery => ({
  text: 'phone case with this',
  picture: { id: 'q', load: () => Promise.reject(new Error('not needed')) },
  wanted,
  seen: async () => seen,
});

async function reasonFor(asked: Record<string, string>, seen: Record<string, string>): Promise<string | null> {
  const { rationale, reasons } = await reranker.rank(query(saw(asked)), [candidate('a', 0.5, saw(seen))], ALL, pass());
  expect(reasons.get('a') ?? null).toBe(rationale);
  return rationale;
}

describe('the pocket reranker', () => {
  test('puts first what shows the kind and the print that are wanted', async () => {
    const wanted = saw({ kind: 'phone case', print: 'leopard', color: 'natural' });
    const candidates = [
      candidate('mug', 0.74, saw({ kind: 'mug', print: 'leopard' })),
      candidate('zebra', 0.73, saw({ kind: 'phone case', print: 'zebra' })),
      candidate('right', 0.7, saw({ kind: 'phone case', print: 'leopard' })),
    ];
    const options = pass();
    const { verdict, order, rationale, reasons, caption, repairs } = await reranker.rank(
      query(wanted, saw({ kind: 'none', print: 'leopard', color: 'natural' })),
      candidates,
      ALL,
      options,
    );
    expect(order[0]).toBe('right');
    expect(rationale).toBe('A phone case with leopard pattern, as asked.');
    expect(reasons.get('mug')).toBe('Leopard pattern, as asked, but a mug instead of a phone case.');
    expect(caption).toBe('Leopard pattern.');
    expect({ verdict, repairs, usage: options.meter.usage() }).toEqual({
      verdict: 'BELIEVED',
      repairs: [],
      usage: { calls: 1, cached: false, promptTokens: null, completionTokens: null },
    });
  });

  test.each<[string, Record<string, string>, Record<string, string>, Record<string, string>, number, string]>([
    ['another kind behind', { kind: 'mug' }, { kind: 'cap' }, { kind: 'mug' }, 0.04, 'second'],
    ['another print behind', { print: 'cow' }, { print: 'tiger' }, { print: 'cow' }, 0.04, 'second'],
    ['both further', { kind: 'mug', print: 'cow' }, { kind: 'cap', print: 'tiger' }, { kind: 'mug' }, 0.08, 'second'],
    ['another kind behind an unknown one', { kind: 'mug' }, { kind: 'cap' }, {}, 0.04, 'second'],
    ['what is not surely seen less', { print: 'cow' }, { 'print?': 'tiger' }, { print: 'cow' }, 0.04, 'first'],
    ['but not past a clear lead', { kind: 'mug', print: 'cow' }, { kind: 'cap', print: 'tiger' }, {}, 0.101, 'first'],
    ['nothing for agreement', { kind: 'mug' }, {}, { kind: 'mug' }, 0.001, 'first'],
    ['nothing for color', { color: 'red' }, { color: 'blue' }, { color: 'red' }, 0.001, 'first'],
    ['nothing where the query is unsure', { 'kind?': 'mug' }, { kind: 'cap' }, { kind: 'mug' }, 0.001, 'first'],
    ['nothing where no kind is wanted', { kind: 'none' }, { kind: 'cap' }, { kind: 'none' }, 0.001, 'first'],
  ])('sets back %s', async (_name, wanted, first, second, lead, expected) => {
    const candidates = [candidate('first', 0.5 + lead, saw(first)), candidate('second', 0.5, saw(second))];
    const { order } = await reranker.rank(query(saw(wanted)), candidates, ALL, pass());
    expect(order[0]).toBe(expected);
  });

  test.each([
    ['a product', { kind: 'mug', print: 'polka dot', color: 'red' }, 'A red mug with polka dot pattern.'],
    ['a plain product', { kind: 'umbrella', print: 'plain', color: 'natural' }, 'An umbrella with no pattern.'],
    ['a subject', { kind: 'none', print: 'zebra', color: 'natural' }, 'Zebra pattern.'],
    ['a pair', { kind: 'sunglasses', print: 'plain', color: 'orange' }, 'Orange sunglasses with no pattern.'],
    ['what only ends like one', { kind: 'dress', 'print?': 'zebra', color: 'orange' }, 'An orange dress.'],
    ['a subject in color', { kind: 'none', print: 'zebra', color: 'pink' }, 'Pink zebra pattern.'],
    ['a color alone', { 'kind?': 'mug', 'print?': 'zebra', color: 'blue' }, 'Something blue.'],
    ['nothing sure', { 'kind?': 'mug', 'print?': 'zebra', 'color?': 'blue' }, null],
  ])('captions %s', async (_name, seen, caption) => {
    const options = pass();
    expect(await reranker.caption(query({}, saw(seen)), options)).toBe(caption);
    expect(options.meter.usage().calls).toBe(1);
  });

  // Asked for is a red phone case with leopard pattern: + is seen, - is another, a space is not sure.
  test.each([
    ['+++', 'A red phone case with leopard pattern, as asked.'],
    ['++-', 'A phone case with leopard pattern, as asked, but blue instead of red.'],
    ['++ ', 'A phone case with leopard pattern, as asked.'],
    ['+-+', 'A red phone case, as asked, but zebra pattern instead of leopard pattern.'],
    ['+--', 'A phone case, as asked, but blue zebra pattern instead of red leopard pattern.'],
    ['+- ', 'A phone case, as asked, but zebra pattern instead of leopard pattern.'],
    ['+ +', 'A red phone case, as asked.'],
    ['+ -', 'A phone case, as asked, but blue instead of red.'],
    ['+  ', 'A phone case, as asked.'],
    ['-++', 'Red leopard pattern, as asked, but a mug instead of a phone case.'],
    ['-+-', 'Leopard pattern, as asked, but a blue mug instead of a red phone case.'],
    ['-+ ', 'Leopard pattern, as asked, but a mug instead of a phone case.'],
    ['--+', 'Red, as asked, but a mug with zebra pattern instead of a phone case with leopard pattern.'],
    ['---', null],
    ['-- ', null],
    ['- +', 'Red, as asked, but a mug instead of a phone case.'],
    ['- -', null],
    ['-  ', null],
    [' ++', 'Red leopard pattern, as asked.'],
    [' +-', 'Leopard pattern, as asked, but blue instead of red.'],
    [' + ', 'Leopard pattern, as asked.'],
    [' -+', 'Red, as asked, but zebra pattern instead of leopard pattern.'],
    [' --', null],
    [' - ', null],
    ['  +', 'Red, as asked.'],
    ['  -', null],
    ['   ', null],
  ])('kind, print and color %j: %s', async (shape, reason) => {
    const asked = { kind: 'phone case', print: 'leopard', color: 'red' };
    const other = { kind: 'mug', print: 'zebra', color: 'blue' };
    const seen = (['kind', 'print', 'color'] as const).flatMap((name, place) =>
      shape[place] === ' ' ? [] : [[name, shape[place] === '+' ? asked[name] : other[name]]],
    );
    expect(await reasonFor(asked, Object.fromEntries(seen))).toBe(reason);
  });

  test.each<[Record<string, string>, Record<string, string>, string]>([
    [{ kind: 'mug', print: 'plain' }, { kind: 'mug', print: 'plain' }, 'A mug with no pattern, as asked.'],
    [{ print: 'plain' }, { kind: 'mug', print: 'plain' }, 'No pattern, as asked.'],
    [{ print: 'plain', color: 'red' }, { print: 'plain', color: 'red' }, 'Red with no pattern, as asked.'],
    [
      { kind: 'headphones', print: 'leopard' },
      { kind: 'headphones', print: 'plain' },
      'Headphones, as asked, but no pattern instead of leopard pattern.',
    ],
    [
      { kind: 'umbrella', print: 'cow' },
      { kind: 'sunglasses', print: 'cow' },
      'Cow pattern, as asked, but sunglasses instead of an umbrella.',
    ],
  ])('%j for %j: %s', async (asked, seen, reason) => {
    expect(await reasonFor(asked, seen)).toBe(reason);
  });

  test('says nothing where the heads are not sure, whatever the catalog says', async () => {
    const unsure = saw({ 'kind?': 'phone case', 'print?': 'leopard' });
    const { order, rationale, reasons } = await reranker.rank(
      query(saw({ kind: 'phone case' })),
      [candidate('a', 0.5, unsure), candidate('b', 0.4, {})],
      ALL,
      pass(),
    );
    expect({ order, rationale, reasons: [...reasons] }).toEqual({ order: ['a', 'b'], rationale: null, reasons: [] });
  });

  test('gives only what was asked for', async () => {
    const attributes = saw({ kind: 'mug' });
    const { rationale, reasons, caption } = await reranker.rank(
      query(attributes, attributes),
      [candidate('a', 0.5, attributes)],
      { caption: false, rationale: false, reasons: false },
      pass(),
    );
    expect({ rationale, caption, reasons: reasons.size }).toEqual({ rationale: null, caption: null, reasons: 0 });
  });

  test('always answers a permutation', async () => {
    const label = fc.constantFrom('mug', 'cap', 'none');
    const attribute = fc.record({
      value: label,
      probability: fc.double({ min: 0, max: 1, noNaN: true }),
      confident: fc.boolean(),
    });
    const attributes = fc.dictionary(fc.constantFrom('kind', 'print', 'color', 'other'), attribute);
    await fc.assert(
      fc.asyncProperty(
        attributes,
        fc.uniqueArray(fc.record({ id: fc.string(), score: fc.double({ min: -1, max: 1, noNaN: true }), attributes }), {
          selector: ({ id }) => id,
          maxLength: 9,
        }),
        async (wanted, given) => {
          const candidates = given.map(({ id, score, attributes: seen }) => candidate(id, score, seen));
          const { order } = await reranker.rank(query(wanted), candidates, ALL, pass());
          expect([...order].sort()).toEqual(candidates.map(({ id }) => id).sort());
        },
      ),
    );
  });

  describe('scores that are no cosines', () => {
    const wanted = saw({ kind: 'mug', print: 'zebra' });
    const other = saw({ kind: 'mug', print: 'leopard' });
    const order = async (candidates: readonly Candidate[]) =>
      (await reranker.rank(query(wanted), candidates, ALL, pass())).order;
    const worded = (score: number, place: number, seen: Attributes = saw({})): Candidate => ({
      ...candidate(`c${place}`, score, seen),
      isCosine: false,
    });

    test.each([
      ['BM25', (place: number) => 12 - place],
      ['fused ranks', (place: number) => 1 / (61 + place)],
    ])(
      '%s: the first, which shows something else, goes back by some places and not behind all',
      async (_kind, score) => {
        const candidates = Array.from({ length: 9 }, (_, place) =>
          worded(score(place), place, place === 0 ? other : saw({})),
        );
        const ranked = await order(candidates);
        expect(ranked.filter((id) => id !== 'c0')).toEqual(candidates.slice(1).map(({ id }) => id));
        expect(ranked.indexOf('c0')).toBeGreaterThan(0);
        expect(ranked.indexOf('c0')).toBeLessThan(8);
      },
    );

    test('equals keep their order, but for what they show', async () => {
      expect(await order([worded(3, 0), worded(3, 1, other), worded(3, 2)])).toEqual(['c0', 'c2', 'c1']);
      expect(await order([worded(3, 0)])).toEqual(['c0']);
    });

    test('their unit does not matter, and the order is a permutation', async () => {
      const seen = fc.constantFrom(
        saw({}),
        other,
        saw({ kind: 'cap', print: 'leopard' }),
        saw({ kind: 'mug', print: 'zebra' }),
      );
      const list = fc.array(fc.record({ score: fc.integer({ min: 1, max: 1000 }), seen }), { maxLength: 9 });
      await fc.assert(
        fc.asyncProperty(list, fc.constantFrom(0.25, 4, 1024), async (given, unit) => {
          const ranked = given.toSorted((a, b) => b.score - a.score);
          const plain = await order(ranked.map(({ score, seen }, place) => worded(score, place, seen)));
          const scaled = await order(ranked.map(({ score, seen }, place) => worded(score * unit, place, seen)));
          expect(scaled).toEqual(plain);
          expect(plain.toSorted()).toEqual(ranked.map((_, place) => `c${place}`));
        }),
      );
    });
  });
});
