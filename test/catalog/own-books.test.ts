import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  lexicographicSortSchema,
  parse,
  printSchema,
  validate,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDefinition } from '../../src/catalog/read-definition.ts';
import { servedSdl } from '../../src/graph/served-sdl.ts';
import type { GraphQLAnswer } from '../door.ts';
import { lacksMilvus, MilvusServer } from '../retrieve/milvus-server.ts';
import { BOOKS } from './definitions.ts';
import { OwnCatalog, type OwnDoor } from './own-catalog.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/catalogs/', import.meta.url));
const BOOKS_JSONL = join(EXAMPLES, 'books.jsonl');
const FIELDS = 'id title authors summary genre language price pages published inPrint covers { width height }';
const sorted = (sdl: string) => printSchema(lexicographicSortSchema(buildSchema(sdl)));

type Line = Record<string, unknown> & { readonly id: string };
const lines = async (): Promise<Line[]> =>
  (await readFile(BOOKS_JSONL, 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** What is in the file comes out of the API. */
async function answersAsWritten({ ask, reported }: OwnDoor): Promise<void> {
  const books = await lines();
  const all = await ask(`{ products(first: 20) { totalCount nodes { ${FIELDS} } } }`);
  expect(all.errors).toBeUndefined();
  expect(all.data.products).toEqual({
    totalCount: 12,
    nodes: books.map((book) => ({
      ...book,
      published: book.published === null ? null : new Date(String(book.published)).toISOString(),
      covers: [{ width: 120, height: 180 }],
    })),
  });

  const ids = async (filter: unknown) => {
    const query = `query ($filter: BookFilter) {
      products(first: 20, filter: $filter) { totalCount nodes { id } }
      search(text: "a yellow cover", mode: DENSE, topK: 20, filter: $filter) { hits { product { id } } }
    }`;
    const { data, errors } = await ask(query, { filter });
    expect(errors).toBeUndefined();
    const found = data.products.nodes.map(({ id }: Line) => id);
    expect(data.products.totalCount).toBe(found.length);
    expect(data.search.hits.map(({ product }: { product: Line }) => product.id).sort()).toEqual(found);
    return found;
  };
  const where = (holds: (book: Line) => boolean) => books.filter(holds).map(({ id }) => id);
  const later = (book: Line) => book.published !== null && String(book.published) > '2016-08-08T00:00:00Z';
  for (const [filter, expected] of [
    [{ authors: { has: 'Maren Oldcastle' } }, ['b-001', 'b-004', 'b-011']],
    [{ price: { gte: 17, lt: 20 } }, where(({ price }) => Number(price) >= 17 && Number(price) < 20)],
    [{ price: { isNull: true } }, ['b-010']],
    [{ pages: { lte: 176 } }, where(({ pages }) => pages !== null && Number(pages) <= 176)],
    [{ published: { gt: '2016-08-08T02:00:00+02:00' } }, where(later)],
    [{ inPrint: { eq: false } }, ['b-003', 'b-008', 'b-010']],
    [{ language: { in: ['de', 'fr', 'zh'] } }, ['b-003', 'b-006', 'b-009']],
    [{ title: { startsWith: 'Le ' } }, ['b-006']],
    [{ title: { eq: '山里的茶' } }, ['b-009']],
    [{ id: { in: ['b-002', 'nobody'] } }, ['b-002']],
    [{ not: { or: [{ inPrint: { eq: true } }, { genre: { eq: 'Novel' } }] } }, ['b-008', 'b-010']],
  ] as const)
    expect([filter, await ids(filter)]).toEqual([filter, expected]);

  const paged: string[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const page: GraphQLAnswer = await ask(
      `query ($after: String) { products(first: 2, after: $after, filter: { genre: { eq: "Novel" } }) {
        nodes { id } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    const { nodes, pageInfo } = page.data.products;
    paged.push(...nodes.map(({ id }: Line) => id));
    after = pageInfo.endCursor;
    more = pageInfo.hasNextPage;
  }
  expect(paged).toEqual(where(({ genre }) => genre === 'Novel'));

  const cover = await readFile(join(EXAMPLES, 'covers/b-004.png'));
  const { data } = await ask(
    `query ($image: Upload) { search(image: $image, topK: 3) { hits { score product { ${FIELDS} } } } }`,
    { image: `data:image/png;base64,${cover.toString('base64')}` },
  );
  expect(data.search.hits[0].score).toBeCloseTo(1, 3);
  expect(data.search.hits[0].product).toMatchObject({ id: 'b-004', authors: ['Ines Tavarez', 'Maren Oldcastle'] });
  expect(reported).toEqual([]);
}

const settings = { CATALOG_FILE: join(EXAMPLES, 'books.graphql') };

test('books: served empty first, then what was indexed, each field and each filter', async () => {
  await using own = await OwnCatalog.make(settings);
  const EMPTY = '{ products { totalCount nodes { id } } search(text: "cats") { hits { rank } } }';
  await own.serving(async ({ ask, url, reported }) => {
    expect(await ask(EMPTY)).toMatchObject({
      data: { products: { totalCount: 0, nodes: [] }, search: { hits: [] } },
    });
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    // What another process indexes meanwhile is there at once.
    expect((await own.index(BOOKS_JSONL)).map(({ status }) => status)).toEqual(Array(12).fill('INDEXED'));
    expect((await ask(EMPTY)).data.products.totalCount).toBe(12);
    expect(reported).toEqual([]);
  });
  await own.serving(answersAsWritten);
}, 180_000);

test('the printed schema is what the server introspects, and operations are checked by it', async () => {
  const sdl = servedSdl(readDefinition(BOOKS, 'books.graphql'));
  await using own = await OwnCatalog.make(settings);
  await own.serving(async ({ ask }) => {
    const { data } = await ask(getIntrospectionQuery({ specifiedByUrl: true, oneOf: true }));
    expect(printSchema(lexicographicSortSchema(buildClientSchema(data)))).toBe(sorted(sdl));
  });
  const errors = (operation: string) => validate(buildSchema(sdl), parse(operation)).map(({ message }) => message);
  expect(
    errors(`query Books($filter: BookFilter, $by: String!) {
      search(text: "cats", filter: $filter) { hits { product { title authors covers { url } } } ... @defer { rationale } }
      products(filter: { authors: { has: $by }, published: { gt: "2020-01-01T00:00:00Z" } }) { nodes { inPrint } }
    }`),
  ).toEqual([]);
  expect(errors('query Old { products(filter: { summary: { eq: "x" } }) { nodes { print } } }')).toEqual([
    expect.stringContaining('Field "summary" is not defined by type "BookFilter"'),
    expect.stringContaining('Cannot query field "print" on type "Book"'),
  ]);
}, 60_000);

describe('the catalog file changes', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'margay-changed-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const changed = async (name: string, change: (sdl: string) => string) => {
    await writeFile(join(folder, name), change(BOOKS));
    return { CATALOG_FILE: join(folder, name) };
  };

  test('a field is added and filled; what the rows cannot hold is refused with the remedy, and a rebuild takes it', async () => {
    await using own = await OwnCatalog.make(settings);
    await own.index(BOOKS_JSONL);
    const added = await changed('added.graphql', (sdl) =>
      sdl
        .replace('  inPrint:', '  publisher: String @filter @facet\n\n  inPrint:')
        .replace('price: Float @filter', 'price: Float'),
    );
    const lines = (await readFile(BOOKS_JSONL, 'utf8'))
      .replaceAll('"covers/', `"${EXAMPLES}covers/`)
      .trim()
      .split('\n');
    const some = join(folder, 'some.jsonl');
    await writeFile(
      some,
      lines
        .slice(0, 2)
        .map((line) => line.replace('{', '{"publisher": "Ocelot",'))
        .join('\n'),
    );
    expect((await own.index(some, added)).map(({ status }) => status)).toEqual(['INDEXED', 'INDEXED']);
    await own.serving(async ({ ask }) => {
      const { data } = await ask(`{
        products(first: 20) { nodes { id publisher } }
        none: products(filter: { publisher: { isNull: true } }) { totalCount }
        search(text: "rye", topK: 20, filter: { publisher: { eq: "Ocelot" } }) { hits { product { id publisher } } }
      }`);
      expect(data.products.nodes.map(({ publisher }: Line) => publisher)).toEqual([
        'Ocelot',
        'Ocelot',
        ...Array(10).fill(null),
      ]);
      expect(data.none.totalCount).toBe(10);
      expect(data.search.hits).toHaveLength(2);
    }, added);

    const faulty = await changed('faulty.graphql', (sdl) =>
      sdl.replace('pages: Int', 'pages: Float').replace('genre: String ', 'genre: String! '),
    );
    const says =
      'genre is required now, and stored products may have none; pages was Int and is Float; publisher is gone';
    await own.serving(async ({ ask, url }) => {
      const { errors } = await ask('{ search(text: "cats") { hits { rank } } }');
      expect(errors![0]!.message).toContain(says);
      expect(errors![0]!.extensions).toMatchObject({
        code: 'CATALOG_MISMATCH',
        remedy: expect.stringContaining(`npm run index -- ${BOOKS_JSONL} --rebuild && npm run index -- ${some}`),
      });
      const ready = await fetch(`${url}/health/ready`);
      expect([ready.status, await ready.json()]).toEqual([
        503,
        expect.objectContaining({ reason: expect.stringContaining(says) }),
      ]);
    }, faulty);
    await expect(own.index(BOOKS_JSONL, faulty)).rejects.toMatchObject({ code: 'CATALOG_MISMATCH' });
    expect((await own.index(BOOKS_JSONL, faulty, true)).map(({ status }) => status)).toEqual(Array(12).fill('INDEXED'));
    await own.serving(async ({ ask }) => {
      expect(
        (await ask('{ products(filter: { pages: { lt: 100.5 } }) { nodes { id } } }')).data.products.nodes,
      ).toEqual([{ id: 'b-007' }]);
    }, faulty);
  }, 240_000);

  test('a catalog without products follows any change', async () => {
    await using own = await OwnCatalog.make(settings);
    const count = '{ products { totalCount } }';
    await own.serving(async ({ ask }) => expect((await ask(count)).data.products.totalCount).toBe(0));
    const other = await changed('other.graphql', (sdl) => sdl.replace('pages: Int', 'pages: String!'));
    await own.serving(async ({ ask }) => expect((await ask(count)).data.products.totalCount).toBe(0), other);
  }, 60_000);
});

describe.skipIf(lacksMilvus('lite'))('on Milvus Lite (needs scripts/milvus-venv.sh)', () => {
  let server: MilvusServer;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'margay-lite-books-'));
    server = await MilvusServer.start('lite');
  }, 120_000);
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('books: its analyzer is refused, and with another one all is as written', async () => {
    await using own = await OwnCatalog.make({ ...settings, MILVUS_ADDRESS: server.address });
    await expect(own.serving(async () => {})).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('ENGLISH'),
      remedy: expect.stringContaining('STANDARD'),
    });
    const CATALOG_FILE = join(folder, 'books.graphql');
    await writeFile(CATALOG_FILE, BOOKS.replaceAll('ENGLISH', 'STANDARD'));
    await own.index(BOOKS_JSONL, { CATALOG_FILE });
    await own.serving(answersAsWritten, { CATALOG_FILE });

    // It can't add fields: the start goes on and says so.
    await writeFile(
      CATALOG_FILE,
      BOOKS.replaceAll('ENGLISH', 'STANDARD').replace('  inPrint:', '  publisher: String\n  inPrint:'),
    );
    await own.serving(
      async ({ ask }) => {
        const { errors } = await ask('{ search(text: "cats") { hits { rank } } }');
        expect(errors![0]).toMatchObject({
          message:
            'This Milvus server can add no fields to stored products, as 2.6 and later do. They have no publisher.',
          extensions: { code: 'CATALOG_MISMATCH', remedy: expect.stringContaining(`${BOOKS_JSONL} --rebuild`) },
        });
      },
      { CATALOG_FILE },
    );
  }, 240_000);
});
