import {
  commitMutation,
  createOperationDescriptor,
  type Environment,
  fetchQuery,
  getSingularSelector,
  type MutationParameters,
  type OperationType,
} from 'relay-runtime';
import { connect } from '../../examples/relay.ts';
import type {
  HitsFragment,
  ReasonsFragment,
  SearchByPhotoQuery,
  SearchQuery,
  SearchQueryVariables,
  UploadImageMutation,
} from '../generated/operations.ts';
import { Reasons, Search, SearchByPhoto, SearchThenReasons, UploadImage } from './relay-artifacts.ts';

// What an application does with the environment of the example, with artifacts in the place of `graphql` tags.

export { connect };

export function uploadPhoto(environment: Environment, image: Blob): Promise<string> {
  interface Upload extends MutationParameters {
    response: UploadImageMutation;
  }
  return new Promise((resolve, reject) => {
    commitMutation<Upload>(environment, {
      mutation: UploadImage,
      variables: {},
      uploadables: { image },
      onCompleted: ({ uploadImage }) => resolve(uploadImage.id),
      onError: reject,
    });
  });
}

export async function search(environment: Environment, variables: SearchQueryVariables) {
  interface Query extends OperationType {
    response: SearchQuery;
  }
  const data = await fetchQuery<Query>(environment, Search, variables).toPromise();
  return data!.search!.hits;
}

/** Relay's queries carry no files, its mutations do; a query may still be executed with the network's own answer. */
export async function searchByPhoto(environment: Environment, image: Blob, text?: string) {
  const operation = createOperationDescriptor(SearchByPhoto, { text });
  const source = environment.getNetwork().execute(SearchByPhoto.params, { text }, { force: true }, { image });
  await environment.executeWithSource({ operation, source }).toPromise();
  return (environment.lookup(operation.fragment).data as SearchByPhotoQuery).search!.hits;
}

/** What a component with `useFragment(Reasons)` below a query would render, from first to last. */
export function searchThenReasons(
  environment: Environment,
  variables: SearchQueryVariables,
  show: (search: unknown) => void,
): Promise<void> {
  interface Query extends OperationType {
    response: { search: HitsFragment };
  }
  return new Promise((resolve, reject) => {
    fetchQuery<Query>(environment, SearchThenReasons, variables).subscribe({
      next({ search }) {
        const { data, isMissingData } = environment.lookup(getSingularSelector(Reasons, search)!);
        show({ hits: search.hits, ...(!isMissingData && (data as ReasonsFragment)) });
      },
      error: reject,
      complete: resolve,
    });
  });
}
