import { text } from './queries.ts';
import { type Run, type Scenario, table } from './report.ts';
import { startModeled, TOKENIZER } from './rerank-model.ts';
import { Drawings } from './rerank-pictures.ts';

type Flow = 'caption' | 'single';

interface Row {
  readonly name: string;
  /** Of the search; two of them are two top-level searches. */
  readonly fields: readonly string[];
  readonly arguments?: string;
  /** What the table promises, for one vote. */
  readonly calls: Readonly<Record<Flow, number>>;
  /** Also asked of a gateway with two votes. */
  readonly twice?: true;
}

/** What the API says of one pass. */
interface Price {
  readonly calls: number;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
}

interface Cell {
  readonly requested: Price;
  readonly actual: Price;
  /** Completion tokens of the ranking calls alone. */
  readonly ranking: number;
}

interface Cost extends Omit<Cell, 'ranking'> {
  readonly searches: readonly { readonly path: string; readonly actual: Price }[];
}

const HITS = 'hits { product { id } }';
const ORDER = 'reranked { product { id } }';
const REASONED = 'reranked { reason product { id } }';
const FULL = `${HITS} ${REASONED} rationale`;
const ALL = `${FULL} queryCaption`;
const REPORT = 'rerank { status calls promptTokens completionTokens }';

const one = (caption: number, single: number): Row['calls'] => ({ caption, single });
const ROWS: readonly Row[] = [
  { name: 'hits', fields: [HITS], calls: one(0, 0) },
  { name: 'hits, rerank { status }', fields: [`${HITS} ${REPORT}`], calls: one(0, 0) },
  { name: 'queryCaption alone', fields: [`queryCaption ${REPORT}`], calls: one(1, 1) },
  { name: 'reranked', fields: [`${ORDER} ${REPORT}`], calls: one(2, 1), twice: true },
  { name: '+ rationale', fields: [`${ORDER} rationale ${REPORT}`], calls: one(2, 1) },
  { name: '+ reason', fields: [`${REASONED} ${REPORT}`], calls: one(2, 1) },
  { name: '+ rationale, reason', fields: [`${FULL} ${REPORT}`], calls: one(2, 1), twice: true },
  { name: 'everything, with queryCaption', fields: [`${ALL} ${REPORT}`], calls: one(2, 1), twice: true },
  { name: 'everything, rerank: false', fields: [`${ALL} ${REPORT}`], arguments: ', rerank: false', calls: one(0, 0) },
  // One picture, so one caption: the second search gets it for nothing.
  { name: 'two searches, reranked each', fields: [`${ORDER} ${REPORT}`, `${ORDER} ${REPORT}`], calls: one(3, 2) },
];
const ORDER_ONLY = 'reranked';
const FULL_FORM = 'everything, with queryCaption';
/** Goal for completion tokens, order only against the full form. */
const MOST = 0.4;

/** Calls and tokens of every kind of selection, as the API tells them. */
export const calls: Scenario = async (run) => {
  run.print('Calls and tokens by selection: words and a picture, 9 candidates, nothing cached, canonical answers;');
  run.print(`  took (requested before); tokens: ${TOKENIZER}; completion: took (cap)`);
  for (const votes of [1, 2] as const) {
    const rows = ROWS.filter(({ twice }) => votes === 1 || twice);
    const caption = await measure(run, rows, 'caption', votes);
    const single = await measure(run, rows, 'single', votes);
    const header = (flow: Flow) => [`${flow}: calls`, 'prompt', 'completion'];
    run.print('');
    run.print(`RERANK_VOTES=${votes}, RERANK_FLOW=caption beside single`);
    const lines = rows.map(({ name }, at) => [name, ...cells(caption[at]!), ...cells(single[at]!)]);
    for (const line of table([['selected', ...header('caption'), ...header('single')], ...lines])) run.print(line);
    const at = (name: string) => rows.findIndex((row) => row.name === name);
    for (const [flow, found] of Object.entries({ caption, single })) {
      const [least, most] = [found[at(ORDER_ONLY)]!, found[at(FULL_FORM)]!];
      const pass = least.actual.completionTokens! / most.actual.completionTokens!;
      const ranking = least.ranking / most.ranking;
      run.print(
        `  ${flow}: completion tokens, order only / full form: ${pass.toFixed(2)} of a whole pass, ${ranking.toFixed(2)} of its ranking calls; ` +
          goal(`<= ${MOST.toFixed(2)}`, Math.max(pass, ranking) <= MOST),
      );
    }
    if (votes === 2) continue;
    const wrong = rows.flatMap(({ name, calls: of }, place) => [
      ...(caption[place]!.actual.calls === of.caption ? [] : [`${name} (caption)`]),
      ...(single[place]!.actual.calls === of.single ? [] : [`${name} (single)`]),
    ]);
    run.print(`  calls as the issue's table has them: ${goal('all', wrong.length === 0)}${wrong.join(', ')}`);
  }
};

/** `goal X: met` or `goal X: MISSED`. */
export const goal = (what: string, isMet: boolean): string => `goal ${what}: ${isMet ? 'met' : 'MISSED'} `.trimEnd();

async function measure({ data }: Run, rows: readonly Row[], flow: Flow, votes: 1 | 2): Promise<Cell[]> {
  await using modeled = await startModeled(data, { RERANK_FLOW: flow, RERANK_VOTES: String(votes) });
  await using drawn = new Drawings();
  const found: Cell[] = [];
  for (const { name, fields, arguments: given = '' } of rows) {
    const asking = await drawn.asking();
    const asked = fields.map((selected, at) => {
      const words = at === 0 ? '$text' : JSON.stringify(text());
      return `s${at}: search(text: ${words}, image: $image${given}) { ${selected} }`;
    });
    modeled.taken.length = 0;
    const query = `query ($text: String, $image: Upload) { ${asked.join(' ')} }`;
    const { data: told, extensions } = await modeled.ask(query, asking);
    const { requested, actual, searches: each } = (extensions as { cost: Cost }).cost;
    for (const { path, actual: of } of each) agree(name, told[path].rerank, of);
    const sum = (of: (call: (typeof modeled.taken)[number]) => number) =>
      modeled.taken.reduce((total, call) => total + of(call), 0);
    if (modeled.taken.length !== actual.calls || sum(({ completion }) => completion) !== actual.completionTokens)
      throw new Error(`${name}: the model counted otherwise.`);
    const ranking = sum(({ kind, completion }) => (kind === 'ranking' ? completion : 0));
    found.push({ requested, actual, ranking });
  }
  return found;
}

/** Both places that tell what a search took tell the same, and nothing went wrong with it. */
function agree(name: string, report: (Price & { status: string }) | undefined, actual: Price): void {
  if (!report) return;
  if (report.status === 'FELL_BACK') throw new Error(`${name}: the pass fell back.`);
  const tokens = (price: Price) => [price.calls, price.promptTokens ?? 0, price.completionTokens ?? 0].join();
  if (tokens(report) !== tokens(actual))
    throw new Error(`${name}: rerank (${tokens(report)}) and extensions.cost (${tokens(actual)}) disagree.`);
}

function cells({ requested, actual }: Cell): string[] {
  const pair = (key: keyof Price) => `${actual[key] ?? '-'} (${requested[key] ?? '-'})`;
  return [pair('calls'), pair('promptTokens'), pair('completionTokens')];
}
