import { parentPort } from 'node:worker_threads';
import { type Plan, scaled } from './exact-scaling.ts';

/** The thread of exact-resizer.ts. One picture at a time: `rgb` has the pixels of the plan's region and nothing else. */
export interface ExactTask {
  readonly rgb: Uint8Array<ArrayBuffer>;
  readonly plan: Plan;
}

/** The pixels of the window. */
export type ExactAnswer = Uint8Array<ArrayBuffer>;

parentPort?.on('message', ({ rgb, plan }: ExactTask) => {
  const answer: ExactAnswer = scaled(rgb, plan);
  parentPort?.postMessage(answer, [answer.buffer]);
});
