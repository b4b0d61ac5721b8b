import { type Client, createClient, fetchExchange } from '@urql/core';
import {
  SearchByPhotoDocument,
  SearchDocument,
  type SearchQueryVariables,
  SearchThenReasonsDocument,
  type SearchThenReasonsQuery,
  UploadImageDocument,
} from '../test/generated/operations.ts';

export const connect = (url: string) =>
  createClient({
    url,
    exchanges: [fetchExchange],
    // Short queries go by GET otherwise, and a file among their variables is lost.
    preferGetMethod: false,
    fetchOptions: { headers: { 'x-graphql-yoga-csrf': '1' } },
  });

export async function uploadPhoto(client: Client, image: Blob) {
  const { data, error } = await client.mutation(UploadImageDocument, { image }).toPromise();
  if (error) throw error;
  return data!.uploadImage.id;
}

export async function search(client: Client, variables: SearchQueryVariables) {
  const { data, error } = await client.query(SearchDocument, variables).toPromise();
  if (error) throw error;
  return data!.search!.hits;
}

/** The fetch exchange sends a Blob among the variables as multipart by itself. */
export async function searchByPhoto(client: Client, image: Blob, text?: string) {
  const { data, error } = await client.query(SearchByPhotoDocument, { image, text }).toPromise();
  if (error) throw error;
  return data!.search!.hits;
}

/** Hits as soon as there are any, then the whole with its reasons. */
export async function searchThenReasons(
  client: Client,
  variables: SearchQueryVariables,
  show: (search: SearchThenReasonsQuery['search']) => void,
) {
  await new Promise<void>((resolve, reject) => {
    client.query(SearchThenReasonsDocument, variables).subscribe(({ data, error, hasNext }) => {
      if (data) show(data.search);
      if (error) reject(error);
      else if (!hasNext) resolve();
    });
  });
}
