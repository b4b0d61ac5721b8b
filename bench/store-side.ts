// One store of npm run bench:store, in a process of its own so that its memory is its own.
//   forked with: milvus | lancedb; then sent what to measure
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { VectorStore } from '../src/retrieve/vector-store.ts';
import type { Engine } from './store-engine.ts';
import { type Inserts, insertInRounds } from './store-inserts.ts';
import { lanceEngine } from './store-lance.ts';
import { milvusEngine } from './store-milvus.ts';
import { askedVectors, idOf, rowOf, storedVectors, take } from './store-rows.ts';
import { type Sized, searchInRounds } from './store-searches.ts';
import type { Truth } from './store-truth.ts';

export interface Asked {
  readonly sizes: readonly number[];
  readonly truth: Truth;
  readonly queries: number;
  readonly quick: boolean;
}

/** A catalog of one size, measured. */
export interface Measured {
  readonly size: number;
  readonly index: string;
  /** Rows a second through the adapter while the catalog was filled. */
  readonly filled: number;
  /** Delay of the event loop meanwhile, p99, ms. */
  readonly delay: number;
  readonly optimized: number;
  /** Resident bytes once it is filled and optimized, together with the smaller catalogs. */
  readonly server: number;
  readonly ours: number;
  readonly alone: Sized['alone'];
  readonly rates: Sized['rates'];
  readonly recall: Sized['recall'];
}

export interface Answer {
  readonly name: string;
  readonly inserts: Inserts;
  readonly measured: readonly Measured[];
  /** Milliseconds of searches right after a write, for the first size. */
  readonly fresh: readonly number[];
  readonly emptyServer: number;
  readonly emptyOurs: number;
}

const { signal } = new AbortController();
/** Rows of one call while a catalog is filled. */
const FILL = 5_000;

async function measure(engine: Engine, { sizes, truth, queries, quick }: Asked): Promise<Answer> {
  const inserts = await insertInRounds(engine, quick ? 2 : 8, quick ? 2 : 5);
  note(`${engine.name}: inserts compared`);
  const emptyServer = engine.serverMemory();
  const emptyOurs = process.memoryUsage.rss();
  const all: (Sized & Omit<Measured, keyof Sized>)[] = [];
  for (const [place, size] of sizes.entries()) {
    const held = await engine.open(`of_${size}`);
    const { filled, delay } = await fill(held.store, size);
    const began = performance.now();
    await held.store.optimize({ signal });
    const optimized = performance.now() - began;
    const memory = { server: engine.serverMemory(), ours: process.memoryUsage.rss() };
    const index = await held.index();
    note(
      `${engine.name}: ${size} rows at ${filled.toFixed(0)} a second, optimized in ${(optimized / 1000).toFixed(1)} s; ${index}`,
    );
    const ids = truth[place]!.map((places) => places.map(idOf));
    const sized = { size, held, truth: ids, alone: [], rates: [], recall: { a: 0, b: 0 } };
    all.push({ ...sized, filled, delay, optimized, ...memory, index });
  }
  await sleep(engine.settleMs);
  const asked = take(queries, askedVectors());
  const how = quick ? { rounds: 4, each: 25, together: 64 } : { rounds: 12, each: 40, together: 160 };
  await searchInRounds(all, asked, how);
  const { held } = all[0]!;
  const [last] = take(1, askedVectors());
  await held.store.upsert([rowOf(last!, 9_999_999)], { signal });
  const fresh: number[] = [];
  for (const query of asked.slice(0, 20)) {
    const began = performance.now();
    await held.store.search([query], { topK: 10, columns: [], signal });
    fresh.push(performance.now() - began);
  }
  for (const { held } of all) await held.store.close();
  const measured = all.map(({ held: _, truth: __, ...rest }) => rest);
  return { name: engine.name, inserts, measured, fresh, emptyServer, emptyOurs };
}

async function fill(store: VectorStore, size: number): Promise<{ filled: number; delay: number }> {
  const vectors = storedVectors();
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  let took = 0;
  for (let place = 0; place < size; ) {
    const rows = take(Math.min(FILL, size - place), vectors).map((vector) => rowOf(vector, place++));
    histogram.enable();
    const began = performance.now();
    await store.upsert(rows, { signal });
    took += performance.now() - began;
    histogram.disable();
  }
  return { filled: (1000 * size) / took, delay: histogram.percentile(99) / 1e6 };
}

const note = (line: string) => process.send?.({ note: line });

const [, , store] = process.argv;
const [asked] = (await once(process, 'message')) as [Asked];
const engine = store === 'milvus' ? await milvusEngine() : await lanceEngine();
try {
  process.send?.({ answer: await measure(engine, asked) });
} finally {
  await engine.close();
  process.disconnect();
}
