import { mean, wilson } from './metrics.ts';
import type { Checked, Outcome } from './rerank-check.ts';

/** What the pass did to a number of queries, by the change of nDCG@9. */
export interface Effect {
  readonly queries: number;
  readonly helped: number;
  readonly harmed: number;
  /** Fell back to the retrieval order, because no answer came or none could be read. */
  readonly fellBack: number;
  /** Mean change of nDCG@9. */
  readonly gain: number;
}

export interface Figures {
  readonly one: Effect;
  /** Undefined where the reranker can't be asked twice. */
  readonly two: Effect | undefined;
  /** Mean tau of the model's own order with the true one, in [-1, 1]; NaN where there was none. */
  readonly truth: number;
  /** The same of retrieval's order. */
  readonly before: number;
  /** Mean tau between its two votes, in [-1, 1]; NaN where there were none. */
  readonly agreement: number;
}

/** A pass that harms more than this share of queries, at the upper end of the 95 % interval, isn't called safe. */
const MOST_HARM = 0.05;
/** Changes of nDCG@9 below this are rounding. */
const SAME = 1e-9;
/** From here on a mean tau isn't called chance. */
const SOME_TAU = 0.2;

/**
 * HARMFUL and HELPFUL: which of the two it does more often, beyond chance, and to the mean; SAFE is HELPFUL and harms few. IDLE changes next to
 * nothing, UNPROVEN leaves open which of the two weighs more, SILENT gave no usable answer to half of them.
 */
export type Judgment = 'SAFE' | 'HELPFUL' | 'UNPROVEN' | 'IDLE' | 'HARMFUL' | 'SILENT';

export function effectOf(outcomes: readonly Outcome[]): Effect {
  const count = (is: (outcome: Outcome) => boolean) => outcomes.filter(is).length;
  return {
    queries: outcomes.length,
    helped: count(({ change }) => change > SAME),
    harmed: count(({ change }) => change < -SAME),
    fellBack: count(({ status }) => status === 'FELL_BACK'),
    gain: mean(outcomes.map(({ change }) => change)),
  };
}

export function figuresOf(checked: readonly Checked[]): Figures {
  const second = checked.flatMap(({ two }) => two ?? []);
  return {
    one: effectOf(checked.map(({ one }) => one)),
    two: second.length > 0 ? effectOf(second) : undefined,
    truth: mean(checked.flatMap(({ truth }) => truth ?? [])),
    before: mean(checked.map(({ retrieval }) => retrieval.truth)),
    agreement: mean(checked.flatMap(({ agreement }) => agreement ?? [])),
  };
}

function judgmentOf({ queries, helped, harmed, fellBack, gain }: Effect): Judgment {
  if (fellBack * 2 > queries) return 'SILENT';
  const moved = helped + harmed;
  if (wilson(moved / queries, queries)[1] <= MOST_HARM) return 'IDLE';
  const [least, most] = wilson(helped / Math.max(1, moved), Math.max(1, moved));
  if (least > 0.5 && gain > 0) return wilson(harmed / queries, queries)[1] <= MOST_HARM ? 'SAFE' : 'HELPFUL';
  return most < 0.5 && gain < 0 ? 'HARMFUL' : 'UNPROVEN';
}

/** What an operator should know and do, in plain lines. The last one says how to serve. Of at least one query. */
export function verdict({ one, two, truth, before, agreement }: Figures): string[] {
  const judged = judgmentOf(one);
  const judgedTwice = two && judgmentOf(two);
  return [
    two ? `With one vote it ${effectInWords(one, judged)}` : `It ${effectInWords(one, judged)}`,
    ...(two && judgedTwice ? [`With two votes it ${effectInWords(two, judgedTwice)}`] : []),
    ...aboutOrder(truth, before, agreement),
    advice(one, judged, two, judgedTwice),
  ];
}

function effectInWords(effect: Effect, judged: Judgment): string {
  const { queries, helped, harmed, fellBack, gain } = effect;
  const [low, high] = wilson(harmed / queries, queries);
  const both =
    `harms ${share(harmed / queries)} [${share(low)}, ${share(high)}] of ${queries} queries and helps ${share(helped / queries)}; ` +
    `mean nDCG@9 ${gain < 0 ? '' : '+'}${gain.toFixed(3)}`;
  switch (judged) {
    case 'SAFE':
      return `${both}: safe to serve.`;
    case 'HELPFUL':
      return harmed / queries > MOST_HARM
        ? `${both}: it helps more than it harms, but harms more than ${share(MOST_HARM)}.`
        : `${both}: it helps more than it harms, and these queries are too few to be sure that it harms at most ${share(MOST_HARM)}.`;
    case 'UNPROVEN':
      return `${both}: too little to tell which of the two weighs more.`;
    case 'IDLE':
      return `${both}: it changes next to nothing.`;
    case 'HARMFUL':
      return `${both}: it harms more than it helps.`;
    case 'SILENT':
      return `${both}: ${share(fellBack / queries)} fell back to the retrieval order for want of a usable answer.`;
    default:
      throw new Error(`Unknown judgment: ${judged satisfies never}.`);
  }
}

function aboutOrder(truth: number, before: number, agreement: number): string[] {
  if (Number.isNaN(truth)) return [];
  // The first sheet is in retrieval's order: who goes by the places on it seems to know as much as retrieval does.
  if (agreement < SOME_TAU)
    return [
      `Asked twice this model contradicts itself (mean tau ${agreement.toFixed(2)}): it orders by places on the sheet, or by chance.`,
    ];
  const tau = `mean tau with the true order ${truth.toFixed(2)}; retrieval's ${before.toFixed(2)}`;
  if (truth <= -SOME_TAU) return [`This model orders against what is asked (${tau}).`];
  if (truth < SOME_TAU) return [`This model's order has next to nothing to do with what is asked (${tau}).`];
  return [`This model orders by what is asked (${tau}).`];
}

function advice(one: Effect, judged: Judgment, two: Effect | undefined, judgedTwice: Judgment | undefined): string {
  const votes = (count: 1 | 2) => (two ? ` with RERANK_VOTES=${count}` : '');
  if (judged === 'SAFE') return `Safe to serve${votes(1)}.${two ? ' A second vote is not needed.' : ''}`;
  if (judgedTwice === 'SAFE') return `Safe to serve${votes(2)}.`;
  if (judged === 'HARMFUL' && judgedTwice === 'HARMFUL')
    return 'This model harms more queries than it helps, with one and with two votes. Serve with RERANK=off.';
  const twice = judgedTwice === 'HELPFUL' && two && two.harmed < one.harmed;
  if (judged === 'HELPFUL' || twice)
    return `Serve${votes(twice ? 2 : 1)} if the mean counts for you more than every single query, else with RERANK=off.`;
  if (judged === 'HARMFUL')
    return judgedTwice === undefined
      ? 'This model harms more queries than it helps. Serve with RERANK=off.'
      : 'Never serve it with RERANK_VOTES=1; with two votes nothing is proven to be won. Serve with RERANK=off.';
  if (judged === 'SILENT' || judgedTwice === 'SILENT')
    return 'Serve with RERANK=off until it answers: see README for what models and servers have to bring.';
  if (judged === 'UNPROVEN') return 'Ask more queries (--count) before you serve it; until then RERANK=off.';
  return 'It takes time and tokens for nothing. Serve with RERANK=off.';
}

const share = (value: number) => `${(100 * value).toFixed(1)} %`;
