import { describe, expect, test } from 'vitest';
import { mean, wilson } from '../../src/eval/metrics.ts';
import { type Effect, verdict } from '../../src/eval/rerank-verdict.ts';
import { AGREEMENT } from '../../src/rerank/agreement.ts';
import { retrievedLists } from './retrieved-grades.ts';
import { MODELS, type ModelName, simulatedModel } from './simulated-model.ts';
import { effect, type SimulatedPass, simulatedPasses } from './simulated-passes.ts';

const LISTS = retrievedLists(500);
/** With the threshold that is served. */
const passesOf = (name: ModelName, votes: 1 | 2, seed = 1) =>
  simulatedPasses(LISTS, simulatedModel(MODELS[name], seed), { votes, agreement: AGREEMENT });
const rejected = (passes: readonly SimulatedPass[]) =>
  mean(passes.map(({ verdict }) => Number(verdict === 'REJECTED')));

describe('the right product in place 7', () => {
  const list = { task: 'one', grades: [1, 1, 1, 1, 1, 1, 3, 1, 1], relevant: 1 };
  const model = simulatedModel(MODELS['very good'], 1);

  test.each([1, 2] as const)('comes first, and the order of the model stands whole, with %i vote(s)', async (votes) => {
    const [pass] = await simulatedPasses([list], model, { votes, agreement: AGREEMENT });
    const [alone] = await simulatedPasses([list], model, { votes: 1 });
    expect(pass).toMatchObject({ verdict: 'BELIEVED', first: 1, order: alone!.order });
    expect(pass!.order[0]).toBe(6);
  });
});

describe('500 real retrieval results', () => {
  test('with one vote a random model harms most of them', async () => {
    expect(effect(await passesOf('random', 1)).harmed).toBeGreaterThan(0.5);
  });

  test.each([1, 2, 3, 4, 5])(
    'with two votes random model %i harms at most one in twenty of them, at the end of the 95 percent interval',
    async (seed) => {
      const passes = await passesOf('random', 2, seed);
      const { harmed } = effect(passes, AGREEMENT);
      expect(wilson(harmed, passes.length)[1]).toBeLessThanOrEqual(0.05);
      // What is judged here is what the reranker itself says.
      expect(rejected(passes)).toBeCloseTo(1 - effect(passes, AGREEMENT).believed, 12);
    },
  );

  test.each([
    ['good', 1],
    ['good', 2],
    ['very good', 1],
    ['perfect', 1],
  ] as const)(
    'with two votes the %s model %i keeps at least seven tenths of its gain in nDCG@9',
    async (name, seed) => {
      const one = effect(await passesOf(name, 1, seed)).gain;
      const two = effect(await passesOf(name, 2, seed), AGREEMENT).gain;
      expect(one).toBeGreaterThan(0.08);
      expect(two).toBeGreaterThanOrEqual(0.7 * one);
    },
  );

  test('a model that answers by the place on the sheet is rejected', async () => {
    expect(rejected(await passesOf('position-bound', 2))).toBeGreaterThan(0.99);
  });

  test('the more accurate a model is, the more two votes gain', async () => {
    const gains: number[] = [];
    for (const name of ['random', 'fair', 'good', 'very good'] as const)
      gains.push(effect(await passesOf(name, 2), AGREEMENT).gain);
    expect(gains).toEqual(gains.toSorted((a, b) => a - b));
  });
});

describe('what an operator is told of', () => {
  const counted = (passes: readonly SimulatedPass[], threshold?: number): Effect => {
    const { helped, harmed, gain } = effect(passes, threshold);
    const queries = passes.length;
    return { queries, helped: Math.round(helped * queries), harmed: Math.round(harmed * queries), fellBack: 0, gain };
  };

  test.each<[ModelName, string[]]>([
    [
      'reversing',
      [
        'With one vote it harms 98.6 %',
        'With two votes it harms 98.6 %',
        'orders against what is asked (mean tau with the true order -1.00',
        'harms more queries than it helps, with one and with two votes. Serve with RERANK=off.',
      ],
    ],
    ['opinionated', ['nothing to do with what is asked', 'with one and with two votes. Serve with RERANK=off.']],
    ['random', ['contradicts itself', 'by chance', 'it harms more than it helps', 'Serve with RERANK=off.']],
    [
      'position-bound',
      ['changes next to nothing', 'contradicts itself', 'by places on the sheet', 'Serve with RERANK=off.'],
    ],
    ['fair', ['helps more than it harms, but harms more than 5.0 %', 'Serve with RERANK_VOTES=2 if the mean counts']],
    ['very good', ['safe to serve', 'Safe to serve with RERANK_VOTES=1. A second vote is not needed.']],
  ])('the %s model', async (name, says) => {
    const passes = await simulatedPasses(LISTS, simulatedModel(MODELS[name], 1), { votes: 2 });
    const truth = mean(passes.map((pass) => pass.truth));
    const agreement = mean(passes.flatMap((pass) => pass.agreement ?? []));
    const lines = verdict({ one: counted(passes), two: counted(passes, AGREEMENT), truth, before: 0.6, agreement });
    for (const words of says) expect(lines.join('\n')).toContain(words);
  });
});
