import { beforeEach, describe, expect, test } from 'vitest';
import { MargayError } from '../../src/errors.ts';
import type { LabelledQuery, LabelledSet } from '../../src/eval/labelled.ts';
import { type CheckOptions, rerankCheck, type Voters } from '../../src/eval/rerank-check.ts';
import { rerankReport } from '../../src/eval/rerank-report.ts';
import type { Decoder } from '../../src/image/decoder.ts';
import type { Renderer } from '../../src/image/renderer.ts';
import type { Candidate, Ranking, Reranker, Verdict } from '../../src/rerank/reranker.ts';
import { FakeEncoder } from '../fakes.ts';

/** Three bytes are a picture of one pixel; the encoder sees nothing else. */
const decoder: Pick<Decoder, 'decode'> = {
  decode: async (bytes) => ({
    id: Buffer.from(bytes).toString('hex'),
    format: 'jpeg',
    width: 1,
    height: 1,
    picture: { width: 1, height: 1, rgb: bytes },
    whole: true,
  }),
};
const renderer: Pick<Renderer, 'write'> = { write: async ({ rgb }) => Buffer.from(rgb) };

const picture = (seed: number) => async () => Uint8Array.of(seed, seed >> 8, 7);
const products = Array.from({ length: 40 }, (_, place) => ({
  id: `p${place}`,
  title: `Product ${place}`,
  category: 'thing',
  file: picture(place),
}));
/** One of four products answers; which nine are found is the hash's. */
const query = (seed: number, more: Partial<LabelledQuery> = {}): LabelledQuery => ({
  text: `query ${seed}`,
  picture: picture(1000 + seed),
  relevant: new Map(products.filter((_product, place) => place % 4 === seed % 4).map(({ id }) => [id, 1])),
  exclude: new Set(),
  about: new Set(),
  ...more,
});
const setOf = (queries: readonly LabelledQuery[]): LabelledSet => ({
  name: 'Hashes',
  products,
  tasks: [{ name: 'any', queries }],
});
const QUERIES = setOf(Array.from({ length: 120 }, (_, seed) => query(seed)));

let seen: Candidate[][];
beforeEach(() => {
  seen = [];
});

/** A reranker that gives each candidate a score. */
function reranker(
  score: (candidate: Candidate, text: string) => number,
  { verdict = 'BELIEVED', agreement }: { verdict?: Verdict; agreement?: number } = {},
): Reranker {
  return {
    model: 'fake',
    looksAt: [],
    estimate: () => ({ calls: 1, promptTokens: null, completionTokens: null }),
    caption: async () => null,
    captionKept: () => null,
    async rank({ text }, candidates, _wanted, { meter }): Promise<Ranking> {
      seen.push([...candidates]);
      meter.begin();
      meter.took(1000, 30);
      const order = candidates.toSorted((a, b) => score(b, text!) - score(a, text!)).map(({ id }) => id);
      const told = { verdict, order, rationale: null, reasons: new Map(), caption: null, repairs: [] };
      return agreement === undefined ? told : { ...told, agreement };
    },
  };
}

const isRight = ({ id }: Candidate, text: string) => Number(Number(id.slice(1)) % 4 === Number(text.slice(6)) % 4);
const isWrong = (candidate: Candidate, text: string) => 1 - isRight(candidate, text);

const check = (voters: Voters, set = QUERIES, more: Partial<CheckOptions> = {}) =>
  rerankCheck(
    set,
    { decoder: decoder as Decoder, renderer: renderer as Renderer, encoder: new FakeEncoder() },
    async () => voters,
    { count: 100, timeoutMs: 5_000, tell: () => {}, signal: new AbortController().signal, ...more },
  );

