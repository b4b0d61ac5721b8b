import type { Embed, EncoderInfo } from '../encode/encoder.ts';
import type { Asked } from './asked.ts';
import { INDEXES, share, table, withInterval } from './quality-table.ts';
import { errorIntervals, errorRates, JUDGED, type JudgedTask, judgeTask } from './relevance.ts';
import type { LabelledIndex } from './retrieval.ts';

/** Thresholds, and where they come from. */
export interface ThresholdSource {
  readonly name: string;
  readonly relevance: EncoderInfo['relevance'];
}

const HEAD = ['task', 'asked with', 'products by', 'threshold', 'hits', 'right', 'false accept', 'false reject'];
const ASKED_WITH = { text: 'text', picture: 'picture', joint: 'text and picture' };

/** How often `relevant` is wrong, task by task, as Markdown lines. */
export function relevanceReport(
  tasks: readonly { name: string; asked: readonly Asked[] }[],
  index: Pick<LabelledIndex, 'best'>,
  sources: readonly ThresholdSource[],
): string[] {
  return [
    '',
    '## Relevant or not, by a threshold of the cosine',
    '',
    `Of the first ${JUDGED} hits of each query: false accept, the share of wrong hits that clear the threshold; false reject, the share of right hits (of any grade) that do not. ` +
      'A threshold has the least mean of both on queries that are not these. Intervals as above.',
    ...sources.flatMap(({ name, relevance }) => [
      '',
      `### ${name}`,
      '',
      ...(relevance
        ? table(
            HEAD,
            INDEXES.flatMap(([by]) => tasks.flatMap((task) => judgeTask(task, index, by)).map(rowOf(by, relevance))),
          )
        : ['None: `relevant` is null. `npm run eval -- --calibrate` prints some for model.json.']),
    ]),
  ];
}

const rowOf = (by: Embed, relevance: NonNullable<EncoderInfo['relevance']>) => (task: JudgedTask) => {
  const hits = task.queries.flatMap((query) => query.hits);
  const threshold = relevance[by]?.[task.kind];
  const told = [task.name, ASKED_WITH[task.kind], by];
  const counts = [hits.length, hits.filter(({ right }) => right).length].map(String);
  if (threshold === undefined) return [...told, 'none', ...counts, '', ''];
  const rates = errorRates(hits, threshold);
  const intervals = errorIntervals(task, threshold);
  const cell = (rate: keyof typeof rates) =>
    Number.isNaN(rates[rate]) ? 'none' : withInterval(rates[rate], intervals[rate]);
  return [...told, share(threshold), ...counts, cell('falseAccept'), cell('falseReject')];
};
