import { mean, median, type Quality, wilson } from './metrics.ts';
import type { Checked, CheckedSet, Outcome } from './rerank-check.ts';
import { effectOf, figuresOf, verdict } from './rerank-verdict.ts';

const HEADER = [
  'task',
  'n',
  'order',
  'P@1',
  'nDCG@9',
  'helped',
  'harmed',
  'votes agreed',
  'mean tau',
  'tau with truth',
  'answers',
  'prompt tokens',
  'completion tokens',
  'seconds',
];

/** How the figures are to be read. */
export const LEGEND =
  'Helped and harmed: share of queries whose nDCG@9 rose or fell, with 95 % intervals. Tokens are means a query, seconds medians; two votes are ' +
  'asked one after the other here and at the same time when served. Where the first answer came to nothing no second was asked.';

/** One source as a Markdown table, and what to do. */
export function rerankReport({ name, checked, passedOver }: CheckedSet): string {
  const tasks = [...new Set(checked.map(({ task }) => task))];
  const rows = [...tasks.map((task) => rowsOf(task, checked)), ...(tasks.length > 1 ? [rowsOf('all', checked)] : [])];
  return [
    `## ${name}`,
    '',
    ...(passedOver > 0 ? [`Passed over ${passedOver} queries of whose first nine all or none are right.`, ''] : []),
    ...[HEADER, HEADER.map(() => '---'), ...rows.flat()].map((cells) => `| ${cells.join(' | ')} |`),
    '',
    ...(checked.length > 0 ? verdict(figuresOf(checked)) : ['No query was asked: nothing can be told.']),
  ].join('\n');
}

function rowsOf(task: string, all: readonly Checked[]): string[][] {
  const checked = task === 'all' ? all : all.filter((one) => one.task === task);
  const second = checked.flatMap(({ two }) => two ?? []);
  const qualities = (found: readonly Quality[]) => [
    digits(mean(found.map(({ first }) => first))),
    digits(mean(found.map(({ ndcg }) => ndcg))),
  ];
  const truth = digits(mean(checked.flatMap((one) => one.truth ?? [])));
  const taus = checked.flatMap(({ agreement }) => agreement ?? []);
  const agreed = checked.filter(({ two, agreement }) => agreement !== undefined && two?.status !== 'REJECTED').length;
  const reranked = (order: string, outcomes: readonly Outcome[], between: readonly string[]) => [
    '',
    '',
    order,
    ...qualities(outcomes.map(({ quality }) => quality)),
    ...moved(outcomes),
    ...between,
    answers(outcomes),
    tokens(outcomes.map(({ promptTokens }) => promptTokens)),
    tokens(outcomes.map(({ completionTokens }) => completionTokens)),
    median(outcomes.map(({ seconds }) => seconds)).toFixed(2),
  ];
  const retrieval = [task, String(checked.length), 'retrieval', ...qualities(checked.map((one) => one.retrieval))];
  const before = digits(mean(checked.map((one) => one.retrieval.truth)));
  return [
    [...retrieval, '', '', '', '', before, ...HEADER.slice(HEADER.indexOf('answers')).map(() => '')],
    reranked(
      second.length > 0 ? 'one vote' : 'reranked',
      checked.map(({ one }) => one),
      ['', '', truth],
    ),
    ...(second.length > 0
      ? [reranked('two votes', second, [digits(agreed / taus.length), digits(mean(taus)), ''])]
      : []),
  ];
}

function moved(outcomes: readonly Outcome[]): string[] {
  const { queries, helped, harmed } = effectOf(outcomes);
  return [helped, harmed].map((count) => {
    const [low, high] = wilson(count / queries, queries);
    return `${digits(count / queries)} [${digits(low)}, ${digits(high)}]`;
  });
}

/** "applied 20, rejected 3, fell back TIMEOUT 2" */
function answers(outcomes: readonly Outcome[]): string {
  const counts = new Map<string, number>();
  for (const { status, fallback } of outcomes) {
    const words = status.toLowerCase().replace('_', ' ');
    const kind = fallback === null ? words : `${words} ${fallback}`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${kind} ${count}`).join(', ');
}

/** Nothing where the model does not count. */
function tokens(counts: readonly (number | null)[]): string {
  const told = counts.filter((count) => count !== null);
  return told.length === 0 ? '' : mean(told).toFixed(0);
}

const digits = (value: number) => (Number.isNaN(value) ? '' : value.toFixed(2));
