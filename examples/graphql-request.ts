import { GraphQLClient, type RequestMiddleware } from 'graphql-request';
import {
  SearchByPhotoDocument,
  SearchDocument,
  type SearchQueryVariables,
  SearchWithReasonsDocument,
  UploadImageDocument,
} from '../test/generated/operations.ts';

/** graphql-request sends no files since its version 5: Blobs among the variables become a multipart request here. */
const multipart: RequestMiddleware = (request) => {
  const files = Object.entries(request.variables ?? {}).filter(([, value]) => value instanceof Blob);
  if (files.length === 0) return request;
  const operation = JSON.parse(String(request.body));
  for (const [name] of files) operation.variables[name] = null;
  const form = new FormData();
  form.set('operations', JSON.stringify(operation));
  form.set('map', JSON.stringify(Object.fromEntries(files.map(([name]) => [name, [`variables.${name}`]]))));
  for (const [name, file] of files) form.set(name, file);
  const headers = new Headers(request.headers);
  headers.delete('content-type');
  return { ...request, headers, body: form };
};

export const connect = (url: string) =>
  new GraphQLClient(url, { headers: { 'apollo-require-preflight': 'true' }, requestMiddleware: multipart });

export async function uploadPhoto(client: GraphQLClient, image: Blob) {
  const { uploadImage } = await client.request(UploadImageDocument, { image });
  return uploadImage.id;
}

export async function search(client: GraphQLClient, variables: SearchQueryVariables) {
  const { search } = await client.request(SearchDocument, variables);
  return search!.hits;
}

export async function searchByPhoto(client: GraphQLClient, image: Blob, text?: string) {
  const { search } = await client.request(SearchByPhotoDocument, { image, text });
  return search!.hits;
}

/** One answer, when everything is there: this client reads plain JSON alone. */
export async function searchWithReasons(client: GraphQLClient, variables: SearchQueryVariables) {
  const { search } = await client.request(SearchWithReasonsDocument, variables);
  return search!;
}
