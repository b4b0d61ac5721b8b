import { start } from './asked.ts';
import { Client, prepare } from './client.ts';
import { atOnce } from './load.ts';
import { text } from './queries.ts';
import { interval, type Scenario, table } from './report.ts';
import type { ServerQuestions } from './server.ts';
import { median, type Round, ratio } from './statistics.ts';

const QUERY = `query ($text: String, $image: Upload, $topK: Int! = 9) {
  search(text: $text, image: $image, topK: $topK) { hits { rank score product { id title category price } } }
}`;

const ROUNDS = 20;
const EACH = 100;
const AT_ONCE = 4;

/** CPU of the server's process for one search, encoder and store answering at once, beside a server that does nothing else. */
export const ownCost: Scenario = async ({ quick, data, print }) => {
  const entry = new URL('./server.ts', import.meta.url);
  const servers = [];
  for (const mode of ['noop', 'bare-http'] as const) {
    const server = await start<ServerQuestions>(entry, [mode], { MARGAY_DATA: `${data}-noop` });
    servers.push({ server, client: new Client(await server.ask('url', null)) });
  }
  const rounds: Round[] = [];
  const counted = quick ? 4 : ROUNDS;
  const warmUp = 5;
  for (let round = -warmUp; round < counted; round++) {
    const sides: number[][] = [];
    for (const { server, client } of servers) {
      const requests = Array.from({ length: EACH }, () => prepare(QUERY, { text: text() }));
      await server.ask('cpu', null);
      await atOnce(AT_ONCE, requests, async (request) => void (await client.post(request)));
      sides.push([(await server.ask('cpu', null)) / EACH]);
    }
    if (round >= 0) rounds.push({ a: sides[0]!, b: sides[1]! });
  }
  const found = ratio(rounds);
  const each = rounds.map(({ a }) => a[0]!);
  print(
    `The gateway's own CPU per search, us: no-op encoder and store, 9 hits x 6 fields, ${counted * EACH} searches a side; goal <= 1,000`,
  );
  for (const line of table([
    ['', 'median of rounds', 'best round', 'worst round'],
    ['gateway', found.a.toFixed(0), Math.min(...each).toFixed(0), Math.max(...each).toFixed(0)],
    ['bare node:http + JSON', found.b.toFixed(0), '', ''],
    ['difference', (median(each) - found.b).toFixed(0), '', ''],
    ['ratio', interval(found), '', ''],
  ]))
    print(line);
  for (const { server, client } of servers) {
    client.close();
    await server.end();
  }
};
