import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, graphqlSync, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { readDefinition } from '../../src/catalog/read-definition.ts';
import { servedSdl } from '../../src/graph/served-sdl.ts';
import {
  type CatalogFields,
  DEMO_FIELDS,
  FIELDS_QUERY,
  fieldsIn,
  readCatalogFields,
} from '../../web/catalog-fields.ts';
import { examplesFor } from '../../web/examples.ts';
import { BOOKS, DEMO, fileAt, PHOTOS } from '../catalog/definitions.ts';
import { openDoor } from '../door.ts';

const typeOf = (...fields: string[]) => `type Thing { id: ID! @key ${fields.join(' ')} }`;
const NOTHING_ELSE = { text: undefined, number: undefined, others: [], filtered: undefined };

describe.each<[what: string, definition: string, CatalogFields]>([
  ['the demo', DEMO, DEMO_FIELDS],
  [
    'books',
    BOOKS,
    {
      title: 'title',
      images: 'covers',
      text: 'genre',
      number: 'price',
      others: ['authors', 'genre', 'language', 'price'],
      filtered: 'price',
    },
  ],
  [
    'photos, which have no number',
    PHOTOS,
    {
      title: 'title',
      images: 'images',
      text: 'category',
      number: undefined,
      others: ['category', 'source', 'label', 'product'],
      filtered: 'category',
    },
  ],
  [
    'Amazon Reviews',
    fileAt('examples/catalogs/amazon-reviews-2023.graphql'),
    {
      title: 'title',
      images: 'images',
      text: 'category',
      number: 'price',
      others: ['category', 'price', 'store', 'rating'],
      filtered: 'price',
    },
  ],
  [
    'no filter',
    typeOf('name: String! @title', 'pages: Int', 'tags: [String!]', 'images: [Image!]! @image'),
    { ...NOTHING_ELSE, title: 'name', images: 'images', number: 'pages', others: ['pages', 'tags'] },
  ],
  [
    'a title of another name, and a text before it that some lack',
    typeOf('shots: [Image!]! @image', 'subtitle: String', 'caption: String! @title', 'seen: DateTime @filter'),
    { ...NOTHING_ELSE, title: 'caption', images: 'shots', text: 'subtitle', others: ['seen', 'subtitle'] },
  ],
  [
    'another text that no product lacks: taken for the title',
    typeOf('sku: String!', 'name: String! @title @filter', 'images: [Image!]! @image'),
    { title: 'sku', images: 'images', text: 'name', number: undefined, others: ['name'], filtered: 'name' },
  ],
  [
    'fields called as connectives are',
    typeOf('name: String! @title', 'not: String', 'and: Float', 'images: [Image!]! @image'),
    { ...NOTHING_ELSE, title: 'name', images: 'images', text: 'not', number: 'and', others: ['not', 'and'] },
  ],
  [
    'a title and pictures alone',
    typeOf('name: String! @title', 'images: [Image!]! @image'),
    { ...NOTHING_ELSE, title: 'name', images: 'images' },
  ],
])('the examples for %s', (_what, definition, expected) => {
  const schema = buildSchema(servedSdl(readDefinition(definition, 'test.graphql')));
  const { data, errors } = graphqlSync({ schema, source: FIELDS_QUERY });
  const fields = fieldsIn(data);

  test('name its fields', () => {
    expect(errors).toBeUndefined();
    expect(fields).toEqual(expected);
  });

  test.each(examplesFor(fields).map(({ label, query }) => [label, query]))('are valid: %s', (_label, query) => {
    expect(validate(schema, parse(query)).map(({ message }) => message)).toEqual([]);
  });
});

test('the server answers, within its limits', async () => {
  await using door = await openDoor({}, { products: 0, definition: readDefinition(BOOKS, 'books.graphql') });
  expect(await readCatalogFields(`${door.url}/graphql`)).toMatchObject({ images: 'covers', filtered: 'price' });
});

test.each<[what: string, answer: RequestListener]>([
  ['a page instead of JSON', (_request, response) => response.end('<!doctype html>')],
  ['an error alone', (_request, response) => response.writeHead(401).end('{"errors":[{"message":"Who are you?"}]}')],
  ['another schema', (_request, response) => response.end('{"data":{"hit":null,"query":{"fields":[]}}}')],
  ['no answer', () => {}],
  ['a broken line', (request) => request.socket.destroy()],
])("the demo's fields after %s", async (_what, answer) => {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    expect(await readCatalogFields(`http://127.0.0.1:${port}/`, 500)).toEqual(DEMO_FIELDS);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
