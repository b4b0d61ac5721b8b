import { bootstrapShare, groupsOf, type Portion, shareOf } from './bootstrap.ts';
import { DEMO_FLOORS } from './demo-floors.ts';
import type { Measured } from './floors-table.ts';
import { table, withInterval } from './quality-table.ts';
import { ATTRIBUTES, type Attribute } from './rationale-truth.ts';
import type { Checked, Reranked } from './reranked.ts';

const SPOKEN = ['rationale', 'reasons'] as const;
type Spoken = (typeof SPOKEN)[number];
const WORDS = { rationale: 'first hit (rationale)', reasons: 'all nine (reasons)' };

export interface RerankedTask {
  readonly name: string;
  readonly reranked: readonly Reranked[];
}

/** The share of the attributes named that the labels bear out. */
function truth(reranked: readonly Reranked[], spoken: Spoken, attribute?: Attribute) {
  const portions = reranked.map((one): Portion => {
    const named = one[spoken].filter((checked: Checked) => !attribute || checked.attribute === attribute);
    return { part: named.filter(({ right }) => right).length, whole: named.length };
  });
  const count = portions.reduce((sum, { whole }) => sum + whole, 0);
  const groups = groupsOf(reranked.map(({ about }) => about));
  return { count, value: shareOf(portions), interval: bootstrapShare(portions, groups) };
}

/** A reranker that names nothing reaches no floor. */
export const rationaleRows = (tasks: readonly RerankedTask[]): Measured[] =>
  SPOKEN.map((spoken) => ({
    name: `attributes that the reranker names of ${spoken === 'rationale' ? 'the first hit' : 'all nine hits'}`,
    figure: 'true',
    floor: DEMO_FLOORS.rationale,
    ...truth(
      tasks.flatMap(({ reranked }) => reranked),
      spoken,
    ),
  }));

/** Task by task and attribute by attribute, as Markdown lines. */
export function rationaleReport(tasks: readonly RerankedTask[]): string[] {
  const all = { name: 'all', reranked: tasks.flatMap(({ reranked }) => reranked) };
  const cell = ({ count, value, interval }: ReturnType<typeof truth>) =>
    count === 0 ? 'none' : `${withInterval(value, interval)} of ${count}`;
  const rows = [...tasks, all].flatMap(({ name, reranked }) =>
    SPOKEN.map((spoken) => [
      name,
      WORDS[spoken],
      ...ATTRIBUTES.map((attribute) => cell(truth(reranked, spoken, attribute))),
      cell(truth(reranked, spoken)),
    ]),
  );
  if (truth(all.reranked, 'reasons').count === 0) return [];
  return [
    '',
    '### Whether its reasons are true',
    '',
    'The share of the attributes named that the labels bear out. "As asked" is true where the product has it and the query asks for it (kind of the text or of the picture, print of ' +
      'the picture or of the text, color of the text, else of the picture); "instead of" where the product, and the query, are as it says. "Natural" is never named; a color named of a print in its natural colors is counted false, whichever it is.',
    '',
    ...table(['task', 'named of', ...ATTRIBUTES, 'together'], rows),
  ];
}
