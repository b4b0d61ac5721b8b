import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
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
 * Runs it, prints it and keeps what it printed. Asks until a rationale comes, `tries` times at most, each time by another picture, other words and another vision model:
 * one of random weights may well have nothing to say.
 * @returns whether one came.
 */
export async function wholeStack(options: StackOptions, tries: number): Promise<boolean> {
  const lines: string[] = [];
  const print = (line: string) => {
    lines.push(line);
    console.log(line);
  };
  print(`npm run stack, ${new Date().toISOString().slice(0, 16)}Z`);
  const cores = `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'})`;
  print(`Node ${process.version}, ${process.platform} ${process.arch}, ${cores}`);
  await using servers = await startServers(options, print);
  const client = new Client(`http://${servers.toGateway.address}`);
  try {
    await client.post(prepare(HITS, { text: 'warm', picture: (await drawings().next()).value }));
    print('Encoder and connections are warm: a search for hits ran before, by a drawing and other words.');
    const shots = await cameraShots();
    let found: Found | undefined;
    for (let number = 1; number <= tries && !found?.rationale; number++) {
      if (number > 1) await servers.reseed(number);
      found = await request(number, shotOf(shots, number), { client, servers, print });
    }
    print('');
    print(
      'proxy: bytes on the wire, by a TCP proxy before the server. clock: round the adapter within the gateway, which is',
    );
    print(
      'a process of its own; bytes are those of files, pixels and vectors. Steps may overlap; "between them" none runs.',
    );
    print('');
    print(found?.rationale ? 'The answer:' : `No rationale came in ${tries} requests. The last answer:`);
    if (found) for (const line of answerLines(found)) print(line);
    const results = join(options.root, 'bench/results');
    await mkdir(results, { recursive: true });
    await writeFile(join(results, 'stack.txt'), `${lines.join('\n')}\n`);
    return Boolean(found?.rationale);
  } finally {
    client.close();
  }
}

interface Asking {
  readonly client: Client;
  readonly servers: Servers;
  readonly print: (line: string) => void;
}

/** One request, and its table. */
async function request(number: number, { name, bytes }: Shot, { client, servers, print }: Asking): Promise<Found> {
  const { toGateway, toMilvus, toLlama } = servers;
  for (const proxy of [toGateway, toMilvus, toLlama]) proxy.take();
  await servers.steps();
  const text = `something like this, number ${number}`;
  const { data } = await client.post(prepare(QUERY, { text, picture: bytes }));
  await sleep(SETTLED_MS);
  const found: Found = data.search;
  const { status, fallback, repairs, calls } = found.rerank;
  const outcome = [status, fallback, ...repairs].filter(Boolean).join(' ');
  const came = found.rationale ? 'a rationale came' : 'no rationale came';
  print('');
  print(`Request ${number}: ${name} (${count(bytes.length)} bytes), vision model of seed ${number}.`);
  print(`${outcome}, ${calls} calls, ${came}.`);
  const seen = { client: toGateway.take(), milvus: toMilvus.take(), llama: toLlama.take() };
  for (const line of stepTable({ ...seen, steps: await servers.steps() })) print(line);
  return found;
}
