import { demoCatalog } from '../src/demo/catalog.ts';
import { type DemoQuery, demoTasks } from '../src/eval/demo-queries.ts';
import { mean, type Quality, quality } from '../src/eval/metrics.ts';
import { SharpRenderer } from '../src/image/sharp-renderer.ts';
import { start } from './asked.ts';
import { Client, prepare } from './client.ts';
import { type Scenario, table } from './report.ts';
import { goal } from './rerank-calls.ts';
import type { ServerQuestions } from './server.ts';

const QUERY = `query ($text: String, $image: Upload) {
  search(text: $text, image: $image, topK: 9) { hits { product { id } } reranked { product { id } } }
}`;
const DRAWN = { width: 512, height: 512 };

interface Judged {
  readonly before: Quality;
  readonly after: Quality;
}

/** What the pocket reranker does to the first nine of held-out queries, asked through the whole server. */
export const pocket: Scenario = async ({ quick, data, print }) => {
  const catalog = demoCatalog();
  const count = quick ? 20 : 300;
  const renderer = new SharpRenderer();
  const server = await start<ServerQuestions>(new URL('./server.ts', import.meta.url), ['real'], { MARGAY_DATA: data });
  const client = new Client(await server.ask('url', null));
  const products = new Map(catalog.map((product) => [product.id, product]));
  const judge = async (query: DemoQuery): Promise<Judged> => {
    const picture = query.svg === undefined ? undefined : await renderer.draw(query.svg, DRAWN);
    const asking = { ...(query.text !== undefined && { text: query.text }), ...(picture && { picture }) };
    const { search } = (await client.post(prepare(QUERY, asking))).data;
    const total = catalog.filter((product) => query.relevant(product)).length;
    const of = (ranked: { product: { id: string } }[]) =>
      quality(
        ranked.map(({ product }) => query.relevant(products.get(product.id)!)),
        total,
      );
    return { before: of(search.hits), after: of(search.reranked) };
  };
  const tasks: { name: string; judged: Judged[] }[] = [];
  for (const { name, queries } of demoTasks(catalog, count)) {
    const judged: Judged[] = [];
    for (const query of queries) judged.push(await judge(query));
    tasks.push({ name, judged });
  }
  client.close();
  await server.end();
  await renderer.close();

  print(`The pocket reranker on held-out queries of the demo, ${count} a task, through the whole server`);
  const shown = [...tasks, { name: 'all', judged: tasks.flatMap(({ judged }) => judged) }];
  const heads = ['query', 'P@1 before', 'after', 'nDCG@9 before', 'after', 'helped', 'harmed'];
  for (const line of table([heads, ...shown.map(({ name, judged }) => [name, ...figures(judged)])])) print(line);
  print('  helped, harmed: share of queries whose first hit became right or wrong. Every task counts alike.');
  for (const [name, figure] of [
    ['P@1', 'first'],
    ['nDCG@9', 'ndcg'],
  ] as const) {
    const { difference, margin } = change(
      tasks.map(({ judged }) => judged),
      figure,
    );
    const told = `${difference >= 0 ? '+' : ''}${difference.toFixed(4)} +- ${margin.toFixed(4)} (95 %)`;
    print(`  mean ${name} over all tasks, after - before: ${told}; ${goal('not below retrieval', difference >= 0)}`);
  }
};

function figures(judged: readonly Judged[]): string[] {
  const of = (when: keyof Judged, figure: keyof Quality) => mean(judged.map((one) => one[when][figure])).toFixed(3);
  const moved = (by: number) => mean(judged.map(({ before, after }) => Number(after.first - before.first === by)));
  return [
    of('before', 'first'),
    of('after', 'first'),
    of('before', 'ndcg'),
    of('after', 'ndcg'),
    ...[moved(1), moved(-1)].map((share) => `${(100 * share).toFixed(1)} %`),
  ];
}

/** Mean of paired differences, all tasks alike, and half of its 95 % interval (normal approximation). */
function change(tasks: readonly (readonly Judged[])[], figure: keyof Quality) {
  const differences = tasks.map((judged) => judged.map(({ before, after }) => after[figure] - before[figure]));
  const means = differences.map(mean);
  const variances = differences.map((some, at) => mean(some.map((one) => (one - means[at]!) ** 2)) / some.length);
  return { difference: mean(means), margin: (1.96 * Math.sqrt(mean(variances) * variances.length)) / variances.length };
}
