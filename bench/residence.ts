import { start } from './asked.ts';
import { Client, prepare } from './client.ts';
import { atOnce } from './load.ts';
import { drawings, text } from './queries.ts';
import { megabytes, number, type Scenario, table } from './report.ts';
import type { ServerQuestions } from './server.ts';
import { slope } from './statistics.ts';

const QUERY = `query ($text: String, $image: Upload) {
  search(text: $text, image: $image) { hits { rank score product { id title category price } } }
}`;
const AT_ONCE = 16;

/** How long the event loop is held while the model works. */
export const eventLoop: Scenario = async ({ quick, data, print }) => {
  const server = await start<ServerQuestions>(new URL('./server.ts', import.meta.url), ['real'], { MARGAY_DATA: data });
  const client = new Client(await server.ask('url', null));
  const drawn = drawings();
  const searches = quick ? 64 : 400;
  const products = quick ? 30 : 200;
  const joint = async (count: number) => {
    const requests = [];
    for (let place = 0; place < count; place++)
      requests.push(prepare(QUERY, { text: text(), picture: (await drawn.next()).value }));
    return requests;
  };
  const load = async (count: number) => {
    const requests = await joint(count);
    return () => atOnce(AT_ONCE, requests, async (request) => void (await client.post(request)));
  };
  await (await load(200))();

  const rows = [['while', 'p50', 'p99', 'max']];
  const watch = async (what: string, work: () => Promise<unknown>) => {
    await server.ask('watch', null);
    await work();
    const { p50, p99, max } = await server.ask('delay', null);
    rows.push([what, number(p50), number(p99), number(max)]);
  };
  await watch('nothing happens (1 s)', () => new Promise((resolve) => setTimeout(resolve, 1_000)));
  await watch(`${searches} joint searches, ${AT_ONCE} at once`, await load(searches));
  await watch(`${products} drawn products are indexed`, () => server.ask('ingest', products));
  print("Delay of the server's event loop, ms (timer of 1 ms included); goal p99 < 20");
  for (const line of table(rows)) print(line);
  client.close();
  await server.end();
};

/** Resident memory of the server and its children over thousands of searches. */
export const memory: Scenario = async ({ quick, data, print }) => {
  const server = await start<ServerQuestions>(new URL('./server.ts', import.meta.url), ['real'], { MARGAY_DATA: data });
  const client = new Client(await server.ask('url', null));
  const drawn = drawings();
  const step = quick ? 50 : 500;
  const points: [searches: number, tree: number][] = [];
  const rows = [['searches', 'server, MB', 'server and children, MB']];
  const note = async (searches: number) => {
    const { own, tree } = await server.ask('memory', null);
    points.push([searches, tree]);
    if (searches <= 2 * step || searches % (2 * step) === 0)
      rows.push([String(searches), megabytes(own), megabytes(tree)]);
  };
  await note(0);
  for (let searches = step; searches <= 10 * step; searches += step) {
    // One in ten brings a picture.
    const requests = [];
    for (let place = 0; place < step; place++)
      requests.push(prepare(QUERY, { text: text(), ...(place % 10 === 0 && { picture: (await drawn.next()).value }) }));
    await atOnce(AT_ONCE, requests, async (request) => void (await client.post(request)));
    await note(searches);
  }
  print(`Memory, resident, over searches of which one in ten brings a picture`);
  for (const line of table(rows)) print(line);
  // Caches and heaps fill up first: growth that stays is what the later half shows.
  const late = slope(points.filter(([searches]) => searches >= 5 * step));
  print(`  slope over the later half: ${((late * 1_000) / 2 ** 20).toFixed(1)} MB per 1,000 searches`);
  client.close();
  await server.end();
};
