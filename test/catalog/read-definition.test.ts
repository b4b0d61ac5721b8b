import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { buildSchema, parse } from 'graphql';
import { expect, test } from 'vitest';
import type { FieldDefinition } from '../../src/catalog/definition.ts';
import { CATALOG_DIRECTIVES } from '../../src/catalog/definition-directives.ts';
import { API_TYPES, DERIVED } from '../../src/catalog/definition-names.ts';
import { MAX_FIELDS, readDefinition } from '../../src/catalog/read-definition.ts';
import { MargayError } from '../../src/errors.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const fileAt = (path: string) => readFileSync(ROOT + path, 'utf8');
const DEMO = fileAt('catalog.graphql');
const BOOKS = fileAt('examples/catalogs/books.graphql');
const PHOTOS = fileAt('examples/catalogs/photos.graphql');

/** A type of id and title in lines 2 and 3, pictures in line 4, then the lines given, from 5 on. */
const withFields = (...lines: readonly string[]) =>
  ['type Book {', '  id: ID! @key', '  title: String! @title', '  images: [Image!]! @image', ...lines, '}'].join('\n');

/** The lines below the heading. */
function faultsOf(sdl: string): string[] {
  try {
    readDefinition(sdl, 'shop.graphql');
  } catch (error) {
    if (!(error instanceof MargayError) || error.code !== 'BAD_INPUT') throw error;
    const [heading, ...lines] = error.message.split('\n');
    expect(heading).toBe(`shop.graphql has ${lines.length} ${lines.length === 1 ? 'fault' : 'faults'}:`);
    return lines.map((line) => line.replace(/^ {2}/, ''));
  }
  return [];
}

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

const ANY_TYPE = 'Use ID, String, Int, Float, Boolean, DateTime or [String!].';
const ANALYZER = 'Write `@fullText(analyzer: STANDARD)`, or ENGLISH or CHINESE.';
const NO_TYPE = 'line 1: There is no type. Write one, for example the catalog.graphql that margay comes with.';
const UNREADABLE = 'Look for what is missing or too much here or just before.';
const NO_KEY = 'No field has @key. Write `id: ID! @key`.';
const NO_TITLE = 'No field has @title. Write `title: String! @title`.';
const NO_IMAGE = 'No field has @image. Write `images: [Image!]! @image`.';
const ID_IS_KEY = 'Clients cache by it, so it is the key. Write `id: ID! @key`.';
const PLAIN = 'A catalog is one type of plain fields. Leave it out.';

