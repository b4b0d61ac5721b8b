import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { Defer20220824Handler } from '@apollo/client/incremental';
import isExtractableFile from 'apollo-upload-client/isExtractableFile.mjs';
import UploadHttpLink from 'apollo-upload-client/UploadHttpLink.mjs';
import {
  SearchByPhotoDocument,
  SearchDocument,
  type SearchQueryVariables,
  SearchThenReasonsDocument,
  type SearchThenReasonsQuery,
  UploadImageDocument,
} from '../test/generated/operations.ts';

export function connect(uri: string) {
  // The upload link reads no multipart answers, so files go through it and everything else, @defer included, beside it.
  const carriesFile: Parameters<typeof ApolloLink.split>[0] = ({ variables }) =>
    Object.values(variables).some(isExtractableFile);
  const upload = new UploadHttpLink({ uri, headers: { 'apollo-require-preflight': 'true' } });
  return new ApolloClient({
    link: ApolloLink.split(carriesFile, upload, new HttpLink({ uri })),
    cache: new InMemoryCache(),
    incrementalHandler: new Defer20220824Handler(),
  });
}

/** The way for clients with a cache: the photo once, its id in every search. */
export async function uploadPhoto(client: ApolloClient, image: Blob) {
  const { data } = await client.mutate({ mutation: UploadImageDocument, variables: { image } });
  return data!.uploadImage.id;
}

export async function search(client: ApolloClient, variables: SearchQueryVariables) {
  const { data } = await client.query({ query: SearchDocument, variables });
  return data!.search!.hits;
}

/** Without the cache: its key is the arguments as JSON, in which any two photos are `{}`. */
export async function searchByPhoto(client: ApolloClient, image: Blob, text?: string) {
  const query = SearchByPhotoDocument;
  const { data } = await client.query({ query, variables: { image, text }, fetchPolicy: 'no-cache' });
  return data!.search!.hits;
}

/** Hits as soon as there are any, then the whole with its reasons. */
export async function searchThenReasons(
  client: ApolloClient,
  variables: SearchQueryVariables,
  show: (search: SearchThenReasonsQuery['search']) => void,
) {
  const results = client.watchQuery({ query: SearchThenReasonsDocument, variables });
  await new Promise<void>((resolve, reject) => {
    const subscription = results.subscribe(({ data, dataState, error }) => {
      if (dataState === 'streaming' || dataState === 'complete') show(data.search as SearchThenReasonsQuery['search']);
      if (dataState !== 'complete' && !error) return;
      queueMicrotask(() => subscription.unsubscribe());
      if (error) reject(error);
      else resolve();
    });
  });
}
