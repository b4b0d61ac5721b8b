import type { Analyzer } from '../catalog/definition.ts';
import type { ProductId } from '../catalog/product.ts';
import type { Embed } from '../encode/encoder.ts';
import { SEARCH_MODES } from '../search/mode.ts';
import { fuseRanks } from '../search/rank-fusion.ts';
import type { Asked, Part } from './asked.ts';
import { atOnce } from './at-once.ts';
import { type Figures, JointTasks } from './fusion-sweep.ts';
import { FIGURES, type Found, found, INDEXES, share, table, withInterval } from './quality-table.ts';
import type { LabelledIndex } from './retrieval.ts';
import type { WordSearch } from './word-search.ts';

/** Queries of a task, asked. */
export interface ModeTask {
  readonly name: string;
  readonly asked: readonly Asked[];
}

/** Tasks under one heading: a split of photos. */
export interface ModeSplit {
  readonly name: string;
  readonly tasks: readonly ModeTask[];
}

/** What is asked with words: apart, since AUTO may take a mode for each. */
const KINDS: readonly (readonly [Part, string])[] = [
  ['text', 'words alone'],
  ['text and picture', 'words and a picture'],
];
type Ranked = Readonly<Record<(typeof SEARCH_MODES)[number], Found>>;

/**
 * What each retrieval mode finds of queries with words: Markdown tables, one for each split and way of embedding products. The ranks are fused as a search
 * fuses them, full text is the store's own.
 */
export async function modeReport(
  splits: readonly ModeSplit[],
  index: Pick<LabelledIndex, 'ranking'>,
  words: WordSearch | null,
  { analyzer, signal }: { analyzer: Analyzer; signal: AbortSignal },
): Promise<string[]> {
  if (!words) return ['', '## Retrieval modes', '', `This store has no full text by ${analyzer}: there is one mode.`];
  // Of all tables one search for each text, a few at a time.
  const texts = new Set(
    splits.flatMap(({ tasks }) => tasks.flatMap(({ asked }) => asked.flatMap(({ query }) => query.text ?? []))),
  );
  const answers = new Map(await atOnce([...texts], async (text) => [text, await words(text)] as const, { signal }));
  const lines: string[] = [
    '',
    '## Retrieval modes',
    '',
    `Queries with words, by what they look in: the vectors (DENSE), the titles alone (FULL_TEXT: BM25 by the store, analyzer ${analyzer}), both fused by ranks (HYBRID).`,
    'A query of words and a picture is embedded whole, and its words alone look in the titles. Behind each table the change of nDCG@10, query by query, with 95 % intervals.',
  ];
  for (const { name, tasks } of splits)
    for (const [by, products] of INDEXES) {
      const rows: string[][] = [];
      const verdicts: string[] = [];
      for (const [part, kind] of KINDS) {
        const asked = new JointTasks(
          tasks.map((task) => ({ name: task.name, asked: task.asked.filter((one) => isOf(one, part)) })),
        );
        if (asked.asked.length === 0) continue;
        const judged = asked.asked.map((one) => judge(one, part, index, by, answers.get(one.query.text!)!));
        rows.push(...rowsOf(asked, judged, kind));
        verdicts.push(verdict(asked, judged, kind));
      }
      if (rows.length === 0) continue;
      const head = ['asked with', 'task', 'mode', 'queries', 'groups', 'R@1', 'R@10', 'MRR', 'nDCG@10'];
      lines.push('', `### ${[name, products].filter(Boolean).join(': ')}`, '', ...table(head, rows), '', ...verdicts);
    }
  return lines;
}

/** Asked whole: not a query of both without its picture. */
const isOf = ({ query, vectors }: Asked, part: Part): boolean =>
  query.text !== undefined && (query.picture !== undefined) === (part === 'text and picture') && !!vectors[part];

function judge(
  { query, vectors }: Asked,
  part: Part,
  index: Pick<LabelledIndex, 'ranking'>,
  by: Embed,
  words: readonly ProductId[],
): Ranked {
  const { relevant, exclude } = query;
  const dense = index.ranking(vectors[part]!, exclude, by);
  const worded = words.filter((id) => !exclude.has(id));
  const listed = [dense, worded].map((ids) => ids.map((productId) => ({ productId, ordinal: 0 })));
  const of = (ranked: readonly ProductId[]) =>
    found(
      ranked.map((id) => relevant.get(id) ?? 0),
      [...relevant].flatMap(([id, grade]) => (exclude.has(id) ? [] : [grade])),
    );
  return {
    DENSE: of(dense),
    FULL_TEXT: of(worded),
    HYBRID: of(fuseRanks(listed).map(({ productId }) => productId)),
  };
}

function rowsOf(all: JointTasks<Asked>, judged: readonly Ranked[], kind: string): string[][] {
  const counted = (name: string, tasks: JointTasks<Asked>, ranked: readonly Ranked[]) =>
    SEARCH_MODES.map((mode) => {
      const figures: Figures = tasks.figures(ranked.map((one) => one[mode]));
      const cells = FIGURES.map((figure) => withInterval(figures[figure].mean, figures[figure].interval));
      return [kind, name, mode, ...[tasks.asked.length, tasks.groups.length].map(String), ...cells];
    });
  const each = all.tasks.flatMap((task) => {
    const places = task.asked.map((one) => all.asked.indexOf(one));
    return counted(
      task.name,
      new JointTasks([task]),
      places.map((place) => judged[place]!),
    );
  });
  return all.tasks.length === 1 ? each : [...each, ...counted('mean over tasks', all, judged)];
}

/** Query by query, so that the change has a narrower interval than its two sides. */
function verdict(tasks: JointTasks<Asked>, judged: readonly Ranked[], kind: string): string {
  const change = (mode: 'FULL_TEXT' | 'HYBRID') => {
    const { mean, interval } = tasks.figure(judged.map((one) => one[mode].ndcg - one.DENSE.ndcg));
    return `${mode} ${withInterval(mean, interval, signed)}`;
  };
  return `- ${kind}, mean nDCG@10 over tasks against DENSE: ${change('HYBRID')}, ${change('FULL_TEXT')}`;
}

const signed = (value: number) => `${value < 0 ? '-' : '+'}${share(Math.abs(value))}`;