/** One field in line 5, and what is said of it. */
const FIELDS: [field: string, ...faults: string[]][] = [
  ['a: string', 'a: There is no type string. Write String.'],
  ['a: datetime!', 'a: There is no type datetime. Write DateTime!.'],
  ['a: Money', `a: There is no type Money for a field. ${ANY_TYPE}`],
  ['a: Book', `a: There is no type Book for a field. ${ANY_TYPE}`],
  ['a: [String]', 'a: A text of the list may be null. Write [String!].'],
  ['a: [String]!', 'a: A text of the list may be null. Write [String!]!.'],
  ['a: [Int!]', 'a: It is [Int!], and only texts come as lists. Write [String!], or a single value.'],
  ['a: [[String!]!]!', 'a: It is [[String!]!]!, and only texts come as lists. Write [String!]!, or a single value.'],
  ['a: Image', 'a: Pictures are in images already, in line 4. Leave one out.'],
  ['a: [Image!]! @image', 'a: images has @image already, in line 4. Leave one out.'],
  ['a: String! @title', 'a: title has @title already, in line 3. Leave one out.'],
  ['a: ID! @key', 'a: id has @key already, in line 2. Leave one out.'],
  ['a: Int @fullText', 'a: @fullText reads String and [String!] alone, and this is Int: leave it out.'],
  ['a: ID @fullText', 'a: @fullText reads String and [String!] alone, and this is ID: leave it out.'],
  ['a: Float @facet', 'a: @facet counts values that repeat, and those of Float seldom do: leave it out.'],
  ['a: DateTime! @facet', 'a: @facet counts values that repeat, and those of DateTime! seldom do: leave it out.'],
  ['a: String @fulltext', 'a: There is no directive @fulltext. Write @fullText.'],
  ['a: String @index', 'a: There is no directive @index. Use @key, @title, @image, @fullText, @filter or @facet.'],
  ['a: String @filter @filter', 'a: It has @filter twice. Leave one out.'],
  ['a: String @facet(limit: 3)', 'a: @facet takes no arguments. Write @facet alone.'],
  ['a: String @fullText(analyzer: FRENCH)', `a: There is no analyzer FRENCH. ${ANALYZER}`],
  ['a: String @fullText(analyzer: "ENGLISH")', `a: There is no analyzer "ENGLISH". ${ANALYZER}`],
  ['a: String @fullText(analyzer: null)', `a: There is no analyzer null. ${ANALYZER}`],
  ['a: String @fullText(analyser: ENGLISH)', `a: @fullText takes no argument "analyser". ${ANALYZER}`],
  ['a: String @fullText(analyzer: ENGLISH, analyzer: CHINESE)', `a: @fullText names its analyzer twice. ${ANALYZER}`],
  ['a(currency: String): Float', 'a: What is stored takes no arguments. Leave them out.'],
  ['title: Int', 'title: It is there twice, first in line 3. Rename one, or leave it out.'],
  [
    'Title: Int',
    'Title: It differs from title in line 3 by case alone, and not every store tells them apart. Rename one.',
  ],
  ['_a: Int', '_a: Names that begin with an underscore belong to GraphQL and the stores. Rename it.'],
  ['__typename: Int', '__typename: Names that begin with an underscore belong to GraphQL and the stores. Rename it.'],
  ['similar: Int', 'similar: The API gives the type a field of that name itself. Rename it.'],
  ['constructor: String', 'constructor: Every JavaScript object has a property of that name. Rename it.'],
  ['or: Int @filter', 'or: In a filter that name joins other filters. Rename it, or leave @filter out.'],
  [
    `${'a'.repeat(61)}: Int`,
    `${'a'.repeat(61)}: Its name has 61 letters, and not every store takes more than 60. Shorten it.`,
  ],
  // Several of one field, in the order in which they are found.
  [
    'not: Money @filter @key(a: 1)',
    'not: @key takes no arguments. Write @key alone.',
    'not: In a filter that name joins other filters. Rename it, or leave @filter out.',
    'not: id has @key already, in line 2. Leave one out.',
    'not: @filter is not for the key, which can be filtered by anyway: leave it out.',
  ],
];

test.each(FIELDS)('%s', (field, ...faults) => {
  expect(faultsOf(withFields(field))).toEqual(faults.map((fault) => `line 5: ${fault}`));
});

const REST = 'title: String! @title images: [Image!]! @image }';

