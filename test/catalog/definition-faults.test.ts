import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { API_TYPES, DERIVED } from '../../src/catalog/definition-names.ts';
import { MAX_FIELDS, readDefinition } from '../../src/catalog/read-definition.ts';
import { DEMO, faultsOf, fileAt, withFields } from './definitions.ts';

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
    'pictures that are called id',
    'type Book {\n  id: [Image!]! @image\n  title: String! @title\n}',
    [`line 2: id: ${ID_IS_KEY}`],
  ],
  [
    'a title that is called id',
    'type Book {\n  id: String! @title\n  images: [Image!]! @image\n}',
    [`line 2: id: ${ID_IS_KEY}`],
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
