import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLSchema, isEnumType, isInputObjectType, isObjectType } from 'graphql';
import type { CatalogDefinition } from '../catalog/definition.ts';
import { createBuilder } from './builder.ts';
import { catalogTypes } from './catalog.ts';
import { imageTypes } from './image.ts';
import { indexingTypes } from './indexing.ts';
import { productTypes } from './product.ts';
import { searchTypes } from './search.ts';

interface Described {
  description?: string | null | undefined;
}

/** What the catalog's type is called in schema.graphql, which is the demo's. */
const DEMO_TYPE = /^Product(?=Filter$|Connection$|Edge$|Input$|Selector$|$)/;

/**
 * The schema that is served for a catalog. Its shape is the code's, held to schema.graphql by a test on the demo's; its descriptions are read
 * from there and from the catalog's definition, so that they are written once.
 */
export function makeSchema(definition: CatalogDefinition): GraphQLSchema {
  const builder = createBuilder();
  builder.queryType({});
  builder.mutationType({});
  const images = imageTypes(builder);
  const products = productTypes(builder, definition, images);
  const codes = catalogTypes(builder);
  searchTypes(builder, definition, images, products);
  indexingTypes(builder, definition, products, codes);
  const schema = builder.toSchema({ sortSchema: false });
  describe(schema, definition);
  return schema;
}

function describe(schema: GraphQLSchema, definition: CatalogDefinition): void {
  const contract = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
  const writtenTypes = new Map(
    Object.values(contract.getTypeMap()).map((type) => [type.name.replace(DEMO_TYPE, definition.type), type]),
  );
  const copy = (to: Described, from: Described | undefined) => {
    if (from?.description) to.description = from.description;
  };
  for (const type of Object.values(schema.getTypeMap())) {
    const written = writtenTypes.get(type.name);
    if (!written || type.name.startsWith('__')) continue;
    if (type.name !== definition.type) copy(type, written);
    if (isEnumType(type) && isEnumType(written)) {
      for (const value of type.getValues()) copy(value, written.getValue(value.name) ?? undefined);
    } else if (isInputObjectType(type) && isInputObjectType(written)) {
      if (type.name !== `${definition.type}Input`)
        for (const field of Object.values(type.getFields())) copy(field, written.getFields()[field.name]);
    } else if (isObjectType(type) && isObjectType(written)) {
      for (const field of Object.values(type.getFields())) {
        const writtenField = written.getFields()[field.name];
        if (type.name !== definition.type || field.name === 'similar') copy(field, writtenField);
        for (const argument of field.args)
          copy(
            argument,
            writtenField?.args.find(({ name }) => name === argument.name),
          );
      }
    }
  }
  const own = schema.getType(definition.type);
  if (isObjectType(own)) copy(own, definition);
  for (const type of [own, schema.getType(`${definition.type}Input`)]) {
    if (!isObjectType(type) && !isInputObjectType(type)) continue;
    const fields: Record<string, Described> = type.getFields();
    copy(fields[definition.images]!, { description: definition.imagesDescription });
    for (const { name, description } of definition.fields) copy(fields[name]!, { description });
  }
}
