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

/** Non-null by default, as in schema.graphql; descriptions come from there, see schema.ts. */
export const builder = new SchemaBuilder<GraphTypes>({ defaultFieldNullability: false });

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
});

builder.scalarType('URL', { serialize: (value) => value });
