import { availableParallelism } from 'node:os';
import { start } from './asked.ts';
import type { BareQuestions, BlockResult } from './bare.ts';
import { Client, prepare } from './client.ts';
import { atOnce } from './load.ts';
import { type Asking, drawings, hasPhotos, phonePhotos, text } from './queries.ts';
import { interval, number, type Scenario, spread, table } from './report.ts';
import type { ServerQuestions } from './server.ts';
import { type Ratio, type Round, ratio } from './statistics.ts';

const QUERY = `query ($text: String, $image: Upload) {
  search(text: $text, image: $image, topK: 9) {
    hits { rank score product { id title category price } image { id width height } }
  }
}`;

interface Kind {
  readonly name: string;
  readonly rounds: number;
  /** Queries a round for either side, at 1 and at 16 at once. */
  readonly each: readonly [one: number, sixteen: number];
  readonly next: () => Promise<Asking>;
}

/** Queries that either side answers before anything is measured. */
const WARM_UP = { texts: 400, pictures: 100 };

/** The gateway over HTTP against the same work by hand, in alternating blocks. */
export const sideBySide: Scenario = async ({ quick, data, print }) => {
  // As app.ts chooses for the gateway's encoder.
  const threads = String(Math.min(2, Math.max(1, Math.floor(availableParallelism() / 2))));
  const env = { MARGAY_DATA: data };
  const gateway = await start<ServerQuestions>(new URL('./server.ts', import.meta.url), ['real'], env);
  const bare = await start<BareQuestions>(new URL('./bare.ts', import.meta.url), [threads], env);
  const client = new Client(await gateway.ask('url', null));
  const drawn = drawings();
  const picture = async () => (await drawn.next()).value;
  const photos = await phonePhotos(quick ? 4 : 12);
  let photo = 0;
  const kinds: Kind[] = [
    { name: 'text', rounds: 16, each: [12, 64], next: async () => ({ text: text() }) },
    { name: 'picture', rounds: 14, each: [6, 32], next: async () => ({ picture: await picture() }) },
    { name: 'joint', rounds: 14, each: [6, 32], next: async () => ({ text: text(), picture: await picture() }) },
    {
      name: '12 MP photo',
      rounds: 4,
      each: [2, 4],
      next: async () => ({ text: text(), picture: photos[photo++ % photos.length]! }),
    },
  ];

  const ask = async (queries: readonly Asking[], concurrency: number): Promise<BlockResult> => {
    const prepared = queries.map((query) => prepare(QUERY, query));
    const latencies: number[] = [];
    const first: string[] = [];
    const started = performance.now();
    await atOnce(concurrency, prepared, async (request, place) => {
      const { ms, data } = await client.post(request);
      latencies[place] = ms;
      first[place] = data.search.hits[0].product.id;
    });
    return { latencies, seconds: (performance.now() - started) / 1000, first };
  };

  // Until the machine code of the whole path is made, the gateway takes several times as long.
  for (const [count, next] of [
    [WARM_UP.texts, kinds[0]!.next],
    [WARM_UP.pictures, kinds[2]!.next],
  ] as const) {
    const queries = await Promise.all(Array.from({ length: count }, next));
    await ask(queries, 4);
    await bare.ask('block', { queries, concurrency: 4 });
  }

  const rows = [
    [
      'query',
      'at once',
      'n each',
      'gateway p50 / p95',
      'bare p50 / p95',
      'ratio of p50',
      'gateway /s',
      'bare /s',
      'ratio of /s',
      'same first hit',
    ],
  ];
  for (const { name, rounds, each, next } of kinds)
    for (const [place, concurrency] of [1, 16].entries()) {
      const sides: { gateway: BlockResult; bare: BlockResult }[] = [];
      const count = quick ? 2 : rounds;
      // The first round warms both sides up and is not counted.
      for (let round = -1; round < count; round++) {
        const queries = await Promise.all(Array.from({ length: each[place]! }, next));
        const byHand = () => bare.ask('block', { queries, concurrency });
        const bareFirst = round % 2 ? await byHand() : undefined;
        const gatewaySide = await ask(queries, concurrency);
        const side = { gateway: gatewaySide, bare: bareFirst ?? (await byHand()) };
        if (round >= 0) sides.push(side);
      }
      rows.push(row(name, concurrency, sides));
    }
  print('Gateway over HTTP against bare encoder + bare store, ms; goals: ratio of p50 <= 1.25, of throughput >= 0.8');
  for (const line of table(rows)) print(line);
  print(
    '  gateway: the whole server (LanceDB, demo catalog, pocket), the client in a process of its own; bare: sharp, onnxruntime-node and',
  );
  print(
    `  @lancedb/lancedb by hand, called in one process, the model in its main thread. After a warm-up (${WARM_UP.texts} texts, ${WARM_UP.pictures} pictures) rounds alternate (A B, B A);`,
  );
  print(
    '  brackets: 95 % of a bootstrap over rounds. Every text is distinct; the 512 px drawings are distinct in pixels, so no cache has them.',
  );
  print(
    `  12 MP photo: beside words; ${photos.length} of ${hasPhotos ? 'a camera photo enlarged' : 'a drawing enlarged'} to 4032 x 3024, each asked more than once: the gateway may have the image tokens cached, but always decodes.`,
  );
  print(
    "  By hand the picture is cropped while it is resized, to pixels that are not quite those of the model's own preprocessing: another first hit now and then.",
  );
  client.close();
  await gateway.end();
  await bare.end();
};

function row(
  name: string,
  concurrency: number,
  sides: readonly { gateway: BlockResult; bare: BlockResult }[],
): string[] {
  const all = (side: 'gateway' | 'bare') => sides.flatMap((round) => round[side].latencies);
  const latency = ratio(sides.map(({ gateway, bare }): Round => ({ a: gateway.latencies, b: bare.latencies })));
  const rate = ({ latencies, seconds }: BlockResult) => [latencies.length / seconds];
  const throughput: Ratio = ratio(sides.map(({ gateway, bare }): Round => ({ a: rate(gateway), b: rate(bare) })));
  const pairs = sides.flatMap(({ gateway, bare }) => gateway.first.map((id, place) => id === bare.first[place]));
  return [
    name,
    String(concurrency),
    String(all('gateway').length),
    spread(all('gateway')),
    spread(all('bare')),
    interval(latency),
    number(throughput.a),
    number(throughput.b),
    interval(throughput),
    `${pairs.filter(Boolean).length} of ${pairs.length}`,
  ];
}
