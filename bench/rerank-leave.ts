import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { prepare } from './client.ts';
import { text } from './queries.ts';
import type { Scenario } from './report.ts';
import { goal } from './rerank-calls.ts';
import { startModeled } from './rerank-model.ts';
import { median } from './statistics.ts';

const QUERY = 'query ($text: String) { search(text: $text) { rationale } }';
const MOST_MS = 100;

/** From a client's disconnect to the moment that the model's server sees its call closed. */
export const leave: Scenario = async ({ quick, data, print }) => {
  await using modeled = await startModeled(data);
  const { model, url } = modeled;
  model.delayMs = 60_000;
  const taken: number[] = [];
  for (let round = 0; round < (quick ? 5 : 50); round++) {
    const { body, headers } = prepare(QUERY, { text: text() });
    const client = new AbortController();
    const { signal } = client;
    const asked = model.asked.length;
    const aborted = model.aborted;
    const left = fetch(`${url}/graphql`, { method: 'POST', headers, body: new Uint8Array(body), signal }).catch(
      () => {},
    );
    while (model.asked.length === asked) await wait(5);
    const started = performance.now();
    client.abort();
    while (model.aborted === aborted) await turn();
    taken.push(performance.now() - started);
    await left;
  }
  const most = Math.max(...taken);
  print(`A client leaves: ms until its call to the model is closed, ${taken.length} times`);
  print(
    `  median ${median(taken).toFixed(1)}, most ${most.toFixed(1)}; ${goal(`most <= ${MOST_MS}`, most <= MOST_MS)}`,
  );
};
