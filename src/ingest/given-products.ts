import pLimit from 'p-limit';
import type { ProductId } from '../catalog/product.ts';
import { type ErrorCode, MargayError } from '../errors.ts';
import { within } from '../policy/deadline.ts';
import { AT_ONCE, type IngestOptions, type IngestStages, loadKnown, type Prepared, prepare } from './indexer.ts';
import type { SourceProduct } from './source.ts';

/** What became of one product. INDEXED is told only when the store has it. */
export type GivenOutcome =
  | { readonly id: ProductId; readonly status: 'INDEXED' | 'UNCHANGED' }
  | { readonly id: ProductId; readonly status: 'FAILED'; readonly error: unknown };

export interface GivenOptions extends Pick<IngestOptions, 'definition' | 'embed' | 'signal'> {
  /** Deadline of each step with the store, and of each picture, in milliseconds. */
  readonly timeoutMs: number;
}

/** Products written together: what a client that leaves has waited for is kept. */
const GROUP = 20;

/** Faults of ours that the next product would meet too: it is not tried. */
const ENDS_IT: ReadonlySet<ErrorCode> = new Set(['STORE_UNAVAILABLE', 'ENCODER_UNAVAILABLE', 'CATALOG_MISMATCH']);
const endsIt = (error: unknown) => error instanceof MargayError && ENDS_IT.has(error.code);

/**
 * Products that came with a request, of ids that are text and each its own: one outcome each, in their order. A product is taken whole or not
 * at all: one bad picture fails it, and nothing of what stood before is touched then.
 * @throws the signal's reason alone; what was written by then stays.
 */
export async function indexGiven(
  products: readonly SourceProduct[],
  stages: IngestStages,
  options: GivenOptions,
): Promise<GivenOutcome[]> {
  const outcomes: GivenOutcome[] = [];
  for (let start = 0; start < products.length; start += GROUP) {
    const group = products.slice(start, start + GROUP);
    const ended = outcomes.find((outcome) => outcome.status === 'FAILED' && endsIt(outcome.error));
    outcomes.push(...(ended ? group.map(({ id }) => ({ ...ended, id })) : await indexGroup(group, stages, options)));
  }
  return outcomes;
}

async function indexGroup(
  products: readonly SourceProduct[],
  stages: IngestStages,
  options: GivenOptions,
): Promise<GivenOutcome[]> {
  const { signal, timeoutMs } = options;
  let ended: unknown;
  /** What the work gives, or why it failed; a client that has left is no failure of a product. */
  const attempt = async <T>(work: () => Promise<T>): Promise<{ done: T } | { error: unknown }> => {
    try {
      if (ended !== undefined) return { error: ended };
      return { done: await work() };
    } catch (error) {
      signal.throwIfAborted();
      if (endsIt(error)) ended = error;
      return { error };
    }
  };
  const known = await attempt(() =>
    within(signal, timeoutMs, 'Reading what is stored', (within) => loadKnown(products, stages, within)),
  );
  if ('error' in known) return products.map(({ id }) => failed(id, known.error));
  const prepared = await pLimit(AT_ONCE).map(products, (product) =>
    attempt(() =>
      within(signal, timeoutMs * product.images.length, `Indexing ${JSON.stringify(product.id)}`, (signal) =>
        prepare(product, known.done.get(product.id), stages, { ...options, whole: true, signal }),
      ),
    ),
  );
  const write = (some: readonly Prepared[]) =>
    attempt(() =>
      within(signal, timeoutMs, 'Writing products', (signal) =>
        stages.store.upsert(
          some.flatMap(({ rows }) => rows),
          { signal },
        ),
      ),
    );
  const ready = prepared.flatMap((each) => ('done' in each && each.done.rows.length > 0 ? [each.done] : []));
  const faults = new Map<Prepared, unknown>();
  const fail = (some: readonly Prepared[], result: Awaited<ReturnType<typeof write>>) => {
    if ('error' in result) for (const each of some) faults.set(each, result.error);
  };
  const together = ready.length > 0 ? await write(ready) : { done: undefined };
  // One that the store refuses must not take the others with it.
  if ('error' in together && isRefused(together.error)) for (const each of ready) fail([each], await write([each]));
  else fail(ready, together);
  return products.map(({ id }, place) => {
    const each = prepared[place]!;
    if ('error' in each) return failed(id, each.error);
    if (faults.has(each.done)) return failed(id, faults.get(each.done));
    const { outcome } = each.done;
    if (outcome.status === 'FAILED') return failed(id, new MargayError('BAD_INPUT', outcome.reason));
    return { id, status: outcome.status };
  });
}

const failed = (id: ProductId, error: unknown): GivenOutcome => ({ id, status: 'FAILED', error });
const isRefused = (error: unknown) => error instanceof MargayError && error.code === 'BAD_INPUT';
