import { DataType, MilvusClient } from '@zilliz/milvus2-sdk-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Filter } from '../../src/retrieve/filter.ts';
import { milvusFilter } from '../../src/retrieve/milvus-filter.ts';
import { fromMilvus, milvusField, toMilvus } from '../../src/retrieve/milvus-values.ts';
import { byId, readId, storedId } from '../../src/retrieve/product-key.ts';
import { disagreements, hostileFilters, largestFilters } from './filter-checks.ts';
import { FILTER_FIELDS, type FilteredProduct, meant, randomFilters, randomProducts } from './random-filters.ts';

const COLUMNS = FILTER_FIELDS.map((field) => ({ ...field, column: milvusField(field).name }));
const EVERYTHING = 'ordinal >= 0';
const AT_ONCE = 8;

const idsOf = (rows: readonly Record<string, unknown>[]) => new Set(rows.map((row) => readId(String(row.product_id))));

/** Filters on products in a collection of their fields alone, one row each. */
export function milvusFilters(address: () => string): void {
  describe('filters', () => {
    const products = randomProducts(150, 6);
    let collection: FilteredCollection;
    beforeAll(async () => {
      collection = await FilteredCollection.make(address(), products);
    }, 120_000);
    afterAll(() => collection?.drop());

    test('values come back as they were written, and missing ones missing', async () => {
      const positive = products.map(({ id, fields }) => ({
        id,
        fields: Object.fromEntries(
          Object.entries(fields).map(([name, value]) => [name, typeof value === 'number' ? value + 0 : value]),
        ),
      }));
      expect(await collection.products()).toEqual(positive.sort((a, b) => byId(a.id, b.id)));
    });

    test('1,000 random filters find what is meant', async () => {
      const found = await disagreements(products, randomFilters(1000, 7), (filter) => collection.ids(filter), AT_ONCE);
      expect(found).toEqual([]);
    }, 240_000);

    test('no text changes what a filter means', async () => {
      expect(await disagreements(products, hostileFilters(), (filter) => collection.ids(filter), AT_ONCE)).toEqual([]);
    }, 120_000);

    test('the deepest and the longest filter that may be sent are taken', async () => {
      for (const { filter, size } of largestFilters(products)) expect((await collection.ids(filter)).size).toBe(size);
    }, 60_000);

    test('a search takes them too', async () => {
      const find = (filter: Filter) => collection.nearest(filter);
      expect(await disagreements(products, randomFilters(60, 8), find, AT_ONCE)).toEqual([]);
    }, 60_000);

    test('a delete removes what is meant and nothing else', async () => {
      const price = { name: 'price', kind: 'Float' } as const;
      const has = { op: 'has', field: { name: 'in', kind: 'StringList' }, value: '' } as const;
      const filter: Filter = { op: 'or', filters: [has, { op: 'not', filter: { op: 'gt', field: price, value: 0 } }] };
      const gone = meant(products, filter);
      expect(gone.size).toBeGreaterThan(20);
      await collection.remove(filter);
      const kept = products.filter(({ id }) => !gone.has(id)).map(({ id }) => id);
      expect((await collection.products()).map(({ id }) => id)).toEqual(kept.sort(byId));
    }, 60_000);
  });
}

/** The first half of the rows is flushed, the other is not. */
class FilteredCollection {
  readonly #client: MilvusClient;
  readonly #name = `filtered_${Date.now()}`;

  private constructor(address: string) {
    this.#client = new MilvusClient({ address, telemetry: { enabled: false }, logLevel: 'none', maxRetries: 0 });
  }

  static async make(address: string, products: readonly FilteredProduct[]): Promise<FilteredCollection> {
    const made = new FilteredCollection(address);
    await made.#fill(products);
    return made;
  }

  async #fill(products: readonly FilteredProduct[]): Promise<void> {
    const client = this.#client;
    const collection_name = this.#name;
    await client.connectPromise;
    await client.createCollection({
      collection_name,
      fields: [
        { name: 'key', data_type: DataType.VarChar, is_primary_key: true, max_length: 16 },
        { name: 'product_id', data_type: DataType.VarChar, max_length: 1000 },
        { name: 'ordinal', data_type: DataType.Int32 },
        { name: 'vector', data_type: DataType.FloatVector, dim: 2 },
        ...FILTER_FIELDS.map(milvusField),
      ],
      index_params: [{ field_name: 'vector', index_type: 'FLAT', metric_type: 'COSINE', params: {} }],
    } as never);
    await client.loadCollectionSync({ collection_name });
    const data = products.map(({ id, fields }, place) => ({
      key: String(place),
      product_id: storedId(id),
      ordinal: 0,
      vector: [1, place],
      ...Object.fromEntries(COLUMNS.map((field) => [field.column, toMilvus(field, fields[field.name]!)])),
    }));
    const half = data.length >> 1;
    const write = async (rows: typeof data) =>
      expect((await client.upsert({ collection_name, data: rows })).status).toMatchObject({ error_code: 'Success' });
    await write(data.slice(0, half));
    await client.flushSync({ collection_names: [collection_name] });
    await write(data.slice(half));
    // Reads after this one need not be Strong, and answer at once.
    expect(await this.#query(EVERYTHING, [], 'Strong')).toHaveLength(products.length);
  }

  async ids(filter: Filter): Promise<Set<string>> {
    return idsOf(await this.#query(milvusFilter(filter), []));
  }

  async nearest(filter: Filter): Promise<Set<string>> {
    const { status, results } = await this.#client.search({
      collection_name: this.#name,
      data: [1, 1],
      metric_type: 'COSINE',
      limit: 1000,
      filter: milvusFilter(filter),
      output_fields: ['product_id'],
      consistency_level: 'Eventually' as never,
    });
    expect(status).toMatchObject({ error_code: 'Success' });
    return idsOf(results);
  }

  async remove(filter: Filter): Promise<void> {
    const { status } = await this.#client.delete({ collection_name: this.#name, filter: milvusFilter(filter) });
    expect(status).toMatchObject({ error_code: 'Success' });
    await this.#query(EVERYTHING, [], 'Strong');
  }

  /** All that came back, by id. */
  async products(): Promise<FilteredProduct[]> {
    const rows = await this.#query(EVERYTHING, COLUMNS);
    return rows
      .map((row) => ({
        id: readId(String(row.product_id)),
        fields: Object.fromEntries(COLUMNS.map(({ name, kind, column }) => [name, fromMilvus(kind, row[column])])),
      }))
      .sort((a, b) => byId(a.id, b.id));
  }

  async #query(
    filter: string,
    columns: typeof COLUMNS,
    consistency = 'Eventually',
  ): Promise<Record<string, unknown>[]> {
    const { status, data } = await this.#client.query({
      collection_name: this.#name,
      filter,
      output_fields: ['product_id', ...columns.map(({ column }) => column)],
      limit: 10_000,
      consistency_level: consistency as never,
    });
    expect(status, filter).toMatchObject({ error_code: 'Success' });
    return data;
  }

  async drop(): Promise<void> {
    await this.#client.dropCollection({ collection_name: this.#name });
    await this.#client.closeConnection();
  }
}
