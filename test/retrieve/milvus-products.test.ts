import { describe, expect, test } from 'vitest';
import type { Fields } from '../../src/retrieve/milvus-collection.ts';
import { type Replaced, replaceProducts, type StoredProduct } from '../../src/retrieve/milvus-products.ts';
import { rowKey } from '../../src/retrieve/product-key.ts';
import { stampOf } from './rows.ts';

const product = (id: string, pictures: number, source: string): StoredProduct => ({
  id,
  rows: Array.from({ length: pictures }, (_, ordinal) => ({
    key: rowKey(id, ordinal),
    product_id: id,
    ordinal,
    source,
  })),
});

/** A collection in a map, whose call of this number fails; `under` is how many writes are under way. */
class FakeCollection implements Replaced {
  readonly stamp = stampOf('fake');
  readonly rows = new Map<string, Fields>();
  calls: string[] = [];
  under = 0;
  fails: number | undefined;

  async query(filter: string): Promise<Fields[]> {
    await this.#call('query');
    const named = new Set(filter.match(/"[^"]*"/g)?.map((name) => name.slice(1, -1)));
    const column = filter.startsWith('key') ? 'key' : 'product_id';
    return [...this.rows.values()].filter((row) => named.has(String(row[column])));
  }

  async upsert(data: readonly Fields[]): Promise<void> {
    await this.#call('upsert');
    for (const row of data) this.rows.set(String(row.key), row);
  }

  async delete(filter: string): Promise<void> {
    await this.#call('delete');
    for (const name of filter.match(/"[^"]*"/g) ?? []) this.rows.delete(name.slice(1, -1));
  }

  async #call(what: string): Promise<void> {
    this.under++;
    const place = this.calls.push(what) - 1;
    await new Promise((done) => setTimeout(done, what === 'upsert' ? 5 : 1));
    this.under--;
    if (place === this.fails) throw new Error(`${what} failed.`);
  }
}

const shown = ({ rows }: FakeCollection) =>
  [...rows.values()].map(({ key, source }) => `${key} ${source}`).sort((a, b) => (a < b ? -1 : 1));

const before = [product('a', 3, 'old'), product('b', 1, 'old'), product('c', 2, 'old')];
const after = [product('a', 1, 'new'), product('b', 2, 'new'), product('d', 1, 'new')];
const done = ['a#0 new', 'b#0 new', 'b#1 new', 'c#0 old', 'c#1 old', 'd#0 new'];

async function begun(): Promise<FakeCollection> {
  const collection = new FakeCollection();
  for (const { rows } of before) await collection.upsert(rows);
  collection.calls = [];
  return collection;
}

test('rows that a product has no more are gone, and every source is the new one', async () => {
  const collection = await begun();
  await replaceProducts(collection, after);
  expect(shown(collection)).toEqual(done);
});

test('where no product has lost a row, a write costs one look and one request', async () => {
  const collection = await begun();
  await replaceProducts(collection, [product('a', 3, 'new'), product('d', 1, 'new')]);
  expect(collection.calls).toEqual(['query', 'upsert']);
});

describe.each([0, 1, 2, 3, 4])('cut off at call %i', (fails) => {
  test('nothing goes on, no product with lost rows bears its new source, and the same again mends it', async () => {
    const collection = await begun();
    collection.fails = fails;
    await expect(replaceProducts(collection, after)).rejects.toThrow('failed');
    expect(collection.under).toBe(0);
    const isMended = !collection.rows.has('a#1') && !collection.rows.has('a#2');
    // What an import compares: only where it differs is a product written again.
    if (!isMended) expect(collection.rows.get('a#0')!.source).not.toBe('new');
    collection.fails = undefined;
    await replaceProducts(collection, after);
    expect(shown(collection)).toEqual(done);
  });
});
