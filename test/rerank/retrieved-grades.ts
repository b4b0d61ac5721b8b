import { readFileSync } from 'node:fs';

/** What retrieval found for one query of the demo's evaluation. */
export interface RetrievedList {
  readonly task: string;
  /** Of the nine in retrieval order: 3 answers the query; 0 to 2 is how many of the kind, print and color asked for are met. */
  readonly grades: readonly number[];
  /** How many products of the catalog answer it, 1 and up. */
  readonly relevant: number;
}

/**
 * At least `count` real retrieval results of the pocket encoder, from every task alike, written by scripts/retrieved-grades.ts to
 * retrieved-grades.json beside this file: for each task its lists as `GRADES/RELEVANT`, separated by blanks.
 */
export function retrievedLists(count: number): RetrievedList[] {
  const { tasks } = JSON.parse(readFileSync(new URL('./retrieved-grades.json', import.meta.url), 'utf8')) as {
    tasks: Record<string, string>;
  };
  const rows = Object.entries(tasks).flatMap(([task, lists]) =>
    lists.split(' ').map((list, place) => ({ task, list, place })),
  );
  if (rows.length < count) throw new Error(`There are ${rows.length} lists, not ${count}.`);
  // In turn, so that the first of them are from every task.
  return rows
    .toSorted((a, b) => a.place - b.place)
    .slice(0, count)
    .map(({ task, list }) => {
      const [grades, relevant] = list.split('/') as [string, string];
      return { task, grades: [...grades].map(Number), relevant: Number(relevant) };
    });
}
