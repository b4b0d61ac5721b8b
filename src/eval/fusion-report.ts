import type { Embed, EncoderInfo } from '../encode/encoder.ts';
import { fuse } from '../encode/fusion.ts';
import type { Figure, Figures, JointTask } from './fusion-sweep.ts';
import { JointTasks, type Sweep, sweep, WEIGHTS } from './fusion-sweep.ts';
import { FIGURES, type Found, INDEXES, share, table, withInterval } from './quality-table.ts';
import { dot, type LabelledIndex } from './retrieval.ts';

/** What is told of the encoder. */
export type FusedInfo = Pick<EncoderInfo, 'joint' | 'pictureWeight'>;

export interface FusionTasks {
  /** To choose the weight by; a task is one of a source. */
  readonly train: readonly JointTask[];
  /** To report; a task is one of a source. */
  readonly eval: readonly JointTask[];
  /** The same by reference view. */
  readonly views: readonly JointTask[];
}

/** A manifest has one weight: it is chosen for the index that CATALOG_EMBED makes by default. */
const CHOSEN_BY: Embed = 'image';
/** A joint vector further than this from the sum of its halves is no sum of unit vectors, as cosine. */
const ROUNDING = 1e-3;

/**
 * The best weight of the picture in a normalized sum of a query's two vectors, chosen on the train split, and what it makes of the eval split beside the
 * encoder's own joint vector: the weight in its manifest where it fuses, the model's joint where that is native. Markdown lines.
 */
export function fusionReport(
  { train, eval: reported, views }: FusionTasks,
  index: Pick<LabelledIndex, 'ranking'>,
  info: FusedInfo,
): string[] {
  const [chosenOn, shownOn] = [new JointTasks(train), new JointTasks(reported)];
  const isFused = info.joint === 'FUSED';
  const title = isFused ? "The picture's weight in queries of both" : "The model's joint vector beside sums of two";
  if (chosenOn.asked.length === 0 || shownOn.asked.length === 0)
    return [
      '',
      `## ${title}`,
      '',
      'Either split has no query of words and picture: nothing can be chosen or reported.',
    ];
  const sweeps = new Map(INDEXES.map(([by]) => [by, sweep(chosenOn, index, by)]));
  const [chosen, titled] = [sweeps.get(CHOSEN_BY)!, sweeps.get('image+title')!];
  return [
    '',
    `## ${title}`,
    '',
    `Normalized sums of a query's two unit vectors, by the picture's weight, on the ${chosenOn.asked.length} queries of both in the train split: means over its tasks ` +
      `(${chosenOn.tasks.map(({ name, asked }) => `${name}: ${asked.length}`).join('; ')}). The best has the highest nDCG@10` +
      `${isFused ? ' with products embedded by their pictures alone, as CATALOG_EMBED=image does (a manifest has one weight, and stored vectors do not depend on it)' : ''}; ` +
      'the brackets behind it hold the best of 95 % of the resamples.',
    '',
    ...sweepTable(sweeps),
    '',
    `**Best on train: ${told(chosen)}${isFused ? stated(info.pictureWeight, chosen.best) : ''}.** With titles: ${told(titled)}.`,
    ...(isFused ? warning(shownOn, info.pictureWeight) : []),
    '',
    `### ${isFused ? 'Both weights' : 'Both'} on the eval split`,
    ...INDEXES.flatMap(([by, products]) => comparison(by, products)),
  ];

  function comparison(by: Embed, products: string): string[] {
    // A joint vector is compared with the best that sums can do.
    const { best } = isFused ? chosen : sweeps.get(by)!;
    const own = shownOn.judge(index, by, (vectors) => vectors['text and picture']);
    const summed = shownOn.judge(index, by, ({ text, picture }) => fuse(text, picture, best));
    const whole = compared(shownOn, own, summed);
    const rows = views.flatMap((view) => {
      const tasks = new JointTasks([view]);
      if (tasks.asked.length === 0) return [];
      const places = tasks.asked.map((asked) => shownOn.asked.indexOf(asked));
      const of = (judged: readonly Found[]) => places.map((place) => judged[place]!);
      return rowsOf(view.name, tasks, compared(tasks, of(own), of(summed)), best);
    });
    const head = ['task', 'queries of both', 'queries', 'groups', 'R@1', 'R@10', 'MRR', 'nDCG@10'];
    return [
      '',
      `${products}: ${verdict(whole.change.ndcg, isFused, info.pictureWeight === best)}`,
      '',
      ...table(head, [...rows, ...rowsOf('mean over tasks', shownOn, whole, best)]),
    ];
  }

  function rowsOf(name: string, tasks: JointTasks, { own, summed, change }: Compared, best: number): string[][] {
    const counts = [tasks.asked.length, tasks.groups.length].map(String);
    const cells = (figures: Figures, digits = share) =>
      FIGURES.map((figure) => withInterval(figures[figure].mean, figures[figure].interval, digits));
    const ours = isFused
      ? `as model.json says${info.pictureWeight === undefined ? '' : `, ${weight(info.pictureWeight)}`}`
      : "the model's joint";
    return [
      [name, ours, ...counts, ...cells(own)],
      [name, `sum, ${weight(best)}`, ...counts, ...cells(summed)],
      [name, 'change by the sum', ...counts, ...cells(change, signed)],
    ];
  }
}

