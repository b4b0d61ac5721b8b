import { randomUUID } from 'node:crypto';
import { type Connection, connect, makeArrowTable, type Table } from '@lancedb/lancedb';
import { Schema } from 'apache-arrow';
import type { Analyzer } from '../catalog/definition.ts';
import { MargayError } from '../errors.ts';
import { abortable, withDeadline } from '../policy/deadline.ts';
import { type CatalogStamp, checkOpening, type StoredField } from './catalog-stamp.ts';
import { LanceCatalog } from './lance-catalog.ts';
import { isMissing, lanceError } from './lance-errors.ts';
import { arrowField, catalogSchema, readStamp, SCHEMA } from './lance-schema.ts';
import type { LanceLimits } from './lance-table.ts';
import { indexText, LANCE_ANALYZERS } from './lance-text.ts';
import { checkName } from './store-input.ts';
import type { StoreFactory } from './vector-store.ts';

const LIMITS: LanceLimits = { timeoutMs: 10_000, optimizeMs: 600_000, memoryFloats: 2 ** 20, exactRows: 20_000 };

/** Catalogs in process: one LanceDB table each, in one folder. */
export class LanceStores implements StoreFactory {
  readonly kind = 'lancedb';
  readonly #connection: Connection;
  readonly #limits: LanceLimits;

  constructor(connection: Connection, limits: LanceLimits) {
    this.#connection = connection;
    this.#limits = limits;
  }

  /** @param folder made where it is missing. */
  static async open(folder: string, limits: Partial<LanceLimits> = {}): Promise<LanceStores> {
    try {
      // Without the interval a connection would not see what others wrote.
      return new LanceStores(await connect(folder, { readConsistencyInterval: 0 }), { ...LIMITS, ...limits });
    } catch (error) {
      throw lanceError(error);
    }
  }

  async analyzers(): Promise<readonly Analyzer[]> {
    return LANCE_ANALYZERS;
  }

  stamp(name: string, { signal }: { signal: AbortSignal }): Promise<CatalogStamp | null> {
    return this.#call('Reading the catalog stamp', name, signal, async () => {
      const table = await this.#find(name);
      if (!table) return null;
      const { incarnation: _, ...stamp } = await stampOf(table);
      table.close();
      return stamp;
    });
  }

  open(stamp: CatalogStamp, { signal }: { signal: AbortSignal }): Promise<LanceCatalog> {
    return this.#call('Opening the catalog', stamp.name, signal, async () => {
      // A catalog made by another process at the same moment is opened, and its stamp compared like any other.
      const table =
        (await this.#find(stamp.name)) ??
        (await this.#connection.createEmptyTable(stamp.name, catalogSchema(stamp, randomUUID()), { existOk: true }));
      await adapt(table, stamp);
      await indexText(table, stamp.schema.analyzer);
      return new LanceCatalog(table, stamp, this.#limits);
    });
  }

  drop(name: string, { signal }: { signal: AbortSignal }): Promise<void> {
    return this.#call('Dropping the catalog', name, signal, () =>
      this.#connection.dropTable(name).catch((error) => {
        if (!isMissing(error)) throw error;
      }),
    );
  }

  async close(): Promise<void> {
    this.#connection.close();
  }

  #find(name: string): Promise<Table | null> {
    return this.#connection.openTable(name).catch((error) => {
      if (isMissing(error)) return null;
      throw error;
    });
  }

  async #call<T>(what: string, name: string, caller: AbortSignal, work: () => Promise<T>): Promise<T> {
    checkName(name);
    caller.throwIfAborted();
    using signal = withDeadline(caller, this.#limits.timeoutMs, what);
    try {
      return await abortable(work(), signal);
    } catch (error) {
      throw signal.aborted ? signal.reason : lanceError(error);
    }
  }
}

/** Other gateways may add fields at the same moment: of two commits one loses, and looks again. */
const TRIES = 10;

/** Adds the fields that the stored rows lack; the stamp is written last, so that a run that was cut off goes on. */
async function adapt(table: Table, stamp: CatalogStamp): Promise<void> {
  for (let left = TRIES; ; left--)
    try {
      const { added, loosened } = checkOpening(await stampOf(table), stamp);
      if (added.length + loosened.length === 0) return;
      await addFields(table, added);
      const metadata = { [SCHEMA]: JSON.stringify(stamp.schema) };
      await table.updateFieldMetadata([{ path: 'vector', metadata }]);
      return;
    } catch (error) {
      if (error instanceof MargayError || left === 1) throw error;
    }
}

async function addFields(table: Table, added: readonly StoredField[]): Promise<void> {
  const there = new Map((await table.schema()).fields.map(({ name, type }) => [name, String(type)]));
  const missing = added.map(arrowField).filter(({ name, type }) => there.get(name) !== String(type));
  // Of another type, and in no stamp: what was cut off was not tried again as it was.
  const strays = missing.map(({ name }) => name).filter((name) => there.has(name));
  if (strays.length > 0) await table.dropColumns(strays);
  // LanceDB knows a schema by its class, which is there twice: its own comes of a table that it makes.
  if (missing.length > 0) await table.addColumns(makeArrowTable([], { schema: new Schema(missing) }).schema);
}

async function stampOf(table: Table) {
  const stamp = readStamp(await table.schema());
  if (stamp) return stamp;
  throw new MargayError(
    'STORE_UNAVAILABLE',
    'The store holds a table of that name that is no catalog of this gateway.',
    {
      remedy: 'Move it away, or point MARGAY_DATA elsewhere.',
    },
  );
}
