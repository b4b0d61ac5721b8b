/** The package has its types in JSDoc, which a compiler without `allowJs` passes over. */
declare module 'apollo-upload-client/UploadHttpLink.mjs' {
  import type { ApolloLink, HttpLink } from '@apollo/client';
  export default class UploadHttpLink extends ApolloLink {
    constructor(options?: HttpLink.Options);
  }
}

declare module 'apollo-upload-client/isExtractableFile.mjs' {
  export default function isExtractableFile(value: unknown): value is Blob;
}
