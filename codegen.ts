import type { CodegenConfig } from '@graphql-codegen/cli';

/** Types the operations of the examples and their tests; `schema.graphql` is read and never written. */
const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: 'examples/*.graphql',
  generates: {
    'test/generated/operations.ts': {
      plugins: ['typescript', 'typescript-operations', 'typed-document-node'],
    },
  },
  config: {
    enumsAsTypes: true,
    useTypeImports: true,
    importExtension: '.ts',
    onlyOperationTypes: true,
    defaultScalarType: 'unknown',
    scalars: { DateTime: 'string', URL: 'string', Upload: 'Blob' },
  },
};

export default config;
