import { start } from './asked.ts';
import { Client, prepare } from './client.ts';
import { type Asking, drawings, text } from './queries.ts';
import { interval, type Scenario, spread, table } from './report.ts';
import type { ServerQuestions } from './server.ts';
import { type Round, ratio } from './statistics.ts';

const HITS = 'hits { rank score product { id title category price } }';
const search = (fields: string) =>
  `query ($text: String, $image: Upload) { search(text: $text, image: $image) { ${fields} } }`;
const PLAIN = search(HITS);
const RERANKED = search(`${HITS} reranked { position reason product { id title category price } } rationale`);
const DEFERRED = search(`${HITS} ... @defer { rationale }`);

const EACH = 5;
const MULTIPART = 'multipart/mixed; deferSpec=20220824, application/json';

/** What `reranked` adds with pocket, and whether @defer brings the hits before a slow reranker is done. */
export const rerank: Scenario = async ({ quick, data, print }) => {
  const drawn = drawings();
  const joint = async (): Promise<Asking> => ({ text: text(), picture: (await drawn.next()).value });

  const pocket = await measure('real', RERANKED, 'application/json', 'ms', quick ? 2 : 12, data, joint);
  print(`Joint search with reranked, reasons and rationale (pocket) against without, ms, ${pocket.length * EACH} each`);
  print_(pocket, 'with reranked', 'without');

  const slow = await measure('slow-reranker', DEFERRED, MULTIPART, 'firstMs', quick ? 1 : 3, data, joint);
  print('');
  print(
    `Time to the first hit under @defer { rationale }, a reranker of 800 ms, against no pass at all, ms, ${slow.length * EACH} each`,
  );
  print_(slow, 'first part', 'no pass');

  function print_(rounds: readonly Round[], a: string, b: string): void {
    const rows = [
      ['', 'p50 / p95', 'ratio of p50'],
      [a, spread(rounds.flatMap((round) => round.a)), interval(ratio(rounds))],
      [b, spread(rounds.flatMap((round) => round.b)), ''],
    ];
    for (const line of table(rows)) print(line);
  }
};

async function measure(
  mode: 'real' | 'slow-reranker',
  query: string,
  accept: string,
  what: 'ms' | 'firstMs',
  rounds: number,
  data: string,
  next: () => Promise<Asking>,
): Promise<Round[]> {
  const server = await start<ServerQuestions>(new URL('./server.ts', import.meta.url), [mode], { MARGAY_DATA: data });
  const client = new Client(await server.ask('url', null));
  const found: Round[] = [];
  for (let round = -1; round < rounds; round++) {
    const a: number[] = [];
    const b: number[] = [];
    for (let place = 0; place < EACH; place++) {
      a.push((await client.post(prepare(query, await next(), accept)))[what]);
      b.push((await client.post(prepare(PLAIN, await next()))).ms);
    }
    if (round >= 0) found.push({ a, b });
  }
  client.close();
  await server.end();
  return found;
}
