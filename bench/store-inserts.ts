import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Row } from '../src/catalog/product.ts';
import type { Round } from './statistics.ts';
import type { Engine } from './store-engine.ts';
import { rowOf, storedVectors } from './store-rows.ts';

const { signal } = new AbortController();
/** Rows that one call is given. */
export const CALL = 1_000;

export interface Inserts {
  /** Rows a second: the gateway's adapter, and by hand. */
  readonly rates: Round[];
  /** Delay of the event loop while either writes, p99 and maximum, ms. */
  readonly delay: { readonly a: Delay; readonly b: Delay };
}
export interface Delay {
  readonly p99: number;
  readonly max: number;
}

/** The same rows, new ones, into two catalogs of one shape in alternating rounds. */
export async function insertInRounds(engine: Engine, rounds: number, calls: number): Promise<Inserts> {
  const names = { a: 'inserts_ours', b: 'inserts_bare' };
  const held = { a: await engine.open(names.a), b: await engine.open(names.b) };
  const write = {
    a: (rows: readonly Row[]) => held.a.store.upsert(rows, { signal }),
    b: (rows: readonly Row[]) => held.b.bareUpsert(rows),
  };
  const delays = { a: monitorEventLoopDelay({ resolution: 1 }), b: monitorEventLoopDelay({ resolution: 1 }) };
  const rates: Round[] = [];
  const vectors = storedVectors();
  let made = 0;
  const some = () => Array.from({ length: CALL }, () => rowOf(vectors.next().value, made++));
  // The first round warms both up.
  for (let round = -1; round < rounds; round++) {
    const given = Array.from({ length: calls }, some);
    const rate = { a: [] as number[], b: [] as number[] };
    for (const side of round % 2 ? (['a', 'b'] as const) : (['b', 'a'] as const)) {
      if (round >= 0) delays[side].enable();
      const began = performance.now();
      for (const rows of given) await write[side](rows);
      rate[side].push((1000 * CALL * calls) / (performance.now() - began));
      delays[side].disable();
    }
    if (round >= 0) rates.push(rate);
  }
  for (const side of ['a', 'b'] as const) {
    await held[side].store.close();
    await engine.drop(names[side]);
  }
  const delay = (of: { percentile(at: number): number; readonly max: number }) => ({
    p99: of.percentile(99) / 1e6,
    max: of.max / 1e6,
  });
  return { rates, delay: { a: delay(delays.a), b: delay(delays.b) } };
}
