import SchemaBuilder from '@pothos/core';
import { GraphQLError, Kind } from 'graphql';
import type { GraphContext } from './context.ts';

export interface GraphTypes {
  Context: GraphContext;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    /** A file of a multipart request, or a data: URI: read by the context's `readPicture`. */
    Upload: { Input: unknown; Output: never };
    DateTime: { Input: Date; Output: Date };
    URL: { Input: string; Output: string };
  };
}

export type Builder = ReturnType<typeof createBuilder>;

/** Non-null by default, as in schema.graphql; descriptions come from there, see schema.ts. One for each schema: catalogs differ. */
export function createBuilder() {
  const builder = new SchemaBuilder<GraphTypes>({ defaultFieldNullability: false });

  builder.scalarType('Upload', {
    specifiedByURL: 'https://github.com/jaydenseric/graphql-multipart-request-spec',
    serialize: () => {
      throw new GraphQLError('Upload is an input type.');
    },
    parseValue: (value) => value,
    parseLiteral: (node) => {
      if (node.kind === Kind.STRING) return node.value;
      throw new GraphQLError('Expected a file sent by the multipart request specification, or a data: URI.', {
        nodes: node,
      });
    },
  });

  builder.scalarType('DateTime', {
    specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time',
    serialize: (value) => value.toISOString(),
    parseValue: toDate,
  });

  builder.scalarType('URL', { serialize: (value) => value });
  return builder;
}

/** RFC 3339, as the scalar's specification has it: a time always with its offset. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

function toDate(value: unknown): Date {
  const date = new Date(typeof value === 'string' && INSTANT.test(value) ? value : Number.NaN);
  if (Number.isNaN(date.getTime()))
    throw new GraphQLError('Expected a point in time such as "2026-11-25T12:00:00Z".', {
      extensions: { code: 'BAD_INPUT' },
    });
  return date;
}
