import { useDeferStream } from '@graphql-yoga/plugin-defer-stream';
import { printSchema } from 'graphql';
import type { CatalogDefinition } from '../catalog/definition.ts';
import { makeSchema } from './schema.ts';

/** What introspection of the API shows for a catalog, as SDL: the schema, and @defer and @stream as the server adds them. */
export function servedSdl(definition: CatalogDefinition): string {
  let schema = makeSchema(definition);
  useDeferStream().onSchemaChange?.({
    schema,
    replaceSchema: (replaced) => {
      schema = replaced;
    },
  });
  return printSchema(schema);
}
