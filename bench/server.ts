// The gateway as `npm start` runs it, in a process that also answers what it cost: its CPU, its memory, the delay of its event loop.
//   forked with one of: real | slow-reranker | noop | bare-http, and with settings as JSON
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Adapters, createApp, serve } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { demoSource } from '../src/demo/source.ts';
import { ingest } from '../src/ingest/indexer.ts';
import { PocketReranker } from '../src/rerank/pocket-reranker.ts';
import type { Reranker } from '../src/rerank/reranker.ts';
import { openCatalog, stampOf } from '../src/served-catalog.ts';
import { answer } from './asked.ts';
import { bareHits, NoopEncoder, NoopStores } from './noop.ts';

export type ServerMode = 'real' | 'slow-reranker' | 'noop' | 'bare-http';

export type ServerQuestions = {
  url: { ask: null; answer: string };
  /** CPU of this process alone since the last question, in microseconds. */
  cpu: { ask: null; answer: number };
  /** Resident bytes of this process and its children. */
  memory: { ask: null; answer: { own: number; tree: number } };
  /** Starts watching the event loop. */
  watch: { ask: null; answer: null };
  /** What was seen since, in milliseconds. */
  delay: { ask: null; answer: { p50: number; p99: number; max: number } };
  /** How many errors were reported as ours since the last question. */
  reported: { ask: null; answer: number };
  /** Draws and indexes so many products into a catalog of its own, which is dropped again. */
  ingest: { ask: number; answer: null };
};

/** What the slow reranker takes, in milliseconds. */
const SLOW = 800;
const BENCH = 'bench';

class SlowReranker extends PocketReranker {
  override async rank(...[query, candidates, wanted, options]: Parameters<Reranker['rank']>) {
    await sleep(SLOW, undefined, options);
    return super.rank(query, candidates, wanted, options);
  }
}

const mode = process.argv[2] as ServerMode;
const settings: Readonly<Record<string, string>> = JSON.parse(process.argv[3] ?? '{}');
let reported = 0;
const { url, close, fill } = mode === 'bare-http' ? await bareHttp() : await gateway();
const delay = monitorEventLoopDelay({ resolution: 1 });
let spent = process.cpuUsage();

answer<ServerQuestions>(
  {
    url: async () => url,
    cpu: async () => {
      const { user, system } = process.cpuUsage(spent);
      spent = process.cpuUsage();
      return user + system;
    },
    memory: async () => ({ own: process.memoryUsage.rss(), tree: treeMemory() }),
    watch: async () => {
      delay.reset();
      delay.enable();
      return null;
    },
    delay: async () => {
      delay.disable();
      const ms = (nanoseconds: number) => nanoseconds / 1e6;
      return { p50: ms(delay.percentile(50)), p99: ms(delay.percentile(99)), max: ms(delay.max) };
    },
    reported: async () => {
      const count = reported;
      reported = 0;
      return count;
    },
    ingest: async (count) => {
      await fill(count);
      return null;
    },
  },
  close,
);

async function gateway() {
  const stop = new AbortController();
  const config = readConfig({ PORT: '0', MARGAY_DATA: process.env.MARGAY_DATA!, ...settings });
  const app = await createApp(config, stop.signal, given());
  const catalog = await openCatalog(app, () => () => {});
  const server = await serve(app, catalog, (error) => {
    reported++;
    // A vision model that fails is what its benchmark asks for.
    if (settings.RERANK_URL === undefined) console.error(error);
  });
  return {
    url: server.url,
    async fill(count: number) {
      const options = { signal: stop.signal };
      const store = await app.stores.open({ ...stampOf(app, BENCH) }, options);
      const { items } = demoSource(app.renderer);
      const some = { total: count, items: () => Iterator.from(items()).take(count) };
      await ingest(some, { ...app, store }, { definition: app.definition, embed: 'image', ...options });
      await store.close();
      await app.stores.drop(BENCH, options);
    },
    async close() {
      stop.abort();
      await server.close(0);
      await app.close();
    },
  };
}

function given(): Partial<Adapters> {
  if (mode === 'noop') return { encoder: new NoopEncoder(), stores: new NoopStores() };
  return mode === 'slow-reranker' ? { reranker: new SlowReranker() } : {};
}

/** The least a server can do: read the JSON, write the hits. */
async function bareHttp() {
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const { variables } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      const body = JSON.stringify({ data: { search: { hits: bareHits(variables.topK ?? 9) } } });
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    fill: () => Promise.reject(new Error('There is no catalog here.')),
    close: async () => server.closeAllConnections(),
  };
}

/** Linux tells what children hold; elsewhere it is this process alone. */
function treeMemory(): number {
  if (process.platform !== 'linux') return process.memoryUsage.rss();
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => new RegExp(`^PPid:\\s+${process.pid}$`, 'm').test(status(pid)));
  return [String(process.pid), ...children].reduce(
    (sum, pid) => sum + 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(status(pid))?.[1] ?? 0),
    0,
  );
}

function status(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
