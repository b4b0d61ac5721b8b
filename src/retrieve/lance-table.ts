import type { Table } from '@lancedb/lancedb';
import type { Table as ArrowTable } from 'apache-arrow';
import type { FieldKind } from '../catalog/definition.ts';
import { abortable, withDeadline } from '../policy/deadline.ts';
import { type CatalogStamp, checkStamp } from './catalog-stamp.ts';
import { lanceError, missing } from './lance-errors.ts';
import { readStamp } from './lance-schema.ts';
import { LanceSnapshot } from './lance-snapshot.ts';
import { TEXT } from './lance-text.ts';
import { fromArrow } from './lance-values.ts';
import { fieldColumn, type StoredRow, storedName } from './stored-row.ts';

export interface LanceLimits {
  /** Longest wait for one call, ms; `optimize` may take `optimizeMs`. */
  readonly timeoutMs: number;
  readonly optimizeMs: number;
  /** Tables of at most so many floats are searched in memory: a search then holds the event loop for a millisecond at most. */
  readonly memoryFloats: number;
  /** Tables of at most so many rows are searched exactly, larger ones by IVF_FLAT. */
  readonly exactRows: number;
}

/** Work in the order in which it came, each after the one before it. */
class Turns {
  #last: Promise<unknown> = Promise.resolve();

  turn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => {
      signal.throwIfAborted();
      return work();
    });
    this.#last = turn.catch(() => {});
    return turn;
  }

  async over(): Promise<void> {
    await this.#last;
  }
}

/** One table: every call with a deadline and one kind of error, writes in a queue, and the rows in memory where they are few. */
export class LanceTable {
  readonly table: Table;
  readonly limits: LanceLimits;
  readonly stamp: CatalogStamp;
  readonly #kinds: ReadonlyMap<string, FieldKind>;
  #count: { readonly of: string; readonly rows: Promise<number> } | undefined;
  #snapshot: { readonly of: string; readonly loaded: Promise<LanceSnapshot> } | undefined;
  readonly #writes = new Turns();
  readonly #builds = new Turns();

  constructor(table: Table, stamp: CatalogStamp, limits: LanceLimits) {
    this.table = table;
    this.stamp = stamp;
    this.limits = limits;
    this.#kinds = new Map(stamp.schema.fields.map(({ name, kind }) => [name, kind]));
  }

  /** A read: the stamp is compared first. */
  read<T>(what: string, caller: AbortSignal, work: (version: string) => Promise<T>): Promise<T> {
    return this.#call(what, caller, async () => work(await this.#version()));
  }

  /** Writes queue up in process; across processes LanceDB repeats a commit that lost the race. */
  write<T>(what: string, caller: AbortSignal, work: () => Promise<T>, timeoutMs = this.limits.timeoutMs): Promise<T> {
    return this.#call(what, caller, (signal) => this.#writes.turn(signal, () => this.#checked(work)), timeoutMs);
  }

  /** What takes long and gets on with writes: one at a time, beside them. */
  build<T>(what: string, caller: AbortSignal, work: () => Promise<T>, timeoutMs: number): Promise<T> {
    return this.#call(what, caller, (signal) => this.#builds.turn(signal, () => this.#checked(work)), timeoutMs);
  }

  async #checked<T>(work: () => Promise<T>): Promise<T> {
    await this.#version();
    return work();
  }

  rows(version: string): Promise<number> {
    if (this.#count?.of !== version) {
      const rows = this.table.countRows();
      this.#count = { of: version, rows };
      rows.catch(() => {
        if (this.#count?.rows === rows) this.#count = undefined;
      });
    }
    return this.#count!.rows;
  }

  /** The table in memory, read again after each write; undefined where it is too large. */
  async inMemory(version: string): Promise<LanceSnapshot | undefined> {
    const { dimensions } = this.stamp;
    if ((await this.rows(version)) * dimensions > this.limits.memoryFloats) return undefined;
    if (this.#snapshot?.of !== version) {
      const loaded = this.#rows().then((table) => new LanceSnapshot(table, dimensions, (row) => this.row(table, row)));
      const snapshot = { of: version, loaded };
      this.#snapshot = snapshot;
      // A write that came in between is in the rows already, but under the older version: they are read once more next time.
      loaded.catch(() => {
        if (this.#snapshot === snapshot) this.#snapshot = undefined;
      });
    }
    return this.#snapshot!.loaded;
  }

  /** All but the words, which are looked up in their index. */
  async #rows(): Promise<ArrowTable> {
    const { fields } = await this.table.schema();
    const columns = fields.flatMap(({ name }) => (name === TEXT ? [] : [name]));
    return this.table.query().select(columns).toArrow();
  }

  row(table: ArrowTable, row: number): StoredRow {
    return {
      field: (name) => fromArrow(this.#kinds.get(name)!, table.getChild(fieldColumn(name)), row),
      json: (column) => table.getChild(storedName(column))!.get(row),
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.#writes.over(), this.#builds.over()]);
    this.#snapshot = undefined;
    this.table.close();
  }

  /**
   * Which rows stand now. Another process may have dropped the table and made it anew, so the stamp is read along (0.2 ms together).
   * @throws MargayError CATALOG_MISMATCH
   */
  async #version(): Promise<string> {
    const [schema, version] = await Promise.all([this.table.schema(), this.table.version()]);
    const stamp = readStamp(schema);
    if (!stamp) throw missing();
    checkStamp(stamp, this.stamp);
    return `${stamp.incarnation} ${version}`;
  }

  /** LanceDB can't be stopped midway: the caller is let go at the deadline, what runs natively runs out. */
  async #call<T>(
    what: string,
    caller: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
    timeoutMs = this.limits.timeoutMs,
  ): Promise<T> {
    caller.throwIfAborted();
    using signal = withDeadline(caller, timeoutMs, what);
    try {
      return await abortable(work(signal), signal);
    } catch (error) {
      throw signal.aborted ? signal.reason : lanceError(error);
    }
  }
}
