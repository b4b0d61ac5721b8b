import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLSchema, isEnumType, isInputObjectType, isObjectType } from 'graphql';
import { builder } from './builder.ts';
import './catalog.ts';
import './product.ts';
import './search.ts';

interface Described {
  description?: string | null | undefined;
}

/**
 * The schema that is served. Its shape is the code's, held to schema.graphql by a test; its descriptions are read from there,
 * so that they are written once.
 */
export function makeSchema(): GraphQLSchema {
  builder.queryType({});
  builder.mutationType({});
  const schema = builder.toSchema({ sortSchema: false });
  const contract = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
  const copy = (to: Described, from: Described | undefined) => {
    if (from?.description) to.description = from.description;
  };
  for (const type of Object.values(schema.getTypeMap())) {
    const written = contract.getType(type.name);
    if (!written || type.name.startsWith('__')) continue;
    copy(type, written);
    if (isEnumType(type) && isEnumType(written)) {
      for (const value of type.getValues()) copy(value, written.getValue(value.name) ?? undefined);
    } else if (isInputObjectType(type) && isInputObjectType(written)) {
      for (const field of Object.values(type.getFields())) copy(field, written.getFields()[field.name]);
    } else if (isObjectType(type) && isObjectType(written)) {
      for (const field of Object.values(type.getFields())) {
        const writtenField = written.getFields()[field.name];
        copy(field, writtenField);
        for (const argument of field.args)
          copy(
            argument,
            writtenField?.args.find(({ name }) => name === argument.name),
          );
      }
    }
  }
  return schema;
}
