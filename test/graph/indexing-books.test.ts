import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDefinition } from '../../src/catalog/read-definition.ts';
import { LanceStores } from '../../src/retrieve/lance-store.ts';
import { BOOKS } from '../catalog/definitions.ts';
import { type Door, openDoor } from '../door.ts';
import { MemoryStores } from '../fakes.ts';
import { colored, dataUri, indexProducts, outcomes } from './writing.ts';

const FIELDS = 'id title authors summary genre language price pages published inPrint covers { width }';
const DELETE = 'mutation ($where: BookSelector!) { deleteProducts(where: $where) { deletedCount } }';
const AS = { type: 'Book', images: 'covers' };

const full = {
  title: '  Das Haus "am" Moor\'s  ',
  authors: ['Konrad', 'Ünal, S.', ''],
  summary: 'Zwei\nZeilen 📚',
  genre: 'Novel',
  language: 'de',
  price: 22.5,
  pages: 2_147_483_647,
  published: '1998-09-02T12:30:00+02:00',
  inPrint: false,
};
const bare = { title: 'Bare', authors: [], inPrint: true };

describe.each(['memory', 'lancedb'])('books in %s', (kind) => {
  let folder: string;
  let door: Door;
  let stores: LanceStores | undefined;
  let cover: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'margay-books-'));
    if (kind === 'lancedb') stores = await LanceStores.open(folder);
    const definition = readDefinition(BOOKS, 'books.graphql');
    door = await openDoor({}, { definition, stores: stores ?? new MemoryStores(), products: 0 });
    cover = dataUri(await colored(3));
  });
  afterAll(async () => {
    await door[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const index = (...books: Record<string, unknown>[]) =>
    indexProducts(
      door,
      books.map((book, place) => ({ id: `b${place}`, pictures: [cover], ...book })),
      AS,
    );
  const ids = async (filter: unknown) => {
    const { data, errors } = await door.ask(
      'query ($filter: BookFilter) { products(filter: $filter) { nodes { id } } }',
      {
        filter,
      },
    );
    expect(errors).toBeUndefined();
    return data.products.nodes.map(({ id }: { id: string }) => id);
  };

  test('every kind of field is written and read back', async () => {
    expect(outcomes(await index(full, bare))).toEqual(['b0 INDEXED', 'b1 INDEXED']);
    const { data, errors } = await door.ask(`{ products { nodes { ${FIELDS} } } }`);
    expect(errors).toBeUndefined();
    const nothing = { summary: null, genre: null, language: null, price: null, pages: null, published: null };
    expect(data.products.nodes).toEqual([
      { id: 'b0', ...full, title: full.title.trim(), published: '1998-09-02T10:30:00.000Z', covers: [{ width: 16 }] },
      { id: 'b1', ...nothing, ...bare, covers: [{ width: 16 }] },
    ]);
  });

  test.each<[unknown, string[]]>([
    [{ authors: { has: 'Ünal, S.' } }, ['b0']],
    [{ pages: { gt: 2_147_483_646 } }, ['b0']],
    [{ published: { lte: '1998-09-02T10:30:00Z' } }, ['b0']],
    [{ inPrint: { eq: true } }, ['b1']],
    [{ price: { isNull: true } }, ['b1']],
    [{ title: { startsWith: 'Das Haus "am"' } }, ['b0']],
    [{ not: { language: { eq: 'de' } } }, ['b1']],
  ])('found by %j', async (filter, expected) => expect(await ids(filter)).toEqual(expected));

  test.each<[string, Record<string, unknown>]>([
    ['a required field left out', { title: 'x', authors: [] }],
    ['a required list that is null', { ...bare, authors: null }],
    ['a null in a list', { ...bare, authors: [null] }],
    ['a fraction for a whole number', { ...bare, pages: 1.5 }],
    ['33 bits', { ...bare, pages: 2 ** 31 }],
    ['a day without its time', { ...bare, published: '1998-09-02' }],
    ['a field of the demo', { ...bare, color: 'red' }],
  ])("%s is GraphQL's own refusal of the request", async (_name, book) => {
    const { errors } = await index(bare, book);
    expect(errors).toMatchObject([
      { extensions: { code: 'BAD_INPUT' }, message: expect.stringContaining('products[1]') },
    ]);
  });

  test('the covers are named as the file has them', async () => {
    const { data } = await index({ ...bare, pictures: [] }, { ...bare, pictures: [cover, 'no'] });
    const [none, bad] = data.indexProducts.map(({ error }: { error: { message: string } }) => error.message);
    expect(none).toMatch(/^products\[0\]\.covers is empty\./);
    expect(bad).toMatch(/^"products\[1\]\.covers\[1\]\.file" is neither/);
  });

  test.each([
    { inPrint: { isNull: false } },
    { title: { startsWith: '' } },
    { or: [{ price: { lt: 1 } }, { authors: { isNull: false } }] },
    {},
  ])('%j, which every book passes, deletes nothing', async (filter) => {
    const { errors } = await door.ask(DELETE, { where: { filter } });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_INPUT', argument: 'where.filter' } }]);
    expect(await ids({})).toEqual(['b0', 'b1']);
  });

  test('deleted by a filter of its own fields', async () => {
    const { data } = await door.ask(DELETE, { where: { filter: { authors: { has: 'Konrad' } } } });
    expect(data.deleteProducts.deletedCount).toBe(1);
    expect(await ids({})).toEqual(['b1']);
  });
});