describe('what is reported of', () => {
  test('a model that is always right', async () => {
    const set = await check([reranker(isRight), reranker(isRight, { agreement: 0.9 })]);
    expect(set.checked).toHaveLength(100);
    for (const { one, two, truth, agreement } of set.checked) {
      expect(one.quality.ndcg).toBeLessThanOrEqual(1);
      expect([one.quality.first, one.change >= 0, truth, agreement]).toEqual([1, true, 1, 0.9]);
      expect(two).toMatchObject({ change: one.change, promptTokens: 2000, completionTokens: 60 });
    }
    const report = rerankReport(set);
    expect(report).toContain('Safe to serve with RERANK_VOTES=1.');
    expect(report).toMatch(/\| two votes \| 1\.00 \|.*\| 1\.00 \| 0\.90 \| {2}\| applied 100 \| 2000 \| 60 \|/);
  });

  test('a model that always reverses', async () => {
    const report = rerankReport(await check([reranker(isWrong), reranker(isWrong, { agreement: 1 })]));
    expect(report).toContain('orders against what is asked (mean tau with the true order -1.00');
    expect(report).toContain('with one and with two votes. Serve with RERANK=off.');
  });

  test('a model whose votes never agree', async () => {
    const two = reranker(isWrong, { verdict: 'REJECTED', agreement: -0.2 });
    const set = await check([reranker(isWrong), two]);
    expect(set.checked.every((one) => one.two?.change === 0 && one.one.change <= 0)).toBe(true);
    expect(rerankReport(set)).toContain('Never serve it with RERANK_VOTES=1');
    expect(rerankReport(set)).toContain('| 0.00 | -0.20 |  | rejected 100 |');
  });

  test('a model whose answers are of no use: two votes are not asked for', async () => {
    const two = reranker(isWrong);
    const set = await check([reranker(isWrong, { verdict: 'UNUSABLE' }), two]);
    expect(seen).toHaveLength(100);
    expect(rerankReport(set)).toContain('fell back UNUSABLE_ANSWER 100');
    expect(rerankReport(set)).toContain('Serve with RERANK=off until it answers');
  });

  test('a reranker that has no votes', async () => {
    const report = rerankReport(await check([reranker(isRight)]));
    expect(report).toContain('| reranked |');
    expect(report).not.toMatch(/two votes|RERANK_VOTES/);
    expect(report).toContain('Safe to serve.');
  });
});

test('queries of which no order is better than another are passed over, and what is excluded is not retrieved', async () => {
  const nothing = query(1, { relevant: new Map() });
  const first = products.filter((_product, place) => place % 2 === 0).map(({ id }) => id);
  const rest = query(2, { exclude: new Set(first) });
  const found = query(3, {
    relevant: new Map(products.slice(0, 13).map(({ id }) => [id, 1])),
    exclude: new Set(first),
  });
  const set = await check([reranker(() => 0)], setOf([nothing, rest, found]));
  expect(set.passedOver).toBe(2);
  expect(set.checked).toHaveLength(1);
  expect(seen[0]).toHaveLength(9);
  expect(seen[0]!.filter(({ id }) => first.includes(id))).toEqual([]);
});

describe('a model that is not there', () => {
  const refusing = (error: Error): Reranker => ({
    ...reranker(isRight),
    rank: async (...[, candidates]) => {
      seen.push([...candidates]);
      throw error;
    },
  });

  test.each([
    [
      'no connection',
      new MargayError('INTERNAL', 'It refused.', { remedy: 'Start it.' }),
      { message: '3 passes in a row came to nothing. It refused.', remedy: 'Start it.' },
    ],
    [
      'always busy',
      new MargayError('OVERLOADED', 'Not now.'),
      { message: '3 passes in a row came to nothing. The rerank model is busy.' },
    ],
  ])('%s: told after the third query, not after the last', async (_name, error, told) => {
    await expect(check([refusing(error)])).rejects.toMatchObject(told);
    expect(seen).toHaveLength(3);
  });

  test('too slow', async () => {
    const slow: Reranker = { ...reranker(isRight), rank: () => new Promise(() => {}) };
    await expect(check([slow], QUERIES, { timeoutMs: 10 })).rejects.toMatchObject({
      message: expect.stringContaining('longer than 10 ms'),
      remedy: expect.stringContaining('RERANK_TIMEOUT_MS'),
    });
  });

  test('now and then: the check goes on', async () => {
    const good = reranker(isRight);
    let asked = 0;
    const flaky: Reranker = {
      ...good,
      rank: async (...about) => {
        asked += 1;
        if (asked % 3 > 0) throw new MargayError('INTERNAL', 'It refused.');
        return good.rank(...about);
      },
    };
    const { checked } = await check([flaky]);
    expect(checked.filter(({ one }) => one.fallback === 'UNAVAILABLE')).toHaveLength(67);
  });
});

test('Ctrl-C ends it in the middle', async () => {
  const stop = new AbortController();
  const stopping: Reranker = {
    ...reranker(isRight),
    rank: async () => {
      stop.abort();
      return new Promise<never>(() => {});
    },
  };
  await expect(check([stopping], QUERIES, { signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' });
});
