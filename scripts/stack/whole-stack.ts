import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, prepare } from '../../bench/client.ts';
import { drawings } from '../../bench/queries.ts';
import { answerLines, type Found, QUERY } from './answer.ts';
import { cameraShots, type Shot, shotOf } from './pictures.ts';
import { type Servers, type StackOptions, startServers } from './servers.ts';
import { count, stepTable } from './table.ts';

const HITS = 'query ($text: String, $image: Upload) { search(text: $text, image: $image) { hits { product { id } } } }';
/** What the gateway and the proxies write down when the answer has come already, in milliseconds. */
const SETTLED_MS = 200;

/**
 * Runs it, prints it and keeps what it printed. Asks until a rationale comes, `tries` times at most, each time by another picture and other words: most of what a model of
 * random weights writes is dropped, since it looks like markup or links.
 * @param ends gets what ends each part.
 * @returns whether a rationale came.
 */
export async function wholeStack(options: StackOptions, tries: number, ends: AsyncDisposableStack): Promise<boolean> {
  const lines: string[] = [];
  const print = (line: string) => {
    lines.push(line);
    console.log(line);
  };
  print(`npm run stack, ${new Date().toISOString().slice(0, 16)}Z`);
  const cores = `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'})`;
  print(`Node ${process.version}, ${process.platform} ${process.arch}, ${cores}, load ${loadavg()[0]!.toFixed(1)}`);
  const servers = await startServers(options, ends, print);
  const client = ends.adopt(new Client(`http://${servers.toGateway.address}`), async (one) => one.close());
  await client.post(prepare(HITS, { text: 'warm', picture: (await drawings().next()).value }));
  print('Encoder and connections are warm: a search for hits ran before, by a drawing and other words.');
  print('');
  const shots = await cameraShots();
  let asked: Asked | undefined;
  for (let number = 1; number <= tries && !asked?.found.rationale; number++) {
    asked = await request(number, shotOf(shots, number), client, servers);
    print(asked.line);
  }
  print('');
  print('The last of them, step by step:');
  for (const line of asked?.table ?? []) print(line);
  print(
    '  proxy: bytes on the wire, by a TCP proxy before the server. clock: round the adapter within the gateway, which is',
  );
  print(
    '  a process of its own; bytes are those of files, pixels and vectors. Steps may overlap; "between them" none runs.',
  );
  print('');
  print(asked?.found.rationale ? 'Its answer:' : `No rationale came in ${tries} requests. Its answer:`);
  if (asked) for (const line of answerLines(asked.found)) print(line);
  const results = join(options.root, 'bench/results');
  await mkdir(results, { recursive: true });
  await writeFile(join(results, 'stack.txt'), `${lines.join('\n')}\n`);
  return Boolean(asked?.found.rationale);
}

interface Asked {
  readonly found: Found;
  /** What was sent and what became of it. */
  readonly line: string;
  readonly table: readonly string[];
}

async function request(number: number, { name, bytes }: Shot, client: Client, servers: Servers): Promise<Asked> {
  const { toGateway, toMilvus, toLlama } = servers;
  for (const proxy of [toGateway, toMilvus, toLlama]) proxy.take();
  await servers.steps();
  const text = `something like this, number ${number}`;
  const { data, ms } = await client.post(prepare(QUERY, { text, picture: bytes }));
  await sleep(SETTLED_MS);
  const found: Found = data.search;
  const { status, fallback, repairs, calls } = found.rerank;
  const outcome = [status, fallback, ...repairs].filter(Boolean).join(' ');
  const sent = `Request ${number}: ${name}, ${count(bytes.length)} bytes, "${text}"`;
  const came = found.rationale ? 'a rationale' : 'no rationale';
  const seen = { client: toGateway.take(), milvus: toMilvus.take(), llama: toLlama.take() };
  return {
    found,
    line: `${sent}: ${outcome}; ${calls} calls, ${ms.toFixed(0)} ms, ${came}`,
    table: stepTable({ ...seen, steps: await servers.steps() }),
  };
}
