import type { ProductId } from '../catalog/product.ts';
import { Admission } from '../policy/admission.ts';
import { within } from '../policy/deadline.ts';
import type { Filter } from '../retrieve/filter.ts';
import type { VectorStore } from '../retrieve/vector-store.ts';
import { type GivenOptions, type GivenOutcome, indexGiven } from './given-products.ts';
import type { IngestStages } from './indexer.ts';
import type { SourceProduct } from './source.ts';
import { Upkeep, type UpkeepOptions } from './upkeep.ts';

export interface WritesOptions extends Omit<GivenOptions, 'signal'> {
  readonly stages: Omit<IngestStages, 'store'>;
  /** The catalog that is served. Throws CATALOG_MISMATCH where it can't be written to. */
  readonly store: () => VectorStore;
  /** Hears of faults that no client sees. */
  readonly report: (error: unknown) => void;
  readonly upkeep?: Partial<UpkeepOptions>;
}

/** Two keep the model busy; the others' files wait on disk. */
const AT_ONCE = { capacity: 2, maxWaiting: 4, maxWaitMs: 10_000, what: 'indexing' };

/** What clients change of the served catalog. What a call has answered is seen by the next search. */
export class CatalogWrites {
  readonly #options: WritesOptions;
  readonly #admission = new Admission(AT_ONCE);
  readonly #upkeep: Upkeep;

  constructor(options: WritesOptions) {
    this.#options = options;
    this.#upkeep = new Upkeep(options.store, options.report, options.upkeep);
  }

  /**
   * Adds or replaces products, each by itself; see `indexGiven`.
   * @throws MargayError OVERLOADED where others index already, CATALOG_MISMATCH; the signal's reason. Nothing is written then, but for the last.
   */
  index(products: readonly SourceProduct[], { signal }: { signal: AbortSignal }): Promise<GivenOutcome[]> {
    const { stages, store, definition, embed, timeoutMs } = this.#options;
    return this.#admission.run(1, { signal }, async () => {
      try {
        return await indexGiven(products, { ...stages, store: store() }, { definition, embed, timeoutMs, signal });
      } finally {
        // Of a client that left nobody knows how many were written.
        this.#upkeep.wrote(products.length);
      }
    });
  }

  /** @returns how many products went. */
  async remove(where: readonly ProductId[] | Filter, { signal }: { signal: AbortSignal }): Promise<number> {
    const store = this.#options.store();
    // Of one that fails half-way nobody knows how many went.
    let gone = 'op' in where ? 1 : where.length;
    try {
      gone = await within(signal, this.#options.timeoutMs, 'Removing products', (signal) =>
        'op' in where ? store.removeWhere(where, { signal }) : store.remove(where, { signal }),
      );
      return gone;
    } finally {
      this.#upkeep.wrote(gone);
    }
  }

  close(): Promise<void> {
    return this.#upkeep.close();
  }
}
