import { type DemoProduct, demoCatalog } from '../demo/catalog.ts';
import type { Print } from '../demo/vocabulary.ts';
import { type Asked, ask } from './asked.ts';
import { DEMO_FLOORS } from './demo-floors.ts';
import { type DemoQuery, TASK } from './demo-queries.ts';
import { CHANGES, faultRows } from './fault-floors.ts';
import { ASKED, floorQueries, leopardQueries, printQueries } from './floor-queries.ts';
import { figuresTable, floorsTable, type Measured } from './floors-table.ts';
import { taskRows } from './found-first.ts';
import { headRows } from './head-floors.ts';
import { drawnQuery } from './labelled.ts';
import { Pace } from './pace.ts';
import { printRows, printTable } from './print-floors.ts';
import { sightsOf, unmetRows, unmetSights, unmetTable } from './print-sight.ts';
import type { LabelledIndex, RetrievalStages } from './retrieval.ts';

export interface FloorsOptions {
  readonly stages: RetrievalStages;
  readonly index: LabelledIndex;
  /** The tables' tasks, `count` queries each. */
  readonly tasks: readonly { readonly name: string; readonly asked: readonly Asked[] }[];
  readonly count: number;
  /** What else is held against floors: the reranker's words, the model's size. */
  readonly more: readonly Measured[];
  readonly signal: AbortSignal;
  tell(text: string): void;
}

/** Queries of a print, and pictures of the withheld generator, for `count` queries a task. */
const EACH_PRINT = 50;
const UNMET_PART = 1 / 3;

/** As Markdown lines what the demo's model has floors for: each figure, its interval, and of that model whether it is enough. */
export async function floorsReport(options: FloorsOptions): Promise<string[]> {
  const { stages, index, tasks, count, more, signal, tell } = options;
  const catalog = demoCatalog();
  const table = (name: string) => tasks.find((task) => task.name === name)!.asked;
  const other = floorQueries(catalog, count);
  const leopards = leopardQueries(Math.min(EACH_PRINT, count));
  const prints = printQueries(catalog, Math.min(EACH_PRINT, count));
  const unmet = 2 * Math.ceil((count * UNMET_PART) / 2);
  const total =
    (ASKED.length + CHANGES) * count + leopards.length + [...prints.values()].flat().length + sightsOf(unmet);
  const onDone = new Pace('Embedding what the floors ask', total, tell).count;
  const asked = (queries: readonly DemoQuery[]) => askDrawn(queries, catalog, stages, { signal, onDone });

  const rows: Measured[] = [];
  /** Sentences as training's and others: the floor is on both together. */
  const mixed = async (
    name: string,
    key: 'seen' | 'withheld' | 'recolor' | 'words',
    floors: Parameters<typeof taskRows>[3],
  ) => {
    const [inside, outside] = [table(name), await asked(other[key])];
    const shown = floors?.nine ? ({ nine: 'no floor' } as const) : {};
    rows.push(
      ...taskRows(name, [...inside, ...outside], index, floors),
      ...taskRows(`- of these, sentences that training composes`, inside, index, shown),
      ...taskRows(`- of these, sentences of other templates`, outside, index, shown),
    );
    return [...inside.filter((_, at) => at % 2 === 0), ...outside.filter((_, at) => at % 2 === 1)];
  };
  const composed = { first: DEMO_FLOORS.composed, nine: DEMO_FLOORS.composedNine };
  const half = await mixed(TASK.seen, 'seen', composed);
  await mixed(TASK.withheld, 'withheld', composed);
  await mixed(TASK.recolor, 'recolor', { first: DEMO_FLOORS.recolor });
  await mixed(TASK.words, 'words', { first: DEMO_FLOORS.words });
  rows.push(
    ...taskRows('text with a typo and unknown words', await asked(other.unknown), index, {
      first: DEMO_FLOORS.unknown,
    }),
    ...taskRows('text with an unknown name of the kind', await asked(other.synonyms), index),
    ...taskRows(TASK.product, table(TASK.product), index, { first: DEMO_FLOORS.product }),
    ...(await faultRows(TASK.seen, half, { stages, index, signal, onDone })),
  );
  const askedLeopards = await asked(leopards);
  const askedPrints = new Map<Print, Asked[]>();
  for (const [print, queries] of prints) askedPrints.set(print, await asked(queries));
  rows.push(...printRows(askedLeopards, askedPrints, index));
  const sights = await unmetSights(stages, unmet, { signal, onDone });
  const { attributes, demo } = stages.encoder.info;
  const reads = attributes.includes('print');
  if (reads) rows.push(...headRows(tasks.flatMap((task) => task.asked)), ...unmetRows(sights));
  const all = [...rows, ...more];
  return [
    '',
    demo ? '## Floors' : '## Figures',
    '',
    `${demo ? "What the demo's model is held against." : "No floors: they are the demo model's."} Products are embedded by their pictures alone; the last column has the same figure with titles. P@1: share of queries whose first hit is right; Hit@9: with something right among the first nine; lost: of the same queries, asked as they are and changed; read: the label that the head on the picture alone finds likeliest, sure or not.`,
    `Intervals are bootstrapped by product, of pictures by picture, of leopards and single prints by query; the weakest print is the least of many figures, and looks worse than it is.${demo ? ' A figure on the right side of its floor has reached it; where the interval includes the floor, other queries might have told otherwise.' : ''} What a query takes: \`npm run bench\`.`,
    '',
    ...(demo ? floorsTable(all) : figuresTable(all)),
    '',
    '### "X with this", by the print of the subject',
    '',
    'Over all kinds that carry the print in the catalog. Weakest kind: of those asked for twice or more the one that is right least often; so few queries are a hint, no figure.',
    '',
    ...printTable(askedPrints, index, demo),
    ...(reads ? ['', '### Natural prints of the generator that training never meets', '', ...unmetTable(sights)] : []),
  ];
}

const askDrawn = (
  queries: readonly DemoQuery[],
  catalog: readonly DemoProduct[],
  stages: RetrievalStages,
  options: { signal: AbortSignal; onDone: () => void },
): Promise<Asked[]> =>
  ask(
    queries.map((query) => drawnQuery(query, catalog, stages.renderer)),
    stages,
    options,
  );
