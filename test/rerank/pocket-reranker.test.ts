import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Attributes } from '../../src/encode/encoder.ts';
import { PocketReranker } from '../../src/rerank/pocket-reranker.ts';
import type { Candidate, RerankQuery } from '../../src/rerank/reranker.ts';

const signal = new AbortController().signal;
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

describe('the pocket reranker', () => {
  test('puts first what shows the kind and the print that are wanted', async () => {
    const wanted = saw({ kind: 'phone case', print: 'leopard', color: 'natural' });
    const candidates = [
      candidate('mug', 0.8, saw({ kind: 'mug', print: 'leopard' })),
      candidate('zebra', 0.79, saw({ kind: 'phone case', print: 'zebra' })),
      candidate('right', 0.7, saw({ kind: 'phone case', print: 'leopard' })),
    ];
    const { order, rationale, reasons, caption, usage, repairs } = await reranker.rank(
      query(wanted, saw({ kind: 'none', print: 'leopard', color: 'natural' })),
      candidates,
      ALL,
      { signal },
    );
    expect(order[0]).toBe('right');
    expect(rationale).toBe('Looks like a phone case and leopard pattern, as asked.');
    expect(reasons.get('mug')).toBe('Looks like leopard pattern, as asked; but a mug, not a phone case.');
    expect(caption).toBe('Leopard pattern.');
    expect({ usage, repairs }).toEqual({
      usage: { calls: 1, cached: false, promptTokens: null, completionTokens: null },
      repairs: [],
    });
  });

  test.each([
    ['a product', { kind: 'mug', print: 'polka dot', color: 'red' }, 'A red mug with polka dot pattern.'],
    ['a plain product', { kind: 'umbrella', print: 'plain', color: 'natural' }, 'An umbrella with no pattern.'],
    ['a subject', { kind: 'none', print: 'zebra', color: 'natural' }, 'Zebra pattern.'],
    ['a color alone', { 'kind?': 'mug', 'print?': 'zebra', color: 'blue' }, 'Something blue.'],
    ['nothing sure', { 'kind?': 'mug', 'print?': 'zebra', 'color?': 'blue' }, null],
  ])('captions %s', async (_name, seen, caption) => {
    expect((await reranker.caption(query({}, saw(seen)), { signal })).caption).toBe(caption);
  });

  test('says nothing where the heads are not sure, whatever the catalog says', async () => {
    const unsure = saw({ 'kind?': 'phone case', 'print?': 'leopard' });
    const { order, rationale, reasons } = await reranker.rank(
      query(saw({ kind: 'phone case' })),
      [candidate('a', 0.5, unsure), candidate('b', 0.4, {})],
      ALL,
      { signal },
    );
    expect({ order, rationale, reasons: [...reasons] }).toEqual({ order: ['a', 'b'], rationale: null, reasons: [] });
  });

  test('gives only what was asked for', async () => {
    const attributes = saw({ kind: 'mug' });
    const { rationale, reasons, caption } = await reranker.rank(
      query(attributes, attributes),
      [candidate('a', 0.5, attributes)],
      { caption: false, rationale: false, reasons: false },
      { signal },
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
          const { order } = await reranker.rank(query(wanted), candidates, ALL, { signal });
          expect([...order].sort()).toEqual(candidates.map(({ id }) => id).sort());
        },
      ),
    );
  });
});
