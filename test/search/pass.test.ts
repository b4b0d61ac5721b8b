import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Ranking, REPAIRS, type Reranker } from '../../src/rerank/reranker.ts';
import type { Hit } from '../../src/retrieve/vector-store.ts';
import { runPass } from '../../src/search/pass.ts';
import type { Plan } from '../../src/search/query.ts';
import { DEMO_DEFINITION } from '../demo-definition.ts';

const hitsOf = (count: number): Hit[] =>
  Array.from({ length: count }, (_, place) => ({
    productId: `p${place}`,
    ordinal: 0,
    score: 1 - place / 100,
    product: { id: `p${place}`, fields: {} },
    image: { id: 'a'.repeat(64), width: 1, height: 1, thumbhash: '' },
    attributes: {},
  }));

const PLAN: Plan = { hits: true, columns: [], ranking: true, rationale: true, reasons: true, caption: true };
function pass(hits: readonly Hit[], rerankDepth: number, rank: () => Promise<Ranking>) {
  const reranker = { model: 'm', rank } as Partial<Reranker> as Reranker;
  const query = {
    text: 'x',
    image: undefined,
    imageId: undefined,
    topK: 100,
    offset: 0,
    rerank: true,
    rerankDepth,
    mode: 'DENSE' as const,
  };
  const rerankQuery = async () => ({ text: 'x', picture: undefined, wanted: {}, seen: async () => ({}) });
  return runPass(
    query,
    PLAN,
    { hits: async () => hits, rerankQuery, isCosine: true },
    { definition: DEMO_DEFINITION, reranker, rerankTimeoutMs: 1_000, report: () => {} },
    { signal: new AbortController().signal },
  );
}

const answered = (order: readonly string[], repairs: Ranking['repairs'] = []): Ranking => ({
  verdict: 'BELIEVED',
  order,
  rationale: 'It fits.',
  reasons: new Map(),
  caption: null,
  repairs,
});

/** Ids of hits within and beyond the depth, ids of nobody, and names that objects have by themselves. */
const ids = fc.oneof(
  fc.nat(30).map((place) => `p${place}`),
  fc.constantFrom('', '__proto__', 'constructor', 'P0', 'p00'),
  fc.string(),
);

test('whatever a reranker answers, the pass is a whole permutation, and says what was put right', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(20),
      fc.integer({ min: 2, max: 9 }),
      fc.array(ids, { maxLength: 30 }),
      async (count, depth, order) => {
        const hits = hitsOf(count);
        const { order: places, report, rationale } = await pass(hits, depth, async () => answered(order));
        expect([...places].sort((a, b) => a - b)).toEqual([...hits.keys()]);
        const seen = Math.min(depth, count);
        // Those behind the depth keep their order.
        expect(places.slice(seen)).toEqual([...hits.keys()].slice(seen));
        const known = new Set(hits.slice(0, seen).map(({ productId }) => productId));
        const wanted = [...new Set(order)].filter((id) => known.has(id));
        expect(places.slice(0, wanted.length).map((place) => `p${place}`)).toEqual(wanted);
        if (count === 0) {
          expect(report).toMatchObject({ status: 'APPLIED', repairs: [] });
          return;
        }
        const whole = order.length === seen && wanted.length === seen;
        expect(report.status).toBe(whole ? 'APPLIED' : 'REPAIRED');
        expect(report.repairs.includes('MISSING_IDS')).toBe(wanted.length < seen);
        expect(report.repairs.includes('UNKNOWN_IDS')).toBe(order.some((id) => !known.has(id)));
        // The rationale is about the answer's first, or it is not told.
        expect(rationale).toBe(order[0] === `p${places[0]}` ? 'It fits.' : null);
      },
    ),
  );
});

test('repairs that the reranker told of itself are kept, each once', async () => {
  const { report } = await pass(hitsOf(2), 9, async () => answered(['p0'], [...REPAIRS]));
  expect([...report.repairs].sort()).toEqual([...REPAIRS].sort());
  const dropped = await pass(hitsOf(2), 9, async () => answered(['p1', 'p0'], ['RATIONALE_DROPPED']));
  expect(dropped.report.status).toBe('APPLIED');
});

test.each<[string, () => Promise<Ranking>]>([
  ['throws', () => Promise.reject(new Error('no'))],
  ['throws nothing in particular', () => Promise.reject(undefined)],
  [
    'throws at once',
    () => {
      throw new TypeError('no');
    },
  ],
  ['answers nothing', async () => undefined as never],
  ['answers something else', async () => ({ order: 7 }) as never],
])('a reranker that %s costs the order and not the search', async (_name, rank) => {
  const { order, report, rationale } = await pass(hitsOf(4), 9, rank);
  expect(order).toEqual([0, 1, 2, 3]);
  expect(report).toMatchObject({ status: 'FELL_BACK', fallback: 'UNAVAILABLE', repairs: [] });
  expect(rationale).toBeNull();
});

test.each([
  ['REJECTED', 'REJECTED', null],
  ['UNUSABLE', 'FELL_BACK', 'UNUSABLE_ANSWER'],
] as const)('an order that is %s is refused whole, and its caption kept', async (verdict, status, fallback) => {
  const ranking = { ...answered(['p3', 'p2', 'p1', 'p0'], ['MALFORMED_ANSWER']), verdict, caption: 'A cat.' };
  const { order, report, rationale, reasons, caption } = await pass(hitsOf(4), 9, async () => ranking);
  expect(order).toEqual([0, 1, 2, 3]);
  expect(report).toMatchObject({ status, fallback, repairs: [] });
  expect([rationale, reasons.size, caption]).toEqual([null, 0, 'A cat.']);
});
