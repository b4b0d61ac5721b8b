import type { FieldKind } from '../catalog/definition.ts';
import type { Column } from '../catalog/product.ts';
import { abortable, withDeadline } from '../policy/deadline.ts';
import { type CatalogStamp, checkStamp } from './catalog-stamp.ts';
import { milvusError, succeeded } from './milvus-errors.ts';
import { type SearchParams, type Standing, settleIndex } from './milvus-index.ts';
import type { MilvusLink } from './milvus-link.ts';
import { fromMilvus } from './milvus-values.ts';
import { Recent } from './recent.ts';
import { fieldColumn, type StoredRow, storedName } from './stored-row.ts';

/**
 * How long after a write of ours reads are Strong, in milliseconds. Milvus answers a Strong read only at the next tick of its clock, 200 ms
 * by default; a Bounded one at once, from data that is at most its graceful time of 5 s old, which is what others wrote meanwhile.
 */
const STRONG_FOR_MS = 10_000;
const SETTLE_MS = 600_000;

/** The SDK writes every request as JSON, all rows three times over, for a log that is off: a third of what a write costs us. */
const unread = () => '';

/** A row as Milvus gives it. */
export type Fields = Record<string, unknown>;
export type Scored = { score: number } & Fields;

export interface RowQuery {
  readonly data: number[][] | string;
  readonly anns_field: string;
  readonly metric_type: string;
  readonly limit: number;
  readonly params?: SearchParams;
  readonly columns: readonly Column[];
  readonly filter: string | undefined;
}

/** One collection: reads and writes with a deadline, one kind of error and the stamp compared; writes of one process queue up. */
export class MilvusCollection {
  readonly stamp: CatalogStamp;
  readonly #link: MilvusLink;
  readonly #name: string;
  /** The stored stamp, and how many rows there are. */
  readonly #standing: Recent<Standing>;
  readonly #kinds: ReadonlyMap<string, FieldKind>;
  #writes: Promise<unknown> = Promise.resolve();
  /** Opening counts: what was written by the process before us is seen too. */
  #wroteAt = performance.now();

  constructor(link: MilvusLink, name: string, stamp: CatalogStamp, standing: () => Promise<Standing>) {
    this.#link = link;
    this.#name = name;
    this.stamp = stamp;
    this.#standing = new Recent(standing);
    this.#kinds = new Map(stamp.schema.fields.map(({ name: field, kind }) => [field, kind]));
  }

  /** The stamp is compared beside the read: where both fail, it knows better why (the SDK hides the reason of a failed search). */
  read<T>(what: string, caller: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#link.call(what, caller, async () => {
      const [standing, answer] = await Promise.allSettled([this.#standing.value(), work()]);
      if (standing.status === 'rejected') throw standing.reason;
      checkStamp(standing.value.stamp, this.stamp);
      if (answer.status === 'fulfilled') return answer.value;
      checkStamp((await this.#standing.now()).stamp, this.stamp);
      throw answer.reason;
    });
  }

  write<T>(what: string, caller: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#link.call(what, caller, (signal) => {
      const turn = this.#writes.then(async () => {
        signal.throwIfAborted();
        checkStamp((await this.#standing.now()).stamp, this.stamp);
        this.#wroteAt = performance.now();
        return work().finally(() => {
          this.#wroteAt = performance.now();
        });
      });
      this.#writes = turn.catch(() => {});
      return turn;
    });
  }

  /** The rows that a search finds, best first, with what tells products apart and these columns. */
  search({ columns, filter, ...query }: RowQuery): Promise<{ results: Scored[] }> {
    return this.#link.loaded(
      this.#name,
      () =>
        this.#link.client.search({
          collection_name: this.#name,
          ...query,
          ...(filter !== undefined && { filter }),
          output_fields: [...new Set(['product_id', 'ordinal', ...columns.map(storedName)])],
          consistency_level: this.#consistency(),
        }) as Promise<{ results: Scored[] }>,
    );
  }

  async query(filter: string, output_fields: string[], limit?: number): Promise<Fields[]> {
    const { data } = await this.#link.loaded(this.#name, () =>
      this.#link.client.query({
        collection_name: this.#name,
        filter,
        output_fields,
        consistency_level: this.#consistency(),
        ...(limit && { limit }),
      }),
    );
    return data;
  }

  async upsert(data: readonly Fields[]): Promise<void> {
    succeeded(await this.#link.client.upsert({ collection_name: this.#name, data, toJSON: unread } as never));
  }

  async delete(filter: string): Promise<void> {
    succeeded(await this.#link.client.delete({ collection_name: this.#name, filter }));
  }

  row(row: Fields): StoredRow {
    return {
      field: (name) => fromMilvus(this.#kinds.get(name)!, row[fieldColumn(name)]),
      json: (column) => String(row[storedName(column)]),
    };
  }

  /** About how many rows there are, as a read found it some time ago: no search waits for a count that only says how it looks. */
  async rows(): Promise<number> {
    return (this.#standing.known ?? (await this.#standing.value())).rows;
  }

  /** See `settleIndex`. */
  async settle(caller: AbortSignal): Promise<void> {
    using signal = withDeadline(caller, SETTLE_MS, 'Optimizing the catalog');
    try {
      await abortable(settleIndex(this.#link, this.#name, signal), signal);
    } catch (error) {
      throw signal.aborted ? signal.reason : milvusError(error);
    }
    this.#standing.now().catch(() => {});
  }

  /** When all writes are over. */
  async idle(): Promise<void> {
    await this.#writes;
  }

  #consistency(): never {
    return (performance.now() - this.#wroteAt < STRONG_FOR_MS ? 'Strong' : 'Bounded') as never;
  }
}
