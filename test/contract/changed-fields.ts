import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FieldValue } from '../../src/catalog/definition.ts';
import type { CatalogStamp, StoredField } from '../../src/retrieve/catalog-stamp.ts';
import type { Filter, FilterField, FilterValue } from '../../src/retrieve/filter.ts';
import type { StoreFactory, VectorStore } from '../../src/retrieve/vector-store.ts';
import { rowsOf, SHOP, stampOf } from '../retrieve/rows.ts';

const { signal } = new AbortController();
const query = Float32Array.of(1, 0, 0, 0);
const NEW: readonly StoredField[] = (
  [
    ['maker', 'String'],
    ['series', 'ID'],
    ['weight', 'Float'],
    ['sold', 'Int'],
    ['fragile', 'Boolean'],
    ['updated', 'DateTime'],
    ['colors', 'StringList'],
  ] as const
).map(([name, kind]) => ({ name, kind, required: false, fullText: false }));
const VALUES: Readonly<Record<string, FieldValue>> = {
  maker: "O'Neil",
  series: 's-1',
  weight: 0,
  sold: 0,
  fragile: false,
  updated: Date.UTC(2026, 10, 25),
  colors: ['red'],
};
const NAMES = NEW.map(({ name }) => name);
const NULLS = Object.fromEntries(NAMES.map((name) => [name, null]));

/** The stamp with its fields changed. */
const changed = (stamp: CatalogStamp, of: (fields: readonly StoredField[]) => readonly StoredField[]) => ({
  ...stamp,
  schema: { ...stamp.schema, fields: of(stamp.schema.fields) },
});
const without = (name: string) => (fields: readonly StoredField[]) => fields.filter((field) => field.name !== name);
const having = (name: string, other: Partial<StoredField>) => (fields: readonly StoredField[]) =>
  fields.map((field) => (field.name === name ? { ...field, ...other } : field));

const mismatch = (...words: string[]) =>
  expect.objectContaining({
    code: 'CATALOG_MISMATCH',
    message: expect.stringMatching(words.join('.*')),
    remedy: expect.stringContaining('--rebuild'),
  });

/**
 * What becomes of a stored catalog whose file has other fields now. `adds`: the store can add fields to rows that stand; one that can't says
 * so.
 */
