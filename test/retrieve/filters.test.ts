import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Table } from '@lancedb/lancedb';
import { Table as ArrowTable, Field, makeData, RecordBatch, Schema, Struct } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Filter } from '../../src/retrieve/filter.ts';
import { columnOf } from '../../src/retrieve/filter.ts';
import { lanceFilter } from '../../src/retrieve/lance-filter.ts';
import { toArrow as arrowOf } from '../../src/retrieve/lance-values.ts';
import { predicate } from '../../src/retrieve/matches.ts';
import { milvusFilter } from '../../src/retrieve/milvus-filter.ts';
import { fromMilvus, MAX_LIST, MAX_TEXT_BYTES, toMilvus } from '../../src/retrieve/milvus-values.ts';
import { readId, storedId } from '../../src/retrieve/product-key.ts';
import { disagreements, hostileFilters, largestFilters } from './filter-checks.ts';
import { FILTER_FIELDS, type FilteredProduct, NASTY, randomFilters, randomProducts } from './random-filters.ts';

const products = randomProducts(150, 6);
const filters = randomFilters(1000, 7);

test('the random filters hold every test of every kind', () => {
  const seen = new Map<string, number>();
  const count = (filter: Filter): void => {
    if (filter.op === 'and' || filter.op === 'or') filter.filters.forEach(count);
    else if (filter.op === 'not') count(filter.filter);
    const name = 'field' in filter ? `${filter.field.name} ${filter.op}` : filter.op;
    seen.set(name, (seen.get(name) ?? 0) + 1);
  };
  filters.forEach(count);
  const tests = [
    ...['id', 'Category', 'key', 'author'].flatMap((name) =>
      ['eq', 'ne', 'in', 'startsWith'].map((op) => `${name} ${op}`),
    ),
    ...['count', 'price', 'at'].flatMap((name) => ['eq', 'in', 'lt', 'lte', 'gt', 'gte'].map((op) => `${name} ${op}`)),
    ...['true eq', 'true ne', 'in has', 'and', 'or', 'not'],
    ...FILTER_FIELDS.map(({ name }) => `${name} isNull`),
  ];
  expect(tests.filter((name) => (seen.get(name) ?? 0) < 5)).toEqual([]);
});

describe('in memory', () => {
  const find = async (filter: Filter) => {
    const holds = predicate(filter);
    const found = products.filter((product) =>
      holds(({ name }) => (name === 'id' ? product.id : product.fields[name]!)),
    );
    return new Set(found.map(({ id }) => id));
  };

  test('1,000 random filters find what is meant', async () => {
    expect(await disagreements(products, filters, find)).toEqual([]);
  });

  test('no text changes what a filter means', async () => {
    expect(await disagreements(products, hostileFilters(), find)).toEqual([]);
  });
});

describe('LanceDB', () => {
  let folder: string;
  let table: Table;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'margay-filters-'));
    const connection = await connect(folder);
    table = await connection.createTable('filtered', toArrow(products));
  });
  afterAll(async () => {
    table?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const find = async (filter: Filter) => {
    const rows: ArrowTable = await table.query().where(lanceFilter(filter)).select(['product_id']).toArrow();
    // A query without rows comes back without columns.
    return new Set(Array.from(rows.getChild('product_id') ?? [], (id) => readId(String(id))));
  };

  test('1,000 random filters find what is meant', async () => {
    expect(await disagreements(products, filters, find, 4)).toEqual([]);
  }, 120_000);

  test('no text changes what a filter means', async () => {
    expect(await disagreements(products, hostileFilters(), find, 4)).toEqual([]);
  }, 60_000);

  test('the deepest and the longest filter that may be sent are taken', async () => {
    for (const { filter, size } of largestFilters(products)) expect((await find(filter)).size).toBe(size);
  });
});

test('brackets lie in each other no deeper than the servers were seen to take (Milvus Lite 100, LanceDB 40)', () => {
  const depth = (text: string) => {
    let open = 0;
    let most = 0;
    for (const character of text) {
      if (character === '(') most = Math.max(most, ++open);
      if (character === ')') open--;
    }
    return most;
  };
  for (const { filter } of largestFilters(products)) {
    expect(depth(lanceFilter(filter))).toBeLessThan(30);
    expect(depth(milvusFilter(filter))).toBeLessThan(30);
  }
});

describe('values in Milvus', () => {
  test.each(FILTER_FIELDS.map((field) => [field.kind, field] as const))('%s: none is not like any', (kind, field) => {
    const values = products.map(({ fields }) => fields[field.name]!).filter((value) => value !== null);
    const none = JSON.stringify(toMilvus(field, null));
    expect(fromMilvus(kind, toMilvus(field, null))).toBeNull();
    expect(values.length).toBeGreaterThan(50);
    expect(values.map((value) => JSON.stringify(toMilvus(field, value))).filter((cell) => cell === none)).toEqual([]);
  });

  test('texts and lists come back whatever they are', () => {
    for (const text of NASTY) {
      expect(fromMilvus('String', toMilvus({ name: 'a', kind: 'String' }, text))).toBe(text);
      for (const list of [[text], [text, text], ['', text], []])
        expect(fromMilvus('StringList', toMilvus({ name: 'a', kind: 'StringList' }, list))).toEqual(list);
    }
  });

  test.each([
    ['String', 'é'.repeat(MAX_TEXT_BYTES / 2 + 1), 'bytes'],
    ['String', `\u0001${'a'.repeat(MAX_TEXT_BYTES - 1)}`, 'bytes'],
    ['StringList', Array.from({ length: MAX_LIST + 1 }, () => 'a'), 'values'],
    ['StringList', ['a'.repeat(40_000), 'a'.repeat(40_000)], 'bytes'],
    ['Float', -Number.MAX_VALUE, "can't be stored"],
    ['Float', Number.NaN, "can't be stored"],
    ['Float', Number.POSITIVE_INFINITY, "can't be stored"],
  ] as const)('a %s that Milvus can not hold is refused by name', (kind, value, fault) => {
    expect(() => toMilvus({ name: 'blurb', kind }, value)).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT', argument: 'blurb', message: expect.stringContaining(fault) }),
    );
  });
});

/** As the adapter makes them. */
function toArrow(products: readonly FilteredProduct[]): ArrowTable {
  const columns = [
    {
      name: 'product_id',
      cells: arrowOf(
        'ID',
        products.map(({ id }) => storedId(id)),
      ),
    },
    ...FILTER_FIELDS.map((field) => ({
      name: columnOf(field),
      cells: arrowOf(
        field.kind,
        products.map(({ fields }) => fields[field.name]!),
      ),
    })),
  ];
  const schema = new Schema(columns.map(({ name, cells }) => new Field(name, cells.type, name !== 'product_id')));
  const children = columns.map(({ cells }) => cells.data[0]!);
  const struct = makeData({ type: new Struct(schema.fields), length: products.length, nullCount: 0, children });
  return new ArrowTable(schema, [new RecordBatch(schema, struct)]);
}
