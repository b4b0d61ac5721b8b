import { type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Prepared, prepare } from './client.ts';
import { interval, type Scenario, spread, table } from './report.ts';
import { goal } from './rerank-calls.ts';
import { startModeled } from './rerank-model.ts';
import { Drawings } from './rerank-pictures.ts';
import { type Round, ratio } from './statistics.ts';

const HITS = 'hits { rank score product { id title category price } }';
const search = (fields: string) =>
  `query ($text: String, $image: Upload) { search(text: $text, image: $image) { ${fields} } }`;
const PLAIN = search(HITS);
const DEFERRED = search(
  `${HITS} ... @defer { rationale reranked { position reason product { id } } rerank { status } }`,
);
const MULTIPART = 'multipart/mixed; deferSpec=20220824, application/json';

/** What the model takes for every call, ms: a caption and a ranking make ten seconds. */
const MODEL_MS = 5_000;
const EACH = 5;
/** After a client left, until what was begun for it has ended, ms: the other side must not pay for it. */
const QUIET_MS = 500;
const WARM_UP = 40;
const MOST = 1.2;

/** Whether hits come at once although the model takes five seconds. */
export const defer: Scenario = async ({ quick, data, print }) => {
  await using modeled = await startModeled(data);
  await using drawn = new Drawings();
  const next = async (query: string, accept?: string) => prepare(query, await drawn.asking(), accept);
  for (let count = 0; count < WARM_UP; count++) await firstHit(modeled.url, await next(PLAIN));
  modeled.model.delayMs = MODEL_MS;
  const rounds: Round[] = [];
  // The first round warms up what only the deferred side has.
  for (let round = -1; round < (quick ? 2 : 12); round++) {
    const a: number[] = [];
    const b: number[] = [];
    for (let place = 0; place < EACH; place++) {
      const deferred = async () => a.push((await firstHit(modeled.url, await next(DEFERRED, MULTIPART))).ms);
      const plain = async () => b.push((await firstHit(modeled.url, await next(PLAIN))).ms);
      for (const side of (round + place) % 2 ? [plain, deferred] : [deferred, plain]) {
        await side();
        await sleep(QUIET_MS);
      }
    }
    if (round >= 0) rounds.push({ a, b });
  }
  const compared = ratio(rounds);
  print(
    `Time to the first hit under @defer { rationale reranked { reason } }, a model that takes 5 s a call, against no pass, ms, ${rounds.length * EACH} each`,
  );
  const rows = [
    ['', 'p50 / p95', 'ratio of p50'],
    ['deferred', spread(rounds.flatMap(({ a }) => a)), interval(compared)],
    ['no pass', spread(rounds.flatMap(({ b }) => b)), ''],
  ];
  for (const line of table(rows)) print(line);
  print('  A connection each; the client leaves after the hits. Brackets: 95 % of a bootstrap over rounds.');
  const whole = [];
  for (let count = 0; count < (quick ? 1 : 2); count++) {
    const { text: body, ms } = await toTheEnd(modeled.url, await next(DEFERRED, MULTIPART));
    whole.push({
      ms,
      reasons: body.match(/"reason":"[^"]+"/g)?.length ?? 0,
      status: /"status":"(\w+)"/.exec(body)?.[1],
    });
  }
  for (const { ms, reasons, status } of whole)
    print(
      `  To the end: ${(ms / 1000).toFixed(1)} s for the caption and then the ranking, ${status}, ${reasons} reasons`,
    );
  print(
    `  ${goal('ratio <= 1.20', compared.ratio <= MOST)}; ${goal(
      'reasons come',
      whole.every(({ reasons }) => reasons === 9),
    )}`,
  );
};

/** To the part of the answer that has the hits, in milliseconds; then the client leaves. */
async function firstHit(url: string, prepared: Prepared): Promise<{ ms: number }> {
  const began = performance.now();
  const response = await post(url, prepared);
  let body = '';
  for await (const chunk of response) {
    body += chunk;
    if (body.includes('"errors"')) break;
    if (body.includes('"rank":9')) return { ms: performance.now() - began };
  }
  throw new Error(`No hits: ${body.slice(0, 500)}`);
}

async function toTheEnd(url: string, prepared: Prepared): Promise<{ text: string; ms: number }> {
  const began = performance.now();
  let body = '';
  for await (const chunk of await post(url, prepared)) body += chunk;
  return { text: body, ms: performance.now() - began };
}

/** A connection of its own, which the loop over the body closes where it is left. */
const post = (url: string, { body, headers }: Prepared) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    const options = { method: 'POST', agent: false, headers: { ...headers, 'content-length': body.length } };
    request(`${url}/graphql`, options, (response) => resolve(response.setEncoding('utf8')))
      .on('error', reject)
      .end(body);
  });