export function changedFieldsContract(name: string, make: () => Promise<StoreFactory>, { adds }: { adds: boolean }) {
  describe(`changed fields: ${name}`, () => {
    let stores: StoreFactory;
    let opened: VectorStore[];
    beforeAll(async () => {
      stores = await make();
      opened = [];
    });
    afterAll(async () => {
      for (const store of opened) await store.close();
      await stores?.close();
    });

    const open = async (stamp: CatalogStamp) => {
      const store = await stores.open(stamp, { signal });
      opened.push(store);
      return store;
    };
    const filled = async (catalog: string) => {
      const store = await open(stampOf(catalog));
      await store.upsert([...rowsOf('a', [[1, 0, 0, 0]]), ...rowsOf('b', [[0, 1, 0, 0]])], { signal });
      return store;
    };
    const idsBy = async (store: VectorStore, filter: Filter) => {
      const [hits] = await store.search([query], { topK: 9, columns: [], filter, signal });
      const { products } = await store.page({ first: 9, columns: [], filter, signal });
      const ids = products.map(({ id }) => id);
      expect(hits!.map(({ productId }) => productId).sort()).toEqual(ids);
      expect(await store.count({ filter, signal })).toBe(ids.length);
      return ids;
    };

    test.runIf(adds)('added ones are null in the rows that stand, and hold values from then on', async () => {
      const before = await filled('added');
      const stamp = changed(stampOf('added'), (fields) => [...fields, ...NEW]);
      const after = await open(stamp);
      expect(await stores.stamp('added', { signal })).toEqual(stamp);
      const shown = async (store: VectorStore, columns: string[]) => {
        const { products } = await store.page({ first: 9, columns, signal });
        const [hits] = await store.search([query], { topK: 9, columns, signal });
        expect(hits!.map(({ product }) => product)).toEqual(expect.arrayContaining([...products]));
        return Object.fromEntries(products.map(({ id, fields }) => [id, fields]));
      };
      expect(await shown(after, NAMES)).toEqual({ a: NULLS, b: NULLS });
      await after.upsert(rowsOf('c', [[0, 0, 1, 0]], VALUES), { signal });
      // Who serves the catalog as it was goes on, with rows of both ages.
      expect(Object.keys(await shown(before, ['title', 'tags']))).toEqual(['a', 'b', 'c']);
      await before.upsert(rowsOf('d', [[0, 0, 0, 1]]), { signal });
      expect(await shown(after, ['price', ...NAMES])).toEqual({
        a: { price: 12.5, ...NULLS },
        b: { price: 12.5, ...NULLS },
        c: { price: 12.5, ...VALUES },
        d: { price: 12.5, ...NULLS },
      });

      for (const field of NEW) {
        const value = VALUES[field.name];
        const one = ((Array.isArray(value) ? value[0] : value) ?? '') as FilterValue;
        const equals: Filter =
          field.kind === 'StringList' ? { op: 'has', field, value: String(one) } : { op: 'eq', field, value: one };
        expect([field.name, await idsBy(after, equals)]).toEqual([field.name, ['c']]);
        expect(await idsBy(after, { op: 'not', filter: equals })).toEqual(['a', 'b', 'd']);
        expect(await idsBy(after, { op: 'isNull', field, value: true })).toEqual(['a', 'b', 'd']);
        expect(await idsBy(after, { op: 'isNull', field, value: false })).toEqual(['c']);
      }
      const sold: FilterField = NEW.find(({ kind }) => kind === 'Int')!;
      expect(await idsBy(after, { op: 'lt', field: sold, value: 1 })).toEqual(['c']);

      // A start with the file of before is another thing: what it would index lacks them.
      await expect(open(stampOf('added'))).rejects.toEqual(mismatch('maker is gone', 'colors is gone'));
      await after.optimize({ signal });
      expect(await shown(after, ['sold'])).toMatchObject({ a: { sold: null }, c: { sold: 0 } });
    });

    test.runIf(adds)('a product written again by one that knows no added fields has none', async () => {
      const before = await filled('again');
      const after = await open(changed(stampOf('again'), (fields) => [...fields, ...NEW]));
      await after.upsert(rowsOf('a', [[1, 0, 0, 0]], VALUES), { signal });
      await before.upsert(rowsOf('a', [[1, 0, 0, 0]], { title: 'again' }), { signal });
      const found = await after.get(['a'], { columns: ['title', ...NAMES], signal });
      expect(found.get('a')!.fields).toEqual({ title: 'again', ...NULLS });
    });

    test.runIf(adds)('several that add the same at once', async () => {
      await filled('at_once');
      const stamp = changed(stampOf('at_once'), (fields) => [...fields, ...NEW]);
      const all = await Promise.all(Array.from({ length: 4 }, () => open(stamp)));
      await Promise.all(all.map((store, n) => store.upsert(rowsOf(`n${n}`, [[1, 1, n, 0]], VALUES), { signal })));
      const { products } = await all[0]!.page({ first: 9, columns: ['sold'], signal });
      expect(products.map(({ id, fields }) => [id, fields.sold])).toEqual([
        ['a', null],
        ['b', null],
        ...all.map((_, n) => [`n${n}`, 0]),
      ]);
    });

    test.runIf(!adds)('ones that the server cannot add are named, and the catalog is served as it was', async () => {
      const before = await filled('unable');
      const wanted = changed(stampOf('unable'), (fields) => [...fields, ...NEW]);
      await expect(open(wanted)).rejects.toEqual(mismatch(NAMES.join(', ')));
      expect(await stores.stamp('unable', { signal })).toEqual(stampOf('unable'));
      const [hits] = await before.search([query], { topK: 1, columns: ['title'], signal });
      expect(hits!.map(({ productId }) => productId)).toEqual(['a']);
      await open(stampOf('unable'));
    });

    test('what no row can be made to hold is told all at once, and nothing changes', async () => {
      await filled('faulty');
      const wanted = [
        without('category'),
        having('price', { kind: 'Int' }),
        having('tags', { kind: 'String' }),
        having('stock', { required: true }),
        having('title', { fullText: true }),
        (fields: readonly StoredField[]) => [
          ...fields,
          { name: 'isbn', kind: 'ID', required: true, fullText: false } as const,
          { name: 'blurb', kind: 'String', required: false, fullText: true } as const,
          { name: 'fine', kind: 'String', required: false, fullText: false } as const,
        ],
      ].reduce(changed, stampOf('faulty'));
      await expect(open({ ...wanted, schema: { ...wanted.schema, analyzer: 'STANDARD' } })).rejects.toEqual(
        mismatch(
          'title has full text now',
          'price was Float and is Int',
          'stock is required now',
          'tags was \\[String!\\] and is String',
          'isbn is new and required',
          'blurb is new and has full text',
          'category is gone',
        ),
      );
      expect(await stores.stamp('faulty', { signal })).toEqual(stampOf('faulty'));
      await open(stampOf('faulty'));
    });

    test('a field may become optional, for good, and fields may change places', async () => {
      const required = changed(stampOf('loosened'), having('category', { required: true }));
      const before = await open(required);
      await before.upsert(rowsOf('a', [[1, 0, 0, 0]]), { signal });
      const loosened = changed(stampOf('loosened'), (fields) => fields.toReversed());
      const after = await open(loosened);
      expect(await stores.stamp('loosened', { signal })).toEqual(loosened);
      await after.upsert(rowsOf('b', [[0, 1, 0, 0]], { category: null }), { signal });
      const { products } = await before.page({ first: 9, columns: ['category'], signal });
      expect(products.map(({ fields }) => fields.category)).toEqual(['phone case', null]);
      await expect(open(required)).rejects.toEqual(mismatch('category is required now'));
    });

    test('a catalog made anew with other fields is not served as the old one', async () => {
      const before = await filled('remade');
      await stores.drop('remade', { signal });
      await open(changed(stampOf('remade'), without('stock')));
      // A search may take the stamp of a second ago; a write never does.
      const searched = () => before.search([query], { topK: 1, columns: ['stock'], signal }).catch((error) => error);
      await expect.poll(searched, { timeout: 3000 }).toEqual(mismatch('they have no stock any more'));
      const written = before.upsert(rowsOf('x', [[1, 0, 0, 0]]), { signal });
      await expect(written).rejects.toEqual(mismatch('they have no stock any more'));
    });

    test('SHOP has no field of the added ones', () => {
      expect(SHOP.fields.filter((field) => NAMES.includes(field.name))).toEqual([]);
    });
  });
}
