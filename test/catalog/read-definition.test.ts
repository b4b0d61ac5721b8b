import fc from 'fast-check';
import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import type { FieldDefinition } from '../../src/catalog/definition.ts';
import { CATALOG_DIRECTIVES } from '../../src/catalog/definition-directives.ts';
import { readDefinition } from '../../src/catalog/read-definition.ts';
import { BOOKS, DEMO, faultsOf, PHOTOS, withFields } from './definitions.ts';

/** `title String! filter facet fullText` */
const written = ({ name, kind, required, filter, facet, fullText }: FieldDefinition) =>
  [`${name}: ${kind}${required ? '!' : ''}`, filter && 'filter', facet && 'facet', fullText && 'fullText']
    .filter(Boolean)
    .join(' ');

test.each([
  [
    'catalog.graphql',
    DEMO,
    { type: 'Product', images: 'images', title: 'title', category: 'category', analyzer: 'STANDARD' },
    [
      'title: String! fullText',
      'category: String filter facet',
      'print: String filter facet',
      'color: String filter facet',
      'price: Float filter',
    ],
  ],
  [
    'books.graphql',
    BOOKS,
    {
      type: 'Book',
      description: 'A book as a shop lists it.',
      keyDescription: "The shop's own number.",
      images: 'covers',
      imagesDescription: 'The front first, then the back where there is a picture of it.',
      title: 'title',
      category: 'genre',
      analyzer: 'ENGLISH',
    },
    [
      'title: String! filter fullText',
      'authors: StringList! filter facet fullText',
      'summary: String fullText',
      'genre: String filter facet',
      'language: String filter facet',
      'price: Float filter',
      'pages: Int filter',
      'published: DateTime filter',
      'inPrint: Boolean! filter facet',
    ],
  ],
  [
    'photos.graphql',
    PHOTOS,
    { type: 'Photo', images: 'images', title: 'title', category: 'category', analyzer: 'ENGLISH' },
    [
      'title: String! fullText',
      'category: String filter facet',
      'source: String! filter facet',
      'label: String! filter',
      'product: ID filter',
      'description: String fullText',
      'color: String filter facet',
      'pattern: String filter facet',
      'materials: StringList filter facet',
      'kids: Boolean filter facet',
      'view: String filter facet',
      'license: String! filter facet',
    ],
  ],
  [
    'the least',
    withFields(),
    { type: 'Book', images: 'images', title: 'title', category: undefined, analyzer: undefined },
    ['title: String!'],
  ],
  [
    'facets that are no strings are no category',
    withFields('a: [String!] @facet', 'b: ID @facet', 'c: Int @facet', 'd: Boolean @facet', 'e: String @facet'),
    { category: 'e' },
    ['title: String!', 'a: StringList facet', 'b: ID facet', 'c: Int facet', 'd: Boolean facet', 'e: String facet'],
  ],
  [
    'names of filters where nothing is filtered by',
    withFields('and: String', 'not: Int', 'a: String @fullText(analyzer: CHINESE)'),
    { analyzer: 'CHINESE' },
    ['title: String!', 'and: String', 'not: Int', 'a: String fullText'],
  ],
])('%s is read', (_name, sdl, expected, fields) => {
  const definition = readDefinition(sdl, 'shop.graphql');
  expect(definition).toMatchObject(expected);
  expect(definition.fields.map(written)).toEqual(fields);
});

test.each<[string, (sdl: string) => string]>([
  ['a byte order mark', (sdl) => `\ufeff${sdl}`],
  ['CRLF', (sdl) => sdl.replaceAll('\n', '\r\n')],
  ['CR', (sdl) => sdl.replaceAll('\n', '\r')],
  ['both', (sdl) => `\ufeff${sdl.replaceAll('\n', '\r\n')}`],
  ['a megabyte of comments', (sdl) => `${'# much to say, # and again\n'.repeat(40_000)}${sdl}`],
  ['the definitions in front', (sdl) => CATALOG_DIRECTIVES + sdl],
  [
    'other spellings of them behind',
    (sdl) =>
      `${sdl}
      "of my own" directive @filter on FIELD_DEFINITION
      directive @fullText(analyzer: Analyzer = STANDARD) on FIELD_DEFINITION
      scalar DateTime @specifiedBy(url: "https://scalars.graphql.org/andimarek/date-time")
      type Image`,
  ],
])('%s changes nothing', (_name, changed) => {
  for (const sdl of [DEMO, BOOKS, PHOTOS])
    expect(readDefinition(changed(sdl), 'shop.graphql')).toEqual(readDefinition(sdl, 'shop.graphql'));
});

test('with the definitions, the examples are whole schemas to an editor', () => {
  for (const sdl of [DEMO, BOOKS, PHOTOS])
    expect(Object.keys(buildSchema(CATALOG_DIRECTIVES + sdl).getTypeMap())).toContain('Image');
});

test('a description of several lines keeps them, and a blank one is none', () => {
  const sdl = withFields('"""', '  one', '', '    two', '"""', 'a: Int', '"" b: Int', '"three" c: Int');
  expect(readDefinition(sdl, '').fields.map(({ description }) => description)).toEqual([
    undefined,
    'one\n\n  two',
    undefined,
    'three',
  ]);
});

test('whatever is done to a file, it is read or its faults are told, in lines that it has', () => {
  const pieces = fc.constantFrom(
    ...[
      '{',
      '}',
      '[',
      ']',
      '!',
      ':',
      '@',
      '(',
      ')',
      '"',
      '"""',
      '#',
      '\n',
      '\r\n',
      ' ',
      '\ufeff',
      '\0',
      '\u2028',
      '\ud83d',
      '$a',
    ],
    ...[
      '@key',
      '@title',
      '@image',
      '@fullText',
      '@filter',
      '@facet',
      '(analyzer: ENGLISH)',
      ' a: Int ',
      ' id: ID! @key ',
    ],
    ...[
      'String',
      '[String!]',
      'Image',
      'type Image',
      'type A {',
      'extend ',
      'enum ',
      'scalar ',
      'directive ',
      '_',
      '&',
      '|',
      '=',
    ],
  );
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat({ max: 40 }),
    piece: fc.oneof(fc.constant(''), pieces, fc.string({ maxLength: 8, unit: 'binary' })),
  });
  let read = 0;
  let told = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(DEMO, BOOKS, PHOTOS, CATALOG_DIRECTIVES + BOOKS),
      fc.array(change, { maxLength: 6 }),
      (sdl, changes) => {
        let text = sdl;
        for (const { at, cut, piece } of changes) {
          const from = Math.floor(at * text.length);
          text = text.slice(0, from) + piece + text.slice(from + cut);
        }
        const faults = faultsOf(text);
        if (faults.length === 0) read += 1;
        else told += 1;
        const lines = faults.map((fault) => Number(/^line (\d+): \S/.exec(fault)?.[1]));
        expect(lines).toEqual(lines.toSorted((a, b) => a - b));
        const last = text.split(/\r\n|[\n\r]/).length;
        expect(lines.filter((line) => !(line >= 1 && line <= last))).toEqual([]);
      },
    ),
    { numRuns: 1_000 },
  );
  expect(read).toBeGreaterThan(25);
  expect(told).toBeGreaterThan(250);
});