test.each<[string, string, string[]]>([
  ['nothing', '', [NO_TYPE]],
  ['a byte order mark alone', '\ufeff', [NO_TYPE]],
  ['comments and blanks alone', '# type Book\r\n\r\n  # {}', [NO_TYPE]],
  ['no type', 'scalar DateTime', [NO_TYPE]],
  ['a type without fields', '\ntype Book', [NO_KEY, NO_TITLE, NO_IMAGE].map((fault) => `line 2: Book: ${fault}`)],
  [
    'an end too soon',
    'type Book {\n  id: ID!\n\n\n',
    [`line 2: It can't be read: Expected Name, found <EOF>. ${UNREADABLE}`],
  ],
  ['no field', 'type Book {\n}', [`line 2: It can't be read: Expected Name, found "}". ${UNREADABLE}`]],
  ['a word too much', withFields('a: Int Int'), [`line 6: It can't be read: Expected ":", found "}". ${UNREADABLE}`]],
  ['a strange sign', withFields('a: Int;'), [`line 5: It can't be read: Unexpected character: ";". ${UNREADABLE}`]],
  [
    'brackets without end',
    `type Book {\na: ${'['.repeat(9_000)}`,
    [expect.stringMatching(/^line [12]: It can't be read: /)],
  ],
  [
    'a megabyte of fields',
    `type Book {\n${'  a: Int\n'.repeat(120_000)}}`,
    ['line 3334: It goes on for more than 10000 words and signs. Keep to one type of some fields.'],
  ],
  [
    'a megabyte of one text',
    `"${'a'.repeat(1_000_000)}" 7`,
    [`line 1: It can't be read: Unexpected Int "7". ${UNREADABLE}`],
  ],
  ['an id that is no key', `type Book {\n  id: ID!\n  ${REST}`, [`line 2: id: ${ID_IS_KEY}`]],
  [
    'a key of another name',
    `type Book {\n  sku: ID! @key\n  ${REST}`,
    ['line 2: sku: Clients cache by a key called id. Write `id: ID! @key`.'],
  ],
  [
    'a key that may be null and is filtered by',
    `type Book {\n  id: ID @key @filter\n  ${REST}`,
    [
      'line 2: id: @key is for a field of type ID!, and this is ID. Write `id: ID! @key`.',
      'line 2: id: @filter is not for the key, which can be filtered by anyway: leave it out.',
    ],
  ],
  [
    'a key that is the title, and counted',
    'type Book {\n  id: ID! @key @title @facet\n  images: [Image!]! @image\n}',
    [
      'line 2: id: @title is for a field of type String!, and this is ID!. Write `id: String! @title`.',
      'line 2: id: @facet is not for the key: leave it out.',
      'line 2: id: @title is not for the key: leave it out.',
    ],
  ],
  [
    'a title and pictures of wrong types',
    'type Book {\n  id: ID! @key\n  name: String @title\n  covers: [Image] @image @facet\n}',
    [
      'line 3: name: @title is for a field of type String!, and this is String. Write `name: String! @title`.',
      'line 4: covers: @image is for a field of type [Image!]!, and this is [Image]. Write `covers: [Image!]! @image`.',
      'line 4: covers: @facet is not for pictures: leave it out.',
    ],
  ],
  [
    'pictures that are not embedded',
    'type Book {\n  id: ID! @key\n  title: String! @title\n  covers: [Image!]!\n}',
    ['line 4: covers: Pictures are embedded. Write `covers: [Image!]! @image`.'],
  ],
  [
    'analyzers that differ',
    withFields(
      'a: String @fullText',
      'b: [String!] @fullText(analyzer: ENGLISH)',
      'c: String @fullText(analyzer: STANDARD)',
    ),
    [
      'line 6: b: Its analyzer is ENGLISH, but STANDARD is that of a in line 5, and their words are searched together. Name one analyzer for all.',
    ],
  ],
  [
    'too many fields',
    withFields(...Array.from({ length: MAX_FIELDS }, (_, place) => `  a${place}: Int`)),
    [
      `line 54: a49: It is one of 51 fields beside the key and the pictures, and not every store holds more than 50. Leave some out.`,
    ],
  ],
  [
    'what else there is in GraphQL',
    [
      'schema { query: Book }',
      withFields('a: Color'),
      'enum Color { RED }',
      'interface Thing { id: ID! }',
      'union Any = Book',
      'input Other { a: Int }',
      'extend type Book { b: Int }',
      'extend schema @key',
      'type Author { name: String }',
      'scalar key',
      'directive @index on FIELD_DEFINITION',
      'query Find { a }',
      '{ a }',
      'fragment Some on Book { a }',
    ].join('\n'),
    [
      "line 1: schema: The API's schema is made from the type. Leave it out.",
      `line 6: a: There is no type Color for a field. ${ANY_TYPE}`,
      `line 8: enum Color: ${PLAIN}`,
      `line 9: interface Thing: ${PLAIN}`,
      `line 10: union Any: ${PLAIN}`,
      `line 11: input Other: ${PLAIN}`,
      'line 12: extend Book: A catalog is one type. Write its fields into the type itself.',
      'line 13: extend schema: A catalog is one type. Write its fields into the type itself.',
      'line 14: type Author: A catalog is one type, here Book. Leave it out.',
      `line 15: scalar key: ${PLAIN}`,
      `line 16: directive @index: ${PLAIN}`,
      'line 17: Find: This is a request and defines nothing. Leave it out.',
      'line 18: This is a request and defines nothing. Leave it out.',
      'line 19: Some: This is a request and defines nothing. Leave it out.',
    ],
  ],
  [
    'the second type has the directives',
    `type Author { name: String }\n${withFields()}`,
    ['line 1: type Author: A catalog is one type, here Book. Leave it out.'],
  ],
  [
    'definitions that differ from ours',
    [
      withFields(),
      'directive @key on OBJECT',
      'directive @filter repeatable on FIELD_DEFINITION',
      'scalar DateTime @specifiedBy(url: "https://example.org")',
      'enum Analyzer { STANDARD }',
      'directive @facet on FIELD_DEFINITION',
      'directive @facet on FIELD_DEFINITION',
    ].join('\n'),
    [
      'line 6: directive @key: margay means something else by it. Write `directive @key on FIELD_DEFINITION`, or leave it out.',
      'line 7: directive @filter: margay means something else by it. Write `directive @filter on FIELD_DEFINITION`, or leave it out.',
      'line 8: scalar DateTime: margay means something else by it. Write `scalar DateTime`, or leave it out.',
      'line 9: enum Analyzer: margay means something else by it. Write `enum Analyzer { STANDARD ENGLISH CHINESE }`, or leave it out.',
      'line 11: directive @facet: It is defined twice, first in line 10. Leave one out.',
    ],
  ],
  [
    'directives and interfaces of the type',
    withFields().replace('Book', 'Book implements Node @index'),
    [
      'line 1: Book: There is no interface Node to implement. Leave it out.',
      'line 1: Book: Directives belong to the fields. Leave @index out here.',
    ],
  ],
  [
    'faults in the order of the file, with CRLF',
    'type Book {\r\n  b: [Int]\r\n  a: Money\r\n}',
    [
      `line 1: Book: ${NO_KEY}`,
      `line 1: Book: ${NO_TITLE}`,
      `line 1: Book: ${NO_IMAGE}`,
      'line 2: b: It is [Int], and only texts come as lists. Write [String!], or a single value.',
      `line 3: a: There is no type Money for a field. ${ANY_TYPE}`,
    ],
  ],
])('%s', (_name, sdl, faults) => {
  expect(faultsOf(sdl)).toEqual(faults);
});

test.each([
  ...[...API_TYPES].map((name) => [name, 'The API has a type of that name itself. Rename it.'] as const),
  ['Id', 'The API has a type IdFilter itself, which would be made from this one. Rename it.'] as const,
  ['_Book', 'Names that begin with an underscore belong to GraphQL and the stores. Rename it.'] as const,
  ['B'.repeat(61), 'Its name has 61 letters, and not every store takes more than 60. Shorten it.'] as const,
])('a type can not be called %s', (name, fault) => {
  expect(faultsOf(withFields().replace('Book', name))).toEqual([`line 1: ${name}: ${fault}`]);
});

test('every type of the API is held back, but for those that are made from the type', () => {
  const names = parse(fileAt('schema.graphql')).definitions.flatMap((node) =>
    'name' in node && node.name ? [node.name.value] : [],
  );
  const { type } = readDefinition(DEMO, 'catalog.graphql');
  const made = [type, ...DERIVED.map((end) => type + end)];
  expect(names).toContain('Hit');
  expect(names.filter((name) => !API_TYPES.has(name) && !made.includes(name))).toEqual([]);
});

test('more than a hundred faults are counted, not listed', () => {
  const sdl = withFields(...Array.from({ length: 150 }, (_, place) => `  a${place}: Money`));
  expect(() => readDefinition(sdl, 'shop.graphql')).toThrow(
    /^shop\.graphql has 151 faults:\n(.*\n){100} {2}and 51 more$/,
  );
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
    { numRuns: 2_000 },
  );
  expect(read).toBeGreaterThan(50);
  expect(told).toBeGreaterThan(500);
});
