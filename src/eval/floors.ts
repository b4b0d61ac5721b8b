import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ProductId } from '../catalog/product.ts';
import { MargayError } from '../errors.ts';
import type { LabelledQuery } from './labelled.ts';
import { mean } from './metrics.ts';

/** Shares of queries with a right answer at the first place and among the first ten, of something that knows less than an encoder. */
export interface Floor {
  readonly first: number;
  readonly ten: number;
}

export interface Floors {
  /** Of random orders. */
  readonly chance: Floor | undefined;
  /** Of color histograms of the query's picture, text ignored. */
  readonly histogram: Floor | undefined;
  /** Of a hash of the query's gray structure, neither color nor text; over both splits. */
  readonly structure: Floor | undefined;
}

/** Finds the floors of a task's eval split; those of a view where there are any. */
export type FloorsOf = (task: string, source: string, view: string | undefined) => Floors;

const Share = z.number().min(0).max(1).optional();
const Baselines = z.object({
  tasks: z.record(z.string(), z.object({ 'chance@1': Share, 'chance@10': Share, 'hist@1': Share, 'hist@10': Share })),
  structure_only: z.record(z.string(), z.object({ 'dhash@1': Share, 'dhash@10': Share })).default({}),
});

/** A data folder's baselines.json; without one, no floors. @throws MargayError BAD_INPUT where it can't be read. */
export async function floorsOf(folder: string): Promise<FloorsOf> {
  const text = await readFile(join(folder, 'baselines.json'), 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return '{"tasks": {}}';
    throw new MargayError('BAD_INPUT', "baselines.json can't be read.", { cause });
  });
  let parsed: z.infer<typeof Baselines>;
  try {
    parsed = Baselines.parse(JSON.parse(text));
  } catch {
    throw new MargayError('BAD_INPUT', 'baselines.json is not of the form that its README.md describes.');
  }
  return (task, source, view) => {
    const shares = parsed.tasks[`${task}/${source}/eval`];
    const hashed = parsed.structure_only[view === undefined ? `${task}/${source}` : `${task}/${source}/${view}`];
    return {
      chance: floor(shares?.['chance@1'], shares?.['chance@10']),
      histogram: floor(shares?.['hist@1'], shares?.['hist@10']),
      structure: floor(hashed?.['dhash@1'], hashed?.['dhash@10']),
    };
  };
}

/**
 * The floor of random orders, computed: a query's share is the probability that one of what is right is among the first k of all that are ranked
 * (hypergeometric).
 * @param products ids of all there are.
 */
export function chanceOf(queries: readonly LabelledQuery[], products: readonly ProductId[]): Floor {
  const of = ({ relevant, exclude }: LabelledQuery, k: number) => {
    const ranked = products.filter((id) => !exclude.has(id));
    const grades = ranked.map((id) => relevant.get(id) ?? 0);
    const best = Math.max(1, ...grades);
    const wrong = grades.filter((grade) => grade !== best).length;
    let missed = 1;
    for (let place = 0; place < Math.min(k, ranked.length); place += 1)
      missed *= Math.max(0, wrong - place) / (ranked.length - place);
    return 1 - missed;
  };
  return { first: mean(queries.map((query) => of(query, 1))), ten: mean(queries.map((query) => of(query, 10))) };
}

const floor = (first: number | undefined, ten: number | undefined): Floor | undefined =>
  first === undefined || ten === undefined ? undefined : { first, ten };