interface Compared {
  readonly own: Figures;
  readonly summed: Figures;
  readonly change: Figures;
}

/** Query by query, so that the change has a narrower interval than its two sides. */
function compared(tasks: JointTasks, own: readonly Found[], summed: readonly Found[]): Compared {
  const change = own.map((one, place) => {
    const other = summed[place]!;
    return Object.fromEntries(FIGURES.map((name) => [name, other[name] - one[name]])) as unknown as Found;
  });
  return { own: tasks.figures(own), summed: tasks.figures(summed), change: tasks.figures(change) };
}

function sweepTable(sweeps: ReadonlyMap<Embed, Sweep>): string[] {
  const columns = [...sweeps].flatMap(([by, { figures }]) =>
    (['ndcg', 'first'] as const).map((name) => ({
      head: `${name === 'ndcg' ? 'nDCG@10' : 'R@1'}, ${by === 'image' ? 'pictures alone' : 'with titles'}`,
      cells: figures.map((one) => withInterval(one[name].mean, one[name].interval)),
    })),
  );
  return table(
    ["picture's weight", ...columns.map(({ head }) => head)],
    WEIGHTS.map((tried, place) => [weight(tried), ...columns.map(({ cells }) => cells[place]!)]),
  );
}

const weight = (value: number) => String(Number(value.toFixed(3)));
const signed = (value: number) => `${value < 0 ? '-' : '+'}${share(Math.abs(value))}`;
const told = ({ best, interval }: Sweep) => withInterval(best, interval, weight);

function stated(says: number | undefined, best: number): string {
  if (says === undefined) return '';
  return says === best ? '; model.json says the same' : `; model.json says ${weight(says)}`;
}

/** Where the encoder adds up something else than unit vectors, a weight chosen here is not the one that its manifest means. */
function warning({ asked }: JointTasks, says: number | undefined): string[] {
  if (says === undefined) return [];
  const least = Math.min(
    ...asked.map(({ vectors }) => dot(vectors['text and picture'], fuse(vectors.text, vectors.picture, says))),
  );
  if (least > 1 - ROUNDING) return [];
  return [
    '',
    `This encoder's own vector of both is not that sum (least cosine ${share(least)} at ${weight(says)}): it adds up raw vectors (\`of: raw\`), and the weight found here is not one for its model.json.`,
  ];
}

function verdict({ mean, interval }: Figure, isFused: boolean, isSame: boolean): string {
  const by = `mean nDCG@10 over tasks ${withInterval(mean, interval, signed)}`;
  if (isFused && isSame) return 'the best weight is the one in model.json.';
  const [sum, own] = isFused ? ['the best weight of train', "model.json's"] : ['the best sum', "the model's joint"];
  if (!interval || (interval[0] <= 0 && interval[1] >= 0))
    return `no difference can be told between ${sum} and ${own} (${by}).`;
  return mean > 0 ? `${sum} is better than ${own} (${by}).` : `${own} is better than ${sum} (${by}).`;
}
