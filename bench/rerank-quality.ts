import { gradeTau, mean, wilson } from '../src/eval/metrics.ts';
import { AGREEMENT } from '../src/rerank/agreement.ts';
import { retrievedLists } from '../test/rerank/retrieved-grades.ts';
import { MODELS, type ModelName, simulatedModel } from '../test/rerank/simulated-model.ts';
import { effect, type SimulatedPass, simulatedPasses } from '../test/rerank/simulated-passes.ts';
import { table } from './report.ts';
import { goal } from './rerank-calls.ts';

const QUERIES = 500;
const SEED = 1;
const THRESHOLDS = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9];
/** Whose harm and whose kept gain the threshold is weighed by. */
const WEIGHED = ['random', 'nearly random', 'weak', 'fair', 'good', 'very good', 'perfect, unsteady'] as const;
const SEEDS = [1, 2, 3, 4];
/** Of all queries at most, at the end of the 95 % interval, and of the gain with one vote at least. */
const MOST_HARM = 0.05;
const LEAST_KEPT = 0.7;

/**
 * What the pass does to real retrieval results against how accurate the model is, from random to perfect, with one and with two votes; and what other
 * thresholds of agreement would have done. The models are simulated, the reranker is the real one.
 */
export async function quality(print: (line: string) => void): Promise<void> {
  const lists = retrievedLists(QUERIES);
  const share = (value: number) => `${(100 * value).toFixed(1)} %`;
  const rows = [
    ['model', 'P@1', 'pairs', 'nDCG@9 1 vote', '2 votes', 'helped 1', '2', 'harmed 1', '2', '2 rejected'],
    [
      '(retrieval)',
      mean(lists.map(({ grades }) => Number(grades[0] === 3))).toFixed(2),
      share((1 + mean(lists.map(({ grades }) => gradeTau(grades)))) / 2),
    ],
  ];
  const goals: string[] = [];
  const before = (passes: readonly SimulatedPass[]) => mean(passes.map((pass) => pass.before));
  for (const name of Object.keys(MODELS) as ModelName[]) {
    const passes = await simulatedPasses(lists, simulatedModel(MODELS[name], SEED), { votes: 2 });
    // The first vote is the same with one and with two.
    const [one, two] = [effect(passes), effect(passes, AGREEMENT)];
    const [, most] = wilson(two.harmed, passes.length);
    if (name === 'random')
      goals.push(
        `  random model, two votes, harmed <= ${share(most)}; ${goal(`<= ${share(MOST_HARM)}`, most <= MOST_HARM)}`,
      );
    const kept = two.gain / one.gain;
    if (name === 'good')
      goals.push(`  good model, gain kept ${share(kept)}; ${goal(`>= ${share(LEAST_KEPT)}`, kept >= LEAST_KEPT)}`);
    rows[1]![3] ??= before(passes).toFixed(3);
    rows.push([
      name,
      mean(passes.map(({ first }) => first)).toFixed(2),
      share((1 + mean(passes.map(({ truth }) => truth))) / 2),
      (before(passes) + one.gain).toFixed(3),
      (before(passes) + two.gain).toFixed(3),
      ...[one.helped, two.helped, one.harmed].map(share),
      `${share(two.harmed)} (<= ${share(most)})`,
      share(1 - two.believed),
    ]);
  }
  print(
    `Simulated models on ${QUERIES} real retrieval results of the demo, agreement from tau ${AGREEMENT}; helped and harmed: nDCG@9 rose and fell;`,
  );
  print(
    'pairs: of two candidates unlike in grade, how often the better one comes first; in brackets the end of the 95 % interval',
  );
  for (const line of [...table(rows), ...goals]) print(line);

  print('');
  print(
    `Thresholds of agreement: harmed by the random model, and of the gain in nDCG@9 with one vote, how much is kept (${SEEDS.length * QUERIES} passes each)`,
  );
  const passesOf = async (name: ModelName) => {
    const each = SEEDS.map((seed) => simulatedPasses(lists, simulatedModel(MODELS[name], seed), { votes: 2 }));
    return (await Promise.all(each)).flat();
  };
  const weighed = await Promise.all(WEIGHED.map(async (name) => ({ name, passes: await passesOf(name) })));
  const worse = weighed.filter(({ passes }) => effect(passes).gain <= 0);
  const better = weighed.filter(({ passes }) => effect(passes).gain > 0);
  const sweep = [
    ['tau', ...worse.map(({ name }) => `${name} harms`), ...better.flatMap(({ name }) => [`${name} keeps`, 'harms'])],
    ...THRESHOLDS.map((threshold) => [
      threshold.toFixed(2),
      ...worse.map(({ passes }) => share(effect(passes, threshold).harmed)),
      ...better.flatMap(({ passes }) => [
        share(effect(passes, threshold).gain / effect(passes).gain),
        share(effect(passes, threshold).harmed),
      ]),
    ]),
  ];
  for (const line of table(sweep)) print(line);
}
