import { readFile } from 'node:fs/promises';
import {
  buildClientSchema,
  buildSchema,
  GraphQLSchema,
  getIntrospectionQuery,
  isEnumType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { expect, test } from 'vitest';
import { ERROR_CODES } from '../../src/errors.ts';
import { makeSchema } from '../../src/graph/schema.ts';
import { DEMO_DEFINITION } from '../demo-definition.ts';
import { openDoor } from '../door.ts';

const contract = buildSchema(await readFile(new URL('../../schema.graphql', import.meta.url), 'utf8'));
const written = printSchema(lexicographicSortSchema(contract));
const schema = makeSchema(DEMO_DEFINITION);

test('the code serves schema.graphql, descriptions included', () => {
  expect(printSchema(lexicographicSortSchema(schema))).toBe(written);
});

test('ErrorCode lists the codes of MargayError', () => {
  const type = contract.getType('ErrorCode');
  expect(isEnumType(type) && type.getValues().map(({ name }) => name)).toEqual([...ERROR_CODES]);
});

test('introspection over HTTP gives the same, and @defer and @stream besides', async () => {
  await using door = await openDoor({}, { products: 1 });
  const { data, errors } = await door.ask(getIntrospectionQuery({ specifiedByUrl: true, oneOf: true }));
  expect(errors).toBeUndefined();
  const served = buildClientSchema(data).toConfig();
  const added = served.directives.filter(({ name }) => !contract.getDirective(name));
  expect(added.map(({ name }) => name).sort()).toEqual(['defer', 'stream']);
  const directives = served.directives.filter((directive) => !added.includes(directive));
  expect(printSchema(lexicographicSortSchema(new GraphQLSchema({ ...served, directives })))).toBe(written);
});
