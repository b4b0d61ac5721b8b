// The nearest neighbors for npm run bench:store, found by comparing everything with everything, in a process that gives its memory back.
//   forked with: sizes, ascending, and the number of queries
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Nearest } from './store-nearest.ts';
import { askedVectors, DIMENSIONS, storedVectors, take } from './store-rows.ts';

/** For each size of the catalog and each query the places of the nearest vectors. */
export type Truth = readonly (readonly number[])[][];

const THREADS = 2;
/** Vectors compared before more are drawn. */
const BLOCK = 50_000;

if (isMainThread) {
  const [, , sizes, queries] = process.argv;
  process.send?.({ answer: await truth(JSON.parse(sizes!), Number(queries)) });
  process.disconnect();
} else {
  const nearest = new Nearest(workerData as Float32Array[]);
  parentPort!.on('message', (block: Float32Array) => {
    nearest.add(block);
    parentPort!.postMessage(nearest.places());
  });
}

async function truth(sizes: readonly number[], queries: number): Promise<Truth> {
  const asked = take(queries, askedVectors());
  const threads = Array.from(
    { length: THREADS },
    (_, thread) =>
      new Worker(new URL(import.meta.url), { workerData: asked.filter((_, query) => query % THREADS === thread) }),
  );
  const stored = storedVectors();
  const found: number[][][] = [];
  let count = 0;
  for (const size of sizes)
    for (; count < size; ) {
      const length = Math.min(BLOCK, size - count);
      const block = new Float32Array(new SharedArrayBuffer(4 * length * DIMENSIONS));
      for (let place = 0; place < length; place++) block.set(stored.next().value, place * DIMENSIONS);
      count += length;
      const answers = threads.map((thread) => once(thread, 'message') as Promise<[number[][]]>);
      for (const thread of threads) thread.postMessage(block);
      const parts = (await Promise.all(answers)).map(([places]) => places);
      if (count === size) found.push(asked.map((_, query) => parts[query % THREADS]![Math.floor(query / THREADS)]!));
    }
  for (const thread of threads) await thread.terminate();
  return found;
}
